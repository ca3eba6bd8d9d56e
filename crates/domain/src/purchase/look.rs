//! Looking at one thing that was bought: its messages go through the one door, its window is kept open, and once its
//! order is over it is given back or done with.

use std::time::Duration;

use tokio::time::timeout;

use super::rows::{self, Purchase};
use super::{State, conclude, window};
use crate::App;
use crate::clock::{HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::db::{DbError, Lane, Tx};
use crate::message::{self, Received};
use crate::money::Usd;
use crate::number::{self, Span};
use crate::product::Product;
use crate::supply::{Fault, House, Looked, Rejected, TheirState, Trouble, Window, Wire};
use crate::{order, rental};

/// How long a house may take for one answer.
pub(super) const CALL: Duration = Duration::from_secs(8);
/// Between two tries of what a house did not answer, at first and at last.
const AGAIN_MS: i64 = 15 * SECOND_MS;
const AGAIN_MAX_MS: i64 = 10 * MINUTE_MS;
/// Tries after which something that is not taken back is left: about a day.
const REJECTS_MAX: i64 = 150;
/// How long after its order's end a house is told again that something is done with.
const FINISHING_MS: i64 = HOUR_MS;
/// How often a rental is looked at whose window is not open, and that nobody waits for.
const ASLEEP_MS: i64 = 10 * MINUTE_MS;

/// A house and the source that it is.
pub(super) type At<'a> = (&'a dyn House, &'a Wire);

/// How giving something back went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Back {
    /// It is over.
    Over,
    /// A message had come, and is here.
    Received,
    /// It is not known yet.
    Open,
}

/// A call with a deadline: one that is over may have been carried out.
pub(super) async fn within<T>(call: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let late = || Fault::Unknown(Trouble::new("it did not answer in time"));
    timeout(CALL, call).await.unwrap_or_else(|_| Err(late()))
}

/// Looks at one purchase that is due.
pub(super) async fn look(app: &App, at: At<'_>, purchase: Purchase) -> Result<(), DbError> {
    match purchase.state {
        State::Bought => serve(app, at, purchase).await,
        State::Rejecting => give_back(app, at, &purchase).await.map(drop),
        State::Asking | State::Refused | State::InDoubt | State::Rejected | State::Done => Ok(()),
    }
}

async fn serve(app: &App, at: At<'_>, mut purchase: Purchase) -> Result<(), DbError> {
    let (now, order) = (app.now_ms(), purchase.order);
    let span = app.db.read(move |tx: &mut Tx<'_>| number::span(tx, order)).await?;
    let Some(span) = span.filter(|span| span.end_ms > now) else {
        return over(app, at, &purchase).await;
    };
    purchase.open_until_ms = window::keep_open(app, at, &purchase, &span).await?;
    let is_closed = window::is_closed(&purchase, now);
    let (faults, answered) = match fetch(app, at, &purchase).await? {
        Some(fetched) => (0, Some(fetched)),
        None => (purchase.faults + 1, None),
    };
    if answered.is_some_and(|fetched| fetched.has_news) && at.0.stops_after_message() {
        window::stopped(app, at, &purchase).await?;
    }
    let is_over = answered.is_some_and(|fetched| fetched.state == TheirState::Refunded);
    let may_sleep = matches!(purchase.window, Window::Activated { .. }) && !window::is_wanted(&purchase, now);
    let pause_ms = match (is_closed, may_sleep) {
        (true, true) => ASLEEP_MS,
        (true, false) => AGAIN_MS,
        (false, _) => pause_ms(at.0.look_every_ms().max(SECOND_MS), faults),
    };
    let (id, next_ms, refunded) = (purchase.id, now + pause_ms, purchase.charged);
    let story = move |tx: &mut Tx<'_>| {
        if is_over {
            number::set_cost(tx, order, Usd::ZERO)?;
            let reason = "its house ended it and gave its price back";
            return rows::end(tx, id, (State::Rejected, refunded), reason, now).map(drop);
        }
        // A house that pushes its messages brings none with a look.
        if span.messages > 0 {
            rows::delivered(tx, id, now)?;
        }
        rows::look_at(tx, id, (next_ms, faults))
    };
    app.db.write(Lane::Work, story).await
}

/// How long until the next try after some that were not answered.
fn pause_ms(every_ms: i64, faults: i64) -> i64 {
    let doublings = u32::try_from(faults.clamp(0, 6)).unwrap_or(0);
    if faults == 0 { every_ms } else { (AGAIN_MS << (doublings - 1).min(5)).min(AGAIN_MAX_MS).max(every_ms) }
}

/// What a look at a house brought.
#[derive(Clone, Copy)]
struct Fetched {
    state: TheirState,
    /// Whether a message came that was not told before, whoever has it.
    has_news: bool,
    /// Whether there were messages at all.
    has_messages: bool,
}

/// Asks for the messages of a purchase and hands them over; `None` where the house did not answer.
async fn fetch(app: &App, (house, wire): At<'_>, purchase: &Purchase) -> Result<Option<Fetched>, DbError> {
    let (Some(their_id), Some(digits)) = (&purchase.their_id, &purchase.digits) else { return Ok(None) };
    let looked = match within(house.look(&wire.settings, their_id)).await {
        Ok(looked) => looked,
        Err(Fault::NotDone(trouble) | Fault::Unknown(trouble)) => {
            app.heard.fault(wire.source, app.now_ms(), &trouble.says);
            return Ok(None);
        }
    };
    let Looked { state, messages, .. } = looked;
    let mut fetched = Fetched { state, has_news: false, has_messages: !messages.is_empty() };
    let mut is_delivered = false;
    for told in messages {
        let received = message::receive(app, wire.source, told.into_part(their_id, digits)).await?;
        fetched.has_news |= received != Received::Repeat;
        is_delivered |= matches!(received, Received::Delivered { .. });
    }
    if is_delivered {
        let (id, now) = (purchase.id, app.now_ms());
        app.db.write(Lane::Work, move |tx: &mut Tx<'_>| rows::delivered(tx, id, now)).await?;
    }
    Ok(Some(fetched))
}

/// Ends a purchase whose order is over: paid for if a message came, else given back.
async fn over(app: &App, at: At<'_>, purchase: &Purchase) -> Result<(), DbError> {
    let (now, order, id) = (app.now_ms(), purchase.order, purchase.id);
    let span = app.db.read(move |tx: &mut Tx<'_>| number::span(tx, order)).await?;
    if let Some(span) = span.filter(|span| span.messages > 0) {
        return finish(app, at, purchase, span.end_ms).await;
    }
    let story = move |tx: &mut Tx<'_>| rows::reject(tx, id, "its order ended without a message", now);
    app.db.write(Lane::Work, story).await?;
    let purchase = Purchase { state: State::Rejecting, ..purchase.clone() };
    give_back(app, at, &purchase).await.map(drop)
}

/// Tells a house that something is done with, until it hears it: some are paid by that word, or keep the number aside.
async fn finish(app: &App, (house, wire): At<'_>, purchase: &Purchase, end_ms: i64) -> Result<(), DbError> {
    let (now, id, faults) = (app.now_ms(), purchase.id, purchase.faults + 1);
    let told = match &purchase.their_id {
        Some(their_id) => within(house.finish(&wire.settings, their_id)).await,
        None => Ok(()),
    };
    let reason = match told {
        Ok(()) => "",
        Err(Fault::NotDone(trouble) | Fault::Unknown(trouble)) => {
            app.heard.fault(wire.source, now, &trouble.says);
            if now < end_ms + FINISHING_MS {
                return again(app, purchase, (now + pause_ms(AGAIN_MS, faults), faults)).await;
            }
            "its house never heard that it is done with"
        }
    };
    let story = move |tx: &mut Tx<'_>| {
        rows::delivered(tx, id, now)?;
        rows::end(tx, id, (State::Done, Usd::ZERO), reason, now).map(drop)
    };
    app.db.write(Lane::Work, story).await
}

/// Gives something back, once; what is not known then is tried again by the worker.
pub(super) async fn give_back(app: &App, at: At<'_>, purchase: &Purchase) -> Result<Back, DbError> {
    let (house, wire) = at;
    let Some(their_id) = &purchase.their_id else { return Ok(Back::Open) };
    let now = app.now_ms();
    match within(house.reject(&wire.settings, their_id)).await {
        Ok(Rejected::Done) => ended(app, purchase, (State::Rejected, purchase.charged), "").await,
        // Houses say so in their own words, also where a message came: it is looked for before that is believed.
        Ok(Rejected::NotPossible(trouble)) => match fetch(app, at, purchase).await? {
            Some(fetched) if fetched.has_messages => received(app, purchase).await,
            Some(_) => ended(app, purchase, (State::Done, Usd::ZERO), &trouble.says).await,
            None => not_yet(app, purchase).await,
        },
        Ok(Rejected::TooEarly { retry_after_ms }) => {
            release(app, purchase).await?;
            let wait_ms = retry_after_ms.unwrap_or(AGAIN_MS).clamp(SECOND_MS, AGAIN_MAX_MS);
            again(app, purchase, (now + wait_ms, purchase.faults)).await?;
            Ok(Back::Over)
        }
        Ok(Rejected::AlreadyReceived) => match fetch(app, at, purchase).await? {
            Some(fetched) if fetched.has_messages => received(app, purchase).await,
            Some(_) | None => not_yet(app, purchase).await,
        },
        Err(Fault::NotDone(trouble) | Fault::Unknown(trouble)) => {
            app.heard.fault(wire.source, now, &trouble.says);
            not_yet(app, purchase).await
        }
    }
}

async fn not_yet(app: &App, purchase: &Purchase) -> Result<Back, DbError> {
    let faults = purchase.faults + 1;
    if faults > REJECTS_MAX {
        return ended(app, purchase, (State::Done, Usd::ZERO), "its house never took it back").await;
    }
    again(app, purchase, (app.now_ms() + pause_ms(AGAIN_MS, faults), faults)).await?;
    Ok(Back::Open)
}

async fn again(app: &App, purchase: &Purchase, at: (i64, i64)) -> Result<(), DbError> {
    let id = purchase.id;
    app.db.write(Lane::Work, move |tx: &mut Tx<'_>| rows::look_at(tx, id, at)).await
}

/// A message had come: the order goes on with it, or is over anyway.
async fn received(app: &App, purchase: &Purchase) -> Result<Back, DbError> {
    let (id, order, now) = (purchase.id, purchase.order, app.now_ms());
    let story = move |tx: &mut Tx<'_>| {
        conclude::lock(tx, order)?;
        let runs = number::span(tx, order)?.is_some_and(|span: Span| span.end_ms > now);
        if runs {
            rows::keep(tx, id, now)
        } else {
            rows::end(tx, id, (State::Done, Usd::ZERO), "a message had come", now).map(drop)
        }
    };
    app.db.write(Lane::Work, story).await?;
    Ok(Back::Received)
}

/// It is over: what came back does not cost the house anything, and a customer who cancelled has their price.
async fn ended(app: &App, purchase: &Purchase, outcome: (State, Usd), reason: &str) -> Result<Back, DbError> {
    let (now, purchase, reason) = (app.now_ms(), purchase.clone(), reason.to_owned());
    let story = move |tx: &mut Tx<'_>| {
        let sourcing = conclude::lock(tx, purchase.order)?;
        let kept = rows::locked(tx, purchase.id)?;
        if !rows::end(tx, purchase.id, outcome, &reason, now)? {
            return Ok(None);
        }
        if outcome.0 == State::Rejected && rows::is_serving(tx, purchase.id)? {
            number::set_cost(tx, purchase.order, Usd::ZERO)?;
        }
        free(tx, sourcing.account, &kept, now)?;
        Ok::<_, DbError>(Some(sourcing.account))
    };
    if let Some(account) = app.db.write(Lane::Work, story).await? {
        app.notices.tell(account);
    }
    Ok(Back::Over)
}

/// Gives a customer who cancelled their price back although the house upstream keeps ours for now.
async fn release(app: &App, purchase: &Purchase) -> Result<(), DbError> {
    let (now, id, order) = (app.now_ms(), purchase.id, purchase.order);
    let story = move |tx: &mut Tx<'_>| {
        let sourcing = conclude::lock(tx, order)?;
        let kept = rows::locked(tx, id)?;
        free(tx, sourcing.account, &kept, now)?;
        Ok::<_, DbError>(sourcing.account)
    };
    let account = app.db.write(Lane::Work, story).await?;
    app.notices.tell(account);
    Ok(())
}

/// Gives a customer who cancelled their price back; who did not cancel keeps what they have.
pub(super) fn free(tx: &mut Tx<'_>, account: i64, purchase: &Purchase, now_ms: i64) -> Result<(), DbError> {
    let (product, order) = (purchase.product, purchase.order);
    match (purchase.cancel_ms, product) {
        (None, _) => Ok(()),
        (Some(_), Product::ShortTerm) => order::give_back(tx, order, order::State::Cancelled, now_ms).map(drop),
        (Some(asked_ms), Product::Rental1Day | Product::Rental30Day) => {
            rental::take_back(tx, account, (product, order), (asked_ms, now_ms))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_answer_is_asked_ever_more_seldom() {
        assert_eq!(pause_ms(3_000, 0), 3_000);
        assert_eq!(pause_ms(3_000, 1), 15_000);
        assert_eq!(pause_ms(3_000, 2), 30_000);
        assert_eq!(pause_ms(3_000, 900), 480_000);
    }
}
