//! How many numbers are for sale, for lists: up to 30 s old.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::App;
use crate::catalog;
use crate::clock::SECOND_MS;
use crate::db::{DbError, Tx};
use crate::purchase;
use crate::values;

/// How old the figures may be.
const FRESH_MS: i64 = 30 * SECOND_MS;

/// Figures as of one moment.
#[derive(Default)]
struct Stock {
    short_term: i64,
    rental: i64,
    /// Numbers that are not for sale for a service: leased for it, resting, or burnt.
    used: HashMap<i64, i64>,
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
    let of = |service: &i64| {
        let used = stock.used.get(service).copied().unwrap_or(0);
        let (short_term, rental) = upstream.get(service).copied().unwrap_or_default();
        let sum = |own: i64, theirs: i64| own.max(0).saturating_add(theirs);
        (*service, (sum(stock.short_term - used, short_term), sum(stock.rental - used, rental)))
    };
    Ok(services.iter().map(of).collect())
}

/// How many numbers of the house's own are for sale short-term for a service; up to 30 s old.
///
/// # Errors
/// What the database said.
pub async fn own(app: &App, services: &[i64]) -> Result<HashMap<i64, i64>, DbError> {
    let stock = stock(app).await?;
    let of = |service: &i64| (*service, (stock.short_term - stock.used.get(service).copied().unwrap_or(0)).max(0));
    Ok(services.iter().map(of).collect())
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
    let catalog = catalog::catalog(app).await?;
    let stock = Arc::new(app.db.read(move |tx: &mut Tx<'_>| count(tx, &catalog.enabled_sources, now)).await?);
    *cache.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&stock)));
    Ok(stock)
}

fn count(tx: &mut Tx<'_>, enabled_sources: &[i64], now_ms: i64) -> Result<Stock, DbError> {
    let total = "SELECT n.source_id, COUNT(*),
           CAST(SUM(CASE WHEN n.quiet_ms <= $1 THEN 1 ELSE 0 END) AS BIGINT)
         FROM number n
         JOIN number_import i ON i.id = n.import_id AND i.state = 'complete'
         WHERE n.state = 'active' AND n.is_offline = 0 AND n.line_type <> 'voip' AND n.rented_until_ms <= $1
         GROUP BY n.source_id";
    let (mut short_term, mut rental) = (0, 0);
    for row in tx.all(total, values![now_ms])? {
        if enabled_sources.contains(&row.int(0)) {
            short_term += row.int(1);
            rental += row.int(2);
        }
    }
    let used = "SELECT u.service_id, COUNT(*)
         FROM number_use u
         JOIN number n ON n.id = u.number_id
         WHERE (u.burnt = 1 OR u.free_ms > $1)
           AND n.is_bought = 0 AND n.is_offline = 0 AND n.state = 'active' AND n.rented_until_ms <= $1
         GROUP BY u.service_id";
    let used = tx.all(used, values![now_ms])?.iter().map(|row| (row.int(0), row.int(1))).collect();
    Ok(Stock { short_term, rental, used })
}
