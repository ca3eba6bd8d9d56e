//! `textbee`: the webhook of textbee, an app that makes a phone with a SIM a source.
//!
//! The signature covers the body and no time. After a 5xx it waits for minutes, so nothing that can be kept is put off.

use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use serde::Deserialize;

use super::form::from_hex;
use super::signature::{is_same, mac, unsigned};
use super::telling::{ID_MAX, SENDER_MAX, at_most, body, is_push, malformed, required, time};

/// "At least 20 characters", says textbee.
const SECRET_MIN: usize = 20;

const SETTINGS: [Setting; 1] = [Setting {
    name: "secret",
    label: "Signing secret",
    is_secret: true,
    is_optional: false,
    help: "the signing secret of the webhook in textbee's dashboard, at least 20 characters",
}];

/// A phone that runs textbee.
pub(super) struct Textbee;

/// What an event says. It holds a customer's text, so it has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    webhook_event: String,
    sms_id: Option<String>,
    idempotency_key: Option<String>,
    device_id: Option<String>,
    sender: Option<String>,
    message: Option<String>,
    received_at: Option<String>,
}

impl Supply for Textbee {
    fn name(&self) -> &'static str {
        "textbee"
    }

    fn about(&self) -> &'static str {
        "A phone with the app textbee; each phone is one number."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        if settings.get("secret").unwrap_or_default().chars().count() < SECRET_MIN {
            return Err(format!("`secret` must have at least {SECRET_MIN} characters"));
        }
        Ok(())
    }

    fn hear(&self, settings: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        check_signature(settings, request)?;
        let told: Told = body(request)?;
        let parts = match told.webhook_event.as_str() {
            "MESSAGE_RECEIVED" => vec![part(told, request)?],
            _ => Vec::new(),
        };
        Ok(Heard::new(parts, Reply::json(200, r#"{"success":true}"#)))
    }
}

fn check_signature(settings: &Settings, request: &Request) -> Result<(), Reply> {
    let key = settings.get("secret").ok_or_else(|| unsigned("This source has no signing secret."))?;
    let given = request.header("x-signature").ok_or_else(|| unsigned("The header X-Signature is missing."))?;
    let given = from_hex(given).ok_or_else(|| unsigned("The header X-Signature must be hexadecimal digits."))?;
    let right = mac(key.as_bytes(), &[&request.body]);
    if is_same(&right, &given) { Ok(()) } else { Err(unsigned("The signature is not that of the signing secret.")) }
}

fn part(told: Told, request: &Request) -> Result<Part, Reply> {
    // Each webhook makes an idempotency key of its own, so two of them would tell one SMS twice; the SMS's id is one.
    let id = told.sms_id.filter(|id| !id.is_empty()).or(told.idempotency_key).unwrap_or_default();
    let device = told.device_id.unwrap_or_default();
    let sender = told.sender.unwrap_or_default();
    required("smsId", &id, ID_MAX)?;
    required("deviceId", &device, ID_MAX)?;
    at_most("sender", &sender, SENDER_MAX)?;
    Ok(Part {
        reference: id.into_bytes(),
        line: Line { sim: Some(device), ..Line::default() },
        sender,
        text: told.message.ok_or_else(|| malformed("The field message is missing."))?,
        raw: request.body.clone(),
        sent_ms: told.received_at.as_deref().map(|text| time("receivedAt", text)).transpose()?,
        concat: None,
        trouble: None,
    })
}
