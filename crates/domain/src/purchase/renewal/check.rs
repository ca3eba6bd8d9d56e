//! Checks renewals: each is decided, what its customer pays moved as its state says, and nobody's money is held for one
//! that nothing decides any more (L7 to L9).

use std::collections::{HashMap, HashSet};

use super::super::State;
use super::rows::{self, Renewal};
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::db::{DbError, Tx, id_list};
use crate::ledger::Move;
use crate::ledger::check::{self as ledger, Named, Outcome};
use crate::values;
use crate::verify::Finding;

/// How long a person has to settle what a worker could not find out (L8).
const SETTLED_MS: i64 = DAY_MS;
/// How much later than its deadline an answer that was never written down is found, as long as one node runs.
const STALLED_MS: i64 = MINUTE_MS;

/// Checks the renewals with the next ids; tells the last id of a full page.
pub(crate) fn page(
    tx: &mut Tx<'_>,
    after: i64,
    limit: i64,
    now_ms: i64,
) -> Result<(Vec<Finding>, Option<i64>), DbError> {
    let rows = tx.all(rows::renewals!("WHERE r.id > $1 ORDER BY r.id LIMIT $2"), values![after, limit])?;
    let renewals: Vec<Renewal> = rows.iter().map(rows::renewal).collect::<Result<_, _>>()?;
    let places: Vec<(i64, i64)> = renewals.iter().map(|renewal| (renewal.account, renewal.hold)).collect();
    let holds = ledger::named(tx, &places)?;
    let mut findings = Vec::new();
    for renewal in &renewals {
        let mut found = |rule, what: &str| findings.push(Finding::new(rule, what, format!("renewal {}", renewal.id)));
        if renewal.state == State::InDoubt && renewal.created_ms + SETTLED_MS <= now_ms {
            found("L8", "is not settled, and nobody did within a day");
        }
        if renewal.state == State::Asking && renewal.deadline_ms + STALLED_MS < now_ms {
            found("L8", "still waits for an answer after its deadline");
        }
        let hold = holds.get(&(renewal.account, renewal.hold));
        let is_hold = |hold: &&Named| hold.kind == Move::Hold && hold.order == Some(renewal.order);
        match hold.filter(is_hold) {
            None => found("L7", "names a hold that is not its own"),
            Some(hold) if hold.amount != renewal.price => found("L9", "its price is not what was held"),
            Some(hold) if hold.end.map(|(kind, _)| kind) != end_of(renewal) => {
                found("L7", "its price did not move as its state says");
            }
            Some(_) => {}
        }
    }
    let is_full = i64::try_from(renewals.len()).is_ok_and(|count| count == limit);
    Ok((findings, renewals.last().filter(|_| is_full).map(|renewal| renewal.id)))
}

/// A rule: what ends the hold of a renewal.
fn end_of(renewal: &Renewal) -> Option<Move> {
    match (renewal.is_open(), renewal.serves) {
        (true, _) => None,
        (false, true) => Some(Move::Capture),
        (false, false) => Some(Move::Release),
    }
}

/// Takes away the transfers that are a renewal's: the hold of its price, and the release of one that came to nothing.
pub(crate) fn outcomes(tx: &mut Tx<'_>, outcomes: Vec<Outcome>) -> Result<Vec<Outcome>, DbError> {
    if outcomes.is_empty() {
        return Ok(outcomes);
    }
    let sql = "SELECT DISTINCT r.order_id, r.account_id, r.hold, r.serves, r.ended_ms
         FROM (json_pairs($1)) ids
         JOIN renewal r ON r.order_id = ids.a";
    let rows = tx.all(sql, &[id_list(outcomes.iter().map(|outcome| &outcome.order))])?;
    let holds: HashMap<(i64, i64), i64> = rows.iter().map(|row| ((row.int(1), row.int(2)), row.int(0))).collect();
    let given_back = rows.iter().filter(|row| !row.flag(3) && row.opt_int(4).is_some());
    let given_back: HashSet<(i64, i64)> = given_back.map(|row| (row.int(1), row.int(0))).collect();
    let is_its_own = |outcome: &Outcome| match outcome.kind {
        Move::Hold => holds.get(&(outcome.account, outcome.seq)) == Some(&outcome.order),
        Move::Release => given_back.contains(&(outcome.account, outcome.order)),
        Move::Capture | Move::Refund | Move::Credit | Move::Debit => false,
    };
    Ok(outcomes.into_iter().filter(|outcome| !is_its_own(outcome)).collect())
}
