//! Rentals that ended long ago are forgotten.

use crate::db::{DbError, Tx, id_list};
use crate::values;

/// Rentals that ended before a time, the oldest first; at most `limit`. Those that have been renewed since stand among them
/// and are passed over: they are few.
pub(crate) fn ended_before(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT id
         FROM rental
         WHERE created_ms <= $1 AND end_ms <= $1 AND state <> 'active'
         ORDER BY created_ms
         LIMIT $2";
    Ok(tx.all(sql, values![before_ms, limit])?.iter().map(|row| row.int(0)).collect())
}

/// Forgets rentals of which nothing else is kept any more.
pub(crate) fn forget(tx: &mut Tx<'_>, ids: &[i64]) -> Result<(), DbError> {
    let sql = "DELETE FROM rental WHERE id IN (SELECT p.a FROM (json_pairs($1)) p)";
    tx.run(sql, &[id_list(ids)]).map(drop)
}
