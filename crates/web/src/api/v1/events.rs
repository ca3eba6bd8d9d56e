//! The durable feed of what happened to an account.

use domain::event::{self, Event, FeedError};
use domain::ids;
use domain::product::Product;
use serde::Serialize;

use super::call::{Answer, Call};
use super::refusal::Refusal;
use super::shape::{Money, Time};

#[derive(Serialize)]
struct EventsBody {
    success: bool,
    events: Vec<EventBody>,
    next_after: i64,
}

#[derive(Serialize)]
struct EventBody {
    seq: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rental_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<i64>,
}

impl EventBody {
    fn new(event: &Event) -> Self {
        let (order_id, rental_id) = match event.order {
            Some((Product::ShortTerm, id)) => (Some(ids::shown(Product::ShortTerm, id)), None),
            Some((product, id)) => (None, Some(ids::shown(product, id))),
            None => (None, None),
        };
        Self {
            seq: event.seq,
            kind: event.kind.word(),
            at: Time(event.at_ms),
            order_id,
            rental_id,
            amount: event.amount.map(Money),
            message_id: event.message,
        }
    }
}

/// `GET events/`
pub(super) async fn events(call: Call) -> Result<Answer, Refusal> {
    let after = call.fields.int("after", 0..=i64::MAX)?.unwrap_or(0);
    let limit = call.fields.limit()?;
    let (app, account) = (&call.door.app, call.caller.account);
    let look = || async { Ok(event::feed(app, account, after, limit).await?) };
    let events = call.wait(|events: &Vec<Event>| !events.is_empty(), look).await?;
    let next_after = events.last().map_or(after, |event| event.seq);
    Ok(Answer::new(&EventsBody { success: true, events: events.iter().map(EventBody::new).collect(), next_after }))
}

impl From<FeedError> for Refusal {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Expired => {
                let message = "Events after this one were deleted with age. Start again with a later `after`.";
                Self::new(400, "cursor_expired", message)
            }
            FeedError::Db(error) => error.into(),
        }
    }
}
