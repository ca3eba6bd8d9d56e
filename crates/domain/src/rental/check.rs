//! Checks rentals against their captures, refunds, leases and messages (L7, L9, N6, S3).

use std::collections::HashMap;

use super::State;
use crate::db::{DbError, Tx, id_list, word};
use crate::ledger::check::{self as ledger, Named, Outcome};
use crate::ledger::{Move, payments_in};
use crate::message::check as message;
use crate::money::Usd;
use crate::number::check as number;
use crate::values;
use crate::verify::Finding;

/// Rentals of one page of accounts that were cancelled and are looked at.
const CANCELLED_MAX: i64 = 20_000;

const PAGE: &str =
    "SELECT id, account_id, product, service_id, number_id, price, capture, created_ms, end_ms, renewals, state
     FROM rental
     WHERE id > $1
     ORDER BY id
     LIMIT $2";

/// Checks the rentals with the next ids; tells the last id of a full page.
pub(crate) fn page(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<(Vec<Finding>, Option<i64>), DbError> {
    let rows = tx.all(PAGE, values![after, limit])?;
    let ids: Vec<i64> = rows.iter().map(|row| row.int(0)).collect();
    let places: Vec<(i64, i64)> = rows.iter().map(|row| (row.int(1), row.int(6))).collect();
    let captures = ledger::named(tx, &places)?;
    let leases = number::leases_of(tx, &ids)?;
    let messages = message::delivered_to(tx, rows.iter().map(|row| (row.int(0), row.int(4))))?;
    let mut findings = Vec::new();
    for row in &rows {
        let id = row.int(0);
        let mut found = |rule, what: String| findings.push(Finding::new(rule, what, format!("rental {id}")));
        let (price, renewals) = (Usd::from_micros(row.int(5)), row.int(9));
        let capture = captures.get(&(row.int(1), row.int(6))).filter(|named| is_its_capture(named, id));
        match capture {
            None => found("L7", "names a capture that is not its own".to_owned()),
            Some(capture) if renewals == 0 && capture.amount != price => {
                found("L9", "its price is not what was captured".to_owned());
            }
            Some(_) => {}
        }
        let product = row.product(2)?;
        // Its first price is held against its refunds with the ledger.
        let is_renewed_and_cancelled = renewals > 0 && row.text(10) == State::Cancelled.word();
        if is_renewed_and_cancelled
            && payments_in(tx, row.int(1), product, id)?.iter().any(|payment| payment.left() > Usd::ZERO)
        {
            found("L7", "was cancelled and a renewal did not come back".to_owned());
        }
        let lease = leases.get(&id);
        let is_its_lease = lease.is_some_and(|lease| {
            (lease.account, lease.service, lease.number) == (row.int(1), row.int(3), row.int(4))
                && lease.product == product
                && (lease.start_ms, lease.end_ms) == (row.int(7), row.int(8))
        });
        if !is_its_lease {
            found("N6", "has no lease of its account, number, service and span".to_owned());
        }
        let (counted, count) = (lease.map_or(0, |lease| lease.messages), messages.get(&id).copied().unwrap_or(0));
        if counted != count {
            found("S3", format!("its lease counts {counted} messages, and {count} were delivered to it"));
        }
    }
    let is_full = i64::try_from(ids.len()).is_ok_and(|count| count == limit);
    Ok((findings, ids.last().copied().filter(|_| is_full)))
}

fn is_its_capture(named: &Named, id: i64) -> bool {
    named.kind == Move::Capture && named.order == Some(id)
}

/// Checks transfers that name no short-term order: each names a rental of its account, or something that was paid for before
/// `mark_ms` and may be gone. A rental is never released.
pub(crate) fn outcomes(tx: &mut Tx<'_>, outcomes: &[Outcome], mark_ms: i64) -> Result<Vec<Finding>, DbError> {
    let sql = "SELECT p.a, r.account_id
         FROM (json_pairs($1)) p
         JOIN rental r ON r.id = p.a";
    let rows = tx.all(sql, &[id_list(outcomes.iter().map(|outcome| &outcome.order))])?;
    let accounts: HashMap<i64, i64> = rows.iter().map(|row| (row.int(0), row.int(1))).collect();
    let is_right = |outcome: &&Outcome| match accounts.get(&outcome.order) {
        Some(account) => {
            *account == outcome.account && matches!(outcome.kind, Move::Hold | Move::Capture | Move::Refund)
        }
        None => outcome.paid_ms < mark_ms,
    };
    let wrong = outcomes.iter().filter(|outcome| !is_right(outcome));
    let finding = |outcome: &Outcome| {
        let what = format!("is a {} of order {}, which it has not", outcome.kind.word(), outcome.order);
        Finding::new("L7", what, format!("account {} transfer {}", outcome.account, outcome.seq))
    };
    Ok(wrong.map(finding).collect())
}

/// A rental that was cancelled in time, which is refunded in the same transaction.
#[derive(Clone, Copy)]
pub(crate) struct Cancelled {
    pub(crate) id: i64,
    pub(crate) account: i64,
    pub(crate) price: Usd,
}

/// The cancelled rentals of accounts above `after` up to `last`.
pub(crate) fn cancelled(tx: &mut Tx<'_>, after: i64, last: i64) -> Result<Vec<Cancelled>, DbError> {
    let sql = "SELECT id, account_id, price, state
         FROM rental
         WHERE account_id > $1 AND account_id <= $2 AND state = 'cancelled'
         ORDER BY account_id, id
         LIMIT $3";
    let rows = tx.all(sql, values![after, last, CANCELLED_MAX])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        if word(State::from_word(row.text(3)), "a rental's state")? == State::Cancelled {
            found.push(Cancelled { id: row.int(0), account: row.int(1), price: Usd::from_micros(row.int(2)) });
        }
    }
    Ok(found)
}
