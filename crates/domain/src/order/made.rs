//! What was ordered, for the figures of the house.

use super::State;
use crate::clock::DAY_MS;
use crate::db::{DbError, Row, Tx, word};
use crate::money::Usd;
use crate::values;

/// Orders that the worst numbers are found among: the newest of a week, at most so many.
const SPAN_MS: i64 = 7 * DAY_MS;
/// See [`SPAN_MS`].
const COUNTED_MAX: i64 = 20_000;
/// With fewer orders nothing is said of a number.
const ORDERS_MIN: i64 = 3;
/// Numbers that are told.
const WORST_MAX: i64 = 10;

/// An order as the figures count it.
pub(crate) struct Made {
    pub(crate) id: i64,
    pub(crate) price: Usd,
    pub(crate) state: State,
    pub(crate) created_ms: i64,
    /// From the order to its first code.
    pub(crate) took_ms: Option<i64>,
}

/// The orders made after a place (time and id) and before a time, in their order.
pub(crate) fn made(tx: &mut Tx<'_>, after: (i64, i64), before_ms: i64, limit: i64) -> Result<Vec<Made>, DbError> {
    let sql = "SELECT id, price, state, created_ms, received_ms - created_ms
         FROM orders
         WHERE created_ms >= $1 AND created_ms < $3 AND (created_ms > $1 OR id > $2)
         ORDER BY created_ms, id
         LIMIT $4";
    let made = |row: &Row| {
        Ok(Made {
            id: row.int(0),
            price: Usd::from_micros(row.int(1)),
            state: word(State::from_word(row.text(2)), "an order's state")?,
            created_ms: row.int(3),
            took_ms: row.opt_int(4),
        })
    };
    tx.all(sql, values![after.0, after.1, before_ms, limit])?.iter().map(made).collect()
}

/// When the first order was made.
pub(crate) fn first_ms(tx: &mut Tx<'_>) -> Result<Option<i64>, DbError> {
    Ok(tx.one("SELECT MIN(created_ms) FROM orders", &[])?.and_then(|row| row.opt_int(0)))
}

/// How a number delivered lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// The number, in E.164 digits without the plus.
    pub digits: String,
    /// Its orders.
    pub orders: i64,
    /// Those whose code came.
    pub delivered: i64,
}

/// The numbers whose codes came least often, among the newest 20,000 orders of a week that have ended; numbers that
/// delivered always, or had fewer than three orders, are not among them.
pub(crate) fn worst_numbers(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<Number>, DbError> {
    let sql = "SELECT digits, COUNT(*), CAST(SUM(CASE WHEN state = 'received' THEN 1 ELSE 0 END) AS BIGINT)
         FROM (SELECT digits, state
               FROM orders
               WHERE created_ms > $1 AND created_ms <= $2 AND state <> 'waiting'
               ORDER BY created_ms DESC
               LIMIT $3) AS lately
         GROUP BY digits
         HAVING COUNT(*) >= $4 AND SUM(CASE WHEN state = 'received' THEN 1 ELSE 0 END) < COUNT(*)
         ORDER BY SUM(CASE WHEN state = 'received' THEN 1 ELSE 0 END) * 1000 / COUNT(*), COUNT(*) DESC, digits
         LIMIT $5";
    let number = |row: &Row| Number { digits: row.text(0).to_owned(), orders: row.int(1), delivered: row.int(2) };
    let values = values![now_ms - SPAN_MS, now_ms, COUNTED_MAX, ORDERS_MIN, WORST_MAX];
    Ok(tx.all(sql, values)?.iter().map(number).collect())
}
