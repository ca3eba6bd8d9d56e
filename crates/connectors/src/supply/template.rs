//! `template`: any box or gateway that calls an address with each SMS, as the operator describes it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use serde_json::{Number, Value};

use super::charset::{self, CHARSET, Charset};
use super::form::{Form, from_hex};
use super::signature::unsigned;
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, fingerprint, hour, is_push, malformed};
use super::{local_time, word};

/// Fields that one JSON path may go down.
const DEPTH_MAX: usize = 8;
/// Bytes of the constant answer.
const REPLY_MAX: usize = 1_024;

const fn plain(name: &'static str, label: &'static str, is_optional: bool, help: &'static str) -> Setting {
    Setting { name, label, is_secret: false, is_optional, help }
}

const SETTINGS: [Setting; 14] = [
    word::WORD,
    plain(
        "word_header",
        "Header of the secret word",
        true,
        "if the box sends the word in a header, not in the address",
    ),
    plain("format", "Format", true, "form (the default: a query, or a form by POST) or json"),
    plain("text_field", "Field of the text", false, "in JSON with dots between the levels: data.text"),
    plain("sender_field", "Field of the sender", false, "such as from"),
    plain("number_field", "Field of the receiving number", true, "if the box tells it"),
    plain("sim_field", "Field of the SIM", true, "an ICCID, if the box tells it"),
    plain("port_field", "Field of the port", true, "where the SIM sits, if the box tells it"),
    plain("id_field", "Field of the SMS's id", true, "without it and a time, equal SMS of one hour are one"),
    plain("time_field", "Field of the time", true, "RFC 3339, or 2026-05-22 14:30:00 as the box's clock shows it"),
    local_time::OFFSET,
    CHARSET,
    plain("encoding", "Encoding of the text", true, "plain (the default), base64 or hex"),
    plain("reply", "Answer", true, "what the box wants to read when the SMS is kept, such as OK"),
];

/// A box that nobody listed.
pub(super) struct Template;

/// What a request tells, before anything in it is named.
enum Told {
    Form(Form),
    Json(Value),
}

impl Supply for Template {
    fn name(&self) -> &'static str {
        "template"
    }

    fn about(&self) -> &'static str {
        "Any other box: you name the fields in which it tells an SMS."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        word::check(settings)?;
        local_time::check(settings)?;
        let one_of = |name: &str, known: &[&str]| match settings.get(name) {
            Some(value) if !known.contains(&value) => Err(format!("`{name}` must be {}", known.join(" or "))),
            _ => Ok(()),
        };
        one_of("format", &["form", "json"])?;
        one_of("encoding", &["plain", "base64", "hex"])?;
        charset::check(settings)?;
        if ["number_field", "sim_field", "port_field"].iter().all(|name| settings.get(name).is_none()) {
            return Err("one of `number_field`, `sim_field` and `port_field` must say which SIM it is".to_owned());
        }
        if settings.get("reply").is_some_and(|reply| reply.len() > REPLY_MAX) {
            return Err(format!("`reply` is at most {REPLY_MAX} bytes"));
        }
        Ok(())
    }

    fn hear(&self, settings: &Settings, request: &Request, now_ms: i64) -> Result<Heard, Reply> {
        knows_word(settings, request)?;
        let told = if settings.get("format") == Some("json") {
            is_push(request)?;
            Told::Json(body(request)?)
        } else {
            Told::Form(Form::read(request)?)
        };
        let part = part(settings, &told, request, now_ms)?;
        let reply = settings.get("reply").unwrap_or_default().as_bytes().to_vec();
        Ok(Heard::new(vec![part], Reply::new(200, "text/plain", reply)))
    }
}

fn knows_word(settings: &Settings, request: &Request) -> Result<(), Reply> {
    let Some(header) = settings.get("word_header") else { return word::is_known(settings, request) };
    let given = request.header(&header.to_ascii_lowercase());
    match (settings.get("word"), given) {
        (Some(word), Some(given)) if word::is_equal(word.as_bytes(), given.as_bytes()) => Ok(()),
        _ => Err(unsigned("The header with the secret word is missing or wrong.")),
    }
}

fn part(settings: &Settings, told: &Told, request: &Request, now_ms: i64) -> Result<Part, Reply> {
    // A field that is named, but not sent, is empty: boxes leave out what they do not know.
    let field = |setting: &str| settings.get(setting).and_then(|name| told.text(name)).filter(|text| !text.is_empty());
    let [sim, port, number] = ["sim_field", "port_field", "number_field"].map(field);
    let [id, at] = ["id_field", "time_field"].map(|name| field(name).unwrap_or_default());
    let sender = settings.get("sender_field").and_then(|name| told.text(name));
    let sender = sender.ok_or_else(|| malformed("The field of the sender is missing, or there twice."))?;
    let bytes = settings.get("text_field").and_then(|name| told.bytes(name));
    let bytes = bytes.ok_or_else(|| malformed("The field of the text is missing, or there twice."))?;
    at_most("of the SIM", sim.as_deref().unwrap_or_default(), ID_MAX)?;
    at_most("of the port", port.as_deref().unwrap_or_default(), ID_MAX)?;
    at_most("of the number", number.as_deref().unwrap_or_default(), NUMBER_MAX)?;
    at_most("of the sender", &sender, SENDER_MAX)?;
    at_most("of the id", &id, ID_MAX)?;
    let is_lossy = |name: &str| settings.get(name).is_some_and(|name| told.is_lossy(name));
    let is_line_lossy = ["sim_field", "port_field", "number_field"].into_iter().any(is_lossy);
    if sim.is_none() && port.is_none() && number.is_none() && !is_line_lossy {
        return Err(malformed("Nothing says which SIM it is."));
    }
    let text = decode(settings, &bytes);
    let line = [&sim, &port, &number].map(|one| one.clone().unwrap_or_default());
    let reference = if id.is_empty() {
        let [sim, port, number] = line.each_ref().map(String::as_bytes);
        let hour = if at.is_empty() { hour(now_ms).to_vec() } else { Vec::new() };
        fingerprint(&[sim, port, number, at.as_bytes(), sender.as_bytes(), &bytes, &hour])
    } else {
        id.into_bytes()
    };
    let raw = if request.body.is_empty() { request.query.clone().into_bytes() } else { request.body.clone() };
    Ok(Part {
        reference,
        line: Line { sim, port, number },
        sender,
        trouble: if text.is_some() && !is_line_lossy { None } else { Some("unreadable") },
        text: text.unwrap_or_default(),
        raw,
        sent_ms: domain::clock::parse_rfc3339(&at).or_else(|| local_time::read(settings, &at)),
        concat: None,
    })
}

fn decode(settings: &Settings, bytes: &[u8]) -> Option<String> {
    let bytes = match settings.get("encoding") {
        Some("base64") => STANDARD.decode(bytes).ok()?,
        Some("hex") => from_hex(std::str::from_utf8(bytes).ok()?)?,
        _ => bytes.to_vec(),
    };
    Some(Charset::of(settings)?.read(&bytes))
}

impl Told {
    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        match self {
            Self::Form(form) => form.bytes(name).map(<[u8]>::to_vec),
            Self::Json(whole) => match find(whole, name)? {
                Value::String(text) => Some(text.clone().into_bytes()),
                Value::Number(number) if is_whole(number) => Some(number.to_string().into_bytes()),
                _ => None,
            },
        }
    }

    /// Whether a field is a number that is not the one that was written.
    fn is_lossy(&self, name: &str) -> bool {
        let Self::Json(whole) = self else { return false };
        find(whole, name).and_then(Value::as_number).is_some_and(|number| !is_whole(number))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.bytes(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A number of more than 64 bits, as an ICCID is, was rounded when it was read.
fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64()
}

fn find<'a>(whole: &'a Value, name: &str) -> Option<&'a Value> {
    name.split('.').take(DEPTH_MAX).try_fold(whole, down)
}

/// One level down in JSON; a number names a place of an array.
fn down<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(all) => all.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    }
}
