//! How often and how fast codes came lately, by service, from the orders' own rows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::rows::{self, Recent};
use crate::App;
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::db::{DbError, Tx};

/// How old the figures may be.
const FRESH_MS: i64 = MINUTE_MS;
/// Orders that are counted: the newest of the last day, at most so many.
const SPAN_MS: i64 = DAY_MS;
/// See [`SPAN_MS`].
const COUNTED_MAX: i64 = 5_000;
/// A code that comes later than this after its order counts as none, and an order is counted once it is so old: so
/// those that still wait do not make the figures look better than they are.
pub const WITHIN_MS: i64 = 5 * MINUTE_MS;
/// With fewer orders nothing is said.
const ORDERS_MIN: u32 = 5;

/// How a service delivered lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// Orders that were counted, those that were cancelled among them.
    pub orders: u32,
    /// Per cent of them whose code came within [`WITHIN_MS`], rounded down.
    pub percent: u32,
    /// The median from order to code of those, in ms; none if none came.
    pub median_ms: Option<i64>,
}

/// Figures by service; a service with too few orders is not among them.
pub type Deliveries = HashMap<i64, Delivery>;

/// The figures that lists are served from.
#[derive(Default)]
pub(crate) struct DeliveryCache {
    kept: Mutex<Option<(i64, Arc<Deliveries>)>>,
    counting: tokio::sync::Mutex<()>,
}

impl DeliveryCache {
    fn fresh(&self, now_ms: i64) -> Option<Arc<Deliveries>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (at_ms, figures) = kept.as_ref()?;
        (*at_ms <= now_ms && now_ms < at_ms + FRESH_MS).then(|| Arc::clone(figures))
    }
}

/// How often and how fast codes came, of the last day's newest 5,000 orders; up to a minute old.
///
/// # Errors
/// What the database said.
pub async fn delivery(app: &App) -> Result<Arc<Deliveries>, DbError> {
    let cache = &app.delivery;
    if let Some(figures) = cache.fresh(app.now_ms()) {
        return Ok(figures);
    }
    let _one_at_a_time = cache.counting.lock().await;
    let now = app.now_ms();
    if let Some(figures) = cache.fresh(now) {
        return Ok(figures);
    }
    let look = move |tx: &mut Tx<'_>| rows::recent(tx, now - SPAN_MS, now - WITHIN_MS, COUNTED_MAX);
    let figures = Arc::new(figures(&app.db.read(look).await?));
    *cache.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&figures)));
    Ok(figures)
}

fn figures(orders: &[Recent]) -> Deliveries {
    let mut waits: HashMap<i64, (u32, Vec<i64>)> = HashMap::new();
    for order in orders {
        let (count, took) = waits.entry(order.service).or_default();
        *count += 1;
        took.extend(order.took_ms.filter(|took_ms| *took_ms <= WITHIN_MS));
    }
    let told = waits.into_iter().filter(|(_, (count, _))| *count >= ORDERS_MIN);
    told.map(|(service, (count, took))| (service, figure(count, took))).collect()
}

fn figure(orders: u32, mut took: Vec<i64>) -> Delivery {
    took.sort_unstable();
    let delivered = u64::try_from(took.len()).unwrap_or(u64::MAX);
    let percent = delivered * 100 / u64::from(orders.max(1));
    let median_ms = took.get(took.len() / 2).copied();
    Delivery { orders, percent: u32::try_from(percent).unwrap_or(100), median_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_code_counts_as_none_and_few_orders_say_nothing() {
        let order = |service, took_ms| Recent { service, took_ms };
        let orders = [
            order(1, Some(4_000)),
            order(1, Some(9_000)),
            order(1, Some(WITHIN_MS + 1)),
            order(1, None),
            order(1, Some(6_000)),
            order(1, None),
            order(1, None),
            order(2, Some(1_000)),
        ];
        let figures = figures(&orders);
        assert_eq!(figures.get(&1), Some(&Delivery { orders: 7, percent: 42, median_ms: Some(6_000) }));
        assert_eq!(figures.get(&2), None);
    }
}
