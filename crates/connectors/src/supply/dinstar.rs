//! `dinstar`: the pushes of Dinstar gateways (UC2000 and alike).
//!
//! `sms` is an array, or, of a single message, an object. Gateways sign nothing, so the address holds a secret word.

use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, fingerprint, is_push, malformed, required};
use super::{local_time, word};

/// Messages of one push, at most.
const MESSAGES_MAX: usize = 200;

const SETTINGS: [Setting; 2] = [word::WORD, local_time::OFFSET];

/// A gateway.
pub(super) struct Dinstar;

#[derive(Deserialize)]
struct Told<'a> {
    sn: String,
    /// Other pushes have none.
    #[serde(borrow)]
    sms: Option<&'a RawValue>,
}

/// What a message says. It is a customer's, so it has no `Debug`.
#[derive(Deserialize)]
struct Sms {
    incoming_sms_id: u64,
    port: u32,
    number: String,
    text: String,
    timestamp: Option<String>,
    imsi: Option<String>,
}

impl Supply for Dinstar {
    fn name(&self) -> &'static str {
        "dinstar"
    }

    fn about(&self) -> &'static str {
        "A Dinstar gateway; each SIM is known by its IMSI, or by its port."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        word::check(settings)?;
        local_time::check(settings)
    }

    fn hear(&self, settings: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        word::is_known(settings, request)?;
        let told: Told<'_> = body(request)?;
        required("sn", &told.sn, ID_MAX)?;
        let messages = told.sms.map_or_else(|| Ok(Vec::new()), messages)?;
        let parts = messages.into_iter().map(|sms| part(settings, &told.sn, sms, request));
        Ok(Heard::new(parts.collect::<Result<_, _>>()?, Reply::json(200, r#"{"success":true}"#)))
    }
}

/// The messages in an array, or the only one.
fn messages(told: &RawValue) -> Result<Vec<Sms>, Reply> {
    let read = |_| malformed("A message is malformed.");
    if !told.get().starts_with('[') {
        return Ok(vec![serde_json::from_str(told.get()).map_err(read)?]);
    }
    let all: Vec<Sms> = serde_json::from_str(told.get()).map_err(read)?;
    if all.len() > MESSAGES_MAX { Err(malformed("The push has more than 200 messages.")) } else { Ok(all) }
}

fn part(settings: &Settings, gateway: &str, sms: Sms, request: &Request) -> Result<Part, Reply> {
    at_most("number", &sms.number, SENDER_MAX)?;
    let imsi = sms.imsi.unwrap_or_default();
    at_most("imsi", &imsi, NUMBER_MAX)?;
    let at = sms.timestamp.unwrap_or_default();
    // The ids begin again when the gateway is reset, so the message's own words stand beside its id.
    let reference = fingerprint(&[
        gateway.as_bytes(),
        &sms.incoming_sms_id.to_be_bytes(),
        at.as_bytes(),
        sms.number.as_bytes(),
        sms.text.as_bytes(),
    ]);
    Ok(Part {
        reference,
        line: Line {
            sim: if imsi.is_empty() { None } else { Some(imsi) },
            port: Some(sms.port.to_string()),
            number: None,
        },
        sender: sms.number,
        text: sms.text,
        raw: request.body.clone(),
        sent_ms: local_time::read(settings, &at),
        concat: None,
        trouble: None,
    })
}
