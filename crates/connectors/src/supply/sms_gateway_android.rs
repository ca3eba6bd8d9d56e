//! `sms-gateway-android`: the webhook of "SMS Gateway for Android", which makes a phone with a SIM a source.
//!
//! The signature is `hex(HMAC-SHA256(key, body || timestamp))`: the body first, then the time, nothing between. The app
//! repeats for about two days whatever is not answered with 2xx, so events that are not ours are acknowledged.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::clock::{self, HOUR_MS};
use domain::supply::{Heard, Holding, Inbox, Line, Part, Reply, Request, Setting, Settings, Status, Supply};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::poll::{self, More, Poll, Trouble};
use super::signature::{is_same, mac, timely, unsigned};
use super::silence;
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, fingerprint, is_push, malformed, required, time};
use crate::call::Call;

/// Characters of a signing key, at least: the app makes one of 8, and a longer one is better.
const KEY_MIN: usize = 8;

/// How far back a phone is asked that was never asked before: as long as the app itself repeats.
const BACK_MS: i64 = 48 * HOUR_MS;
/// How much of what was asked for before is asked for again. The phone goes by the network's time, and the network may
/// have been late.
const OVERLAP_MS: i64 = 2 * HOUR_MS;

/// SIMs that a phone has at once.
const SLOTS: u32 = 2;

const SETTINGS: [Setting; 8] = [
    Setting {
        name: "signing_key",
        label: "Signing key",
        is_secret: true,
        is_optional: false,
        help: "the key under Settings, Webhooks, Signing Key in the app, at least 8 characters; set a long one of your own",
    },
    silence::SILENT,
    poll::ADDRESS,
    poll::USER,
    poll::PASSWORD,
    poll::EVERY,
    poll::ALLOW_NETWORK,
    poll::CA,
];

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
        silence::check(settings)?;
        Poll::of(settings).map(drop)
    }

    fn polls(&self, settings: &Settings) -> bool {
        Poll::is_wanted(settings) || silence::is_watched(settings)
    }

    fn hold(&self, settings: Settings, inbox: Inbox) -> Holding {
        let asked_ms = inbox.mark().parse().ok();
        Box::pin(async move {
            tokio::join!(
                silence::watch(&settings, &inbox),
                poll::hold(settings.clone(), inbox.clone(), Asked { asked_ms })
            );
        })
    }

    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        check_signature(settings, request, now_ms)?;
        let envelope: Envelope<'_> = body(request)?;
        let reply = Reply::json(200, r#"{"success":true}"#);
        let heard = match envelope.event.as_str() {
            "sms:received" => {
                let part = part(&envelope, request)?;
                let statuses = part.line.sim.clone().map(alive).into_iter().collect();
                Heard { statuses, ..Heard::new(vec![part], reply) }
            }
            "system:ping" => Heard { statuses: pinged(&envelope.device_id)?, ..Heard::new(Vec::new(), reply) },
            _ => Heard::new(Vec::new(), reply),
        };
        Ok(heard)
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
    let sent_ms = time("receivedAt", &payload.received_at)?;
    // The envelope's id stays the same when the phone repeats itself, but not when it is asked to tell its inbox again;
    // the payload's messageId is not unique. The network's time is that of the SMS itself either way.
    let (at, sender_told, text) = (sent_ms.to_be_bytes(), sender.as_bytes(), payload.message.as_bytes());
    Ok(Part {
        reference: fingerprint(&[sim.as_bytes(), &at, sender_told, text]),
        line: Line { sim: Some(sim), port: None, number: payload.recipient.filter(|number| !number.is_empty()) },
        sender,
        text: payload.message,
        raw: request.body.clone(),
        sent_ms: Some(sent_ms),
        concat: None,
        trouble: None,
    })
}

/// A ping is the phone's, and so counts for whatever SIM is in it.
fn pinged(device: &str) -> Result<Vec<Status>, Reply> {
    required("deviceId", device, ID_MAX)?;
    let slots = (1..=SLOTS).map(|slot| format!("{device}/{slot}"));
    Ok(std::iter::once(device.to_owned()).chain(slots).map(alive).collect())
}

fn alive(sim: String) -> Status {
    Status { line: Line { sim: Some(sim), ..Line::default() }, is_online: true, signal: None }
}

/// A phone that is asked to push again what is in its inbox. The answer holds no SMS; they come as pushes.
struct Asked {
    asked_ms: Option<i64>,
}

impl poll::Asking for Asked {
    async fn ask(&mut self, poll: &Poll, inbox: &Inbox) -> Result<More, Trouble> {
        let now_ms = inbox.now_ms();
        let since_ms = self.asked_ms.map_or(now_ms - BACK_MS, |asked_ms| asked_ms.min(now_ms) - OVERLAP_MS);
        let (since, until) = (clock::rfc3339(since_ms), clock::rfc3339(now_ms));
        let body = serde_json::json!({"since": since, "until": until, "triggerWebhooks": true}).to_string();
        let proof = format!("Basic {}", STANDARD.encode(format!("{}:{}", poll.user(), poll.password())));
        let call = Call::post("/inbox/refresh", "application/json", body).header("authorization", &proof);
        poll::answered(poll.call(&call).await?)?;
        self.asked_ms = Some(now_ms);
        inbox.set_mark(&now_ms.to_string()).await?;
        Ok(More::No)
    }
}
