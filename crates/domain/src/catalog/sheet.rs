//! Setting a whole sheet of prices at once: those for all and those for single tiers.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::edit::{EditRefusal, PRICES_MAX, TierPrice, told, told_tiers};
use super::rows;
use crate::App;
use crate::account::Tier;
use crate::db::{Lane, Tx};
use crate::money::Usd;
use crate::policy::audit::{Chain, Deed};
use crate::policy::author::Author;
use crate::product::Product;

/// A row of a sheet of prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetPrice {
    /// The service's slug.
    pub service: String,
    /// The form in which it is sold.
    pub product: Product,
    /// Whom the price is for; `None`: for all that have no price of their own.
    pub tier: Option<Tier>,
    /// What it costs, in whole cents. `None`: nothing is sold in this form, or the tier pays what all pay.
    pub amount: Option<Usd>,
}

/// A form in which services are sold, and the tier whose price it is; `None`: that for all.
pub(super) type Form = (Product, Option<Tier>);

/// The rows of one service.
#[derive(Default)]
struct OfService {
    common: Vec<(Product, Option<Usd>)>,
    tiers: Vec<TierPrice>,
}

/// Sets all prices of a sheet, or none; at most [`PRICES_MAX`] at a time, each named once.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn set_sheet(app: &App, sheet: Vec<SheetPrice>, by: impl Into<Author>) -> Result<(), EditRefusal> {
    if sheet.len() > PRICES_MAX {
        return Err(EditRefusal::BadText("a list of at most 15000 prices; it"));
    }
    if sheet.iter().any(|price| price.amount.is_some_and(|amount| amount <= Usd::ZERO)) {
        return Err(EditRefusal::BadPrice);
    }
    let named: HashSet<_> = sheet.iter().map(|price| (&price.service, price.product, price.tier)).collect();
    if named.len() < sheet.len() {
        return Err(EditRefusal::Twice);
    }
    let mut by_service: BTreeMap<String, OfService> = BTreeMap::new();
    for SheetPrice { service, product, tier, amount } in sheet {
        let of_service = by_service.entry(service).or_default();
        match tier {
            None => of_service.common.push((product, amount)),
            Some(tier) => of_service.tiers.push(TierPrice { product, tier, amount }),
        }
    }
    let (now, by) = (app.now_ms(), by.into());
    let done = app.db.write(Lane::Work, move |tx| set(tx, &by_service, &by, now)).await;
    app.catalog.forget();
    done
}

fn set(tx: &mut Tx<'_>, by_service: &BTreeMap<String, OfService>, by: &Author, now_ms: i64) -> Result<(), EditRefusal> {
    let deeds: usize = by_service
        .values()
        .map(|prices| usize::from(!prices.common.is_empty()) + usize::from(!prices.tiers.is_empty()))
        .sum();
    // Whoever else sets prices waits at the chain's end, so that `before` is true.
    let mut chain = Chain::extend(tx, i64::try_from(deeds).expect("at most 30,000"))?;
    let (ids, common, tiers) = (rows::ids(tx)?, rows::prices(tx)?, rows::tier_prices(tx)?);
    // What a price is already is not written again.
    let mut changes: HashMap<Form, Vec<(i64, Option<Usd>)>> = HashMap::new();
    let mut change = |form, service, was, amount| {
        if was != amount {
            changes.entry(form).or_default().push((service, amount));
        }
    };
    for (slug, prices) in by_service {
        let service = *ids.get(slug).ok_or_else(|| EditRefusal::NoService(slug.clone()))?;
        let mut write = |tx: &mut Tx<'_>, deed, before: &str, after: &str| {
            let (before, after) = (Some(before), Some(after));
            chain.write(tx, now_ms, &Deed { who: by.who(), deed, subject: slug, reason: by.why(), before, after })
        };
        if !prices.common.is_empty() {
            let was = |product: &Product| common.get(&service).and_then(|prices| prices.get(product)).copied();
            for (product, amount) in &prices.common {
                change((*product, None), service, was(product), *amount);
            }
            let before = told(prices.common.iter().map(|(product, _)| (*product, was(product))));
            write(tx, "price.set", &before, &told(prices.common.iter().copied()))?;
        }
        if !prices.tiers.is_empty() {
            let was = |price: &TierPrice| {
                tiers.get(&service).and_then(|prices| prices.get(&(price.product, price.tier))).copied()
            };
            for price in &prices.tiers {
                change((price.product, Some(price.tier)), service, was(price), price.amount);
            }
            let before = told_tiers(prices.tiers.iter().map(|price| (*price, was(price))));
            write(tx, "price.tier", &before, &told_tiers(prices.tiers.iter().map(|price| (*price, price.amount))))?;
        }
    }
    changes.iter().try_for_each(|(form, prices)| Ok(rows::set_prices(tx, *form, prices)?))
}
