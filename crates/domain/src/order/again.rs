//! Waiting for another code on the same order: free, and it cannot outlive the order's end.

use serde::{Deserialize, Serialize};

use super::{State, rows};
use crate::App;
use crate::account::{self, Caller};
use crate::db::{Lane, Tx};
use crate::event::{self, Event, Kind};
use crate::message;
use crate::product::Product;
use crate::request::{self, Failure, Once, Refusal};

/// An order that waits again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// When it ends.
    pub end_ms: i64,
}

/// Why an order does not wait again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgainRefusal {
    /// There is no such order of this account.
    NotFound,
    /// It is past its end.
    Expired,
    /// It was cancelled.
    Cancelled,
}

impl Refusal for AgainRefusal {}

/// Lets an order wait for another code; the first capture stands. One that waits anyway just goes on.
///
/// # Errors
/// See [`AgainRefusal`] and [`Failure`].
pub async fn again(app: &App, caller: Caller, order: i64, once: Option<Once>) -> Result<Again, Failure<AgainRefusal>> {
    let now = app.now_ms();
    let story = move |tx: &mut Tx<'_>| request::once(tx, once.as_ref(), now, |tx| again_one(tx, caller, order, now));
    let again = app.db.write(Lane::Account(caller.account), story).await?.map_err(Failure::Refused)?;
    app.notices.tell(caller.account);
    Ok(again)
}

fn again_one(tx: &mut Tx<'_>, caller: Caller, id: i64, now_ms: i64) -> Result<Again, Failure<AgainRefusal>> {
    account::lock(tx, caller.account)?;
    let order = rows::locked(tx, id)?.filter(|order| order.account == caller.account);
    let order = order.ok_or(Failure::Refused(AgainRefusal::NotFound))?;
    match order.state_at(now_ms) {
        State::Waiting => return Ok(Again { end_ms: order.end_ms }),
        State::Cancelled => return Err(Failure::Refused(AgainRefusal::Cancelled)),
        State::Expired => return Err(Failure::Refused(AgainRefusal::Expired)),
        State::Received if order.end_ms <= now_ms => return Err(Failure::Refused(AgainRefusal::Expired)),
        State::Received => {}
    }
    let newest_ms = message::newest_ms(tx, order.recipient())?;
    if order.again_ms > newest_ms {
        // It was asked for already, and nothing came since.
        return Ok(Again { end_ms: order.end_ms });
    }
    // What has come already is no answer, also where the clock of the node that took it is ahead.
    rows::set_again(tx, id, newest_ms.map_or(now_ms, |newest_ms| now_ms.max(newest_ms + 1)))?;
    let seq = account::next_event(tx, caller.account)?;
    let order_id = Some((Product::ShortTerm, id));
    let event =
        Event { seq, kind: Kind::OrderWaitingAgain, at_ms: now_ms, order: order_id, amount: None, message: None };
    event::append(tx, caller.account, &event)?;
    Ok(Again { end_ms: order.end_ms })
}
