//! `vonage`: incoming SMS of Vonage's SMS API, whose numbers are VoIP.
//!
//! All fields of the query, the form or the JSON object are signed together, and the parts of a long message come one by
//! one, each with an id of its own. What was not answered with 200 is told again for 24 hours.

use std::collections::BTreeMap;

use domain::supply::{Concat, ConcatKind, Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use hmac::Hmac;
use md5::{Digest, Md5};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::form::{Form, from_hex};
use super::signature::{hmac, is_same, unsigned};
use super::telling::{BODY_MAX, ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, fingerprint, malformed, required};
use crate::sms::{Alphabet, Header};

/// Characters of a signature secret, at least; those that Vonage makes have more.
const SECRET_MIN: usize = 16;
/// Fields of a push, at most.
const FIELDS_MAX: usize = 200;
/// The ways in which an account's messages may be signed, as the documents call them.
const METHODS: [&str; 5] = ["md5hash", "md5", "sha1", "sha256", "sha512"];

const SETTINGS: [Setting; 2] = [
    Setting {
        name: "signature_secret",
        label: "Signature secret",
        is_secret: true,
        is_optional: false,
        help: "the signature secret of the account, at least 16 characters; Vonage must be asked to sign incoming messages",
    },
    Setting {
        name: "signature_method",
        label: "Signature method",
        is_secret: false,
        is_optional: true,
        help: "md5hash (if nothing is said, as at Vonage), or HMAC with md5, sha1, sha256 or sha512; sha256 is better",
    },
];

/// An account at Vonage whose messages come by the SMS API.
pub(super) struct Vonage;

impl Supply for Vonage {
    fn name(&self) -> &'static str {
        "vonage"
    }

    fn about(&self) -> &'static str {
        "Numbers at Vonage, by its SMS API; they are VoIP, and are not sold as numbers that are not."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn is_voip(&self) -> bool {
        true
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        check_secret(settings)?;
        if settings.get("signature_method").is_some_and(|method| !METHODS.contains(&method)) {
            return Err(format!("`signature_method` must be {}", METHODS.join(" or ")));
        }
        Ok(())
    }

    fn hear(&self, settings: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        let fields = fields(request)?;
        check_signature(settings, &fields)?;
        Ok(Heard::new(vec![part(&fields, request)?], Reply::json(200, r#"{"success":true}"#)))
    }
}

/// Checks the secret, which both ways of Vonage sign with.
pub(super) fn check_secret(settings: &Settings) -> Result<(), String> {
    if settings.get("signature_secret").unwrap_or_default().len() < SECRET_MIN {
        return Err(format!("`signature_secret` must have at least {SECRET_MIN} characters"));
    }
    Ok(())
}

/// The fields of a push, each there once, in the order in which they are signed.
type Fields = BTreeMap<String, String>;

fn fields(request: &Request) -> Result<Fields, Reply> {
    let told: Vec<(String, String)> = match request.method.as_str() {
        "GET" => of_form(request.query.as_bytes())?,
        "POST" if request.body.trim_ascii_start().starts_with(b"{") => of_json(request)?,
        "POST" => of_form(&request.body)?,
        _ => return Err(malformed("Send the message with GET or POST.")),
    };
    let count = told.len();
    let is_plain = |name: &str| name.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"-_".contains(&sign));
    let fields: Fields = told.into_iter().filter(|(name, _)| is_plain(name)).collect();
    // Names are signed as they are: one that holds a `=` could stand for two fields.
    if fields.len() != count || count > FIELDS_MAX {
        return Err(malformed("A field is there twice, or has a name that Vonage does not use."));
    }
    Ok(fields)
}

fn of_form(bytes: &[u8]) -> Result<Vec<(String, String)>, Reply> {
    let form = Form::of(bytes)?;
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    Ok(form.fields().iter().map(|(name, value)| (name.clone(), text(value))).collect())
}

fn of_json(request: &Request) -> Result<Vec<(String, String)>, Reply> {
    if request.body.len() > BODY_MAX {
        return Err(malformed("The body is longer than 65536 bytes."));
    }
    let told: BTreeMap<String, Value> = body(request)?;
    let text = |value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(is_so) => Ok(is_so.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(malformed("A field holds no text.")),
    };
    told.into_iter().map(|(name, value)| Ok((name, text(value)?))).collect()
}

/// "Sort the parameters, leave out sig; for each write `&name=value`, where any `&` and `=` in the value is an `_`."
fn check_signature(settings: &Settings, fields: &Fields) -> Result<(), Reply> {
    let secret = settings.get("signature_secret").ok_or_else(|| unsigned("This source has no signature secret."))?;
    let given = fields.get("sig").ok_or_else(|| unsigned("The field sig is missing."))?;
    let signed = fields.iter().filter(|(name, _)| *name != "sig");
    let signed: String = signed.map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_"))).collect();
    let (key, parts) = (secret.as_bytes(), [signed.as_bytes()]);
    let right = match settings.get("signature_method").unwrap_or(METHODS[0]) {
        "md5hash" => Md5::new_with_prefix(&signed).chain_update(secret).finalize().to_vec(),
        "md5" => hmac::<Hmac<Md5>>(key, &parts),
        "sha1" => hmac::<Hmac<Sha1>>(key, &parts),
        "sha256" => hmac::<Hmac<Sha256>>(key, &parts),
        "sha512" => hmac::<Hmac<Sha512>>(key, &parts),
        _ => return Err(unsigned("This source has no signature method.")),
    };
    let given = from_hex(given).unwrap_or_default();
    let wrong = "The signature is not that of the secret and the method in this source's settings.";
    if is_same(&right, &given) { Ok(()) } else { Err(unsigned(wrong)) }
}

fn part(fields: &Fields, request: &Request) -> Result<Part, Reply> {
    let of = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let needed =
        |name: &str| fields.get(name).cloned().ok_or_else(|| malformed(&format!("The field {name} is missing.")));
    let [id, number, sender, kind] = [needed("messageId")?, needed("to")?, needed("msisdn")?, needed("type")?];
    required("messageId", &id, ID_MAX)?;
    required("to", &number, NUMBER_MAX)?;
    at_most("msisdn", &sender, SENDER_MAX)?;
    let header = from_hex(of("udh")).map(|udh| Header::read(&udh)).unwrap_or_default();
    let text = match kind.as_str() {
        "binary" => {
            let octets = from_hex(of("data")).ok_or_else(|| malformed("The field data holds no octets."))?;
            Alphabet::Octets.read(&octets, &header).text
        }
        _ => needed("text")?,
    };
    let raw = if request.body.is_empty() { request.query.as_bytes() } else { &request.body };
    Ok(Part {
        reference: id.into_bytes(),
        line: Line::of_number(number),
        sender,
        text,
        raw: raw.to_vec(),
        // The times that it tells are those of Vonage, not of the network.
        sent_ms: None,
        concat: concat(fields).or(header.concat),
        trouble: None,
    })
}

/// The place of a part. References are told as any text.
fn concat(fields: &Fields) -> Option<Concat> {
    if fields.get("concat").map(String::as_str) != Some("true") {
        return None;
    }
    let reference = fields.get("concat-ref")?;
    let hashed = || fingerprint(&[reference.as_bytes()]).first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    let number = reference.parse().ok().or_else(hashed)?;
    let (total, place) = (fields.get("concat-total")?.parse().ok()?, fields.get("concat-part")?.parse().ok()?);
    Concat::new(ConcatKind::Own, number, total, place)
}
