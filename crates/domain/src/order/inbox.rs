//! What came for an order.

use super::{State, rows};
use crate::App;
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
    /// Whether it can still be cancelled, which ends its waiting.
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
    let messages = message::of_order(app, order.id).await?;
    let state = order.state_at(now);
    let since_ms = order.again_ms.unwrap_or(i64::MIN);
    let answers = |message: &Message| message.has_answer() && message.received_ms >= since_ms;
    let answer = match state {
        State::Received => messages.iter().position(answers),
        State::Waiting | State::Cancelled | State::Expired => None,
    };
    let shown = match state {
        State::Received if answer.is_none() && order.end_ms > now && order.again_ms.is_some() => State::Waiting,
        state => state,
    };
    // After the end of a second wait, or once any text counted, the newest answer there is stands.
    let newest = || messages.iter().position(Message::has_answer).or(if messages.is_empty() { None } else { Some(0) });
    let answer = if shown == State::Received { answer.or_else(newest) } else { None };
    Ok(Some(Inbox {
        state: shown,
        price: order.price,
        end_ms: order.end_ms,
        is_cancellable: state == State::Waiting,
        messages,
        answer,
    }))
}
