//! What came on a rental.

use super::{CANCELLABLE_MS, Rental, State, rows};
use crate::App;
use crate::catalog;
use crate::db::DbError;
use crate::message::{self, Message};
use crate::product::Product;
use crate::values;

/// A rental and what came on it.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbox {
    /// The rental.
    pub rental: Rental,
    /// Until when it can be cancelled, if it still can.
    pub cancellable_until_ms: Option<i64>,
    /// The messages, newest first.
    pub messages: Vec<Message>,
}

/// What came on a rental of an account; `None` if it has no such rental.
///
/// # Errors
/// What the database said.
pub async fn inbox(app: &App, account: i64, product: Product, rental: i64) -> Result<Option<Inbox>, DbError> {
    let now = app.now_ms();
    let kept = app.db.row(rows::RENTAL, values![rental, product]).await?;
    let kept = kept.map(|row| rows::kept(&row)).transpose()?;
    let Some(kept) = kept.filter(|kept| kept.account == account) else { return Ok(None) };
    let messages = message::of_order(app, kept.recipient()).await?;
    let until_ms = kept.created_ms + CANCELLABLE_MS;
    let is_cancellable = kept.state_at(now) == State::Active && messages.is_empty() && now < until_ms;
    let catalog = catalog::catalog(app).await?;
    let slug = catalog.slug(kept.service).to_owned();
    Ok(Some(Inbox {
        rental: kept.shown(&slug, now),
        cancellable_until_ms: is_cancellable.then_some(until_ms),
        messages,
    }))
}
