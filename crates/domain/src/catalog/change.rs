//! Changing many prices by one rule: what each was and would be, before anything is changed.

use sha2::{Digest, Sha256};

use super::edit::NewPrice;
use super::{Catalog, Service};
use crate::money::Usd;
use crate::product::Product;

/// A cent in micro-dollars: prices are whole cents.
const CENT: i64 = 10_000;
/// Percent that prices may be raised by at once.
pub const PERCENT_MAX: i64 = 1_000;

/// How prices change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceChange {
    /// By so many percent, from -99 to [`PERCENT_MAX`]; to the nearest cent, a cent at least.
    Percent(i64),
    /// To this.
    To(Usd),
}

/// Which prices change: those that are set, of services of a category or of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRange {
    /// The category; empty: all.
    pub category: String,
    /// The product.
    pub product: Product,
}

/// A price before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceStep {
    /// The service's slug.
    pub service: String,
    /// Its name for people.
    pub name: String,
    /// The product.
    pub product: Product,
    /// What it costs.
    pub before: Usd,
    /// What it would cost.
    pub after: Usd,
}

/// What a change would do: the prices that would differ, in the order of the slugs. None, if the change itself makes
/// no sense.
#[must_use]
pub fn preview(catalog: &Catalog, range: &PriceRange, change: PriceChange) -> Option<Vec<PriceStep>> {
    let is_meant = |service: &&Service| range.category.is_empty() || service.category == range.category;
    let mut steps = Vec::new();
    for service in catalog.services.iter().filter(is_meant) {
        let Some(before) = service.prices.get(&range.product).copied() else { continue };
        let after = changed(before, change)?;
        if after != before {
            let (slug, name) = (service.slug.clone(), service.name.clone());
            steps.push(PriceStep { service: slug, name, product: range.product, before, after });
        }
    }
    Some(steps)
}

fn changed(before: Usd, change: PriceChange) -> Option<Usd> {
    match change {
        PriceChange::To(after) => (after > Usd::ZERO).then_some(after),
        PriceChange::Percent(percent) if (-99..=PERCENT_MAX).contains(&percent) => {
            let exact = before.micros().checked_mul(100 + percent)?;
            // The nearest cent, a half upwards.
            let cents = exact.checked_add(50 * CENT)? / (100 * CENT);
            Some(Usd::from_micros(cents.max(1).checked_mul(CENT)?))
        }
        PriceChange::Percent(_) => None,
    }
}

/// A mark by which it is known that a preview is still true.
#[must_use]
pub fn mark(steps: &[PriceStep]) -> String {
    let mut hash = Sha256::new();
    for step in steps {
        let line = format!("{} {} {} {}\n", step.service, step.product.word(), step.before, step.after);
        hash.update(line.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The steps as prices to be set.
#[must_use]
pub fn prices(steps: &[PriceStep]) -> Vec<NewPrice> {
    let price =
        |step: &PriceStep| NewPrice { service: step.service.clone(), product: step.product, amount: Some(step.after) };
    steps.iter().map(price).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(before: i32, percent: i64) -> Option<Usd> {
        changed(Usd::from_cents(before), PriceChange::Percent(percent))
    }

    #[test]
    fn percents_end_at_the_nearest_cent_and_never_at_nothing() {
        assert_eq!(by(42, 10), Some(Usd::from_cents(46)));
        assert_eq!(by(45, 10), Some(Usd::from_cents(50)));
        assert_eq!(by(44, 10), Some(Usd::from_cents(48)));
        assert_eq!(by(42, -50), Some(Usd::from_cents(21)));
        assert_eq!(by(1, -99), Some(Usd::from_cents(1)));
        assert_eq!(by(42, 0), Some(Usd::from_cents(42)));
    }

    #[test]
    fn a_change_that_makes_no_sense_is_none() {
        assert_eq!(by(42, -100), None);
        assert_eq!(by(42, PERCENT_MAX + 1), None);
        assert_eq!(changed(Usd::from_cents(42), PriceChange::To(Usd::ZERO)), None);
    }
}
