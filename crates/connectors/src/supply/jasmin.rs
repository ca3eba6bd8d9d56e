//! `jasmin`: the HTTP thrower of the Jasmin SMS gateway, which hands an SMS over as a form.
//!
//! The text is in `binary`, as hexadecimal digits of what the centre sent, and `coding` is its `data_coding` as one raw
//! byte. Long messages come piece by piece, their headers inside. Jasmin believes nothing but the words `ACK/Jasmin`.

use domain::supply::{Concat, Heard, Line, Part, Reply, Request, Setting, Settings, Supply};

use super::form::{Form, from_hex};
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, malformed, required};
use super::word;
use crate::sms::{Alphabet, Header};

/// A Jasmin.
pub(super) struct Jasmin;

impl Supply for Jasmin {
    fn name(&self) -> &'static str {
        "jasmin"
    }

    fn about(&self) -> &'static str {
        "A Jasmin gateway, by its HTTP thrower; by SMPP it loses less."
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
        let bytes = from_hex(&form.needed("binary")?);
        let bytes = bytes.ok_or_else(|| malformed("The field binary must be hexadecimal digits."))?;
        let coding = form.bytes("coding").and_then(coding);
        let coding = coding.ok_or_else(|| malformed("The field coding must be one byte."))?;
        let (text, concat) = read(&bytes, coding);
        let part = Part {
            reference: id.into_bytes(),
            line: Line::of_number(number),
            sender,
            text,
            raw: bytes,
            sent_ms: None,
            concat,
            trouble: None,
        };
        let reply = Reply::new(200, "text/plain", b"ACK/Jasmin");
        Ok(Heard::new(vec![part], reply))
    }
}

/// One raw byte; written as a digit, it is that digit.
fn coding(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [] => Some(0),
        [digit @ b'0'..=b'9'] => Some(digit - b'0'),
        [byte] => Some(*byte),
        _ => std::str::from_utf8(bytes).ok()?.parse().ok(),
    }
}

/// The text, and its place in a long message. Jasmin does not tell whether a header is there, so only those that say so
/// of a long message are believed.
fn read(bytes: &[u8], coding: u8) -> (String, Option<Concat>) {
    let header = if matches!(bytes, [5, 0, 3, ..] | [6, 8, 4, ..]) { Header::read(bytes) } else { Header::default() };
    let header = if header.concat.is_some() { header } else { Header::default() };
    let bytes = &bytes[header.length..];
    let alphabet = Alphabet::of_smpp(coding, Alphabet::Gsm, bytes);
    // Septets have no eighth bit: what has one is written in something else.
    let is_septets = alphabet != Alphabet::Gsm || bytes.is_ascii();
    let text = if is_septets { alphabet } else { Alphabet::Octets }.read(bytes, &header);
    (text.text, header.concat.map(|concat| Concat { seam: text.seam, ..concat }))
}
