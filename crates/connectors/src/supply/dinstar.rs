//! `dinstar`: the pushes of Dinstar gateways (UC2000 and alike).
//!
//! `sms` is an array, or, of a single message, an object. Gateways sign nothing, so the address holds a secret word.

use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::telling::{
    BODY_MAX, ID_MAX, NUMBER_MAX, PUSHED_MAX, SENDER_MAX, at_most, body, fingerprint, is_batch, malformed, required,
    unreadable,
};
use super::{local_time, word};

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
        is_batch(request)?;
        word::is_known(settings, request)?;
        let told: Told<'_> = body(request)?;
        required("sn", &told.sn, ID_MAX)?;
        let messages = told.sms.map_or_else(|| Ok(Vec::new()), messages)?;
        let part = |sms: &RawValue| readable(settings, &told.sn, sms).unwrap_or_else(|| unreadable(sms.get()));
        Ok(Heard::new(messages.into_iter().map(part).collect(), Reply::json(200, r#"{"success":true}"#)))
    }
}

/// The messages in an array, or the only one.
fn messages(told: &RawValue) -> Result<Vec<&RawValue>, Reply> {
    if !told.get().starts_with('[') {
        return Ok(vec![told]);
    }
    let all: Vec<&RawValue> = serde_json::from_str(told.get()).map_err(|_| malformed("The messages are malformed."))?;
    if all.len() > PUSHED_MAX { Err(malformed("The push has more than 4096 messages.")) } else { Ok(all) }
}

fn readable(settings: &Settings, gateway: &str, told: &RawValue) -> Option<Part> {
    if told.get().len() > BODY_MAX {
        return None;
    }
    let sms: Sms = serde_json::from_str(told.get()).ok()?;
    at_most("number", &sms.number, SENDER_MAX).ok()?;
    let imsi = sms.imsi.unwrap_or_default();
    at_most("imsi", &imsi, NUMBER_MAX).ok()?;
    let at = sms.timestamp.unwrap_or_default();
    // The ids begin again when the gateway is reset, so the message's own words stand beside its id.
    let reference = fingerprint(&[
        gateway.as_bytes(),
        &sms.incoming_sms_id.to_be_bytes(),
        at.as_bytes(),
        sms.number.as_bytes(),
        sms.text.as_bytes(),
    ]);
    Some(Part {
        reference,
        line: Line {
            sim: if imsi.is_empty() { None } else { Some(imsi) },
            port: Some(sms.port.to_string()),
            number: None,
        },
        sender: sms.number,
        text: sms.text,
        raw: told.get().as_bytes().to_vec(),
        sent_ms: local_time::read(settings, &at),
        concat: None,
        trouble: None,
    })
}
