//! How money, times and messages look in an answer.

use domain::clock;
use domain::ids;
use domain::message::Message;
use domain::money::Usd;
use domain::product::Product;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Dollars as a JSON number with two decimals, written from its digits and never through a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Money(pub(super) Usd);

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = RawValue::from_string(self.0.to_string()).expect("an amount's digits are a JSON number");
        digits.serialize(serializer)
    }
}

/// A time in ms since 1970, as RFC 3339 with whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time(pub(super) i64);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&clock::rfc3339(self.0))
    }
}

/// The id of an order or rental, as its customer knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(pub(super) Product, pub(super) i64);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&ids::shown(self.0, self.1))
    }
}

/// A message of an order or a rental. It holds a customer's text, so it has no `Debug`.
#[derive(Serialize)]
pub(super) struct Sms<'a> {
    code: Option<&'a str>,
    message: &'a str,
    received_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
}

impl<'a> Sms<'a> {
    pub(super) fn new(message: &'a Message) -> Self {
        Self {
            code: message.code.as_deref(),
            message: &message.text,
            received_at: Time(message.received_ms),
            link: message.link.as_deref(),
        }
    }

    /// All of them, in the order they are in.
    pub(super) fn all(messages: &'a [Message]) -> Vec<Self> {
        messages.iter().map(Self::new).collect()
    }
}
