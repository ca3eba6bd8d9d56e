//! What NonVoipUsNumber answers. Its document could be read in part only, so numbers may be texts, a list may be its
//! one member, and every sentence but one is free.

use domain::clock::{MINUTE_MS, SECOND_MS};
use domain::product::Product;
use domain::supply::{
    Answer, Bought, Looked, NotBought, Offer, Opened, Rejected, Renewed, TheirState, Told, Trouble, Until, Window,
};
use serde_json::Value;

use crate::supply::upstream::lenient::{self, Rounding};

/// How long a number receives from a purchase, a reuse or an activation on, unless the answer says otherwise.
const WINDOW_MS: i64 = 10 * MINUTE_MS;
/// Seconds above this are no span but a time: some fields were seen as both.
const SPAN_MAX_S: i64 = 400 * 86_400;
/// Offers that are read of one answer.
const OFFERS_MAX: usize = 10_000;

/// What an envelope holds.
pub(super) enum Envelope {
    /// `success`, and the whole of it.
    Success(Value),
    /// `error`, and why.
    Error(Words),
    /// Neither.
    Unreadable,
}

/// Why the house did not do something: a free sentence, but for the one about the wallet.
#[derive(Clone)]
pub(super) struct Words(String);

impl Words {
    /// "Insufficient balance.": our account there is empty.
    pub(super) fn is_wallet_empty(&self) -> bool {
        self.0.trim_start().to_ascii_lowercase().starts_with("insufficient balance")
    }

    /// Whether it does not know us, so that nothing can be read out of it about the order.
    pub(super) fn is_about_us(&self) -> bool {
        self.has(&["password", "credential", "e-mail", "email", "log in", "login", "unauthor", "authenticat"])
    }

    fn is_about_stock(&self) -> bool {
        self.has(&["out of stock", "not available", "unavailable", "no number", "sold out", "none available"])
    }

    fn is_rejected_already(&self) -> bool {
        self.has(&["already"]) && self.has(&["reject", "refund", "cancel"])
    }

    fn is_received_already(&self) -> bool {
        let is_received = self.has(&["received", "already", "has been", "arrived"]);
        self.has(&["sms", "message", "code"]) && is_received && !self.has(&["no sms", "no message", "no code", "not "])
    }

    /// Whether it knows no such order. A sentence that speaks of a message says that none came.
    fn is_of_no_order(&self) -> bool {
        let is_none = ["not found", "no such", "not exist", "doesn't exist", "no order", "unknown", "invalid"];
        self.has(&["order"]) && self.has(&is_none) && !self.has(&["sms", "message", "code", "pin"])
    }

    fn has(&self, words: &[&str]) -> bool {
        let own = self.0.to_ascii_lowercase();
        words.iter().any(|word| own.contains(word))
    }

    /// As an operator may read it.
    pub(super) fn trouble(&self, secrets: &[&str]) -> Trouble {
        Trouble::new(format!("the house says: {}", lenient::sentence(&self.0, secrets)))
    }
}

/// Reads an answer.
pub(super) fn envelope(body: &[u8]) -> Envelope {
    let Ok(told) = serde_json::from_slice::<Value>(body) else { return Envelope::Unreadable };
    // One client met its fields within a list of one.
    let told = match told {
        Value::Array(mut list) if !list.is_empty() => list.swap_remove(0),
        told => told,
    };
    match told.get("status").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
        Some("success") => Envelope::Success(told),
        Some("error" | "fail" | "failed" | "failure") => {
            let words = lenient::text(&told, "message").unwrap_or_default();
            Envelope::Error(Words(words))
        }
        _ => Envelope::Unreadable,
    }
}

/// The one that an answer is about: the first of `message`, or `message`, or the answer itself.
fn one(told: &Value) -> &Value {
    match told.get("message") {
        Some(Value::Array(list)) => list.first().unwrap_or(told),
        Some(message @ Value::Object(_)) => message,
        _ => told,
    }
}

/// What is left in our account.
pub(super) fn balance(told: &Value) -> Option<domain::money::Usd> {
    let read = |place| lenient::amount(place, "balance", Rounding::Down);
    read(told).or_else(|| read(one(told)))
}

/// The products of one type. One that cannot be read is not sold.
pub(super) fn offers(told: &Value, product: Product) -> Option<Vec<Offer>> {
    let list = told.get("message")?.as_array()?;
    Some(list.iter().take(OFFERS_MAX).filter_map(|told| offer(told, product)).collect())
}

fn offer(told: &Value, product: Product) -> Option<Offer> {
    let code = lenient::id(told, "product_id")?;
    let window = match product {
        Product::ShortTerm => Window::Reused { ms: WINDOW_MS },
        Product::Rental1Day | Product::Rental30Day => Window::Activated { ms: WINDOW_MS },
    };
    Some(Offer {
        name: lenient::text(told, "name").unwrap_or_else(|| code.clone()).chars().take(100).collect(),
        code,
        product: Some(product),
        price: lenient::amount(told, "price", Rounding::Up)?,
        available: lenient::whole(told, "available").map(|available| available.max(0)),
        window,
    })
}

/// What was bought. Without an id there is nothing by which it could be asked for, so it is in doubt.
pub(super) fn bought(told: &Value) -> Answer {
    let told = one(told);
    let Some(id) = lenient::id(told, "order_id") else {
        return Answer::Unknown(Trouble::new("the house sold something and named no order"));
    };
    Answer::Bought(Bought {
        id,
        number: number(told),
        price: lenient::amount(told, "price", Rounding::Up),
        end: span(told, "expiration").or_else(|| time(told, "expires")),
    })
}

/// Why nothing was bought.
pub(super) fn not_bought(words: &Words, secrets: &[&str]) -> NotBought {
    if words.is_wallet_empty() {
        NotBought::WalletEmpty
    } else if words.is_about_stock() {
        NotBought::NoNumbers
    } else {
        NotBought::Refused(words.trouble(secrets))
    }
}

/// A number may be missing, for it is assigned later.
fn number(told: &Value) -> Option<String> {
    let number = lenient::text(told, "number")?;
    number.bytes().any(|byte| byte.is_ascii_digit()).then_some(number).filter(|number| number.len() <= 32)
}

/// The last message. Where there is none, the house says so in an error of any wording, but for one of an order that it
/// does not know.
pub(super) fn looked(told: Result<&Value, &Words>, raw: &[u8]) -> Looked {
    let messages = told.ok().and_then(|told| message(told, raw)).into_iter().collect();
    let number = told.ok().and_then(|told| number(one(told)));
    let is_missing = told.err().is_some_and(Words::is_of_no_order);
    let state = if is_missing { TheirState::Missing } else { TheirState::Open };
    Looked { state, number, end: None, messages }
}

/// Its fields stand at the top. Of a code without a text, the code is the text.
fn message(told: &Value, raw: &[u8]) -> Option<Told> {
    let place = if told.get("sms").is_some() { told } else { one(told) };
    let text = lenient::text(place, "sms").or_else(|| lenient::text(place, "pin"))?;
    Some(Told {
        reference: None,
        sender: lenient::text(place, "sender").unwrap_or_default().chars().take(64).collect(),
        text: lenient::message(&text),
        sent_ms: None,
        raw: lenient::raw(raw),
    })
}

/// What an error says to a rejection.
pub(super) fn not_rejected(words: &Words, secrets: &[&str]) -> Rejected {
    if words.is_rejected_already() {
        Rejected::Done
    } else if words.is_received_already() {
        Rejected::AlreadyReceived
    } else {
        Rejected::NotPossible(words.trouble(secrets))
    }
}

/// Until when a number receives again.
pub(super) fn opened(told: &Value) -> Opened {
    let told = one(told);
    let spans = ["till_expiration", "expiration"].iter().find_map(|name| span(told, name));
    let end = spans.or_else(|| ["end_on", "expires"].iter().find_map(|name| time(told, name)));
    Opened::Open { end: Some(end.unwrap_or(Until::For(WINDOW_MS))) }
}

/// Until when a number was renewed.
pub(super) fn renewed(told: &Value) -> Renewed {
    let told = one(told);
    let end = span(told, "expiration").or_else(|| time(told, "expires")).or_else(|| time(told, "expiration"));
    Renewed::Until { end, price: lenient::amount(told, "price", Rounding::Up) }
}

/// Seconds from now on, or since 1970 where they are too many for that.
fn span(told: &Value, name: &str) -> Option<Until> {
    let seconds = lenient::whole(told, name).filter(|seconds| *seconds > 0)?;
    let ms = seconds.checked_mul(SECOND_MS)?;
    Some(if seconds > SPAN_MAX_S { Until::At(ms) } else { Until::For(ms) })
}

fn time(told: &Value, name: &str) -> Option<Until> {
    lenient::utc(&lenient::text(told, name)?).map(Until::At)
}
