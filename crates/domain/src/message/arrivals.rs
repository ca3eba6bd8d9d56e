//! That messages came for an order, without what they say.

use crate::db::{DbError, Tx};
use crate::values;

/// Messages of one order that are told.
const TOLD_MAX: i64 = 200;

/// A message that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Its id.
    pub id: i64,
    /// When it reached the house.
    pub received_ms: i64,
    /// Whether all its parts came.
    pub is_complete: bool,
}

/// The messages that were delivered to an order or rental, oldest first.
pub(crate) fn arrivals(tx: &mut Tx<'_>, order: i64) -> Result<Vec<Arrival>, DbError> {
    let sql = "SELECT id, received_ms, complete
         FROM message
         WHERE order_id = $1
         ORDER BY received_ms, id
         LIMIT $2";
    let rows = tx.all(sql, values![order, TOLD_MAX])?;
    let arrival = |row: &crate::db::Row| Arrival { id: row.int(0), received_ms: row.int(1), is_complete: row.flag(2) };
    Ok(rows.iter().map(arrival).collect())
}
