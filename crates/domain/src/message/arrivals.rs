//! That messages came for an order, without what they say.

use super::read::Recipient;
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
pub(crate) fn arrivals(tx: &mut Tx<'_>, of: Recipient) -> Result<Vec<Arrival>, DbError> {
    let sql = "SELECT id, received_ms, complete
         FROM message
         WHERE number_id = $1 AND received_ms >= $2 AND order_id = $3
         ORDER BY received_ms, id
         LIMIT $4";
    let rows = tx.all(sql, values![of.number, of.start_ms, of.order, TOLD_MAX])?;
    let arrival = |row: &crate::db::Row| Arrival { id: row.int(0), received_ms: row.int(1), is_complete: row.flag(2) };
    Ok(rows.iter().map(arrival).collect())
}
