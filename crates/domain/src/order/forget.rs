//! Orders that ended long ago are forgotten.

use crate::db::{DbError, Tx, id_list};
use crate::values;

/// Orders that ended before a time, the oldest first; at most `limit`.
pub(crate) fn ended_before(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT id
         FROM orders
         WHERE created_ms <= $1 AND end_ms <= $1 AND state <> 'waiting'
         ORDER BY created_ms
         LIMIT $2";
    Ok(tx.all(sql, values![before_ms, limit])?.iter().map(|row| row.int(0)).collect())
}

/// Forgets orders of which nothing else is kept any more.
pub(crate) fn forget(tx: &mut Tx<'_>, ids: &[i64]) -> Result<(), DbError> {
    let sql = "DELETE FROM orders WHERE id IN (SELECT p.a FROM (json_pairs($1)) p)";
    tx.run(sql, &[id_list(ids)]).map(drop)
}
