//! What other houses sell as which of our services: the operator names the code, the house's own list brings price,
//! stock and manner.

use std::collections::HashMap;

use super::houses::known;
use super::look::{At, within};
use super::rows::{manner, window};
use crate::App;
use crate::clock::MINUTE_MS;
use crate::db::{DbError, Lane, Row, Tx};
use crate::money::Usd;
use crate::policy::audit::{self, Deed};
use crate::policy::permit::{Permit, Run};
use crate::product::Product;
use crate::supply::{self, Fault, Offer, Window};
use crate::{catalog, values};

/// Offers that a house may have mapped in all.
const OFFERS_MAX: i64 = 20_000;
/// Between two readings of a house's list.
const REFRESH_MS: i64 = MINUTE_MS;
/// After so long a price that could not be read again is not bought at.
const STALE_MS: i64 = 30 * MINUTE_MS;
/// Characters of a house's code.
const CODE_MAX: usize = 100;

/// An offer that is bought from.
pub(super) struct Enabled {
    pub(super) source: i64,
    pub(super) service: i64,
    pub(super) product: Product,
    pub(super) code: String,
    pub(super) cost: Usd,
    pub(super) available: Option<i64>,
    pub(super) window: Window,
    pub(super) short_ok: bool,
    pub(super) priced_ms: Option<i64>,
}

/// The offers that may be bought from: those whose price is known.
pub(super) fn enabled(tx: &mut Tx<'_>) -> Result<Vec<Enabled>, DbError> {
    let sql = "SELECT source_id, service_id, product, code, cost, available, manner, window_ms, short_ok, priced_ms
         FROM offer
         WHERE enabled = 1 AND cost IS NOT NULL AND manner IS NOT NULL
         ORDER BY source_id, service_id, product
         LIMIT $1";
    let mut offers = Vec::new();
    for row in tx.all(sql, values![OFFERS_MAX])? {
        let Some(window) = window(row.text(6), row.opt_int(7)) else { continue };
        offers.push(Enabled {
            source: row.int(0),
            service: row.int(1),
            product: row.product(2)?,
            code: row.text(3).to_owned(),
            cost: Usd::from_micros(row.int(4)),
            available: row.opt_int(5),
            window,
            short_ok: row.flag(8),
            priced_ms: row.opt_int(9),
        });
    }
    Ok(offers)
}

/// How many numbers other houses have for some services, short-term and as a rental; those that do not tell count as
/// one. Up to two seconds old.
pub(crate) async fn stocks(app: &App) -> Result<HashMap<i64, (i64, i64)>, DbError> {
    let mut stocks: HashMap<i64, (i64, i64)> = HashMap::new();
    for way in &known(app).await?.ways {
        let stock = stocks.entry(way.service).or_default();
        let count = way.available.unwrap_or(1).max(0);
        match way.product {
            Product::ShortTerm => stock.0 = stock.0.saturating_add(count),
            Product::Rental1Day | Product::Rental30Day => stock.1 = stock.1.max(count),
        }
    }
    Ok(stocks)
}

/// Reads a house's list, if it is time, and writes down what it says of what is mapped.
pub(super) async fn refresh_due(app: &App, (house, wire): At<'_>) -> Result<(), DbError> {
    let (source, now) = (wire.source, app.now_ms());
    let sql = "SELECT COUNT(*), MIN(COALESCE(refreshed_ms, 0)) FROM offer WHERE source_id = $1 AND enabled = 1";
    let row = app.db.row(sql, values![source]).await?;
    let due = row.is_some_and(|row| row.int(0) > 0 && row.opt_int(1).is_some_and(|at_ms| at_ms + REFRESH_MS <= now));
    if !due || !app.houses.get().is_some_and(|houses| houses.may_list(source, now)) {
        return Ok(());
    }
    let offers = match within(house.offers(&wire.settings)).await {
        Ok(offers) => offers,
        Err(Fault::NotDone(trouble) | Fault::Unknown(trouble)) => {
            app.heard.fault(source, now, &trouble.says);
            return stale(app, source, now).await;
        }
    };
    let listed: HashMap<String, Offer> = offers.into_iter().map(|offer| (offer.code.clone(), offer)).collect();
    let story = move |tx: &mut Tx<'_>| {
        let mapped = tx.all("SELECT service_id, product, code FROM offer WHERE source_id = $1", values![source])?;
        for row in &mapped {
            let known = listed.get(row.text(2)).filter(|offer| offer.price >= Usd::ZERO);
            let (manner, window_ms) = known.map(|offer| manner(offer.window)).unzip();
            // What is not listed any more is not there; what it was like stays.
            let available = known.map_or(Some(0), |offer| offer.available);
            let sql = "UPDATE offer
                 SET cost = COALESCE($4, cost), available = $5, manner = COALESCE($6, manner),
                     window_ms = CASE WHEN $6 IS NULL THEN window_ms ELSE $7 END, refreshed_ms = $8,
                     priced_ms = CASE WHEN $6 IS NULL THEN priced_ms ELSE $8 END
                 WHERE source_id = $1 AND service_id = $2 AND product = $3";
            let cost = known.map(|offer| offer.price);
            let values = values![source, row.int(0), row.text(1), cost, available, manner, window_ms.flatten(), now];
            tx.run(sql, values)?;
        }
        Ok::<_, DbError>(())
    };
    app.db.write(Lane::Work, story).await?;
    app.houses.get().into_iter().for_each(super::Houses::forget);
    Ok(())
}

/// Nothing is bought at prices that nobody has confirmed for long.
async fn stale(app: &App, source: i64, now_ms: i64) -> Result<(), DbError> {
    let story = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE offer SET available = 0
             WHERE source_id = $1 AND refreshed_ms < $2 AND (available IS NULL OR available <> 0)";
        tx.run(sql, values![source, now_ms - STALE_MS]).map(drop)
    };
    app.db.write(Lane::Work, story).await
}

/// A mapping of a house's code to one of our services, with what its list said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The house.
    pub source: String,
    /// The service.
    pub service: String,
    /// How it is sold.
    pub product: Product,
    /// The house's code.
    pub code: String,
    /// Whether it is bought.
    pub is_enabled: bool,
    /// Whether orders may be shorter than usual.
    pub short_ok: bool,
    /// What it costs; `None` before the house's list was read.
    pub cost: Option<Usd>,
    /// How many there are, where that is told.
    pub available: Option<i64>,
    /// When the list was read.
    pub refreshed_ms: Option<i64>,
}

/// What is to be mapped.
#[derive(Debug, Clone)]
pub struct NewMapping {
    /// The house.
    pub source: String,
    /// The service.
    pub service: String,
    /// How it is sold.
    pub product: Product,
    /// The house's code.
    pub code: String,
    /// Whether orders may be shorter than usual.
    pub short_ok: bool,
    /// Who maps it.
    pub by: Permit<Run>,
}

/// Why nothing was mapped.
#[derive(Debug, thiserror::Error)]
pub enum MapRefusal {
    /// There is no such source, or it is no house.
    #[error("there is no such house; `admin source list` shows all sources")]
    NoHouse,
    /// There is no such service.
    #[error("there is no such service")]
    NoService,
    /// The code is malformed.
    #[error("a house's code is 1 to {CODE_MAX} characters without control characters")]
    BadCode,
    /// Nothing is mapped so.
    #[error("nothing is mapped so")]
    NotMapped,
    /// The house did not answer.
    #[error("the house does not answer: {0}")]
    Silent(String),
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Says that a house's code is one of our services.
///
/// # Errors
/// See [`MapRefusal`].
pub async fn map(app: &App, new: NewMapping) -> Result<(), MapRefusal> {
    if new.code.is_empty() || new.code.chars().count() > CODE_MAX || new.code.chars().any(char::is_control) {
        return Err(MapRefusal::BadCode);
    }
    let catalog = catalog::catalog(app).await?;
    let service = catalog.by_slug(&new.service).ok_or(MapRefusal::NoService)?.id;
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let source = supply::house_id(tx, &new.source)?.ok_or(MapRefusal::NoHouse)?;
        let sql = "SELECT code FROM offer WHERE source_id = $1 AND service_id = $2 AND product = $3";
        let before = tx.one(sql, values![source, service, new.product])?.map(|row| row.text(0).to_owned());
        let sql = "INSERT INTO offer (source_id, service_id, product, code, enabled, short_ok)
             VALUES ($1, $2, $3, $4, 1, $5)
             ON CONFLICT (source_id, service_id, product)
             DO UPDATE SET code = $4, enabled = 1, short_ok = $5, cost = NULL, available = NULL, manner = NULL,
               window_ms = NULL, refreshed_ms = NULL, priced_ms = NULL";
        tx.run(sql, values![source, service, new.product, &new.code, new.short_ok])?;
        let reason = format!("{} {}", new.service, new.product.word());
        let (before, after) = (before.as_deref(), Some(new.code.as_str()));
        let deed = Deed { who: &new.by.who, deed: "offer.map", subject: &new.source, reason: &reason, before, after };
        Ok::<_, MapRefusal>(audit::write(tx, now, &deed)?)
    };
    app.db.write(Lane::Work, story).await?;
    app.houses.get().into_iter().for_each(super::Houses::forget);
    Ok(())
}

/// Says that a house's code is none of our services any more. What was bought goes on.
///
/// # Errors
/// See [`MapRefusal`].
pub async fn unmap(
    app: &App,
    source: &str,
    service: &str,
    product: Product,
    by: &Permit<Run>,
) -> Result<(), MapRefusal> {
    let catalog = catalog::catalog(app).await?;
    let service_id = catalog.by_slug(service).ok_or(MapRefusal::NoService)?.id;
    let (now, source, by) = (app.now_ms(), source.to_owned(), by.clone());
    let reason = format!("{service} {}", product.word());
    let story = move |tx: &mut Tx<'_>| {
        let id = supply::house_id(tx, &source)?.ok_or(MapRefusal::NoHouse)?;
        let sql = "DELETE FROM offer WHERE source_id = $1 AND service_id = $2 AND product = $3 RETURNING code";
        let row = tx.one(sql, values![id, service_id, product])?.ok_or(MapRefusal::NotMapped)?;
        let (before, after) = (Some(row.text(0)), None);
        let deed = Deed { who: &by.who, deed: "offer.unmap", subject: &source, reason: &reason, before, after };
        Ok::<_, MapRefusal>(audit::write(tx, now, &deed)?)
    };
    app.db.write(Lane::Work, story).await?;
    app.houses.get().into_iter().for_each(super::Houses::forget);
    Ok(())
}

/// All mappings, by house, service and product; at most 20,000.
///
/// # Errors
/// What the database said.
pub async fn mappings(app: &App) -> Result<Vec<Mapping>, DbError> {
    let sql = "SELECT source_id, service_id, product, code, enabled, short_ok, cost, available, refreshed_ms
         FROM offer
         ORDER BY source_id, service_id, product
         LIMIT $1";
    let (catalog, sources) = (catalog::catalog(app).await?, supply::sources(app).await?);
    let name = |id: i64| sources.iter().find(|source| source.id == id).map_or("", |source| source.slug.as_str());
    let mapping = |row: &Row| {
        Ok(Mapping {
            source: name(row.int(0)).to_owned(),
            service: catalog.slug(row.int(1)).to_owned(),
            product: row.product(2)?,
            code: row.text(3).to_owned(),
            is_enabled: row.flag(4),
            short_ok: row.flag(5),
            cost: row.opt_int(6).map(Usd::from_micros),
            available: row.opt_int(7),
            refreshed_ms: row.opt_int(8),
        })
    };
    app.db.rows(sql, values![OFFERS_MAX]).await?.iter().map(mapping).collect()
}

/// The names of the sources that are houses.
///
/// # Errors
/// What the database said.
pub async fn names(app: &App) -> Result<Vec<String>, DbError> {
    let Some(houses) = app.houses.get() else { return Ok(Vec::new()) };
    let all = supply::houses(app, &houses.registry).await?;
    Ok(all.into_iter().map(|house| house.wire.slug).collect())
}

/// Asks a house what it sells, so that it can be mapped.
///
/// # Errors
/// See [`MapRefusal`].
pub async fn theirs(app: &App, source: &str) -> Result<Vec<Offer>, MapRefusal> {
    let houses = app.houses.get().ok_or(MapRefusal::NoHouse)?;
    let all = supply::houses(app, &houses.registry).await?;
    let wire = all.into_iter().map(|house| house.wire).find(|wire| wire.slug == source).ok_or(MapRefusal::NoHouse)?;
    let house = houses.registry.get(&wire.connector).and_then(|connector| connector.house());
    let house = house.ok_or(MapRefusal::NoHouse)?;
    let asked = within(house.offers(&wire.settings)).await;
    asked.map_err(|fault| match fault {
        Fault::NotDone(trouble) | Fault::Unknown(trouble) => MapRefusal::Silent(trouble.says),
    })
}
