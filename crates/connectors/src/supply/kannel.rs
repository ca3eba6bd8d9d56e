//! `kannel`: the `get-url` (or a form by POST) of Kannel's smsbox, which many put before modems and binds.
//!
//! The text is percent-encoded in the charset that `%C` names: UTF-16BE for what is not GSM. Kannel joins long messages
//! itself, and repeats with the same `%I` if it is told to repeat at all.

use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};

use super::charset::Charset;
use super::form::Form;
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, malformed, required};
use super::{local_time, word};

/// A Kannel.
pub(super) struct Kannel;

impl Supply for Kannel {
    fn name(&self) -> &'static str {
        "kannel"
    }

    fn about(&self) -> &'static str {
        "A Kannel gateway, by the get-url of an sms-service."
    }

    fn settings(&self) -> &'static [Setting] {
        &[word::WORD]
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        word::check(settings)
    }

    fn hear(&self, settings: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        word::is_known(settings, request)?;
        let form = Form::read(request)?;
        let [id, number, sender] = [form.needed("id")?, form.needed("to")?, form.needed("from")?];
        required("id", &id, ID_MAX)?;
        required("to", &number, NUMBER_MAX)?;
        at_most("from", &sender, SENDER_MAX)?;
        let bytes = form.bytes("text").ok_or_else(|| malformed("The field text is missing, or there twice."))?;
        let charset = Charset::named(&form.text("charset").unwrap_or_default());
        let part = Part {
            reference: id.into_bytes(),
            line: Line::of_number(number),
            sender,
            text: charset.map(|charset| charset.read(bytes)).unwrap_or_default(),
            raw: bytes.to_vec(),
            // Kannel's `%t` is UTC without saying so.
            sent_ms: form.text("ts").and_then(|text| local_time::read(&Settings::default(), &text)),
            concat: None,
            trouble: if charset.is_some() { None } else { Some("unknown_charset") },
        };
        // What is in the body would be sent to the sender by a Kannel that is set up to do so.
        let reply = Reply::new(200, "text/plain", Vec::new());
        Ok(Heard::new(vec![part], reply))
    }
}
