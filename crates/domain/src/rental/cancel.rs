//! Cancelling a rental in time: refunded in full, if no SMS came.

use serde::{Deserialize, Serialize};

use super::{CANCELLABLE_MS, State, rows};
use crate::App;
use crate::account::{self, Caller};
use crate::db::{DbError, Lane, Tx};
use crate::event::{self, Event, Kind};
use crate::ledger::{self, Move, Payment, Transfer};
use crate::money::Usd;
use crate::number;
use crate::product::Product;
use crate::purchase::{self, Upstream};
use crate::request::{self, Failure, Once, Refusal};

/// A rental that is cancelled, now or before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// What came back in all: its price and that of every renewal, with what an operator had given back before.
    pub refunded: Usd,
}

/// Why a rental is not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelRefusal {
    /// There is no such rental of this account.
    NotFound,
    /// An SMS came.
    AlreadyReceived,
    /// It is over.
    Expired,
    /// Its first 20 minutes are over.
    TooLate,
}

impl Refusal for CancelRefusal {}

/// Cancels a rental within 20 minutes of its order, if no SMS came: all that was paid for it comes back, renewals too.
/// Cancelling twice answers the same success twice.
///
/// # Errors
/// See [`CancelRefusal`] and [`Failure`].
pub async fn cancel(
    app: &App,
    caller: Caller,
    product: Product,
    rental: i64,
    once: Option<Once>,
) -> Result<Cancelled, Failure<CancelRefusal>> {
    let now = app.now_ms();
    if purchase::is_served(app, rental).await? && may_cancel(app, caller, (product, rental), once.clone()).await? {
        match purchase::take_back(app, rental).await? {
            Upstream::Nothing | Upstream::Over => {}
            Upstream::Open => return Err(Failure::Open { product, order: rental }),
        }
    }
    let story = move |tx: &mut Tx<'_>| {
        request::once(tx, once.as_ref(), now, |tx| cancel_one(tx, caller, (product, rental), now))
    };
    let cancelled = app.db.write(Lane::Account(caller.account), story).await?.map_err(Failure::Refused)?;
    app.notices.tell(caller.account);
    Ok(cancelled)
}

/// Whether a rental would be cancelled now, so that the house that sold its number is asked to take it back.
async fn may_cancel(
    app: &App,
    caller: Caller,
    rental: (Product, i64),
    once: Option<Once>,
) -> Result<bool, Failure<CancelRefusal>> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let answered: Option<Result<Cancelled, CancelRefusal>> = request::peek(tx, once.as_ref(), now)?;
        if answered.is_some() {
            return Ok(false);
        }
        match check(tx, caller.account, rental, now) {
            Ok(rental) => Ok(rental.state_at(now) == State::Active),
            // It is told, and remembered, by the story that would cancel.
            Err(Failure::Refused(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    };
    app.db.write(Lane::Account(caller.account), story).await
}

fn cancel_one(
    tx: &mut Tx<'_>,
    caller: Caller,
    (product, id): (Product, i64),
    now_ms: i64,
) -> Result<Cancelled, Failure<CancelRefusal>> {
    let rental = check(tx, caller.account, (product, id), now_ms)?;
    let payments = ledger::payments_in(tx, rental.account, product, id)?;
    let refunded = sum(payments.iter().map(|payment| payment.amount))?;
    if rental.state_at(now_ms) == State::Active {
        end(tx, &rental, &payments, now_ms)?;
    }
    Ok(Cancelled { refunded })
}

/// Cancels a rental whose house upstream took its number back, if nothing stood against it when its customer asked: how
/// long that house took is not the customer's fault.
pub(crate) fn take_back(
    tx: &mut Tx<'_>,
    account: i64,
    rental: (Product, i64),
    (asked_ms, now_ms): (i64, i64),
) -> Result<(), DbError> {
    match check(tx, account, rental, asked_ms) {
        Ok(rental) if rental.state == State::Active => {
            let payments = ledger::payments_in(tx, rental.account, rental.product, rental.id)?;
            end(tx, &rental, &payments, now_ms)
        }
        Ok(_) | Err(Failure::Refused(_)) => Ok(()),
        Err(Failure::Db(error)) => Err(error),
        Err(Failure::KeyReused | Failure::Open { .. } | Failure::Upstream) => {
            Err(DbError::Damaged("a check has no key"))
        }
    }
}

fn end(tx: &mut Tx<'_>, rental: &rows::Kept, payments: &[Payment], now_ms: i64) -> Result<(), DbError> {
    rows::close(tx, rental.id, State::Cancelled, now_ms)?;
    give_back(tx, rental, payments, now_ms)?;
    number::end_lease(tx, rental.id, now_ms)
}

/// A rental that is cancelled already, or may be; locks account and rental.
fn check(
    tx: &mut Tx<'_>,
    account: i64,
    (product, id): (Product, i64),
    now_ms: i64,
) -> Result<rows::Kept, Failure<CancelRefusal>> {
    account::lock(tx, account)?;
    let rental = rows::locked(tx, id, product)?.filter(|rental| rental.account == account);
    let rental = rental.ok_or(Failure::Refused(CancelRefusal::NotFound))?;
    match rental.state_at(now_ms) {
        State::Active => {}
        State::Cancelled => return Ok(rental),
        State::Expired => return Err(Failure::Refused(CancelRefusal::Expired)),
    }
    if number::messages_in(tx, id)? > 0 {
        return Err(Failure::Refused(CancelRefusal::AlreadyReceived));
    }
    if now_ms >= rental.created_ms + CANCELLABLE_MS {
        return Err(Failure::Refused(CancelRefusal::TooLate));
    }
    Ok(rental)
}

/// Gives back what is left of each payment, the oldest first, and tells of it once. An operator may have given back some.
fn give_back(tx: &mut Tx<'_>, rental: &rows::Kept, payments: &[Payment], now_ms: i64) -> Result<(), DbError> {
    let order = Some((rental.product, rental.id));
    for payment in payments.iter().rev().filter(|payment| payment.left() > Usd::ZERO) {
        let refund = Transfer {
            account: rental.account,
            kind: Move::Refund,
            amount: payment.left(),
            order,
            resolves: Some(payment.seq),
            reference: None,
            reason: None,
            event: None,
            message: None,
            at_ms: now_ms,
        };
        ledger::post_due(tx, &refund)?;
    }
    let amount = Some(sum(payments.iter().map(Payment::left))?).filter(|amount| *amount > Usd::ZERO);
    let seq = account::next_event(tx, rental.account)?;
    let told = Event { seq, kind: Kind::RentalCancelled, at_ms: now_ms, order, amount, message: None };
    event::append(tx, rental.account, &told)
}

fn sum(mut amounts: impl Iterator<Item = Usd>) -> Result<Usd, DbError> {
    amounts.try_fold(Usd::ZERO, Usd::checked_add).ok_or(DbError::Damaged("a sum of payments"))
}
