//! How many numbers are for sale, for lists: up to 30 s old.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::App;
use crate::catalog::{self, Catalog};
use crate::clock::SECOND_MS;
use crate::db::{DbError, Tx};
use crate::purchase;
use crate::values;

/// How old the figures may be.
const FRESH_MS: i64 = 30 * SECOND_MS;

/// Figures as of one moment, by source.
type Stock = HashMap<i64, OfSource>;

/// What a source has.
#[derive(Default)]
struct OfSource {
    short_term: i64,
    rental: i64,
    /// Numbers that are not for sale for a service: leased for it, resting, or burnt.
    used: HashMap<i64, i64>,
}

impl OfSource {
    /// What is left for a service, short-term and as a rental.
    fn left(&self, service: i64) -> (i64, i64) {
        let used = self.used.get(&service).copied().unwrap_or(0);
        ((self.short_term - used).max(0), (self.rental - used).max(0))
    }
}

/// The figures that lists are served from.
#[derive(Default)]
pub(crate) struct StockCache {
    kept: Mutex<Option<(i64, Arc<Stock>)>>,
    counting: tokio::sync::Mutex<()>,
}

impl StockCache {
    fn fresh(&self, now_ms: i64) -> Option<Arc<Stock>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (at_ms, stock) = kept.as_ref()?;
        (*at_ms <= now_ms && now_ms < at_ms + FRESH_MS).then(|| Arc::clone(stock))
    }
}

/// How many numbers are for sale for a service, short-term and as a rental, those that other houses offer among them; up
/// to 30 s old.
///
/// # Errors
/// What the database said.
pub async fn available(app: &App, services: &[i64]) -> Result<HashMap<i64, (i64, i64)>, DbError> {
    let (stock, upstream) = (stock(app).await?, purchase::stocks(app).await?);
    let catalog = catalog::catalog(app).await?;
    let of = |service: &i64| {
        let (own, theirs) = (owned(&stock, &catalog, *service), upstream.get(service).copied().unwrap_or_default());
        (*service, (own.0.saturating_add(theirs.0), own.1.saturating_add(theirs.1)))
    };
    Ok(services.iter().map(of).collect())
}

/// How many numbers of the house's own are for sale short-term for a service; up to 30 s old.
///
/// # Errors
/// What the database said.
pub async fn own(app: &App, services: &[i64]) -> Result<HashMap<i64, i64>, DbError> {
    let (stock, catalog) = (stock(app).await?, catalog::catalog(app).await?);
    Ok(services.iter().map(|service| (*service, owned(&stock, &catalog, *service).0)).collect())
}

/// What the sources that are not paused have for a service, short-term and as a rental.
fn owned(stock: &Stock, catalog: &Catalog, service: i64) -> (i64, i64) {
    let sources = catalog.enabled_sources.iter().filter_map(|source| stock.get(source));
    sources.map(|source| source.left(service)).fold((0, 0), |sum, left| (sum.0 + left.0, sum.1 + left.1))
}

/// How many numbers would be for sale short-term for a service if a source were not paused: each such source that has
/// some, with their count; up to 30 s old.
pub(crate) async fn withheld(app: &App, service: i64) -> Result<Vec<(i64, i64)>, DbError> {
    let (stock, catalog) = (stock(app).await?, catalog::catalog(app).await?);
    let paused = stock.iter().filter(|(source, _)| !catalog.enabled_sources.contains(source));
    let left = paused.map(|(source, own)| (*source, own.left(service).0));
    Ok(left.filter(|(_, count)| *count > 0).collect())
}

async fn stock(app: &App) -> Result<Arc<Stock>, DbError> {
    let cache = &app.shelf.stock;
    if let Some(stock) = cache.fresh(app.now_ms()) {
        return Ok(stock);
    }
    let _one_at_a_time = cache.counting.lock().await;
    let now = app.now_ms();
    if let Some(stock) = cache.fresh(now) {
        return Ok(stock);
    }
    let stock = Arc::new(app.db.read(move |tx: &mut Tx<'_>| count(tx, now)).await?);
    *cache.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&stock)));
    Ok(stock)
}

fn count(tx: &mut Tx<'_>, now_ms: i64) -> Result<Stock, DbError> {
    let total = "SELECT n.source_id, COUNT(*),
           CAST(SUM(CASE WHEN n.quiet_ms <= $1 THEN 1 ELSE 0 END) AS BIGINT)
         FROM number n
         JOIN number_import i ON i.id = n.import_id AND i.state = 'complete'
         WHERE n.state = 'active' AND n.is_offline = 0 AND n.line_type <> 'voip' AND n.rented_until_ms <= $1
         GROUP BY n.source_id";
    let mut stock = Stock::new();
    for row in tx.all(total, values![now_ms])? {
        stock.insert(row.int(0), OfSource { short_term: row.int(1), rental: row.int(2), used: HashMap::new() });
    }
    let used = "SELECT n.source_id, u.service_id, COUNT(*)
         FROM number_use u
         JOIN number n ON n.id = u.number_id
         WHERE (u.burnt = 1 OR u.free_ms > $1)
           AND n.is_bought = 0 AND n.is_offline = 0 AND n.state = 'active' AND n.rented_until_ms <= $1
         GROUP BY n.source_id, u.service_id";
    for row in tx.all(used, values![now_ms])? {
        if let Some(source) = stock.get_mut(&row.int(0)) {
            source.used.insert(row.int(1), row.int(2));
        }
    }
    Ok(stock)
}
