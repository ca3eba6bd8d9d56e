//! What came for an order.

use super::standing::standing;
use super::{State, rows};
use crate::App;
use crate::catalog;
use crate::db::DbError;
use crate::message::{self, Message};
use crate::money::Usd;
use crate::values;

/// An order and what came for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbox {
    /// Where the order stands; `Waiting` again after [`super::again`], until another code comes.
    pub state: State,
    /// What was paid or came back.
    pub price: Usd,
    /// When it ends.
    pub end_ms: i64,
    /// Whether it can still be cancelled, which ends its waiting; one that waits again cannot, because it is paid.
    pub is_cancellable: bool,
    /// The messages, newest first.
    pub messages: Vec<Message>,
    /// The place in `messages` of the one that answers the wait.
    pub answer: Option<usize>,
}

/// What came for an order of an account; `None` if it has no such order.
///
/// # Errors
/// What the database said.
pub async fn inbox(app: &App, account: i64, order: i64) -> Result<Option<Inbox>, DbError> {
    let now = app.now_ms();
    let order = app.db.row(rows::ORDER, values![order]).await?.map(|row| rows::order(&row)).transpose()?;
    let Some(order) = order.filter(|order| order.account == account) else { return Ok(None) };
    let messages = message::of_order(app, order.recipient()).await?;
    let (state, answer) = standing(&order, &messages, &*catalog::catalog(app).await?, now);
    Ok(Some(Inbox {
        state,
        price: order.price,
        end_ms: order.end_ms,
        is_cancellable: order.state_at(now) == State::Waiting,
        messages,
        answer,
    }))
}
