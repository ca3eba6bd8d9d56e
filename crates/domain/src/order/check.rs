//! Checks orders against their holds, leases and messages (L7 to L9, N6, S3).

use std::collections::HashMap;

use super::State;
use crate::clock::MINUTE_MS;
use crate::db::{DbError, Row, Tx, pairs, word};
use crate::ledger::Move;
use crate::ledger::check::{self as ledger, Named, Outcome};
use crate::message::check as message;
use crate::money::Usd;
use crate::number::check::{self as number, LeaseFact};
use crate::product::Product;
use crate::values;
use crate::verify::Finding;

/// An order is ended this long after its end at the latest, as long as one node runs (L8).
const LATE_MAX_MS: i64 = MINUTE_MS;

/// Open holds looked up at once.
const HOLDS_MAX: usize = 2_000;

struct Kept {
    id: i64,
    account: i64,
    service: i64,
    number: i64,
    price: Usd,
    state: State,
    hold: i64,
    created_ms: i64,
    end_ms: i64,
}

fn kept(row: &Row) -> Result<Kept, DbError> {
    Ok(Kept {
        id: row.int(0),
        account: row.int(1),
        service: row.int(2),
        number: row.int(3),
        price: Usd::from_micros(row.int(4)),
        state: word(State::from_word(row.text(5)), "an order's state")?,
        hold: row.int(6),
        created_ms: row.int(7),
        end_ms: row.int(8),
    })
}

/// Checks the orders with the next ids; tells the last id of a full page.
pub(crate) fn page(
    tx: &mut Tx<'_>,
    after: i64,
    limit: i64,
    now_ms: i64,
) -> Result<(Vec<Finding>, Option<i64>), DbError> {
    let sql = "SELECT id, account_id, service_id, number_id, price, state, hold, created_ms, end_ms
         FROM orders
         WHERE id > $1
         ORDER BY id
         LIMIT $2";
    let rows = tx.all(sql, values![after, limit])?;
    let orders: Vec<Kept> = rows.iter().map(kept).collect::<Result<_, _>>()?;
    let ids: Vec<i64> = orders.iter().map(|order| order.id).collect();
    let places: Vec<(i64, i64)> = orders.iter().map(|order| (order.account, order.hold)).collect();
    let holds = ledger::named(tx, &places)?;
    let leases = number::leases_of(tx, &ids)?;
    let messages = message::delivered_to(tx, orders.iter().map(|order| (order.id, order.number)))?;
    let mut findings = Vec::new();
    for order in &orders {
        let mut found = |rule, what: String| findings.push(Finding::new(rule, what, format!("order {}", order.id)));
        if let Some((rule, what)) = money_fault(order, holds.get(&(order.account, order.hold))) {
            found(rule, what.to_owned());
        }
        if order.state == State::Waiting && order.end_ms < now_ms - LATE_MAX_MS {
            found("L8", "still waits more than a minute after its end".to_owned());
        }
        let lease = leases.get(&order.id);
        if lease.is_none_or(|lease| !is_its_lease(order, lease)) {
            found("N6", "has no lease of its account, number, service and span".to_owned());
        }
        let (counted, count) = (lease.map_or(0, |lease| lease.messages), messages.get(&order.id).copied().unwrap_or(0));
        if counted != count {
            found("S3", format!("its lease counts {counted} messages, and {count} were delivered to it"));
        }
        if order.state == State::Received && count == 0 {
            found("S3", "was captured though nothing was delivered to it".to_owned());
        }
    }
    let is_full = i64::try_from(orders.len()).is_ok_and(|count| count == limit);
    Ok((findings, orders.last().filter(|_| is_full).map(|order| order.id)))
}

/// What is wrong between an order and the transfers of its hold.
fn money_fault(order: &Kept, hold: Option<&Named>) -> Option<(&'static str, &'static str)> {
    let Some(hold) = hold.filter(|hold| hold.kind == Move::Hold && hold.order == Some(order.id)) else {
        return Some(("L7", "names a hold that is not its own"));
    };
    if hold.amount != order.price || hold.end.is_some_and(|(_, amount)| amount != order.price) {
        return Some(("L9", "its price is not what was held or what ended the hold"));
    }
    match (order.state, hold.end.map(|(kind, _)| kind)) {
        (State::Waiting, None)
        | (State::Received, Some(Move::Capture))
        | (State::Cancelled | State::Expired, Some(Move::Release)) => None,
        (State::Waiting, Some(_)) => Some(("L7", "waits although its hold has ended")),
        (State::Received | State::Cancelled | State::Expired, None) => {
            Some(("L7", "has ended although its hold is open"))
        }
        (State::Received | State::Cancelled | State::Expired, Some(_)) => Some(("L7", "its hold ended the other way")),
    }
}

fn is_its_lease(order: &Kept, lease: &LeaseFact) -> bool {
    let is_end_right = match order.state {
        State::Waiting | State::Received | State::Expired => lease.end_ms == order.end_ms,
        State::Cancelled => lease.end_ms <= order.end_ms,
    };
    lease.account == order.account
        && lease.number == order.number
        && lease.service == order.service
        && lease.product == Product::ShortTerm
        && lease.start_ms == order.created_ms
        && is_end_right
}

/// Checks what transfers say of orders against the orders. An order never leaves the state that a capture or release
/// put it in, so a later snapshot than the transfers' will do. Tells those whose orders are not here.
pub(crate) fn outcomes(tx: &mut Tx<'_>, outcomes: &[Outcome]) -> Result<(Vec<Finding>, Vec<Outcome>), DbError> {
    let sql = "SELECT p.a, o.account_id, o.state, o.hold
         FROM (json_pairs($1)) p
         JOIN orders o ON o.id = p.a";
    let ids = outcomes.iter().map(|outcome| (outcome.order, 0));
    let rows = tx.all(sql, &[pairs(ids)])?;
    let mut orders = HashMap::new();
    for row in &rows {
        orders.insert(row.int(0), (row.int(1), word(State::from_word(row.text(2)), "an order's state")?, row.int(3)));
    }
    let (mut findings, mut others) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        let Some((account, state, hold)) = orders.get(&outcome.order) else {
            others.push(*outcome);
            continue;
        };
        let is_right = match outcome.kind {
            Move::Hold => *hold == outcome.seq,
            Move::Capture => *state == State::Received,
            Move::Release => matches!(state, State::Cancelled | State::Expired),
            Move::Refund => *state == State::Received,
            Move::Credit | Move::Debit => false,
        };
        if !is_right || *account != outcome.account {
            let what = format!("is a {} of order {}, which says otherwise", outcome.kind.word(), outcome.order);
            findings.push(Finding::new("L7", what, format!("account {} transfer {}", outcome.account, outcome.seq)));
        }
    }
    Ok((findings, others))
}

/// Checks that open holds are short-term orders', or of what other houses are asked for, numbers and terms of rentals: any
/// other rental's is captured in the same transaction.
pub(crate) fn open_holds(tx: &mut Tx<'_>, open: &[Outcome]) -> Result<Vec<Finding>, DbError> {
    let mut findings = Vec::new();
    for some in open.chunks(HOLDS_MAX) {
        let (_, others) = outcomes(tx, some)?;
        let others = crate::purchase::check::outcomes(tx, others)?;
        let what = "holds money for no short-term order";
        let row = |hold: &Outcome| format!("account {} transfer {}", hold.account, hold.seq);
        findings.extend(others.iter().map(|hold| Finding::new("L7", what, row(hold))));
    }
    Ok(findings)
}
