//! `jesusnumber`: our own JSON, signed as Standard Webhooks describes, for whoever can write a small program.
//!
//! The signed text is `{webhook-id}.{webhook-timestamp}.{body}`; see <https://www.standardwebhooks.com/>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{Concat, ConcatKind, Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use serde::Deserialize;

use super::signature::{is_same, mac, timely, unsigned};
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, is_push, required, time};

/// Secrets that may be active at once while they are changed.
const SECRETS_MAX: usize = 8;
/// Signatures of one request that are looked at.
const SIGNATURES_MAX: usize = 16;
/// "Between 24 bytes (192 bits) and 64 bytes (512 bits)", says Standard Webhooks.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

const SETTINGS: [Setting; 1] = [Setting {
    name: "secret",
    label: "Signing secret",
    is_secret: true,
    is_optional: false,
    help: "`whsec_` and 24 to 64 bytes in base64; several with spaces between them while the secret is changed",
}];

/// Our own signed JSON.
pub(super) struct Own;

/// What the body says. It holds a customer's text, so it has no `Debug`.
#[derive(Deserialize)]
struct Told {
    id: String,
    to: String,
    from: String,
    text: String,
    sent_at: Option<String>,
    part: Option<Place>,
}

#[derive(Deserialize)]
struct Place {
    #[serde(rename = "ref")]
    reference: u32,
    total: u32,
    seq: u32,
}

impl Supply for Own {
    fn name(&self) -> &'static str {
        "jesusnumber"
    }

    fn about(&self) -> &'static str {
        "Our own JSON with a Standard Webhooks signature, for a program of your own."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        let keys = keys(settings);
        if keys.len() > SECRETS_MAX {
            return Err(format!("`secret` holds at most {SECRETS_MAX} secrets"));
        }
        if keys.is_empty() || keys.iter().any(Option::is_none) {
            return Err("`secret` must be `whsec_` and 24 to 64 bytes in base64".to_owned());
        }
        Ok(())
    }

    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        check_signature(settings, request, now_ms)?;
        let told: Told = body(request)?;
        required("id", &told.id, ID_MAX)?;
        required("to", &told.to, NUMBER_MAX)?;
        at_most("from", &told.from, SENDER_MAX)?;
        let sent_ms = told.sent_at.as_deref().map(|text| time("sent_at", text)).transpose()?;
        let part = Part {
            reference: reference(&told),
            line: Line::of_number(told.to),
            sender: told.from,
            text: told.text,
            raw: request.body.clone(),
            sent_ms,
            concat: told.part.as_ref().and_then(Place::concat),
            trouble: None,
        };
        Ok(Heard::new(vec![part], Reply::json(200, r#"{"success":true}"#)))
    }
}

impl Place {
    fn concat(&self) -> Option<Concat> {
        let (total, seq) = (u8::try_from(self.total).ok()?, u8::try_from(self.seq).ok()?);
        Concat::new(ConcatKind::Own, self.reference, total, seq)
    }
}

/// A sender may give every part its own id, or all parts the id of their message.
fn reference(told: &Told) -> Vec<u8> {
    match &told.part {
        Some(place) => format!("{}\0{}", told.id, place.seq).into_bytes(),
        None => told.id.clone().into_bytes(),
    }
}

/// The secrets in force; `None` for one that is none.
fn keys(settings: &Settings) -> Vec<Option<Vec<u8>>> {
    let written = settings.get("secret").unwrap_or_default();
    let secrets = written.split([' ', ',']).filter(|secret| !secret.is_empty());
    secrets.take(SECRETS_MAX + 1).map(key).collect()
}

fn key(secret: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    SECRET_BYTES.contains(&bytes.len()).then_some(bytes)
}

fn check_signature(settings: &Settings, request: &Request, now_ms: i64) -> Result<(), Reply> {
    let id = request.header("webhook-id").ok_or_else(|| unsigned("The header webhook-id is missing."))?;
    let timestamp = timely(request, "webhook-timestamp", now_ms)?;
    let given = request.header("webhook-signature");
    let given = given.ok_or_else(|| unsigned("The header webhook-signature is missing."))?;
    // Other versions of signatures may stand beside ours; they are for readers that know them.
    let ours = given.split(' ').take(SIGNATURES_MAX).filter_map(|one| one.strip_prefix("v1,"));
    let given: Vec<Vec<u8>> = ours.filter_map(|encoded| STANDARD.decode(encoded).ok()).collect();
    let signed: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", &request.body];
    let is_signed = keys(settings).iter().flatten().any(|key| {
        let right = mac(key, &signed);
        given.iter().any(|given| is_same(&right, given))
    });
    if is_signed { Ok(()) } else { Err(unsigned("The signature is not that of any active secret.")) }
}
