//! Who had a number is forgotten with age; that it delivered for a service is not, or it would be sold for it again (N3).

use crate::db::{DbError, Tx, id_list, pairs};

/// Forgets the leases of some orders and rentals, with their keys.
pub(crate) fn forget_leases(tx: &mut Tx<'_>, orders: &[i64]) -> Result<(), DbError> {
    let orders = id_list(orders);
    let uses = "SELECT DISTINCT l.number_id, l.service_id
         FROM (json_pairs($1)) p
         JOIN lease l ON l.order_id = p.a";
    let uses = tx.all(uses, std::slice::from_ref(&orders))?;
    tx.run("DELETE FROM lease WHERE order_id IN (SELECT p.a FROM (json_pairs($1)) p)", &[orders])?;
    // No account has id 0: from now on it was somebody else's for everybody.
    let sql = "UPDATE number_use
         SET account_id = 0
         WHERE (number_id, service_id) IN (SELECT p.a, p.b FROM (json_pairs($1)) p)
           AND NOT EXISTS (SELECT 1
                           FROM lease l
                           WHERE l.number_id = number_use.number_id AND l.service_id = number_use.service_id)";
    tx.run(sql, &[pairs(uses.iter().map(|row| (row.int(0), row.int(1))))]).map(drop)
}

/// Takes messages that are forgotten off the count of their leases, which are pairs of order and count.
pub(crate) fn uncount(tx: &mut Tx<'_>, messages: &[(i64, i64)]) -> Result<(), DbError> {
    let sql = "UPDATE lease
         SET messages = messages - (SELECT p.b FROM (json_pairs($1)) p WHERE p.a = lease.order_id)
         WHERE order_id IN (SELECT p.a FROM (json_pairs($1)) p)";
    tx.run(sql, &[pairs(messages.iter().copied())]).map(drop)
}
