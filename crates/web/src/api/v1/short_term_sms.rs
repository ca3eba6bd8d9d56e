//! Reading what came for an order, or waiting for it.

use domain::order::{self, Inbox, State};
use domain::product::Product;
use serde::Serialize;

use super::call::{Answer, Call};
use super::refusal::Refusal;
use super::shape::{Money, Sms, Time};

#[derive(Serialize)]
struct SmsBody<'a> {
    success: bool,
    code: Option<&'a str>,
    message: &'a str,
    received_at: Time,
    messages: Vec<Sms<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    status: &'static str,
}

/// The answer while there is nothing to read, which natural clients take for "ask again".
#[derive(Serialize)]
struct NoSmsBody<'a> {
    success: bool,
    error: &'static str,
    message: &'static str,
    status: &'static str,
    code: Option<&'a str>,
    received_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded: Option<Money>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Sms<'a>>,
}

/// `GET short-term/sms/`
pub(super) async fn sms(call: Call) -> Result<Answer, Refusal> {
    let order = call.fields.id(Product::ShortTerm)?;
    let (app, account) = (&call.door.app, call.caller.account);
    let look = || async { order::inbox(app, account, order).await?.ok_or_else(Refusal::not_found) };
    let inbox = call.wait(|inbox: &Inbox| inbox.state != State::Waiting, look).await?;
    Ok(shown(&inbox))
}

fn shown(inbox: &Inbox) -> Answer {
    let (error, message) = match inbox.state {
        State::Waiting if inbox.is_cancellable => ("sms_not_received", "No SMS has arrived yet."),
        State::Waiting => ("sms_not_received", "No other SMS has arrived yet."),
        State::Expired => ("order_expired", "The order ended without an SMS and was refunded. Order a new number."),
        State::Cancelled => ("order_cancelled", "The order was cancelled and refunded. Order a new number."),
        State::Received => match inbox.answer.and_then(|place| inbox.messages.get(place)) {
            Some(newest) => return received(inbox, newest),
            None => ("sms_not_received", "The SMS of this order was erased after its time; texts are not kept."),
        },
    };
    let came_back = matches!(inbox.state, State::Expired | State::Cancelled);
    Answer::new(&NoSmsBody {
        success: false,
        error,
        message,
        status: inbox.state.word(),
        code: None,
        received_at: None,
        refunded: came_back.then_some(Money(inbox.price)),
        messages: Sms::all(&inbox.messages),
    })
}

fn received(inbox: &Inbox, newest: &domain::message::Message) -> Answer {
    Answer::new(&SmsBody {
        success: true,
        code: newest.code.as_deref(),
        message: &newest.text,
        received_at: Time(newest.received_ms),
        messages: Sms::all(&inbox.messages),
        link: newest.link.as_deref(),
        status: inbox.state.word(),
    })
}
