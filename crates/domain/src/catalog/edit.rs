//! Changing the catalogue: what the operator sells and for how much.

use std::collections::{BTreeMap, HashSet};

use super::rows;
use crate::App;
use crate::account::Tier;
use crate::db::{DbError, Lane, Tx};
use crate::ids;
use crate::money::Usd;
use crate::policy::audit::{self, Chain, Deed};
use crate::policy::author::Author;
use crate::policy::denied::{Denied, denied_category, denied_service};
use crate::policy::permit::{Permit, Run};
use crate::policy::reason::Reason;
use crate::product::Product;

/// Prices set in one story, so that an import of them is all or nothing. Whoever orders waits for its end, so a longer list
/// is set in parts.
pub const PRICES_MAX: usize = 5_000;

/// Words that stand where a slug would in the addresses of pages, so that a service of that name had no page.
pub const RESERVED: [&str; 5] = ["new", "price", "prices", "seed", "state"];

/// A service to be made or brought up to date, by its slug.
#[derive(Debug, Clone)]
pub struct NewService {
    /// Its name in requests: 1 to 40 lower-case letters, digits, `_` and `-`.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The code by which `handler_api` clients name it.
    pub code: Option<String>,
    /// What kind of service it is.
    pub category: String,
    /// Whether it is sold.
    pub is_enabled: bool,
    /// Whether a text without a code or a link captures an order too.
    pub any_text_counts: bool,
    /// Senders its messages come from, without line breaks.
    pub senders: Vec<String>,
    /// Phrases its messages hold, without line breaks.
    pub texts: Vec<String>,
}

/// A price to be set; `None` takes the product off sale.
#[derive(Debug, Clone)]
pub struct NewPrice {
    /// The service's slug.
    pub service: String,
    /// The form in which it is sold.
    pub product: Product,
    /// What it costs, in whole cents.
    pub amount: Option<Usd>,
}

/// Why the catalogue was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditRefusal {
    /// The slug is malformed.
    #[error("a slug is 1 to 40 lower-case letters, digits, `_` and `-`")]
    BadSlug,
    /// A name, code or pattern is empty, too long, or holds line breaks.
    #[error("{0} is 1 to 200 characters on one line")]
    BadText(&'static str),
    /// The house does not serve this kind of service.
    #[error("services of this kind are never sold: {}", .0.name())]
    Denied(Denied),
    /// The code or the slug is another service's code or slug, if the case of letters is left aside: who asks for one of
    /// them could get the other.
    #[error("`{0}` has this code or slug already, whatever the case of its letters")]
    CodeTaken(String),
    /// The pages use this word for themselves.
    #[error("a slug is none of the words {}", RESERVED.join(", "))]
    Reserved,
    /// A price is named twice.
    #[error("a price is named twice")]
    Twice,
    /// A price is not any more what its reader saw.
    #[error("somebody else changed these prices meanwhile: they are shown as they are now")]
    Changed,
    /// There is no such service.
    #[error("there is no service `{0}`")]
    NoService(String),
    /// A price is nothing.
    #[error("a price must be more than nothing")]
    BadPrice,
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes a service or brings it up to date; tells its id.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn put_service(app: &App, new: NewService, by: impl Into<Author>) -> Result<i64, EditRefusal> {
    check(&new)?;
    let (now, by) = (app.now_ms(), by.into());
    let story = move |tx: &mut Tx<'_>| {
        // Whoever else makes a service waits at the chain's end, so that two never take one code.
        let mut chain = Chain::extend(tx, 1)?;
        if let Some(other) = taken_by(&rows::names(tx)?, &new) {
            return Err(EditRefusal::CodeTaken(other.to_owned()));
        }
        let before = rows::in_words(tx, &new.slug)?;
        let fresh_id = ids::take(tx, "service", 1)?;
        let id = rows::put(tx, fresh_id, &new)?;
        let after = rows::in_words(tx, &new.slug)?;
        let (before, after) = (before.as_deref(), after.as_deref());
        let deed = Deed { who: by.who(), deed: "service.put", subject: &new.slug, reason: by.why(), before, after };
        chain.write(tx, now, &deed)?;
        Ok(id)
    };
    let id = app.db.write(Lane::Work, story).await?;
    app.catalog.forget();
    Ok(id)
}

/// Which other service of these slugs and codes one could be taken for.
fn taken_by<'a>(names: &'a [(String, Option<String>)], new: &NewService) -> Option<&'a str> {
    let is_ours = |name: &str| {
        name.eq_ignore_ascii_case(&new.slug) || new.code.as_deref().is_some_and(|code| name.eq_ignore_ascii_case(code))
    };
    let mut others = names.iter().filter(|(slug, _)| *slug != new.slug);
    others.find(|(slug, code)| is_ours(slug) || code.as_deref().is_some_and(is_ours)).map(|(slug, _)| slug.as_str())
}

fn check(new: &NewService) -> Result<(), EditRefusal> {
    let fits_slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if new.slug.is_empty() || new.slug.len() > 40 || !new.slug.bytes().all(fits_slug) {
        return Err(EditRefusal::BadSlug);
    }
    if RESERVED.contains(&new.slug.as_str()) {
        return Err(EditRefusal::Reserved);
    }
    let is_bad =
        |text: &str| text.trim().is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control);
    let texts = [("a name", &new.name), ("a category", &new.category)];
    if let Some((what, _)) = texts.into_iter().find(|(_, text)| is_bad(text)) {
        return Err(EditRefusal::BadText(what));
    }
    if new.code.iter().chain(&new.senders).chain(&new.texts).any(|text| is_bad(text)) {
        return Err(EditRefusal::BadText("a code or pattern"));
    }
    let denied = denied_category(&new.category).or_else(|| denied_service(&new.slug, &new.name));
    denied.map_or(Ok(()), |denied| Err(EditRefusal::Denied(denied)))
}

/// Switches a service on or off; why is in the audit log.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn set_enabled(
    app: &App,
    slug: &str,
    is_enabled: bool,
    reason: &Reason,
    by: &Permit<Run>,
) -> Result<(), EditRefusal> {
    let (now, slug, by, reason) = (app.now_ms(), slug.to_owned(), by.clone(), reason.clone());
    let story = move |tx: &mut Tx<'_>| {
        let word = |is_enabled| if is_enabled { "enabled" } else { "disabled" };
        let was = rows::set_enabled(tx, &slug, is_enabled)?.ok_or_else(|| EditRefusal::NoService(slug.clone()))?;
        if was == is_enabled {
            return Ok::<_, EditRefusal>(());
        }
        let (before, after) = (Some(word(was)), Some(word(is_enabled)));
        let reason = reason.text();
        let deed = Deed { who: &by.who, deed: "service.state", subject: &slug, reason, before, after };
        audit::write(tx, now, &deed)?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await?;
    app.catalog.forget();
    Ok(())
}

/// Sets prices, all or none; at most [`PRICES_MAX`] at a time, each named once.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn set_prices(app: &App, prices: Vec<NewPrice>, by: impl Into<Author>) -> Result<(), EditRefusal> {
    set_prices_seen(app, prices, Vec::new(), by).await
}

/// Sets prices as [`set_prices`] does, if those that are `seen` still are what somebody saw before they typed.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn set_prices_seen(
    app: &App,
    prices: Vec<NewPrice>,
    seen: Vec<NewPrice>,
    by: impl Into<Author>,
) -> Result<(), EditRefusal> {
    if prices.len() > PRICES_MAX {
        return Err(EditRefusal::BadText("a list of at most 5000 prices; it"));
    }
    if prices.iter().any(|price| price.amount.is_some_and(|amount| amount <= Usd::ZERO)) {
        return Err(EditRefusal::BadPrice);
    }
    let (now, by) = (app.now_ms(), by.into());
    let mut by_service: BTreeMap<String, Vec<(Product, Option<Usd>)>> = BTreeMap::new();
    for price in prices {
        let of_service = by_service.entry(price.service).or_default();
        if of_service.iter().any(|(product, _)| *product == price.product) {
            return Err(EditRefusal::Twice);
        }
        of_service.push((price.product, price.amount));
    }
    let story = move |tx: &mut Tx<'_>| {
        let count = i64::try_from(by_service.len()).expect("at most 5,000");
        // Whoever else sets prices waits at the chain's end, so that `before` is true.
        let mut chain = Chain::extend(tx, count)?;
        let (ids, before) = (rows::ids(tx)?, rows::prices(tx)?);
        let is_still = |seen: &NewPrice| {
            let prices = ids.get(&seen.service).and_then(|service| before.get(service));
            prices.and_then(|prices| prices.get(&seen.product)).copied() == seen.amount
        };
        if !seen.iter().all(is_still) {
            return Err(EditRefusal::Changed);
        }
        for (slug, prices) in &by_service {
            let service = *ids.get(slug).ok_or_else(|| EditRefusal::NoService(slug.clone()))?;
            for (product, amount) in prices {
                rows::set_prices(tx, (*product, None), &[(service, *amount)])?;
            }
            let was = |product: &Product| before.get(&service).and_then(|prices| prices.get(product)).copied();
            let before = told(prices.iter().map(|(product, _)| (*product, was(product))));
            let after = told(prices.iter().copied());
            let deed = Deed {
                who: by.who(),
                deed: "price.set",
                subject: slug,
                reason: by.why(),
                before: Some(&before),
                after: Some(&after),
            };
            chain.write(tx, now, &deed)?;
        }
        Ok(())
    };
    let done = app.db.write(Lane::Work, story).await;
    app.catalog.forget();
    done
}

/// A price for customers of one tier; `None`: they pay what all pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierPrice {
    /// The form in which it is sold.
    pub product: Product,
    /// Whom it is for.
    pub tier: Tier,
    /// What it costs them, in whole cents.
    pub amount: Option<Usd>,
}

/// Sets prices of a service for customers of single tiers, all or none; each named once.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn set_tier_prices(
    app: &App,
    slug: &str,
    prices: Vec<TierPrice>,
    by: impl Into<Author>,
) -> Result<(), EditRefusal> {
    set_tier_prices_seen(app, slug, prices, Vec::new(), by).await
}

/// Sets prices as [`set_tier_prices`] does, if those that are `seen` still are what somebody saw before they typed.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn set_tier_prices_seen(
    app: &App,
    slug: &str,
    prices: Vec<TierPrice>,
    seen: Vec<TierPrice>,
    by: impl Into<Author>,
) -> Result<(), EditRefusal> {
    let named: HashSet<(Product, Tier)> = prices.iter().map(|price| (price.product, price.tier)).collect();
    if named.len() < prices.len() {
        return Err(EditRefusal::Twice);
    }
    if prices.iter().any(|price| price.amount.is_some_and(|amount| amount <= Usd::ZERO)) {
        return Err(EditRefusal::BadPrice);
    }
    let (now, slug, by) = (app.now_ms(), slug.to_owned(), by.into());
    let story = move |tx: &mut Tx<'_>| {
        // Whoever else sets prices waits at the chain's end, so that `before` is true.
        let mut chain = Chain::extend(tx, 1)?;
        let service = *rows::ids(tx)?.get(&slug).ok_or_else(|| EditRefusal::NoService(slug.clone()))?;
        let was = rows::tier_prices(tx)?.remove(&service).unwrap_or_default();
        let is_still = |seen: &TierPrice| was.get(&(seen.product, seen.tier)).copied() == seen.amount;
        if !seen.iter().all(is_still) {
            return Err(EditRefusal::Changed);
        }
        for price in &prices {
            rows::set_prices(tx, (price.product, Some(price.tier)), &[(service, price.amount)])?;
        }
        let of = |price: &TierPrice| was.get(&(price.product, price.tier)).copied();
        let before = told_tiers(prices.iter().map(|price| (*price, of(price))));
        let after = told_tiers(prices.iter().map(|price| (*price, price.amount)));
        let (before, after) = (Some(before.as_str()), Some(after.as_str()));
        let deed = Deed { who: by.who(), deed: "price.tier", subject: &slug, reason: by.why(), before, after };
        chain.write(tx, now, &deed)?;
        Ok(())
    };
    let done = app.db.write(Lane::Work, story).await;
    app.catalog.forget();
    done
}

/// Prices for tiers as the audit log tells them: `short_term for new 0.42, rental_1day for new as for all`.
pub(super) fn told_tiers(prices: impl Iterator<Item = (TierPrice, Option<Usd>)>) -> String {
    let amount = |amount: Option<Usd>| amount.map_or_else(|| "as for all".to_owned(), |amount| amount.to_string());
    let told: Vec<String> = prices
        .map(|(price, is)| format!("{} for {} {}", price.product.word(), price.tier.word(), amount(is)))
        .collect();
    told.join(", ")
}

/// Prices as the audit log tells them: `short_term 0.42, rental_1day off`.
pub(super) fn told(prices: impl Iterator<Item = (Product, Option<Usd>)>) -> String {
    let amount = |amount: Option<Usd>| amount.map_or_else(|| "off".to_owned(), |amount| amount.to_string());
    let told: Vec<String> = prices.map(|(product, price)| format!("{} {}", product.word(), amount(price))).collect();
    told.join(", ")
}
