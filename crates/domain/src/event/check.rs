//! Checks that the feeds are gapless (S10).

use std::collections::BTreeMap;

use crate::account;
use crate::db::{DbError, Tx};
use crate::values;
use crate::verify::Finding;

/// Events read in one snapshot.
const PAGE_MAX: i64 = 10_000;

/// One account's feed as far as it was walked.
#[derive(Clone)]
pub(crate) struct Walk {
    /// The account's counter when its row was read; events above it came later.
    upto: i64,
    seq: i64,
}

impl Walk {
    pub(crate) fn new(event_floor: i64, event_seq: i64) -> Self {
        Self { upto: event_seq, seq: event_floor.min(event_seq) }
    }
}

/// An event by its account and number.
type Place = (i64, i64);

/// Walks the next events of some accounts, up to account `last`; tells where a full page ended.
pub(crate) fn walk(
    tx: &mut Tx<'_>,
    walks: &mut BTreeMap<i64, Walk>,
    after: Place,
    last: i64,
) -> Result<(Vec<Finding>, Option<Place>), DbError> {
    let sql = "SELECT account_id, seq
         FROM event
         WHERE (account_id, seq) > ($1, $2) AND account_id <= $3
         ORDER BY account_id, seq
         LIMIT $4";
    let rows = tx.all(sql, values![after.0, after.1, last, PAGE_MAX])?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE_MAX);
    let next = rows.last().filter(|_| is_full).map(|row| (row.int(0), row.int(1)));
    let mut findings = Vec::new();
    for row in &rows {
        let (account, seq) = (row.int(0), row.int(1));
        let Some(walk) = walks.get_mut(&account).filter(|walk| seq <= walk.upto && seq > walk.seq) else { continue };
        if seq != walk.seq + 1 {
            findings.extend(gap(tx, account, walk.seq, seq - 1)?);
        }
        walk.seq = seq;
    }
    Ok((findings, next))
}

/// The end of the walk of an account: its last events must be there too.
pub(crate) fn finish(tx: &mut Tx<'_>, account: i64, walk: &Walk) -> Result<Option<Finding>, DbError> {
    if walk.seq == walk.upto { Ok(None) } else { gap(tx, account, walk.seq, walk.upto) }
}

/// A gap, unless its events were deleted with age while the walk went on.
fn gap(tx: &mut Tx<'_>, account: i64, after: i64, upto: i64) -> Result<Option<Finding>, DbError> {
    let floor = account::event_floor(tx, account)?;
    let what = format!("its events {} to {upto} are missing", after.max(floor) + 1);
    Ok((upto > floor).then(|| Finding::new("S10", what, format!("account {account}"))))
}

/// When a customer was first told of a message, if the event is still kept.
pub(crate) fn told_ms(tx: &mut Tx<'_>, account: i64, message: i64) -> Result<Option<i64>, DbError> {
    let sql = "SELECT MIN(at_ms) FROM event WHERE account_id = $1 AND message_id = $2";
    Ok(tx.one(sql, values![account, message])?.and_then(|row| row.opt_int(0)))
}
