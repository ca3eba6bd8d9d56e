//! Refunds: an operator gives back money that was captured, with a reason, never more than was captured.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Move, Transfer, post_due};
use crate::App;
use crate::account;
use crate::clock::DAY_MS;
use crate::db::{DbError, Lane, Row, Tx, pairs};
use crate::event::Kind;
use crate::login::Role;
use crate::money::Usd;
use crate::policy::audit::{self, Deed};
use crate::policy::powers::refund_limits;
use crate::policy::reason::Reason;
use crate::product::Product;
use crate::request::{self, Failure, Once, Refusal};
use crate::{ids, order, rental, values};

/// Payments of one rental that a refund can name: the newest.
const PAYMENTS_MAX: i64 = 400;
/// A whole cent in micro-dollars: no refund is finer.
const CENT: i64 = 10_000;

/// A refund that an operator decides.
#[derive(Debug, Clone)]
pub struct NewRefund {
    /// The kind of what was paid.
    pub product: Product,
    /// The order or rental.
    pub order: i64,
    /// How much comes back: more than nothing, whole cents.
    pub amount: Usd,
    /// Why.
    pub reason: Reason,
    /// Who decides it, as the audit log has them.
    pub by: String,
    /// What they may do.
    pub role: Role,
}

/// A refund that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refunded {
    /// What came back.
    pub amount: Usd,
    /// What could still come back of the same payment.
    pub left: Usd,
}

/// Why nothing comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum RefundRefusal {
    /// There is no such order or rental.
    #[error("there is no such order")]
    NotFound,
    /// Nothing was captured for it, so there is nothing to give back.
    #[error("nothing was paid for it")]
    NotPaid,
    /// The amount is nothing, or no whole cents.
    #[error("the amount must be whole cents and more than nothing")]
    BadAmount,
    /// No payment of it has so much left.
    #[error("at most {left} can come back")]
    AboveLeft {
        /// The most that a payment has left.
        left: Usd,
    },
    /// The role may not give money back.
    #[error("this role may not give money back")]
    NotAllowed,
    /// It is more than the role may give back at once.
    #[error("this role may give back {most} at once")]
    AboveLimit {
        /// The most.
        most: Usd,
    },
    /// With it the operator would give back more than their role may on a day of UTC.
    #[error("this role may give back {most} a day")]
    AboveDay {
        /// The most.
        most: Usd,
    },
}

impl Refusal for RefundRefusal {
    // An operator who is refused may ask again, with another amount or tomorrow.
    fn is_not_now(&self) -> bool {
        true
    }
}

/// A payment of an order, and what came back of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    /// The capture, by its place in the account's list.
    pub seq: i64,
    /// When it was captured.
    pub at_ms: i64,
    /// How much was.
    pub amount: Usd,
    /// How much came back.
    pub refunded: Usd,
}

impl Payment {
    /// What can still come back.
    #[must_use]
    pub fn left(&self) -> Usd {
        self.amount.checked_sub(self.refunded).unwrap_or(Usd::ZERO)
    }
}

/// Gives captured money back. It names the newest payment of the order that has so much left. With `once` it happens
/// once, however often it is asked.
///
/// # Errors
/// See [`RefundRefusal`] and [`Failure`].
pub async fn refund(app: &App, new: NewRefund, once: Option<Once>) -> Result<Refunded, Failure<RefundRefusal>> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        request::once(tx, once.as_ref(), now, |tx| {
            refund_in(tx, &new, now).map(|(account, done)| Kept { account, done })
        })
    };
    let Kept { account, done } = app.db.write(Lane::Work, story).await?.map_err(Failure::Refused)?;
    app.notices.tell(account);
    Ok(done)
}

/// What is remembered of a refund.
#[derive(Serialize, Deserialize)]
struct Kept {
    account: i64,
    done: Refunded,
}

/// Gives captured money back within somebody's story; tells the account, whose row is locked from here on.
pub(crate) fn refund_in(
    tx: &mut Tx<'_>,
    new: &NewRefund,
    now_ms: i64,
) -> Result<(i64, Refunded), Failure<RefundRefusal>> {
    let refuse = |refusal| Err(Failure::Refused(refusal));
    if new.amount <= Usd::ZERO || new.amount.micros() % CENT != 0 {
        return refuse(RefundRefusal::BadAmount);
    }
    let Some((each, day)) = refund_limits(new.role) else { return refuse(RefundRefusal::NotAllowed) };
    if new.amount > each {
        return refuse(RefundRefusal::AboveLimit { most: each });
    }
    let Some(account) = owner(tx, new.product, new.order)? else { return refuse(RefundRefusal::NotFound) };
    account::lock(tx, account)?;
    let payments = payments_in(tx, account, new.product, new.order)?;
    let Some(payment) = payments.iter().find(|payment| payment.left() >= new.amount) else {
        let left = payments.iter().map(Payment::left).max();
        return refuse(left.map_or(RefundRefusal::NotPaid, |left| RefundRefusal::AboveLeft { left }));
    };
    if !count_day(tx, new, day, now_ms)? {
        return refuse(RefundRefusal::AboveDay { most: day });
    }
    post_refund(tx, new, (account, payment), now_ms)?;
    let left = payment.left().checked_sub(new.amount).ok_or(DbError::Damaged("a refund above its capture"))?;
    Ok((account, Refunded { amount: new.amount, left }))
}

fn post_refund(
    tx: &mut Tx<'_>,
    new: &NewRefund,
    (account, payment): (i64, &Payment),
    now_ms: i64,
) -> Result<(), DbError> {
    let is_order = new.product == Product::ShortTerm;
    let transfer = Transfer {
        account,
        kind: Move::Refund,
        amount: new.amount,
        order: Some((new.product, new.order)),
        resolves: Some(payment.seq),
        reference: None,
        reason: Some(new.reason.text()),
        event: Some(if is_order { Kind::OrderRefunded } else { Kind::RentalRefunded }),
        message: None,
        at_ms: now_ms,
    };
    post_due(tx, &transfer)?;
    let (subject, amount) = (ids::shown(new.product, new.order), new.amount.to_string());
    let before = payment.left().to_string();
    let deed = Deed {
        who: &new.by,
        deed: "refund",
        subject: &subject,
        reason: new.reason.text(),
        before: Some(&before),
        after: Some(&amount),
    };
    audit::write(tx, now_ms, &deed)
}

/// Counts a refund against its operator's day; whether the day's limit covers it. The row is the lock and the check.
fn count_day(tx: &mut Tx<'_>, new: &NewRefund, most: Usd, now_ms: i64) -> Result<bool, DbError> {
    let sql = "INSERT INTO refund_day (who, day, amount)
         VALUES ($1, $2, $3)
         ON CONFLICT (who, day)
         DO UPDATE SET amount = refund_day.amount + $3
         WHERE refund_day.amount + $3 <= $4
         RETURNING amount";
    let day = now_ms.div_euclid(DAY_MS);
    // Without a row of the day the first refund is within it, because no role may give back more at once.
    Ok(tx.one(sql, values![&new.by, day, new.amount, most])?.is_some())
}

fn owner(tx: &mut Tx<'_>, product: Product, id: i64) -> Result<Option<i64>, DbError> {
    match product {
        Product::ShortTerm => Ok(order::hold_of(tx, id)?.map(|(account, _)| account)),
        Product::Rental1Day | Product::Rental30Day => rental::owner(tx, product, id),
    }
}

/// What was captured for an order or rental of an account, the newest first, and what came back of each.
pub(crate) fn payments_in(tx: &mut Tx<'_>, account: i64, product: Product, id: i64) -> Result<Vec<Payment>, DbError> {
    let captures = match product {
        Product::ShortTerm => {
            let hold = order::hold_of(tx, id)?.map(|(_, hold)| hold);
            let sql = "SELECT seq, amount, at_ms
                 FROM transfer
                 WHERE account_id = $1 AND resolves = $2 AND kind = 'capture'";
            tx.all(sql, values![account, hold])?
        }
        Product::Rental1Day | Product::Rental30Day => {
            let sql = "SELECT seq, amount, at_ms
                 FROM transfer
                 WHERE account_id = $1 AND order_id = $2 AND kind = 'capture' AND product <> 'short_term'
                 ORDER BY seq DESC
                 LIMIT $3";
            tx.all(sql, values![account, id, PAYMENTS_MAX])?
        }
    };
    let sql = "SELECT resolves, CAST(SUM(amount) AS BIGINT)
         FROM transfer
         WHERE account_id = $1 AND order_id = $2 AND kind = 'refund'
         GROUP BY resolves";
    let back = tx.all(sql, values![account, id])?;
    let back: HashMap<i64, i64> = back.iter().map(|row| (row.int(0), row.int(1))).collect();
    let payment = |row: &Row| Payment {
        seq: row.int(0),
        at_ms: row.int(2),
        amount: Usd::from_micros(row.int(1)),
        refunded: Usd::from_micros(back.get(&row.int(0)).copied().unwrap_or(0)),
    };
    Ok(captures.iter().map(payment).collect())
}

/// What was captured for an order or rental, the newest first, and what came back of each; nothing if there is no such
/// order.
///
/// # Errors
/// What the database said.
pub async fn payments(app: &App, product: Product, id: i64) -> Result<Vec<Payment>, DbError> {
    let look = move |tx: &mut Tx<'_>| match owner(tx, product, id)? {
        Some(account) => payments_in(tx, account, product, id),
        None => Ok(Vec::new()),
    };
    app.db.read(look).await
}

/// What came back by refunds of one order or rental of an account, all payments together; nothing if it is not theirs.
///
/// # Errors
/// What the database said.
pub async fn refunded_of(app: &App, account: i64, order: i64) -> Result<Usd, DbError> {
    let of = app.db.read(move |tx: &mut Tx<'_>| refunded(tx, account, &[order])).await?;
    Ok(of.get(&order).copied().unwrap_or(Usd::ZERO))
}

/// What came back of some orders of an account by refunds; an order without one is not among them.
pub(crate) fn refunded(tx: &mut Tx<'_>, account: i64, orders: &[i64]) -> Result<HashMap<i64, Usd>, DbError> {
    let sql = "SELECT t.order_id, CAST(SUM(t.amount) AS BIGINT)
         FROM (json_pairs($1)) p
         JOIN transfer t ON t.account_id = p.b AND t.order_id = p.a AND t.kind = 'refund'
         GROUP BY t.order_id";
    let rows = tx.all(sql, &[pairs(orders.iter().map(|order| (*order, account)))])?;
    Ok(rows.iter().map(|row| (row.int(0), Usd::from_micros(row.int(1)))).collect())
}

/// What came back by refunds of what some holds (account and seq) were captured for; a hold of which nothing came back
/// is not among them. A rental has a hold for each term that was asked for elsewhere.
pub(crate) fn refunded_of_holds(tx: &mut Tx<'_>, holds: &[(i64, i64)]) -> Result<HashMap<(i64, i64), Usd>, DbError> {
    let sql = "SELECT p.a, p.b, CAST(SUM(t.amount) AS BIGINT)
         FROM (json_pairs($1)) p
         JOIN transfer c ON c.account_id = p.a AND c.resolves = p.b AND c.kind IN ('capture', 'release')
         JOIN transfer t ON t.account_id = c.account_id AND t.order_id = c.order_id AND t.kind = 'refund'
         WHERE t.resolves = c.seq
         GROUP BY p.a, p.b";
    let rows = tx.all(sql, &[pairs(holds.iter().copied())])?;
    Ok(rows.iter().map(|row| ((row.int(0), row.int(1)), Usd::from_micros(row.int(2)))).collect())
}
