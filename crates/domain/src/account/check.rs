//! The accounts' rows, for the checks that compare everything else with them.

use crate::db::{DbError, Tx};
use crate::money::Usd;
use crate::values;

/// What an account's row says of its ledger and its feed.
pub(crate) struct Counters {
    pub(crate) id: i64,
    pub(crate) available: Usd,
    pub(crate) held: Usd,
    pub(crate) ledger_seq: i64,
    pub(crate) event_seq: i64,
    pub(crate) event_floor: i64,
}

/// The next accounts by their ids.
pub(crate) fn page(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Counters>, DbError> {
    let sql = "SELECT id, available, held, ledger_seq, event_seq, event_floor
         FROM account
         WHERE id > $1
         ORDER BY id
         LIMIT $2";
    let rows = tx.all(sql, values![after, limit])?;
    let counters = rows.iter().map(|row| Counters {
        id: row.int(0),
        available: Usd::from_micros(row.int(1)),
        held: Usd::from_micros(row.int(2)),
        ledger_seq: row.int(3),
        event_seq: row.int(4),
        event_floor: row.int(5),
    });
    Ok(counters.collect())
}
