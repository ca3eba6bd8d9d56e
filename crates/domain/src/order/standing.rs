//! Where an order stands for its customer, with what came for it: what is listed and what is read say the same.

use super::{State, rows};
use crate::catalog::Catalog;
use crate::message::Message;

/// Where an order stands, and the place among its messages (newest first) of the one that answers the wait.
///
/// After [`super::again`] it waits until another answer comes or its time is over; then the newest there is stands. What
/// was paid is not touched by that.
pub(super) fn standing(
    order: &rows::Order,
    messages: &[Message],
    catalog: &Catalog,
    now_ms: i64,
) -> (State, Option<usize>) {
    let state = order.state_at(now_ms);
    if state != State::Received {
        return (state, None);
    }
    let since_ms = order.again_ms.filter(|_| order.end_ms > now_ms);
    let any_text_counts = catalog.by_id(order.service).is_some_and(|service| service.any_text_counts);
    let answers = |message: &Message| {
        (message.has_answer() || any_text_counts) && since_ms.is_none_or(|since_ms| message.received_ms >= since_ms)
    };
    match messages.iter().position(answers) {
        Some(place) => (State::Received, Some(place)),
        None if since_ms.is_some() => (State::Waiting, None),
        // It was paid for a text that would not count today.
        None => (State::Received, (!messages.is_empty()).then_some(0)),
    }
}
