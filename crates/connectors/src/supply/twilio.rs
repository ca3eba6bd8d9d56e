//! `twilio`: incoming messages of Twilio, whose numbers are VoIP.
//!
//! `X-Twilio-Signature` is base64(HMAC-SHA1(auth token, address + sorted names and values)). It has no time in it, so a
//! replay is told apart by its `MessageSid` alone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};

use super::address;
use super::form::Form;
use super::signature::{is_same, sha1_mac, unsigned};
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, is_push, required};

/// Characters of an auth token, at least; Twilio's have 32.
const TOKEN_MIN: usize = 16;

const SETTINGS: [Setting; 2] = [
    Setting {
        name: "auth_token",
        label: "Auth token",
        is_secret: true,
        is_optional: false,
        help: "the auth token of the account or subaccount that owns the numbers",
    },
    address::ADDRESS,
];

/// An account at Twilio.
pub(super) struct Twilio;

impl Supply for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn about(&self) -> &'static str {
        "Numbers at Twilio; they are VoIP, and are not sold as numbers that are not."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn is_voip(&self) -> bool {
        true
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        if settings.get("auth_token").unwrap_or_default().len() < TOKEN_MIN {
            return Err(format!("`auth_token` must have at least {TOKEN_MIN} characters"));
        }
        address::check(settings)
    }

    fn hear(&self, settings: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        let form = Form::of(&request.body)?;
        check_signature(settings, request, &form)?;
        let [id, number, sender] = [form.needed("MessageSid")?, form.needed("To")?, form.needed("From")?];
        required("MessageSid", &id, ID_MAX)?;
        required("To", &number, NUMBER_MAX)?;
        at_most("From", &sender, SENDER_MAX)?;
        let part = Part {
            reference: id.into_bytes(),
            line: Line::of_number(number),
            sender,
            text: form.needed("Body")?,
            raw: request.body.clone(),
            sent_ms: None,
            concat: None,
            trouble: None,
        };
        // An answer without a <Message> sends nothing.
        let reply = Reply::new(200, "text/xml", b"<Response/>");
        Ok(Heard::new(vec![part], reply))
    }
}

fn check_signature(settings: &Settings, request: &Request, form: &Form) -> Result<(), Reply> {
    let key = settings.get("auth_token").ok_or_else(|| unsigned("This source has no auth token."))?;
    let given = request.header("x-twilio-signature");
    let given = given.ok_or_else(|| unsigned("The header X-Twilio-Signature is missing."))?;
    let signed = address::signed(settings, request);
    let right = sha1_mac(key.as_bytes(), &[signed.as_bytes(), &address::sorted(form.fields())]);
    let given = STANDARD.decode(given).unwrap_or_default();
    let wrong = "The signature is not that of the auth token and the address in this source's settings.";
    if is_same(&right, &given) { Ok(()) } else { Err(unsigned(wrong)) }
}
