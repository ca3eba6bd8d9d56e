//! `sms-gateway-android`: the webhook of "SMS Gateway for Android", which makes a phone with a SIM a source.
//!
//! The signature is `hex(HMAC-SHA256(key, body || timestamp))`: the body first, then the time, nothing between. The app
//! repeats for about two days whatever is not answered with 2xx, so events that are not ours are acknowledged.

use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::signature::{is_same, mac, timely, unsigned};
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, is_push, malformed, required, time};

/// Characters of a signing key, at least: the app makes one of 8, and a longer one is better.
const KEY_MIN: usize = 8;

const SETTINGS: [Setting; 1] = [Setting {
    name: "signing_key",
    label: "Signing key",
    is_secret: true,
    is_optional: false,
    help: "the key under Settings, Webhooks, Signing Key in the app, at least 8 characters; set a long one of your own",
}];

/// A phone that runs the app.
pub(super) struct SmsGatewayAndroid;

/// What surrounds every event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    id: String,
    event: String,
    device_id: String,
    /// Events that are not ours have payloads of other shapes, so it is read only when it is.
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

/// What `sms:received` says. It holds a customer's text, so it has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    message: String,
    sender: Option<String>,
    /// What older apps call the sender.
    phone_number: Option<String>,
    recipient: Option<String>,
    /// The SIM's slot, from 1. Phones that hide it tell none.
    sim_number: Option<u32>,
    /// The network's time, in the phone's zone.
    received_at: String,
}

impl Supply for SmsGatewayAndroid {
    fn name(&self) -> &'static str {
        "sms-gateway-android"
    }

    fn about(&self) -> &'static str {
        "A phone with the app SMS Gateway for Android; each SIM in it is one number."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        let key = settings.get("signing_key").unwrap_or_default();
        if key.chars().count() < KEY_MIN {
            return Err(format!("`signing_key` must have at least {KEY_MIN} characters"));
        }
        Ok(())
    }

    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        check_signature(settings, request, now_ms)?;
        let envelope: Envelope<'_> = body(request)?;
        let parts = match envelope.event.as_str() {
            "sms:received" => vec![part(&envelope, request)?],
            _ => Vec::new(),
        };
        Ok(Heard::new(parts, Reply::json(200, r#"{"success":true}"#)))
    }
}

fn check_signature(settings: &Settings, request: &Request, now_ms: i64) -> Result<(), Reply> {
    let key = settings.get("signing_key").ok_or_else(|| unsigned("This source has no signing key."))?;
    let timestamp = timely(request, "x-timestamp", now_ms)?;
    let given = request.header("x-signature").ok_or_else(|| unsigned("The header X-Signature is missing."))?;
    let given = from_hex(given).ok_or_else(|| unsigned("The header X-Signature must be 64 hexadecimal digits."))?;
    let right = mac(key.as_bytes(), &[&request.body, timestamp.as_bytes()]);
    if is_same(&right, &given) { Ok(()) } else { Err(unsigned("The signature is not that of the signing key.")) }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let text = text.as_bytes();
    if text.len() != 64 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn part(envelope: &Envelope<'_>, request: &Request) -> Result<Part, Reply> {
    let payload = envelope.payload.map_or("null", RawValue::get);
    let payload: Payload =
        serde_json::from_str(payload).map_err(|_| malformed("The payload is not that of sms:received."))?;
    required("id", &envelope.id, ID_MAX)?;
    required("deviceId", &envelope.device_id, ID_MAX)?;
    let sender = payload.sender.or(payload.phone_number).unwrap_or_default();
    at_most("sender", &sender, SENDER_MAX)?;
    at_most("recipient", payload.recipient.as_deref().unwrap_or_default(), NUMBER_MAX)?;
    let sim = match payload.sim_number {
        Some(slot) => format!("{}/{slot}", envelope.device_id),
        None => envelope.device_id.clone(),
    };
    Ok(Part {
        // The envelope's id stays the same when the phone repeats itself; the payload's messageId is not unique.
        reference: format!("{}\0{}", envelope.device_id, envelope.id).into_bytes(),
        line: Line { sim: Some(sim), port: None, number: payload.recipient.filter(|number| !number.is_empty()) },
        sender,
        text: payload.message,
        raw: request.body.clone(),
        sent_ms: Some(time("receivedAt", &payload.received_at)?),
        concat: None,
        trouble: None,
    })
}
