//! Keeping a number able to receive for as long as it was sold: what is shorter is opened again.

use super::look::{At, within};
use super::rows::{self, Purchase};
use crate::App;
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::db::{DbError, Lane, Tx};
use crate::number::Span;
use crate::product::Product;
use crate::supply::{Fault, Opened, Window};

/// How long before its end a short window is opened again.
const STRETCH_MS: i64 = MINUTE_MS;
/// How long before its end a rental's window is opened again while somebody waits.
const NEAR_MS: i64 = 20 * SECOND_MS;
/// How long somebody who waited once counts as waiting.
const WANTED_MS: i64 = 90 * SECOND_MS;
/// Until when a window was open that a message closed: a time that is long over.
const STOPPED: i64 = 0;

/// Whether somebody waits for a message on it.
pub(super) fn is_wanted(purchase: &Purchase, now_ms: i64) -> bool {
    purchase.wanted_ms > now_ms - WANTED_MS
}

/// Whether it does not receive just now, by all that we know.
pub(super) fn is_closed(purchase: &Purchase, now_ms: i64) -> bool {
    match purchase.window {
        Window::Whole { .. } => purchase.open_until_ms == Some(STOPPED),
        Window::Reused { .. } | Window::Activated { .. } => {
            purchase.open_until_ms.is_none_or(|until_ms| until_ms <= now_ms)
        }
    }
}

/// A message came at a house that takes no other one until it is asked to. What cannot be opened at once is tried again
/// with each look.
pub(super) async fn stopped(app: &App, at: At<'_>, purchase: &Purchase) -> Result<(), DbError> {
    let id = purchase.id;
    app.db.write(Lane::Work, move |tx: &mut Tx<'_>| rows::set_open(tx, id, Some(STOPPED))).await?;
    let purchase = Purchase { open_until_ms: Some(STOPPED), ..purchase.clone() };
    reopen(app, at, &purchase).await.map(drop)
}

/// Opens a window again that is about to close and is still needed; tells until when it is open.
pub(super) async fn keep_open(app: &App, at: At<'_>, purchase: &Purchase, span: &Span) -> Result<Option<i64>, DbError> {
    let (now, until_ms) = (app.now_ms(), purchase.open_until_ms.unwrap_or(0));
    let must_open = match purchase.window {
        Window::Whole { .. } => is_closed(purchase, now),
        Window::Reused { .. } => until_ms < span.end_ms && until_ms - now < STRETCH_MS,
        Window::Activated { .. } => is_wanted(purchase, now) && until_ms - now < NEAR_MS,
    };
    if must_open { reopen(app, at, purchase).await } else { Ok(purchase.open_until_ms) }
}

/// Opens a window; tells until when it is open.
async fn reopen(app: &App, (house, wire): At<'_>, purchase: &Purchase) -> Result<Option<i64>, DbError> {
    let Some(their_id) = &purchase.their_id else { return Ok(purchase.open_until_ms) };
    let opened = match purchase.product {
        Product::ShortTerm => within(house.reuse(&wire.settings, their_id)).await,
        Product::Rental1Day | Product::Rental30Day => within(house.activate(&wire.settings, their_id)).await,
    };
    let now = app.now_ms();
    let ms = match purchase.window {
        Window::Whole { ms } => ms,
        Window::Reused { ms } | Window::Activated { ms } => Some(ms),
    };
    let until_ms = match opened {
        Ok(Opened::Open { end }) => end.map(|end| end.ms(now)).or(ms.map(|ms| now.saturating_add(ms))),
        Ok(Opened::Waking { .. }) => None,
        Ok(Opened::NotPossible(trouble)) | Err(Fault::NotDone(trouble) | Fault::Unknown(trouble)) => {
            app.heard.fault(wire.source, now, &trouble.says);
            return Ok(purchase.open_until_ms);
        }
    };
    let id = purchase.id;
    app.db.write(Lane::Work, move |tx: &mut Tx<'_>| rows::set_open(tx, id, until_ms)).await?;
    Ok(until_ms)
}
