//! What was bought for orders is forgotten with them, and searches that came to nothing by themselves.

use std::collections::HashSet;

use crate::db::{DbError, Tx, id_list};
use crate::values;

/// Those of some orders for which no house owes an answer or a return any more.
pub(crate) fn settled_among(tx: &mut Tx<'_>, orders: Vec<i64>) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT DISTINCT u.order_id
         FROM (json_pairs($1)) p
         JOIN purchase u ON u.order_id = p.a
         WHERE u.ended_ms IS NULL
         UNION
         SELECT r.order_id
         FROM (json_pairs($1)) p
         JOIN renewal r ON r.order_id = p.a
         WHERE r.ended_ms IS NULL";
    let rows = tx.all(sql, &[id_list(&orders)])?;
    let open: HashSet<i64> = rows.iter().map(|row| row.int(0)).collect();
    Ok(orders.into_iter().filter(|order| !open.contains(order)).collect())
}

/// Forgets the searches for some orders, and all that was asked for in them.
pub(crate) fn forget_of(tx: &mut Tx<'_>, orders: &[i64]) -> Result<(), DbError> {
    let orders = id_list(orders);
    tx.run(
        "DELETE FROM renewal WHERE order_id IN (SELECT p.a FROM (json_pairs($1)) p)",
        std::slice::from_ref(&orders),
    )?;
    tx.run(
        "DELETE FROM purchase WHERE order_id IN (SELECT p.a FROM (json_pairs($1)) p)",
        std::slice::from_ref(&orders),
    )?;
    tx.run("DELETE FROM sourcing WHERE order_id IN (SELECT p.a FROM (json_pairs($1)) p)", &[orders]).map(drop)
}

/// Forgets searches that were given up before a time and for which no house owes anything any more, at most `limit`; tells
/// how many.
pub(crate) fn forget_given_up(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<u64, DbError> {
    let sql = "SELECT order_id
         FROM sourcing s
         WHERE state = 'given_up' AND decided_ms <= $1
           AND NOT EXISTS (SELECT 1 FROM purchase p WHERE p.order_id = s.order_id AND p.ended_ms IS NULL)
         ORDER BY decided_ms
         LIMIT $2";
    let orders: Vec<i64> = tx.all(sql, values![before_ms, limit])?.iter().map(|row| row.int(0)).collect();
    forget_of(tx, &orders)?;
    Ok(orders.len() as u64)
}
