//! Counting hours: the verb of a worker.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::{Sums, rows, waits};
use crate::App;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::db::{DbError, Lane, Tx};
use crate::ledger::{self, Move};
use crate::money::Usd;
use crate::number;
use crate::order::{self, Made, State};
use crate::purchase;

/// How far back the first count goes, and how long figures are kept.
const KEPT_MS: i64 = 90 * DAY_MS;
/// Nothing of an hour changes so long after its end, once a worker has marked its last orders as ended.
const SETTLED_MS: i64 = 25 * MINUTE_MS;
/// How often the newest hours are counted again, by all nodes together.
const EVERY_MS: i64 = 55 * SECOND_MS;
/// Hours that one round counts, at most.
const HOURS_MAX: i64 = 6;
/// Orders read in one snapshot: few, because SQLite cannot begin its log anew while somebody reads.
const PAGE_MAX: i64 = 500;
/// The pause after a full page. A busy house makes hundreds of thousands of orders an hour, and reading them without a
/// rest takes a processor from those who order.
const REST: Duration = Duration::from_millis(50);

/// Counts the hours that are not final, a few at a time; tells whether there are more. Another node that has counted
/// within the minute is enough.
///
/// # Errors
/// What the database said.
pub async fn count_due(app: &App) -> Result<u64, DbError> {
    let now = app.now_ms();
    let Some(final_ms) = app.db.write(Lane::Work, move |tx| take_up(tx, now)).await? else { return Ok(0) };
    let this_hour = hour_of(now);
    let last = this_hour.min(final_ms + (HOURS_MAX - 1) * HOUR_MS);
    let mut hour = final_ms;
    while hour <= last {
        let counted = count(app, hour).await?;
        let is_final = hour + HOUR_MS + SETTLED_MS <= now && !counted.has_waiting;
        app.db.write(Lane::Work, move |tx| rows::keep(tx, hour, &counted, is_final)).await?;
        hour += HOUR_MS;
    }
    let is_behind = last < this_hour;
    let end = move |tx: &mut Tx<'_>| {
        rows::forget(tx, now - KEPT_MS)?;
        if is_behind { rows::give_turn(tx) } else { Ok(()) }
    };
    app.db.write(Lane::Work, end).await?;
    Ok(u64::from(is_behind))
}

/// The hour in which a time lies.
pub(super) fn hour_of(at_ms: i64) -> i64 {
    at_ms.div_euclid(HOUR_MS) * HOUR_MS
}

/// The first hour that is not final, if it is this node's turn.
fn take_up(tx: &mut Tx<'_>, now_ms: i64) -> Result<Option<i64>, DbError> {
    if let Some(turn) = rows::take_turn(tx, now_ms, now_ms - EVERY_MS)? {
        return Ok(turn);
    }
    let first = [order::first_ms(tx)?, ledger::first_rental_ms(tx)?].into_iter().flatten().min().unwrap_or(now_ms);
    rows::begin(tx, hour_of(first.max(now_ms - KEPT_MS)), now_ms).map(Some)
}

/// What was counted of an hour.
#[derive(Clone, Default)]
pub(super) struct Hour {
    /// By service and source.
    pub(super) sums: BTreeMap<(i64, i64), Sums>,
    /// By step of the wait.
    pub(super) waits: BTreeMap<i64, i64>,
    /// Whether some order still waits: its worker may be behind, after the house was closed for a while.
    has_waiting: bool,
}

async fn count(app: &App, hour: i64) -> Result<Hour, DbError> {
    let mut counted = Hour::default();
    let mut after = Some((hour, i64::MIN));
    while let Some(place) = after {
        let look = move |tx: &mut Tx<'_>| {
            let made = order::made(tx, place, hour + HOUR_MS, PAGE_MAX)?;
            let ids: Vec<i64> = made.iter().map(|order| order.id).collect();
            let leased = number::leased(tx, &ids)?;
            Ok::<_, DbError>((made, leased))
        };
        let (made, leased) = app.db.read(look).await?;
        let is_full = i64::try_from(made.len()).is_ok_and(|count| count == PAGE_MAX);
        after = made.last().filter(|_| is_full).map(|order| (order.created_ms, order.id));
        for order in &made {
            let lease = leased.get(&order.id).copied().unwrap_or_default();
            add_order(&mut counted, order, (lease.service, lease.source), lease.cost);
        }
        if is_full {
            tokio::time::sleep(REST).await;
        }
    }
    count_others(app, hour, &mut counted).await?;
    Ok(counted)
}

fn add_order(counted: &mut Hour, order: &Made, place: (i64, i64), cost: Usd) {
    let mut one = Sums { orders: 1, cost, ..Sums::default() };
    match order.state {
        State::Waiting => counted.has_waiting = true,
        State::Received => {
            one.delivered = 1;
            one.revenue = order.price;
        }
        State::Cancelled | State::Expired => {
            one.given_up = 1;
            one.released = order.price;
        }
    }
    counted.sums.entry(place).or_default().add(&one);
    if let Some(took_ms) = order.took_ms {
        *counted.waits.entry(waits::step(took_ms)).or_default() += 1;
    }
}

/// Rentals that were paid within the hour, and what came back of anything. A renewal makes the lease longer and not
/// another one, so it costs nothing more, in whatever hour it is paid, but for what another house charged for it.
async fn count_others(app: &App, hour: i64, counted: &mut Hour) -> Result<(), DbError> {
    let mut after = Some(i64::MIN);
    while let Some(place) = after {
        let look = move |tx: &mut Tx<'_>| {
            let moved = ledger::rentals_and_refunds(tx, (hour, hour + HOUR_MS), place, PAGE_MAX)?;
            let ids: Vec<i64> = moved.iter().map(|moved| moved.order).collect();
            let leased: HashMap<i64, number::LeasedFor> = number::leased(tx, &ids)?;
            Ok::<_, DbError>((moved, leased, purchase::renewal_costs(tx, &ids, (hour, hour + HOUR_MS))?))
        };
        let (moved, leased, renewed) = app.db.read(look).await?;
        let is_full = i64::try_from(moved.len()).is_ok_and(|count| count >= PAGE_MAX);
        after = moved.last().filter(|_| is_full).map(|moved| moved.order);
        for moved in &moved {
            let lease = leased.get(&moved.order).copied().unwrap_or_default();
            let one = match moved.kind {
                Move::Refund => Sums { refunded: moved.amount, ..Sums::default() },
                _ => Sums {
                    rentals: moved.count,
                    revenue: moved.amount,
                    cost: cost_of(moved.order, &lease, hour, &renewed)?,
                    ..Sums::default()
                },
            };
            counted.sums.entry((lease.service, lease.source)).or_default().add(&one);
        }
        if is_full {
            tokio::time::sleep(REST).await;
        }
    }
    Ok(())
}

/// What a rental cost within an hour: its lease where it began then, and the terms that were bought for it then.
fn cost_of(order: i64, lease: &number::LeasedFor, hour: i64, renewed: &HashMap<i64, Usd>) -> Result<Usd, DbError> {
    let begun = if hour_of(lease.start_ms) == hour { lease.cost } else { Usd::ZERO };
    let cost = begun.checked_add(renewed.get(&order).copied().unwrap_or(Usd::ZERO));
    cost.ok_or(DbError::Damaged("a sum of costs"))
}
