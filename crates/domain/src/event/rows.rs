//! The SQL of the event room.

use super::{Event, Kind};
use crate::db::{DbError, Row, Tx, word};
use crate::money::Usd;
use crate::values;

pub(super) fn insert(tx: &mut Tx<'_>, account: i64, event: &Event) -> Result<(), DbError> {
    let sql = "INSERT INTO event (account_id, seq, kind, at_ms, order_id, product, amount, message_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (product, order) = event.order.unzip();
    let values =
        values![account, event.seq, event.kind.word(), event.at_ms, order, product, event.amount, event.message];
    tx.queue(sql, values)
}

pub(super) fn after(tx: &mut Tx<'_>, account: i64, seq: i64, limit: i64) -> Result<Vec<Event>, DbError> {
    let sql = "SELECT seq, kind, at_ms, order_id, product, amount, message_id
         FROM event
         WHERE account_id = $1 AND seq > $2
         ORDER BY seq
         LIMIT $3";
    tx.all(sql, values![account, seq, limit])?.iter().map(event).collect()
}

fn event(row: &Row) -> Result<Event, DbError> {
    let order = match row.opt_int(3) {
        Some(order) => Some((row.product(4)?, order)),
        None => None,
    };
    Ok(Event {
        seq: row.int(0),
        kind: word(Kind::from_word(row.text(1)), "an event's kind")?,
        at_ms: row.int(2),
        order,
        amount: row.opt_int(5).map(Usd::from_micros),
        message: row.opt_int(6),
    })
}

/// The accounts with the oldest events before a time, each with the last of those.
pub(super) fn older_than(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<Vec<(i64, i64)>, DbError> {
    let sql = "SELECT account_id, MAX(seq)
         FROM (SELECT account_id, seq FROM event WHERE at_ms < $1 ORDER BY at_ms LIMIT $2) old
         GROUP BY account_id
         ORDER BY account_id";
    let rows = tx.all(sql, values![before_ms, limit])?;
    Ok(rows.iter().map(|row| (row.int(0), row.int(1))).collect())
}

pub(super) fn delete_upto(tx: &mut Tx<'_>, account: i64, seq: i64) -> Result<u64, DbError> {
    tx.run("DELETE FROM event WHERE account_id = $1 AND seq <= $2", values![account, seq])
}
