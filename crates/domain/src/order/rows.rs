//! The SQL of the order room.

use super::{Placed, State};
use crate::clock::{DAY_MS, HOUR_MS};
use crate::db::{DbError, Row, Tx, word};
use crate::event::Kind;
use crate::ledger::{self, Move, Transfer};
use crate::message::Recipient;
use crate::money::Usd;
use crate::policy::limits::Usage;
use crate::product::Product;
use crate::values;

/// An order as it is kept.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) id: i64,
    pub(super) account: i64,
    pub(super) service: i64,
    pub(super) number: i64,
    pub(super) digits: String,
    pub(super) price: Usd,
    pub(super) state: State,
    pub(super) created_ms: i64,
    pub(super) end_ms: i64,
    pub(super) again_ms: Option<i64>,
}

impl Order {
    /// The order as who has messages.
    pub(super) fn recipient(&self) -> Recipient {
        Recipient { order: self.id, number: self.number, start_ms: self.created_ms }
    }

    /// Whether its customer asked it to wait again and there is time, so that only what came tells whether it still does.
    pub(super) fn is_asked_again(&self, now_ms: i64) -> bool {
        self.state == State::Received && self.again_ms.is_some() && self.end_ms > now_ms
    }

    /// Where it stands now: what is past its end has ended, whether or not the worker was there (L8).
    pub(super) fn state_at(&self, now_ms: i64) -> State {
        match self.state {
            State::Waiting if self.end_ms <= now_ms => State::Expired,
            state => state,
        }
    }
}

pub(super) const ORDER: &str =
    "SELECT id, account_id, service_id, number_id, digits, price, state, created_ms, end_ms, again_ms
     FROM orders
     WHERE id = $1";

const ORDER_LOCKED: &str =
    "SELECT id, account_id, service_id, number_id, digits, price, state, created_ms, end_ms, again_ms
     FROM orders
     WHERE id = $1 {for_update}";

pub(super) const PAGE: &str =
    "SELECT id, account_id, service_id, number_id, digits, price, state, created_ms, end_ms, again_ms
     FROM orders
     WHERE account_id = $1 AND (created_ms < $2 OR (created_ms = $2 AND id < $3)) AND (end_ms > $4 OR $5 = 1)
       AND (state IN ('waiting', 'received') OR $5 = 1)
     ORDER BY created_ms DESC, id DESC
     LIMIT $6";

/// The newest orders of all accounts before a place.
pub(super) const NEWEST: &str =
    "SELECT id, account_id, service_id, number_id, digits, price, state, created_ms, end_ms, again_ms
     FROM orders
     WHERE created_ms <= $1 AND (created_ms < $1 OR id < $2)
     ORDER BY created_ms DESC, id DESC
     LIMIT $3";

pub(super) fn order(row: &Row) -> Result<Order, DbError> {
    Ok(Order {
        id: row.int(0),
        account: row.int(1),
        service: row.int(2),
        number: row.int(3),
        digits: row.text(4).to_owned(),
        price: Usd::from_micros(row.int(5)),
        state: word(State::from_word(row.text(6)), "an order's state")?,
        created_ms: row.int(7),
        end_ms: row.int(8),
        again_ms: row.opt_int(9),
    })
}

/// An order, locked until the story ends; its account must be locked before.
pub(super) fn locked(tx: &mut Tx<'_>, id: i64) -> Result<Option<Order>, DbError> {
    tx.one(ORDER_LOCKED, values![id])?.map(|row| order(&row)).transpose()
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    account: i64,
    service: i64,
    placed: &Placed,
    number: i64,
    hold: i64,
) -> Result<(), DbError> {
    let sql = "INSERT INTO orders
           (id, account_id, service_id, number_id, digits, price, state, hold, created_ms, end_ms)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9)";
    let values = values![
        placed.order,
        account,
        service,
        number,
        &placed.digits,
        placed.price,
        hold,
        placed.created_ms,
        placed.end_ms
    ];
    tx.queue(sql, values)
}

/// Ends a waiting order without a code; tells its price and hold, or `None` if it did not wait any more.
pub(super) fn close(tx: &mut Tx<'_>, id: i64, state: State) -> Result<Option<(i64, Usd, i64)>, DbError> {
    let sql = "UPDATE orders
         SET state = $2
         WHERE id = $1 AND state = 'waiting'
         RETURNING account_id, price, hold";
    let row = tx.one(sql, values![id, state.word()])?;
    Ok(row.map(|row| (row.int(0), Usd::from_micros(row.int(1)), row.int(2))))
}

pub(super) fn set_again(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<(), DbError> {
    tx.queue("UPDATE orders SET again_ms = $2 WHERE id = $1", values![id, now_ms])
}

/// Whose an order is, and the hold of its price.
pub(crate) fn hold_of(tx: &mut Tx<'_>, id: i64) -> Result<Option<(i64, i64)>, DbError> {
    let row = tx.one("SELECT account_id, hold FROM orders WHERE id = $1", values![id])?;
    Ok(row.map(|row| (row.int(0), row.int(1))))
}

/// An order as the message for it finds it, locked until the story ends.
pub(crate) struct Awaited {
    id: i64,
    account: i64,
    price: Usd,
    hold: i64,
    state: State,
}

/// The order that a message may be for; its account must be locked before.
pub(crate) fn awaited(tx: &mut Tx<'_>, id: i64) -> Result<Option<Awaited>, DbError> {
    let sql = "SELECT account_id, price, hold, state FROM orders WHERE id = $1 {for_update}";
    let awaited = |row: Row| {
        let state = word(State::from_word(row.text(3)), "an order's state")?;
        Ok(Awaited { id, account: row.int(0), price: Usd::from_micros(row.int(1)), hold: row.int(2), state })
    };
    tx.one(sql, values![id])?.map(awaited).transpose()
}

impl Awaited {
    /// Whether its price came back, so that nothing is handed over for it any more.
    pub(crate) fn is_refunded(&self) -> bool {
        matches!(self.state, State::Cancelled | State::Expired)
    }

    /// Earns its price for the message that came, if it still waits; whether it did.
    pub(crate) fn capture(&self, tx: &mut Tx<'_>, message: i64, now_ms: i64) -> Result<bool, DbError> {
        if self.state != State::Waiting {
            return Ok(false);
        }
        tx.queue("UPDATE orders SET state = 'received', received_ms = $2 WHERE id = $1", values![self.id, now_ms])?;
        let transfer = Transfer {
            account: self.account,
            kind: Move::Capture,
            amount: self.price,
            order: Some((Product::ShortTerm, self.id)),
            resolves: Some(self.hold),
            reference: None,
            reason: None,
            event: Some(Kind::OrderReceived),
            message: Some(message),
            at_ms: now_ms,
        };
        ledger::post_due(tx, &transfer)?;
        Ok(true)
    }
}

/// An order for the figures of delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recent {
    pub(super) service: i64,
    /// From the order to its code; none if none came.
    pub(super) took_ms: Option<i64>,
}

/// The newest orders that were made after a time and not after another.
pub(super) fn recent(tx: &mut Tx<'_>, after_ms: i64, until_ms: i64, limit: i64) -> Result<Vec<Recent>, DbError> {
    let sql = "SELECT service_id, received_ms - created_ms
         FROM orders
         WHERE created_ms > $1 AND created_ms <= $2
         ORDER BY created_ms DESC
         LIMIT $3";
    let rows = tx.all(sql, values![after_ms, until_ms, limit])?;
    Ok(rows.iter().map(|row| Recent { service: row.int(0), took_ms: row.opt_int(1) }).collect())
}

/// What an account has ordered lately.
pub(super) fn usage(tx: &mut Tx<'_>, account: i64, service: Option<i64>, now_ms: i64) -> Result<Usage, DbError> {
    let sql = "SELECT
           CAST(COALESCE(SUM(CASE WHEN state = 'waiting' AND end_ms > $2 THEN 1 ELSE 0 END), 0) AS BIGINT),
           COUNT(*),
           CAST(COALESCE(SUM(price), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN created_ms > $4 THEN 1 ELSE 0 END), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN created_ms > $4 AND service_id = $5 THEN 1 ELSE 0 END), 0) AS BIGINT),
           CAST(COALESCE(SUM(CASE WHEN created_ms > $4 AND state = 'cancelled' THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM orders
         WHERE account_id = $1 AND created_ms > $3";
    let values = values![account, now_ms, now_ms - DAY_MS, now_ms - HOUR_MS, service];
    let row = tx.one(sql, values)?.ok_or(DbError::Damaged("a sum has a row"))?;
    Ok(Usage {
        open: row.int(0),
        day_orders: row.int(1),
        day_spend: Usd::from_micros(row.int(2)),
        hour_orders: row.int(3),
        hour_same_service: row.int(4),
        hour_cancels: row.int(5),
    })
}

/// Orders that are past their end and still wait.
pub(super) const DUE: &str =
    "SELECT id, account_id FROM orders WHERE state = 'waiting' AND end_ms <= $1 ORDER BY end_ms LIMIT $2";
