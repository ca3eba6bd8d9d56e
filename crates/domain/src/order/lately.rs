//! What became of an account's newest orders, for who looks at it.

use crate::clock::{DAY_MS, MINUTE_MS};
use crate::db::{DbError, Tx};
use crate::values;

/// Orders that are counted, at most: the newest.
pub const COUNTED_MAX: i64 = 1_000;
/// An order is counted as unused or delivered once it is so old, or has ended.
const SETTLED_MS: i64 = 5 * MINUTE_MS;
/// With fewer orders nothing is said of their share.
const SHARE_MIN: i64 = 5;
/// With so many orders, and a larger share of unused ones than this, somebody should look.
const SUSPECT_ORDERS: i64 = 20;
const SUSPECT_PERCENT: i64 = 80;

/// What became of orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lately {
    /// How many there were; [`COUNTED_MAX`] may be more.
    pub orders: i64,
    /// How many of them are older than five minutes or have ended.
    pub settled: i64,
    /// How many of those got their code.
    pub received: i64,
}

impl Lately {
    /// Per cent of the settled orders that got their code; `None` of fewer than five.
    #[must_use]
    pub fn delivered_percent(&self) -> Option<i64> {
        (self.settled >= SHARE_MIN).then(|| self.received * 100 / self.settled)
    }

    /// Per cent of the settled orders that were cancelled or ended without a code; `None` of fewer than five.
    #[must_use]
    pub fn unused_percent(&self) -> Option<i64> {
        self.delivered_percent().map(|percent| 100 - percent)
    }

    /// Whether so many orders went unused that a person should look at this customer.
    #[must_use]
    pub fn is_suspect(&self) -> bool {
        self.settled >= SUSPECT_ORDERS && self.unused_percent() > Some(SUSPECT_PERCENT)
    }
}

/// What became of an account's short-term orders of a day.
pub(crate) fn lately(tx: &mut Tx<'_>, account: i64, now_ms: i64) -> Result<Lately, DbError> {
    since(tx, account, now_ms - DAY_MS, now_ms)
}

/// What became of its newest of 30 days.
pub(crate) fn month(tx: &mut Tx<'_>, account: i64, now_ms: i64) -> Result<Lately, DbError> {
    since(tx, account, now_ms - 30 * DAY_MS, now_ms)
}

fn since(tx: &mut Tx<'_>, account: i64, since_ms: i64, now_ms: i64) -> Result<Lately, DbError> {
    let sql = "SELECT
           COUNT(*),
           CAST(COALESCE(SUM(CASE WHEN state <> 'waiting' OR created_ms <= $3 THEN 1 ELSE 0 END), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN state = 'received' THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM (
           SELECT state, created_ms
           FROM orders
           WHERE account_id = $1 AND created_ms > $2
           ORDER BY created_ms DESC, id DESC
           LIMIT $4) counted";
    let row = tx.one(sql, values![account, since_ms, now_ms - SETTLED_MS, COUNTED_MAX])?;
    let row = row.ok_or(DbError::Damaged("a count has a row"))?;
    Ok(Lately { orders: row.int(0), settled: row.int(1), received: row.int(2) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_of_some_orders_only() {
        let few = Lately { orders: 4, settled: 4, received: 4 };
        assert_eq!(few.delivered_percent(), None);
        let some = Lately { orders: 8, settled: 6, received: 1 };
        assert_eq!((some.delivered_percent(), some.unused_percent()), (Some(16), Some(84)));
    }

    #[test]
    fn who_leaves_most_of_many_orders_unused_is_looked_at() {
        let of = |settled, received| Lately { orders: settled, settled, received }.is_suspect();
        assert!(of(20, 3));
        assert!(!of(20, 4), "80 % are not above 80 %");
        assert!(!of(19, 0));
    }
}
