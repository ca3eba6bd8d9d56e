//! What is kept of messages goes with age: their texts are gone long before, and here goes that they came.

use std::collections::BTreeMap;

use crate::db::{DbError, Tx, id_list, pairs};
use crate::values;

/// Forgets messages of some orders and rentals, each with its number, at most `limit`; tells how many of each, and whether
/// those were all.
pub(crate) fn forget_of(
    tx: &mut Tx<'_>,
    orders: impl IntoIterator<Item = (i64, i64)>,
    limit: i64,
) -> Result<(Vec<(i64, i64)>, bool), DbError> {
    let sql = "SELECT m.id, m.order_id
         FROM (json_pairs($1)) p
         JOIN message m ON m.number_id = p.b AND m.order_id = p.a
         LIMIT $2";
    let rows = tx.all(sql, values![pairs(orders), limit])?;
    let ids: Vec<i64> = rows.iter().map(|row| row.int(0)).collect();
    forget(tx, &ids)?;
    let mut counts = BTreeMap::new();
    for row in &rows {
        *counts.entry(row.int(1)).or_insert(0) += 1;
    }
    Ok((counts.into_iter().collect(), i64::try_from(ids.len()).is_ok_and(|count| count < limit)))
}

/// Forgets messages that nobody got and that came before a time, at most `limit`; tells how many.
pub(crate) fn forget_loose(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<u64, DbError> {
    let sql = "SELECT id
         FROM message
         WHERE order_id IS NULL AND received_ms <= $1 AND state IN ('quarantined', 'dropped')
         ORDER BY received_ms
         LIMIT $2";
    let ids: Vec<i64> = tx.all(sql, values![before_ms, limit])?.iter().map(|row| row.int(0)).collect();
    forget(tx, &ids)?;
    Ok(ids.len() as u64)
}

fn forget(tx: &mut Tx<'_>, ids: &[i64]) -> Result<(), DbError> {
    if ids.is_empty() {
        return Ok(());
    }
    let ids = id_list(ids);
    for sql in [
        "DELETE FROM message_join WHERE message_id IN (SELECT p.a FROM (json_pairs($1)) p)",
        "DELETE FROM message_part_ref WHERE message_id IN (SELECT p.a FROM (json_pairs($1)) p)",
        "DELETE FROM message_part WHERE message_id IN (SELECT p.a FROM (json_pairs($1)) p)",
        "DELETE FROM message WHERE id IN (SELECT p.a FROM (json_pairs($1)) p)",
    ] {
        tx.run(sql, std::slice::from_ref(&ids))?;
    }
    Ok(())
}
