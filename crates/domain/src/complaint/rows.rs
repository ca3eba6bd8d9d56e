//! The SQL of the complaint room.

use super::{Complaint, Kind, State};
use crate::db::{DbError, Row, Tx, word};
use crate::money::Usd;
use crate::values;

pub(super) const ONE: &str =
    "SELECT id, account_id, product, order_id, number_id, service_id, kind, words, state, answer, answered_by,
            answered_ms, refunded, created_ms
     FROM complaint
     WHERE id = $1";

const LOCKED: &str =
    "SELECT id, account_id, product, order_id, number_id, service_id, kind, words, state, answer, answered_by,
            answered_ms, refunded, created_ms
     FROM complaint
     WHERE id = $1 {for_update}";

/// The newest complaint about an order.
pub(super) const ABOUT: &str =
    "SELECT id, account_id, product, order_id, number_id, service_id, kind, words, state, answer, answered_by,
            answered_ms, refunded, created_ms
     FROM complaint
     WHERE order_id = $1 AND account_id = $2
     ORDER BY id DESC
     LIMIT 1";

/// The complaints of an account below an id, newest first.
pub(super) const OF_ACCOUNT: &str =
    "SELECT id, account_id, product, order_id, number_id, service_id, kind, words, state, answer, answered_by,
            answered_ms, refunded, created_ms
     FROM complaint
     WHERE account_id = $1 AND id < $2
     ORDER BY id DESC
     LIMIT $3";

/// The open complaints above an id: who waits longest comes first.
pub(super) const OPEN: &str =
    "SELECT id, account_id, product, order_id, number_id, service_id, kind, words, state, answer, answered_by,
            answered_ms, refunded, created_ms
     FROM complaint
     WHERE state = 'open' AND id > $1 AND (kind = $2 OR $2 = '')
     ORDER BY id
     LIMIT $3";

/// The answered complaints below an id, newest first.
pub(super) const ANSWERED: &str =
    "SELECT id, account_id, product, order_id, number_id, service_id, kind, words, state, answer, answered_by,
            answered_ms, refunded, created_ms
     FROM complaint
     WHERE state = 'answered' AND id < $1 AND (kind = $2 OR $2 = '')
     ORDER BY id DESC
     LIMIT $3";

pub(super) fn complaint(row: &Row) -> Result<Complaint, DbError> {
    Ok(Complaint {
        id: row.int(0),
        account: row.int(1),
        product: row.product(2)?,
        order: row.int(3),
        number: row.int(4),
        service: row.int(5),
        kind: word(Kind::from_word(row.text(6)), "a complaint's kind")?,
        words: row.text(7).to_owned(),
        state: word(State::from_word(row.text(8)), "a complaint's state")?,
        answer: row.opt_text(9).map(str::to_owned),
        answered_by: row.opt_text(10).map(str::to_owned),
        answered_ms: row.opt_int(11),
        refunded: Usd::from_micros(row.int(12)),
        created_ms: row.int(13),
    })
}

pub(super) fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<Complaint>, DbError> {
    tx.one(ONE, values![id])?.map(|row| complaint(&row)).transpose()
}

/// A complaint, locked until the story ends; its account must be locked before.
pub(super) fn locked(tx: &mut Tx<'_>, id: i64) -> Result<Option<Complaint>, DbError> {
    tx.one(LOCKED, values![id])?.map(|row| complaint(&row)).transpose()
}

/// How many complaints an account made since a time.
pub(super) fn count_since(tx: &mut Tx<'_>, account: i64, since_ms: i64) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) FROM complaint WHERE account_id = $1 AND created_ms > $2";
    Ok(tx.one(sql, values![account, since_ms])?.map_or(0, |row| row.int(0)))
}

/// Writes an open complaint; `false` if one about this order is open already.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Complaint) -> Result<bool, DbError> {
    let sql = "INSERT INTO complaint
           (id, account_id, product, order_id, number_id, service_id, kind, words, state, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9)
         ON CONFLICT (order_id) WHERE state = 'open' DO NOTHING";
    let values = values![
        new.id,
        new.account,
        new.product,
        new.order,
        new.number,
        new.service,
        new.kind.word(),
        &new.words,
        new.created_ms
    ];
    Ok(tx.run(sql, values)? == 1)
}

/// Answers an open complaint, which is locked.
pub(super) fn close(
    tx: &mut Tx<'_>,
    id: i64,
    (answer, by): (&str, &str),
    refunded: Usd,
    now_ms: i64,
) -> Result<(), DbError> {
    let sql = "UPDATE complaint
         SET state = 'answered', answer = $2, answered_by = $3, answered_ms = $4, refunded = $5
         WHERE id = $1 AND state = 'open'";
    tx.run(sql, values![id, answer, by, now_ms, refunded]).map(drop)
}
