//! Checks purchases and the searches that they belong to: each ends, what it cost is what its lease says, and no price is
//! held for a search that nothing decides any more (L7 to L9).

use std::collections::HashMap;

use super::rows::{self, Purchase};
use super::{State, renewal_check};
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::db::{DbError, Tx, id_list};
use crate::ledger::Move;
use crate::ledger::check::Outcome;
use crate::money::Usd;
use crate::verify::Finding;
use crate::{number, values};

/// How long a person has to settle what a worker could not find out (L8).
const SETTLED_MS: i64 = DAY_MS;
/// How much later than its deadline an answer that was never written down is found, as long as one node runs.
const STALLED_MS: i64 = MINUTE_MS;
/// Searches read in one look.
const OPEN_MAX: i64 = 20_000;

/// Checks the purchases with the next ids; tells the last id of a full page.
pub(crate) fn page(
    tx: &mut Tx<'_>,
    after: i64,
    limit: i64,
    now_ms: i64,
) -> Result<(Vec<Finding>, Option<i64>), DbError> {
    let sql = rows::purchases!("WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = tx.all(sql, values![after, limit])?;
    let purchases: Vec<Purchase> = rows.iter().map(rows::purchase).collect::<Result<_, _>>()?;
    let serving = serving(tx, &purchases)?;
    let orders: Vec<i64> = serving.keys().copied().collect();
    let leases = number::leased(tx, &orders)?;
    let mut findings = Vec::new();
    for purchase in &purchases {
        let mut found = |rule, what: &str| findings.push(Finding::new(rule, what, format!("purchase {}", purchase.id)));
        if is_overdue(purchase, now_ms) {
            found("L8", "is not settled, and nobody did within a day");
        }
        if purchase.state == State::Asking && purchase.deadline_ms + STALLED_MS < now_ms {
            found("L8", "still waits for an answer after its deadline");
        }
        if purchase.refunded > purchase.charged {
            found("L9", "brought back more than it cost");
        }
        let Some(&(_, is_made)) = serving.get(&purchase.order).filter(|(id, _)| *id == purchase.id) else { continue };
        let lease = leases.get(&purchase.order);
        if !is_made || lease.is_none_or(|lease| lease.service != purchase.service) {
            found("L7", "serves an order that is not made on it");
        }
        let cost = purchase.charged.checked_sub(purchase.refunded).unwrap_or(Usd::ZERO);
        if lease.is_some_and(|lease| lease.cost != cost) {
            found("L9", "its cost is not what the lease of its order says");
        }
    }
    let is_full = i64::try_from(purchases.len()).is_ok_and(|count| count == limit);
    Ok((findings, purchases.last().filter(|_| is_full).map(|purchase| purchase.id)))
}

fn is_overdue(purchase: &Purchase, now_ms: i64) -> bool {
    matches!(purchase.state, State::InDoubt | State::Rejecting) && purchase.created_ms + SETTLED_MS <= now_ms
}

/// The purchases among some that serve their order: by order, with whether its search says that it is made.
fn serving(tx: &mut Tx<'_>, purchases: &[Purchase]) -> Result<HashMap<i64, (i64, bool)>, DbError> {
    let sql = "SELECT p.order_id, p.id, s.state
         FROM (json_pairs($1)) ids
         JOIN purchase p ON p.id = ids.a AND p.serves = 1
         JOIN sourcing s ON s.order_id = p.order_id";
    let rows = tx.all(sql, &[id_list(purchases.iter().map(|purchase| &purchase.id))])?;
    Ok(rows.iter().map(|row| (row.int(0), (row.int(1), row.text(2) == "made"))).collect())
}

/// Searches that are open although nothing of them is being asked for or in doubt: their price would be held for ever.
pub(crate) fn abandoned(tx: &mut Tx<'_>) -> Result<Vec<Finding>, DbError> {
    let sql = "SELECT s.order_id
         FROM sourcing s
         WHERE s.state = 'open'
           AND NOT EXISTS (SELECT 1 FROM purchase p
                           WHERE p.order_id = s.order_id AND p.state IN ('asking', 'in_doubt'))
         ORDER BY s.order_id
         LIMIT $1";
    let what = "holds a price, and no house is asked or in doubt any more";
    let rows = tx.all(sql, values![OPEN_MAX])?;
    Ok(rows.iter().map(|row| Finding::new("L7", what, format!("search {}", row.int(0)))).collect())
}

/// Takes away the transfers that are a search's or a renewal's: the hold of a price, and the release of one that came to
/// nothing.
pub(crate) fn outcomes(tx: &mut Tx<'_>, outcomes: Vec<Outcome>) -> Result<Vec<Outcome>, DbError> {
    if outcomes.is_empty() {
        return Ok(outcomes);
    }
    let sql = "SELECT s.order_id, s.account_id, s.hold, s.state
         FROM (json_pairs($1)) ids
         JOIN sourcing s ON s.order_id = ids.a";
    let rows = tx.all(sql, &[id_list(outcomes.iter().map(|outcome| &outcome.order))])?;
    let searches: HashMap<i64, (i64, i64, bool)> =
        rows.iter().map(|row| (row.int(0), (row.int(1), row.int(2), row.text(3) == "given_up"))).collect();
    let is_its_own = |outcome: &Outcome| {
        searches.get(&outcome.order).is_some_and(|(account, hold, is_given_up)| {
            *account == outcome.account
                && match outcome.kind {
                    Move::Hold => *hold == outcome.seq,
                    Move::Release => *is_given_up,
                    Move::Capture | Move::Refund | Move::Credit | Move::Debit => false,
                }
        })
    };
    renewal_check::outcomes(tx, outcomes.into_iter().filter(|outcome| !is_its_own(outcome)).collect())
}
