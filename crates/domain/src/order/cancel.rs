//! Cancelling an order: the price comes back, all of it, exactly once.

use serde::{Deserialize, Serialize};

use super::{State, rows, usage};
use crate::App;
use crate::account::{self, Caller};
use crate::db::{DbError, Lane, Tx};
use crate::event::Kind;
use crate::ledger::{self, Move, Transfer};
use crate::money::Usd;
use crate::number;
use crate::policy::limits;
use crate::product::Product;
use crate::purchase::{self, Upstream};
use crate::request::{self, Failure, Once, Refusal};

/// An order that is cancelled, now or before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// What came back.
    pub refunded: Usd,
}

/// Why an order is not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelRefusal {
    /// There is no such order of this account.
    NotFound,
    /// A code has arrived, and was paid.
    AlreadyReceived,
    /// It ended without a code; the price came back.
    Expired {
        /// What came back.
        refunded: Usd,
    },
    /// The account has cancelled too often within the hour; the order still ends by itself.
    LimitReached {
        /// When it is worth trying again.
        retry_after_s: i64,
    },
}

impl Refusal for CancelRefusal {
    fn is_not_now(&self) -> bool {
        matches!(self, Self::LimitReached { .. })
    }
}

/// Cancels an order. Cancelling twice answers the same success twice.
///
/// # Errors
/// See [`CancelRefusal`] and [`Failure`].
pub async fn cancel(
    app: &App,
    caller: Caller,
    order: i64,
    once: Option<Once>,
) -> Result<Cancelled, Failure<CancelRefusal>> {
    let now = app.now_ms();
    if purchase::is_served(app, order).await? && may_cancel(app, caller, order, once.clone()).await? {
        match purchase::take_back(app, order).await? {
            Upstream::Nothing | Upstream::Over => {}
            Upstream::Open => return Err(Failure::Open { product: Product::ShortTerm, order }),
        }
    }
    let story = move |tx: &mut Tx<'_>| request::once(tx, once.as_ref(), now, |tx| cancel_one(tx, caller, order, now));
    let cancelled = app.db.write(Lane::Account(caller.account), story).await?.map_err(Failure::Refused)?;
    app.notices.tell(caller.account);
    Ok(cancelled)
}

/// Whether an order would be cancelled now, so that the house that sold its number is asked to take it back.
async fn may_cancel(app: &App, caller: Caller, order: i64, once: Option<Once>) -> Result<bool, Failure<CancelRefusal>> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| {
        let answered: Option<Result<Cancelled, CancelRefusal>> = request::peek(tx, once.as_ref(), now)?;
        if answered.is_some() {
            return Ok(false);
        }
        match check(tx, caller, order, now) {
            Ok((_, is_waiting)) => Ok(is_waiting),
            // It is told, and remembered, by the story that would cancel.
            Err(Failure::Refused(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    };
    app.db.write(Lane::Account(caller.account), story).await
}

fn cancel_one(tx: &mut Tx<'_>, caller: Caller, id: i64, now_ms: i64) -> Result<Cancelled, Failure<CancelRefusal>> {
    let (refunded, is_waiting) = check(tx, caller, id, now_ms)?;
    if is_waiting {
        give_back(tx, id, State::Cancelled, now_ms)?;
    }
    Ok(Cancelled { refunded })
}

/// What a cancel gives back, and whether the order still waits for it; locks account and order.
fn check(tx: &mut Tx<'_>, caller: Caller, id: i64, now_ms: i64) -> Result<(Usd, bool), Failure<CancelRefusal>> {
    account::lock(tx, caller.account)?;
    let order = rows::locked(tx, id)?.filter(|order| order.account == caller.account);
    let order = order.ok_or(Failure::Refused(CancelRefusal::NotFound))?;
    match order.state_at(now_ms) {
        State::Waiting => {}
        State::Cancelled => return Ok((order.price, false)),
        State::Received => return Err(Failure::Refused(CancelRefusal::AlreadyReceived)),
        State::Expired => return Err(Failure::Refused(CancelRefusal::Expired { refunded: order.price })),
    }
    let limits = account::limits_of(tx, &caller)?;
    if limits.hour_cancels.is_some() {
        let usage = usage(tx, caller.account, None, now_ms)?;
        if let Some(retry_after_s) = limits::cancel_must_wait_s(&limits, &usage) {
            return Err(Failure::Refused(CancelRefusal::LimitReached { retry_after_s }));
        }
    }
    Ok((order.price, true))
}

/// Ends a waiting order without a code: the price comes back, the lease ends. Whether it still waited. Its account
/// must be locked.
pub(crate) fn give_back(tx: &mut Tx<'_>, id: i64, state: State, now_ms: i64) -> Result<bool, DbError> {
    let Some((account, price, hold)) = rows::close(tx, id, state)? else { return Ok(false) };
    let transfer = Transfer {
        account,
        kind: Move::Release,
        amount: price,
        order: Some((Product::ShortTerm, id)),
        resolves: Some(hold),
        reference: None,
        reason: None,
        event: Some(if state == State::Expired { Kind::OrderExpired } else { Kind::OrderCancelled }),
        message: None,
        at_ms: now_ms,
    };
    ledger::post_due(tx, &transfer)?;
    number::end_lease(tx, id, now_ms)?;
    Ok(true)
}
