//! Changing the catalogue: what the operator sells and for how much.

use super::rows;
use crate::App;
use crate::db::{DbError, Lane, Tx};
use crate::ids;
use crate::money::Usd;
use crate::policy::audit::{self, Deed};
use crate::policy::denied::{Denied, denied_category, denied_service};
use crate::product::Product;

/// Prices set in one story of an import.
const PRICES_MAX: usize = 500;

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
    /// Another service has this code.
    #[error("another service has this code")]
    CodeTaken,
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
pub async fn put_service(app: &App, new: NewService, by: &str) -> Result<i64, EditRefusal> {
    check(&new)?;
    let (now, by) = (app.now_ms(), by.to_owned());
    let story = move |tx: &mut Tx<'_>| {
        if let Some(code) = &new.code
            && rows::code_is_taken(tx, code, &new.slug)?
        {
            return Err(EditRefusal::CodeTaken);
        }
        let fresh_id = ids::take(tx, "service", 1)?;
        let id = rows::put(tx, fresh_id, &new)?;
        let after = if new.is_enabled { "enabled" } else { "disabled" };
        let deed =
            Deed { who: &by, deed: "service.put", subject: &new.slug, reason: "", before: None, after: Some(after) };
        audit::write(tx, now, &deed)?;
        Ok(id)
    };
    let id = app.db.write(Lane::Work, story).await?;
    app.catalog.forget();
    Ok(id)
}

fn check(new: &NewService) -> Result<(), EditRefusal> {
    let fits_slug = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if new.slug.is_empty() || new.slug.len() > 40 || !new.slug.bytes().all(fits_slug) {
        return Err(EditRefusal::BadSlug);
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

/// Switches a service on or off.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn set_enabled(app: &App, slug: &str, is_enabled: bool, by: &str) -> Result<(), EditRefusal> {
    let (now, slug, by) = (app.now_ms(), slug.to_owned(), by.to_owned());
    let story = move |tx: &mut Tx<'_>| {
        if !rows::set_enabled(tx, &slug, is_enabled)? {
            return Err(EditRefusal::NoService(slug.clone()));
        }
        let after = if is_enabled { "enabled" } else { "disabled" };
        let deed =
            Deed { who: &by, deed: "service.state", subject: &slug, reason: "", before: None, after: Some(after) };
        audit::write(tx, now, &deed)?;
        Ok(())
    };
    app.db.write(Lane::Work, story).await?;
    app.catalog.forget();
    Ok(())
}

/// Sets prices, all or none; at most 500 at a time.
///
/// # Errors
/// See [`EditRefusal`].
pub async fn set_prices(app: &App, prices: Vec<NewPrice>, by: &str) -> Result<(), EditRefusal> {
    if prices.len() > PRICES_MAX {
        return Err(EditRefusal::BadText("a list of at most 500 prices; it"));
    }
    if prices.iter().any(|price| price.amount.is_some_and(|amount| amount <= Usd::ZERO)) {
        return Err(EditRefusal::BadPrice);
    }
    let (now, by) = (app.now_ms(), by.to_owned());
    let story = move |tx: &mut Tx<'_>| {
        for price in &prices {
            let service = rows::id_of(tx, &price.service)?;
            let service = service.ok_or_else(|| EditRefusal::NoService(price.service.clone()))?;
            let before = rows::set_price(tx, service, price.product, price.amount)?.map(|amount| amount.to_string());
            let after = price.amount.map(|amount| amount.to_string());
            let subject = format!("{} {}", price.service, price.product.word());
            let deed = Deed {
                who: &by,
                deed: "price.set",
                subject: &subject,
                reason: "",
                before: before.as_deref(),
                after: after.as_deref(),
            };
            audit::write(tx, now, &deed)?;
        }
        Ok(())
    };
    let done = app.db.write(Lane::Work, story).await;
    app.catalog.forget();
    done
}
