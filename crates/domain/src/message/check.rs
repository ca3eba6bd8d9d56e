//! Checks messages: their states, whose they are, that none was kept twice, and that what should be gone is gone (S2 to
//! S4, S6, S9).

use std::collections::HashMap;

use super::days::KEPT_MS;
use super::join::PATIENCE_MS;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS, day_of};
use crate::db::{DbError, Row, Tx, pairs};
use crate::event::check as event;
use crate::number::check::{self as number, LeaseFact, Suspect};
use crate::values;
use crate::verify::Finding;

/// A cancel takes its moment before it waits for its turn, so a message may be received a little after it.
const TURN_MAX_MS: i64 = 10_000;
/// Days that should be gone and are told of.
const OLD_MAX: i64 = 1_000;

/// How many messages were delivered to each of some orders and rentals, which are told with their numbers.
pub(crate) fn delivered_to(
    tx: &mut Tx<'_>,
    orders: impl IntoIterator<Item = (i64, i64)>,
) -> Result<HashMap<i64, i64>, DbError> {
    let sql = "SELECT m.order_id, COUNT(*)
         FROM (json_pairs($1)) p
         JOIN message m ON m.number_id = p.b AND m.order_id = p.a
         WHERE m.state = 'delivered'
         GROUP BY m.order_id";
    let rows = tx.all(sql, &[pairs(orders)])?;
    Ok(rows.iter().map(|row| (row.int(0), row.int(1))).collect())
}

const PAGE: &str = "SELECT m.id, m.state, m.reason, m.number_id, m.order_id, m.account_id, m.received_ms, m.sealed_day,
       CASE WHEN m.sealed IS NULL THEN 0 ELSE 1 END,
       CASE WHEN EXISTS (SELECT 1 FROM message_part p WHERE p.message_id = m.id) THEN 1 ELSE 0 END
     FROM message m
     WHERE m.id > $1
     ORDER BY m.id
     LIMIT $2";

/// Checks the messages with the next ids; tells the last id of a full page.
pub(crate) fn page(
    tx: &mut Tx<'_>,
    after: i64,
    limit: i64,
    now_ms: i64,
) -> Result<(Vec<Finding>, Option<i64>), DbError> {
    let rows = tx.all(PAGE, values![after, limit])?;
    let orders: Vec<i64> = rows.iter().filter_map(|row| row.opt_int(4)).collect();
    let leases = number::leases_of(tx, &orders)?;
    let mut findings = Vec::new();
    for row in &rows {
        let fault = match row.text(1) {
            "delivered" => delivered_fault(row, row.opt_int(4).and_then(|order| leases.get(&order))),
            "quarantined" => quarantined_fault(row),
            "joining" => joining_fault(row, now_ms),
            "dropped" => row.flag(8).then_some(("S9", "was dropped and still holds its text")),
            _ => Some(("S2", "is in no known state")),
        };
        let is_old = row.flag(8) && row.opt_int(7).is_some_and(|day| day <= last_old_day(now_ms));
        let fault = fault.or(is_old.then_some(("S9", "its text is kept past its day")));
        if let Some((rule, what)) = fault {
            findings.push(Finding::new(rule, what, format!("message {}", row.int(0))));
        }
    }
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    Ok((findings, rows.last().filter(|_| is_full).map(|row| row.int(0))))
}

type Fault = Option<(&'static str, &'static str)>;

fn delivered_fault(row: &Row, lease: Option<&LeaseFact>) -> Fault {
    let Some(lease) = lease else { return Some(("S3", "was delivered to an order that has no lease")) };
    if row.opt_int(5) != Some(lease.account) {
        return Some(("S3", "was delivered to another account than its order's"));
    }
    if row.opt_int(3) != Some(lease.number) {
        return Some(("S4", "was delivered to an order on another number"));
    }
    let received_ms = row.int(6);
    if received_ms < lease.start_ms || received_ms > lease.end_ms.saturating_add(TURN_MAX_MS) {
        return Some(("S4", "was delivered to an order that did not run when it came"));
    }
    // What is delivered is sealed under its lease's key and stays there; erasing deletes the key.
    (row.opt_int(7).is_some() || !row.flag(8)).then_some(("S2", "was delivered and is not sealed under its lease"))
}

fn quarantined_fault(row: &Row) -> Fault {
    if row.opt_text(2).is_none_or(str::is_empty) {
        return Some(("S2", "is quarantined without a reason"));
    }
    if row.opt_int(5).is_some() {
        return Some(("S3", "is quarantined and belongs to an account"));
    }
    (row.flag(8) && row.opt_int(7).is_none()).then_some(("S9", "is quarantined and sealed under no day"))
}

fn joining_fault(row: &Row, now_ms: i64) -> Fault {
    if row.int(6) < now_ms - PATIENCE_MS - MINUTE_MS {
        return Some(("S2", "has waited for its parts for over a minute too long"));
    }
    (!row.flag(9)).then_some(("S2", "waits for parts and has none"))
}

/// A message by its source, its sender's own id, and ours.
pub(crate) type Told = (i64, Vec<u8>, i64);

/// Before every message.
pub(crate) const FIRST_TOLD: Told = (i64::MIN, Vec::new(), i64::MIN);

/// Messages whose ids are compared in one look.
const TOLD_MAX: i64 = 5_000;

/// Looks from a message on for two that their sender told as one (S6). The unique index keeps it so, unless somebody took
/// it away. Tells the last of a full page, at which the next one begins.
pub(crate) fn told_twice(tx: &mut Tx<'_>, from: &Told) -> Result<(Vec<Finding>, Option<Told>), DbError> {
    let sql = "SELECT source_id, ref, id
         FROM message
         WHERE (source_id, ref, id) >= ($1, $2, $3)
         ORDER BY source_id, ref, id
         LIMIT $4";
    let rows = tx.all(sql, values![from.0, from.1.as_slice(), from.2, TOLD_MAX])?;
    let is_same = |pair: &&[Row]| (pair[0].int(0), pair[0].blob(1)) == (pair[1].int(0), pair[1].blob(1));
    let twice = rows.windows(2).filter(is_same).map(|pair| {
        let what = format!("is what its source had told as message {} before", pair[0].int(2));
        Finding::new("S6", what, format!("message {}", pair[1].int(2)))
    });
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == TOLD_MAX);
    let last = rows.last().filter(|_| is_full).map(|row| (row.int(0), row.blob(1).to_vec(), row.int(2)));
    Ok((twice.collect(), last))
}

/// The last day whose quarantine is over for more than an hour.
fn last_old_day(now_ms: i64) -> i64 {
    day_of(now_ms - KEPT_MS - DAY_MS - HOUR_MS)
}

/// The keys of days whose quarantine is over for more than an hour (S9).
pub(crate) fn kept_too_long(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<Finding>, DbError> {
    let sql = "SELECT day FROM day_key WHERE day <= $1 ORDER BY day LIMIT $2";
    let days = tx.all(sql, values![last_old_day(now_ms), OLD_MAX])?;
    let what = "the key of its texts should have been erased more than an hour ago";
    Ok(days.iter().map(|row| Finding::new("S9", what, format!("day {}", row.int(0)))).collect())
}

/// Whether the later of two leases began after the earlier one's customer had the first message (N3). A message may be
/// handed over long after it came, so it is the telling that counts; what is not known any more is not held against it.
pub(crate) fn sold_twice(tx: &mut Tx<'_>, suspect: &Suspect) -> Result<Option<Finding>, DbError> {
    let sql = "SELECT id
         FROM message
         WHERE number_id = $1 AND received_ms >= $2 AND order_id = $3 AND state = 'delivered'
         ORDER BY received_ms, id
         LIMIT 1";
    let earlier = &suspect.earlier;
    let Some(message) = tx.one(sql, values![earlier.number, earlier.start_ms, earlier.order])? else { return Ok(None) };
    let told_ms = event::told_ms(tx, suspect.earlier.account, message.int(0))?;
    let is_after = told_ms.is_some_and(|told_ms| told_ms < suspect.later.start_ms);
    let row = format!("number {} order {}", suspect.later.number, suspect.later.order);
    let what = format!("was sold although order {} of another customer had its message", suspect.earlier.order);
    Ok(is_after.then(|| Finding::new("N3", what, row)))
}
