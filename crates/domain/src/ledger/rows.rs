//! The SQL of the ledger.

use super::{Entry, Move, Posted, Transfer};
use crate::db::{Db, DbError, Row, Tx, word};
use crate::money::Usd;
use crate::values;

pub(super) fn insert(tx: &mut Tx<'_>, transfer: &Transfer<'_>, posted: &Posted) -> Result<(), DbError> {
    let sql = "INSERT INTO transfer
           (account_id, seq, kind, debit, credit, amount, order_id, product, resolves, reference, reason,
            available_after, held_after, at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let (debit, credit) = transfer.kind.books();
    let (product, order) = transfer.order.unzip();
    let values = values![
        transfer.account,
        posted.seq,
        transfer.kind.word(),
        debit,
        credit,
        transfer.amount,
        order,
        product,
        transfer.resolves,
        transfer.reference,
        transfer.reason,
        posted.available,
        posted.held,
        transfer.at_ms
    ];
    tx.queue(sql, values)
}

/// The newest transfers before a cursor.
pub(super) async fn before(db: &Db, account: i64, seq: i64, limit: i64) -> Result<Vec<Entry>, DbError> {
    let sql = "SELECT seq, at_ms, kind, amount, available_after, held_after, order_id, product
         FROM transfer
         WHERE account_id = $1 AND seq < $2
         ORDER BY seq DESC
         LIMIT $3";
    db.rows(sql, values![account, seq, limit]).await?.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<Entry, DbError> {
    let order = match row.opt_int(6) {
        Some(order) => Some((row.product(7)?, order)),
        None => None,
    };
    Ok(Entry {
        seq: row.int(0),
        at_ms: row.int(1),
        kind: word(Move::from_word(row.text(2)), "a transfer's kind")?,
        amount: Usd::from_micros(row.int(3)),
        available: Usd::from_micros(row.int(4)),
        held: Usd::from_micros(row.int(5)),
        order,
    })
}
