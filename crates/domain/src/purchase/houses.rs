//! The houses as this node knows them: their connectors, what they offer, how they did lately.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::choose::Record;
use super::{offers, rows};
use crate::App;
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::db::{DbError, Tx};
use crate::money::Usd;
use crate::product::Product;
use crate::supply::{self, Registry, Settings, Window};
use crate::values;

/// How old what is known of offers may be.
const FRESH_MS: i64 = 2 * SECOND_MS;
/// Purchases that the records of a day are made from: the newest.
const RECORDED_MAX: i64 = 5_000;
/// How far back they go.
const RECORDED_MS: i64 = crate::clock::DAY_MS;
/// How soon a house that did not answer is asked for its list again.
const LIST_AGAIN_MS: i64 = 15 * SECOND_MS;
/// Faults in a row from which on a house is asked last.
const FAULTS_MAX: u32 = 3;
/// For how long.
const AVOIDED_MS: i64 = 5 * MINUTE_MS;

/// How the house buys from others: given once, when it takes up its work.
pub struct Houses {
    pub(super) registry: Arc<Registry>,
    /// How long an order waits for all houses together.
    pub(super) patience: Duration,
    pub(super) chance: fn() -> u64,
    troubles: Mutex<HashMap<i64, Faults>>,
    known: Mutex<Option<(i64, Arc<Known>)>>,
    loading: tokio::sync::Mutex<()>,
    /// When each house's list was asked for last.
    listed_ms: Mutex<HashMap<i64, i64>>,
    /// Tells those who look that there is something to look at.
    pub(super) news: Notify,
}

#[derive(Clone, Copy, Default)]
struct Faults {
    in_a_row: u32,
    last_ms: i64,
    /// Until when the house asked not to be asked.
    throttled_until_ms: i64,
}

impl Houses {
    /// How long an order waits for all houses together, in a house at work.
    pub const PATIENCE: Duration = Duration::from_secs(10);

    /// Buys by these connectors. `chance` draws the orders that are used to know a house better.
    #[must_use]
    pub fn new(registry: Arc<Registry>, patience: Duration, chance: fn() -> u64) -> Self {
        let (troubles, known, listed_ms) = (Mutex::default(), Mutex::default(), Mutex::default());
        let loading = tokio::sync::Mutex::default();
        Self { registry, patience, chance, troubles, known, loading, listed_ms, news: Notify::new() }
    }

    /// A house answered as it should.
    pub(super) fn did_well(&self, source: i64) {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).remove(&source);
    }

    /// A house did not answer, or refused for a reason that is no lack of numbers.
    pub(super) fn failed(&self, source: i64, now_ms: i64, retry_after_ms: Option<i64>) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let faults = troubles.entry(source).or_default();
        faults.in_a_row = faults.in_a_row.saturating_add(1);
        faults.last_ms = now_ms;
        let wait_ms = retry_after_ms.unwrap_or(0).clamp(0, AVOIDED_MS);
        faults.throttled_until_ms = now_ms + wait_ms;
    }

    /// Whether a house is asked last.
    fn is_avoided(&self, source: i64, now_ms: i64) -> bool {
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.get(&source).is_some_and(|faults| {
            faults.throttled_until_ms > now_ms
                || faults.in_a_row >= FAULTS_MAX && now_ms < faults.last_ms.saturating_add(AVOIDED_MS)
        })
    }

    /// Whether a house's list may be read now: it is not asked again at once where it does not answer.
    pub(super) fn may_list(&self, source: i64, now_ms: i64) -> bool {
        let mut listed = self.listed_ms.lock().unwrap_or_else(PoisonError::into_inner);
        let last_ms = listed.insert(source, now_ms);
        let may = last_ms.is_none_or(|last_ms| now_ms >= last_ms + LIST_AGAIN_MS || now_ms < last_ms);
        if let (false, Some(last_ms)) = (may, last_ms) {
            listed.insert(source, last_ms);
        }
        may
    }

    /// Forgets what is known of offers, because this process changed them.
    pub(super) fn forget(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn fresh(&self, now_ms: i64) -> Option<Arc<Known>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (at_ms, ways) = known.as_ref()?;
        (*at_ms <= now_ms && now_ms < at_ms + FRESH_MS).then(|| Arc::clone(ways))
    }
}

/// A way to buy one of our services from one house.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) source: i64,
    pub(super) slug: String,
    pub(super) connector: String,
    pub(super) settings: Settings,
    pub(super) service: i64,
    pub(super) product: Product,
    pub(super) code: String,
    pub(super) cost: Usd,
    pub(super) available: Option<i64>,
    pub(super) window: Window,
    pub(super) short_ok: bool,
    /// When its list told the cost last.
    pub(super) priced_ms: Option<i64>,
    pub(super) record: Record,
    pub(super) is_avoided: bool,
}

/// All ways of all houses whose numbers may be sold.
#[derive(Default)]
pub(super) struct Known {
    pub(super) ways: Vec<Way>,
    /// Whether there are houses at all, so that nobody looks for purchases where there are none.
    pub(super) has_houses: bool,
}

/// What is known of offers, two seconds old at most; nothing where the house does not buy.
pub(super) async fn known(app: &App) -> Result<Arc<Known>, DbError> {
    let Some(houses) = app.houses.get() else { return Ok(Arc::default()) };
    if let Some(known) = houses.fresh(app.now_ms()) {
        return Ok(known);
    }
    let _one_at_a_time = houses.loading.lock().await;
    let now = app.now_ms();
    if let Some(known) = houses.fresh(now) {
        return Ok(known);
    }
    let known = Arc::new(load(app, houses, now).await?);
    *houses.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&known)));
    Ok(known)
}

async fn load(app: &App, houses: &Houses, now_ms: i64) -> Result<Known, DbError> {
    let all = supply::houses(app, &houses.registry).await?;
    if all.is_empty() {
        return Ok(Known::default());
    }
    let read = move |tx: &mut Tx<'_>| Ok::<_, DbError>((offers::enabled(tx)?, records(tx, now_ms)?));
    let (offers, records) = app.db.read(read).await?;
    let mut ways = Vec::new();
    for offer in offers {
        let Some(house) = all.iter().find(|house| house.wire.source == offer.source && house.is_enabled) else {
            continue;
        };
        let record = records.get(&(offer.source, offer.service, offer.product)).copied().unwrap_or_default();
        ways.push(Way {
            source: offer.source,
            slug: house.wire.slug.clone(),
            connector: house.wire.connector.clone(),
            settings: house.wire.settings.clone(),
            service: offer.service,
            product: offer.product,
            code: offer.code,
            cost: offer.cost,
            available: offer.available,
            window: offer.window,
            short_ok: offer.short_ok,
            priced_ms: offer.priced_ms,
            record,
            is_avoided: false,
        });
    }
    Ok(Known { ways, has_houses: true })
}

/// The ways for one service as they are just now.
pub(super) async fn ways(app: &App, service: i64, product: Product) -> Result<Vec<Way>, DbError> {
    let known = known(app).await?;
    let Some(houses) = app.houses.get() else { return Ok(Vec::new()) };
    let now = app.now_ms();
    let is_one = |way: &&Way| way.service == service && way.product == product;
    let avoided = |way: &Way| Way { is_avoided: houses.is_avoided(way.source, now), ..way.clone() };
    Ok(known.ways.iter().filter(is_one).map(avoided).collect())
}

/// How purchases went within a day, by house, service and form of sale. One counts when its order is over, or its
/// message came.
fn records(tx: &mut Tx<'_>, now_ms: i64) -> Result<HashMap<(i64, i64, Product), Record>, DbError> {
    let sql = "SELECT source_id, service_id, product, COUNT(*),
           CAST(SUM(CASE WHEN delivered_ms IS NULL THEN 0 ELSE 1 END) AS BIGINT),
           CAST(COALESCE(SUM(delivered_ms - answered_ms), 0) AS BIGINT)
         FROM (SELECT source_id, service_id, product, delivered_ms, answered_ms
               FROM purchase
               WHERE created_ms > $1 AND digits IS NOT NULL AND (ended_ms IS NOT NULL OR delivered_ms IS NOT NULL)
               ORDER BY created_ms DESC
               LIMIT $2) AS lately
         GROUP BY source_id, service_id, product";
    let mut records = HashMap::new();
    for row in tx.all(sql, values![now_ms - RECORDED_MS, RECORDED_MAX])? {
        let (ended, delivered, took_ms) = (row.int(3), row.int(4), row.int(5));
        let took_ms = if delivered > 0 { Some(took_ms / delivered) } else { None };
        records.insert((row.int(0), row.int(1), row.product(2)?), Record { ended, delivered, took_ms });
    }
    Ok(records)
}

/// The house that a purchase is from, with what its connector was told.
pub(super) async fn house_of(app: &App, source: i64) -> Result<Option<supply::Wire>, DbError> {
    let Some(houses) = app.houses.get() else { return Ok(None) };
    let all = supply::houses(app, &houses.registry).await?;
    Ok(all.into_iter().find(|house| house.wire.source == source).map(|house| house.wire))
}

/// The purchases of a house that are due, oldest first.
pub(super) fn due(tx: &mut Tx<'_>, source: i64, now_ms: i64, limit: i64) -> Result<Vec<rows::Purchase>, DbError> {
    let sql = rows::purchases!("WHERE source_id = $1 AND look_ms <= $2 ORDER BY look_ms, id LIMIT $3");
    tx.all(sql, values![source, now_ms, limit])?.iter().map(rows::purchase).collect()
}
