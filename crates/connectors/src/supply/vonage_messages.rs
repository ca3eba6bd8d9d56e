//! `vonage_messages`: incoming SMS of Vonage's Messages API, whose numbers are VoIP.
//!
//! A token says who calls and holds the hash of the body. Long messages come joined. What was not answered with 200 is
//! told again for 24 hours.

use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::form::from_hex;
use super::signature::{is_same, unsigned};
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, is_push, malformed, required};
use super::{token, vonage};

const SETTINGS: [Setting; 1] = [Setting {
    name: "signature_secret",
    label: "Signature secret",
    is_secret: true,
    is_optional: false,
    help: "the signature secret of the account, from its settings at Vonage, at least 16 characters",
}];

/// An account at Vonage whose messages come by the Messages API.
pub(super) struct VonageMessages;

#[derive(Deserialize)]
struct Claims {
    payload_hash: String,
}

/// What is told. It holds a customer's text, so it has no `Debug`.
#[derive(Deserialize)]
struct Told {
    message_uuid: String,
    /// Other events tell no channel, or another one.
    channel: Option<String>,
    message_type: Option<String>,
    to: Option<String>,
    from: Option<String>,
    text: Option<String>,
}

impl Supply for VonageMessages {
    fn name(&self) -> &'static str {
        "vonage_messages"
    }

    fn about(&self) -> &'static str {
        "Numbers at Vonage, by its Messages API; they are VoIP, and are not sold as numbers that are not."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn is_voip(&self) -> bool {
        true
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        vonage::check_secret(settings)
    }

    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        let claims: Claims = token::claims(settings.get("signature_secret").unwrap_or_default(), request, now_ms)?;
        let claimed = from_hex(&claims.payload_hash).unwrap_or_default();
        if !is_same(&Sha256::digest(&request.body), &claimed) {
            return Err(unsigned("The token is that of another body."));
        }
        let told: Told = body(request)?;
        required("message_uuid", &told.message_uuid, ID_MAX)?;
        let is_sms = told.channel.as_deref() == Some("sms") && told.message_type.is_some();
        let parts = if is_sms { vec![part(told, request)?] } else { Vec::new() };
        Ok(Heard::new(parts, Reply::json(200, r#"{"success":true}"#)))
    }
}

fn part(told: Told, request: &Request) -> Result<Part, Reply> {
    let missing = |name: &str| malformed(&format!("The field {name} is missing."));
    let (number, sender) = (told.to.ok_or_else(|| missing("to"))?, told.from.ok_or_else(|| missing("from"))?);
    required("to", &number, NUMBER_MAX)?;
    at_most("from", &sender, SENDER_MAX)?;
    Ok(Part {
        reference: told.message_uuid.into_bytes(),
        line: Line::of_number(number),
        sender,
        text: told.text.ok_or_else(|| missing("text"))?,
        raw: request.body.clone(),
        // The time that it tells is that of Vonage, not of the network.
        sent_ms: None,
        concat: None,
        trouble: None,
    })
}
