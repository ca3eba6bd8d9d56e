//! `openvox`: "SMS to HTTP" of OpenVox gateways, whose firmwares name their fields in different ways.

use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};

use super::charset::{self, CHARSET, Charset};
use super::form::Form;
use super::telling::{ID_MAX, SENDER_MAX, at_most, fingerprint, hour, malformed, required};
use super::{local_time, word};

const SETTINGS: [Setting; 3] = [word::WORD, local_time::OFFSET, CHARSET];

/// A gateway.
pub(super) struct OpenVox;

impl Supply for OpenVox {
    fn name(&self) -> &'static str {
        "openvox"
    }

    fn about(&self) -> &'static str {
        "An OpenVox gateway by its SMS to HTTP; each port is one number."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        word::check(settings)?;
        charset::check(settings)?;
        local_time::check(settings)
    }

    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        word::is_known(settings, request)?;
        let form = Form::read(request)?;
        // Some firmwares send the names of others too, and leave them empty.
        let first = |names: &[&str]| {
            let told: Vec<String> = names.iter().filter_map(|name| form.text(name)).collect();
            told.iter().find(|text| !text.is_empty()).or(told.first()).cloned()
        };
        let sender = first(&["phonenumber", "num", "number"]).ok_or_else(|| malformed("The sender is missing."))?;
        let texts: Vec<&[u8]> = ["message", "sms", "text"].iter().filter_map(|name| form.bytes(name)).collect();
        let told = texts.iter().find(|text| !text.is_empty()).or(texts.first());
        let told = *told.ok_or_else(|| malformed("The text is missing."))?;
        let port = first(&["port", "portname"]).unwrap_or_default();
        let at = first(&["time"]).unwrap_or_default();
        required("port", &port, ID_MAX)?;
        at_most("sender", &sender, SENDER_MAX)?;
        let charset = Charset::of(settings);
        // There is no id. The time is that of the SMS, so an equal one is a repeat; without it a text is none for ever.
        let hour = if at.is_empty() { hour(now_ms).to_vec() } else { Vec::new() };
        let part = Part {
            reference: fingerprint(&[port.as_bytes(), at.as_bytes(), sender.as_bytes(), told, &hour]),
            line: Line { sim: None, port: Some(port), number: None },
            sender,
            raw: if request.method == "GET" { request.query.clone().into_bytes() } else { request.body.clone() },
            text: charset.map(|charset| charset.read(told)).unwrap_or_default(),
            sent_ms: local_time::read(settings, &at),
            concat: None,
            trouble: if charset.is_some() { None } else { Some("unknown_charset") },
        };
        Ok(Heard::new(vec![part], Reply::new(200, "text/plain", b"OK")))
    }
}
