//! What moved within some time, for the figures of the house and for the limits of its customers.

use super::Move;
use crate::clock::{DAY_MS, HOUR_MS};
use crate::db::{DbError, Row, Tx, word};
use crate::money::Usd;
use crate::policy::limits::Usage;
use crate::values;

/// The transfers of one kind of an order or rental, in sum.
pub(crate) struct Moved {
    pub(crate) order: i64,
    pub(crate) kind: Move,
    pub(crate) count: i64,
    pub(crate) amount: Usd,
}

/// The captures of rentals and all refunds within a span, by order, after an order's id. A full page has `limit` orders
/// or more, and all that belongs to its last one.
pub(crate) fn rentals_and_refunds(
    tx: &mut Tx<'_>,
    (from_ms, before_ms): (i64, i64),
    after: i64,
    limit: i64,
) -> Result<Vec<Moved>, DbError> {
    let captures = "SELECT order_id, kind, COUNT(*), CAST(SUM(amount) AS BIGINT)
         FROM transfer
         WHERE at_ms >= $1 AND at_ms < $2 AND kind = 'capture' AND product <> 'short_term' AND order_id > $3
         GROUP BY order_id, kind
         ORDER BY order_id
         LIMIT $4";
    let refunds = "SELECT order_id, kind, COUNT(*), CAST(SUM(amount) AS BIGINT)
         FROM transfer
         WHERE at_ms >= $1 AND at_ms < $2 AND kind = 'refund' AND order_id > $3
         GROUP BY order_id, kind
         ORDER BY order_id
         LIMIT $4";
    let moved = |row: &Row| {
        Ok(Moved {
            order: row.int(0),
            kind: word(Move::from_word(row.text(1)), "a transfer's kind")?,
            count: row.int(2),
            amount: Usd::from_micros(row.int(3)),
        })
    };
    let mut all: Vec<Moved> = Vec::new();
    let mut upto = i64::MAX;
    for sql in [captures, refunds] {
        let rows = tx.all(sql, values![from_ms, before_ms, after, limit])?;
        if i64::try_from(rows.len()).is_ok_and(|count| count == limit) {
            upto = upto.min(rows.last().map_or(upto, |row| row.int(0)));
        }
        for row in &rows {
            all.push(moved(row)?);
        }
    }
    // Beyond the end of a full page the other kind's orders come with the next one.
    all.retain(|moved| moved.order <= upto);
    all.sort_by_key(|moved| moved.order);
    Ok(all)
}

/// When the first rental was paid.
pub(crate) fn first_rental_ms(tx: &mut Tx<'_>) -> Result<Option<i64>, DbError> {
    let sql = "SELECT MIN(at_ms) FROM transfer WHERE kind = 'capture' AND product <> 'short_term'";
    Ok(tx.one(sql, &[])?.and_then(|row| row.opt_int(0)))
}

/// What an account paid for rentals within a day, each term by itself: a renewal counts like an order.
pub(crate) fn rent_paid(tx: &mut Tx<'_>, account: i64, now_ms: i64) -> Result<Usage, DbError> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN at_ms > $3 THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM transfer
         WHERE account_id = $1 AND at_ms > $2 AND kind = 'capture' AND product <> 'short_term'";
    let row = tx.one(sql, values![account, now_ms - DAY_MS, now_ms - HOUR_MS])?;
    let row = row.ok_or(DbError::Damaged("a sum has a row"))?;
    let (day_orders, day_spend) = (row.int(0), Usd::from_micros(row.int(1)));
    Ok(Usage { day_orders, day_spend, hour_orders: row.int(2), ..Usage::default() })
}
