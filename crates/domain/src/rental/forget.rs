//! Rentals that ended long ago are forgotten.

use crate::db::{DbError, Tx, id_list};
use crate::values;

/// Rentals after a place (the time and id of one) that ended before a time, the oldest first; at most `limit`. Those that
/// have been renewed since stand among them and are passed over: they are few.
pub(crate) fn ended_before(
    tx: &mut Tx<'_>,
    before_ms: i64,
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<(i64, i64)>, DbError> {
    let sql = "SELECT created_ms, id
         FROM rental
         WHERE created_ms BETWEEN $2 AND $1 AND (created_ms > $2 OR id > $3) AND end_ms <= $1 AND state <> 'active'
         ORDER BY created_ms, id
         LIMIT $4";
    let rows = tx.all(sql, values![before_ms, after.0, after.1, limit])?;
    Ok(rows.iter().map(|row| (row.int(0), row.int(1))).collect())
}

/// Forgets rentals of which nothing else is kept any more.
pub(crate) fn forget(tx: &mut Tx<'_>, ids: &[i64]) -> Result<(), DbError> {
    let sql = "DELETE FROM rental WHERE id IN (SELECT p.a FROM (json_pairs($1)) p)";
    tx.run(sql, &[id_list(ids)]).map(drop)
}
