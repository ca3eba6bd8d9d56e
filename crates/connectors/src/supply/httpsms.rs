//! `httpsms`: the webhook of httpSMS, an app that makes a phone with a SIM a source.
//!
//! A token says that it is httpSMS who calls, but does not cover the body: only https keeps that from being changed.

use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Status, Supply};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, is_push, malformed, required, time};
use super::{signature, token};

/// Characters of a signing key, at least.
const KEY_MIN: usize = 16;

const SETTINGS: [Setting; 2] = [
    Setting {
        name: "signing_key",
        label: "Signing key",
        is_secret: true,
        is_optional: false,
        help: "the signing key of the webhook in httpSMS's settings, at least 16 characters",
    },
    Setting {
        name: "address",
        label: "Address of the webhook",
        is_secret: false,
        is_optional: true,
        help: "the address as it stands in httpSMS's settings; if given, a token for another one is refused",
    },
];

/// A phone that runs httpSMS.
pub(super) struct HttpSms;

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    aud: Option<Audience>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: String,
    /// Other events have other shapes, so it is read only when it is ours.
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Whose heartbeat it is.
#[derive(Deserialize)]
struct Owner {
    owner: String,
}

/// What `message.phone.received` says. It holds a customer's text, so it has no `Debug`.
#[derive(Deserialize)]
struct Told {
    message_id: String,
    owner: String,
    contact: String,
    content: String,
    #[serde(default)]
    encrypted: bool,
    timestamp: String,
}

impl Supply for HttpSms {
    fn name(&self) -> &'static str {
        "httpsms"
    }

    fn about(&self) -> &'static str {
        "A phone with the app httpSMS; it tells the number of its SIM."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        if settings.get("signing_key").unwrap_or_default().chars().count() < KEY_MIN {
            return Err(format!("`signing_key` must have at least {KEY_MIN} characters"));
        }
        Ok(())
    }

    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        let key = settings.get("signing_key").unwrap_or_default();
        let claims: Claims = token::claims(key, request, now_ms)?;
        if settings.get("address").is_some_and(|address| !claims.is_for(address)) {
            return Err(signature::unsigned("The token is for another address."));
        }
        let envelope: Envelope<'_> = body(request)?;
        let reply = Reply::json(200, r#"{"success":true}"#);
        let is_online = match envelope.kind.as_str() {
            "message.phone.received" => return Ok(Heard::new(vec![part(&envelope, request)?], reply)),
            "phone.heartbeat.online" => true,
            "phone.heartbeat.offline" => false,
            _ => return Ok(Heard::new(Vec::new(), reply)),
        };
        let owner: Option<Owner> = envelope.data.and_then(|data| serde_json::from_str(data.get()).ok());
        let status = |owner: Owner| Status { line: Line::of_number(owner.owner), is_online, signal: None };
        Ok(Heard { statuses: owner.map(status).into_iter().collect(), ..Heard::new(Vec::new(), reply) })
    }
}

impl Claims {
    fn is_for(&self, address: &str) -> bool {
        match &self.aud {
            Some(Audience::One(one)) => one == address,
            Some(Audience::Several(several)) => several.iter().any(|one| one == address),
            None => false,
        }
    }
}

fn part(envelope: &Envelope<'_>, request: &Request) -> Result<Part, Reply> {
    let data = envelope.data.map_or("null", RawValue::get);
    let told: Told =
        serde_json::from_str(data).map_err(|_| malformed("The data is not that of message.phone.received."))?;
    required("message_id", &told.message_id, ID_MAX)?;
    required("owner", &told.owner, NUMBER_MAX)?;
    at_most("contact", &told.contact, SENDER_MAX)?;
    Ok(Part {
        reference: told.message_id.into_bytes(),
        line: Line::of_number(told.owner),
        sender: told.contact,
        text: told.content,
        raw: request.body.clone(),
        sent_ms: Some(time("timestamp", &told.timestamp)?),
        concat: None,
        // The phone encrypted the text with a key that only its owner has.
        trouble: told.encrypted.then_some("encrypted"),
    })
}
