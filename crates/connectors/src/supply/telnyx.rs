//! `telnyx`: incoming messages of Telnyx (API v2), whose numbers are VoIP.
//!
//! `telnyx-signature-ed25519` signs `{telnyx-timestamp}|{body}` with a key of which we have the public half. It waits 2 s
//! for the answer, and tries three times.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::signature::{timely, unsigned};
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, is_push, malformed, required};

/// Bytes of a public key.
const KEY_BYTES: usize = 32;

const SETTINGS: [Setting; 1] = [Setting {
    name: "public_key",
    label: "Public key",
    is_secret: false,
    is_optional: false,
    help: "the account's public key from Telnyx's portal, 32 bytes in base64",
}];

/// An account at Telnyx.
pub(super) struct Telnyx;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Event<'a>,
}

#[derive(Deserialize)]
struct Event<'a> {
    event_type: String,
    /// Other events have other shapes, so it is read only when it is ours.
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

/// What `message.received` says. It holds a customer's text, so it has no `Debug`.
#[derive(Deserialize)]
struct Told {
    id: String,
    from: Number,
    to: Vec<Number>,
    text: String,
}

#[derive(Deserialize)]
struct Number {
    phone_number: String,
}

impl Supply for Telnyx {
    fn name(&self) -> &'static str {
        "telnyx"
    }

    fn about(&self) -> &'static str {
        "Numbers at Telnyx; they are VoIP, and are not sold as numbers that are not."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn is_voip(&self) -> bool {
        true
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        match key(settings) {
            Some(_) => Ok(()),
            None => Err(format!("`public_key` must be {KEY_BYTES} bytes in base64")),
        }
    }

    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        check_signature(settings, request, now_ms)?;
        let envelope: Envelope<'_> = body(request)?;
        let parts = match envelope.data.event_type.as_str() {
            "message.received" => vec![part(&envelope.data, request)?],
            _ => Vec::new(),
        };
        Ok(Heard::new(parts, Reply::json(200, r#"{"success":true}"#)))
    }
}

fn key(settings: &Settings) -> Option<Vec<u8>> {
    STANDARD.decode(settings.get("public_key")?).ok().filter(|key| key.len() == KEY_BYTES)
}

fn check_signature(settings: &Settings, request: &Request, now_ms: i64) -> Result<(), Reply> {
    let key = key(settings).ok_or_else(|| unsigned("This source has no public key."))?;
    let timestamp = timely(request, "telnyx-timestamp", now_ms)?;
    let given = request.header("telnyx-signature-ed25519");
    let given = given.ok_or_else(|| unsigned("The header telnyx-signature-ed25519 is missing."))?;
    let given = STANDARD.decode(given).unwrap_or_default();
    let signed = [timestamp.as_bytes(), b"|", &request.body].concat();
    let outcome = UnparsedPublicKey::new(&ED25519, key).verify(&signed, &given);
    outcome.map_err(|_| unsigned("The signature is not that of the public key."))
}

fn part(event: &Event<'_>, request: &Request) -> Result<Part, Reply> {
    let payload = event.payload.map_or("null", RawValue::get);
    let told: Told =
        serde_json::from_str(payload).map_err(|_| malformed("The payload is not that of message.received."))?;
    let number = told.to.into_iter().next().map(|to| to.phone_number).unwrap_or_default();
    required("id", &told.id, ID_MAX)?;
    required("to", &number, NUMBER_MAX)?;
    at_most("from", &told.from.phone_number, SENDER_MAX)?;
    Ok(Part {
        reference: told.id.into_bytes(),
        line: Line::of_number(number),
        sender: told.from.phone_number,
        text: told.text,
        raw: request.body.clone(),
        // The times that it tells are those of Telnyx, not of the network.
        sent_ms: None,
        concat: None,
        trouble: None,
    })
}
