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
pub(super) const WANTED_MS: i64 = 90 * SECOND_MS;

/// Opens a window again that is about to close and is still needed; tells until when it is open.
pub(super) async fn keep_open(app: &App, at: At<'_>, purchase: &Purchase, span: &Span) -> Result<Option<i64>, DbError> {
    let (now, until_ms) = (app.now_ms(), purchase.open_until_ms.unwrap_or(0));
    let must_open = match purchase.window {
        Window::Whole { .. } => false,
        Window::Reused { .. } => until_ms < span.end_ms && until_ms - now < STRETCH_MS,
        Window::Activated { .. } => purchase.wanted_ms > now - WANTED_MS && until_ms - now < NEAR_MS,
    };
    if must_open { reopen(app, at, purchase).await } else { Ok(purchase.open_until_ms) }
}

/// Opens a window; tells until when it is open.
pub(super) async fn reopen(app: &App, (house, wire): At<'_>, purchase: &Purchase) -> Result<Option<i64>, DbError> {
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
