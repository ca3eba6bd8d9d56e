//! `plivo`: incoming messages of Plivo, whose numbers are VoIP.
//!
//! Its signature V3 covers the address, the form and a nonce, V2 the address and the nonce alone. V2 is what its documents
//! tell of messages; it is looked at only where there is no V3.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};

use super::address;
use super::form::Form;
use super::signature::{is_same, mac, unsigned};
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, is_push, required};

/// Characters of an auth token, at least; Plivo's have 40.
const TOKEN_MIN: usize = 16;
/// Signatures of one request that are looked at.
const SIGNATURES_MAX: usize = 8;

const SETTINGS: [Setting; 2] = [
    Setting {
        name: "auth_token",
        label: "Auth token",
        is_secret: true,
        is_optional: false,
        help: "the auth token of the account that owns the numbers",
    },
    address::ADDRESS,
];

/// An account at Plivo.
pub(super) struct Plivo;

impl Supply for Plivo {
    fn name(&self) -> &'static str {
        "plivo"
    }

    fn about(&self) -> &'static str {
        "Numbers at Plivo; they are VoIP, and are not sold as numbers that are not."
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
        let [id, number, sender] = [form.needed("MessageUUID")?, form.needed("To")?, form.needed("From")?];
        required("MessageUUID", &id, ID_MAX)?;
        required("To", &number, NUMBER_MAX)?;
        at_most("From", &sender, SENDER_MAX)?;
        let part = Part {
            reference: id.into_bytes(),
            line: Line::of_number(number),
            sender,
            text: form.needed("Text")?,
            raw: request.body.clone(),
            sent_ms: None,
            concat: None,
            trouble: None,
        };
        let reply = Reply::new(200, "text/xml", b"<Response/>");
        Ok(Heard::new(vec![part], reply))
    }
}

fn check_signature(settings: &Settings, request: &Request, form: &Form) -> Result<(), Reply> {
    let key = settings.get("auth_token").ok_or_else(|| unsigned("This source has no auth token."))?.as_bytes();
    let address = settings.get("address").unwrap_or_default();
    let has_v3 = request.headers.iter().any(|(name, _)| name == "x-plivo-signature-v3");
    let (given, right) = if has_v3 {
        let (given, nonce) = signature(request, ["x-plivo-signature-v3", "x-plivo-signature-v3-nonce"])?;
        // The signed text is `address?query.fields.nonce`; without a query, nothing stands between `?` and the fields.
        let mut query: Vec<&str> = request.query.split('&').filter(|pair| !pair.is_empty()).collect();
        query.sort_unstable();
        let between = if query.is_empty() { String::new() } else { format!("{}.", query.join("&")) };
        let fields = address::sorted(form.fields());
        let parts = [address.as_bytes(), b"?", between.as_bytes(), &fields, b".", nonce.as_bytes()];
        (given, mac(key, &parts))
    } else {
        let (given, nonce) = signature(request, ["x-plivo-signature-v2", "x-plivo-signature-v2-nonce"])?;
        (given, mac(key, &[address.as_bytes(), nonce.as_bytes()]))
    };
    let mut given = given.split(',').take(SIGNATURES_MAX).filter_map(|one| STANDARD.decode(one.trim()).ok());
    let wrong = "The signature is not that of the auth token and the address in this source's settings.";
    if given.any(|given| is_same(&right, &given)) { Ok(()) } else { Err(unsigned(wrong)) }
}

/// The signatures and the nonce in these headers.
fn signature<'a>(request: &'a Request, names: [&str; 2]) -> Result<(&'a str, &'a str), Reply> {
    let [given, nonce] = names.map(|name| request.header(name).filter(|value| !value.is_empty()));
    let missing = "The header X-Plivo-Signature-V3 or X-Plivo-Signature-V2 is needed, and the one with its nonce.";
    given.zip(nonce).ok_or_else(|| unsigned(missing))
}
