//! `bandwidth`: incoming messages of Bandwidth, whose numbers are VoIP.
//!
//! The body is an array of events. Nothing is signed: a user and a password come with each (RFC 7617), but only once they
//! were asked for. What was not answered within 10 s is told again for 24 hours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{Heard, Line, Part, Reply, Request, Setting, Settings, Supply};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::signature::unsigned;
use super::telling::{ID_MAX, NUMBER_MAX, SENDER_MAX, at_most, body, is_push, malformed, required};
use super::word::is_equal;

/// Characters of a password, at least.
const PASSWORD_MIN: usize = 16;
/// What a push without them is answered with. Bandwidth sends each first without, and gives up if this is missing.
const CHALLENGE: &str = r#"Basic realm="house""#;
/// Events of one push, at most.
const EVENTS_MAX: usize = 200;

const SETTINGS: [Setting; 2] = [
    Setting {
        name: "user",
        label: "User",
        is_secret: false,
        is_optional: false,
        help: "the user of the callback, as it stands in the application at Bandwidth; without a colon",
    },
    Setting {
        name: "password",
        label: "Password",
        is_secret: true,
        is_optional: false,
        help: "the password of the callback, at least 16 characters",
    },
];

/// An account at Bandwidth.
pub(super) struct Bandwidth;

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: String,
    to: Option<String>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

/// What `message-received` says. It holds a customer's text, so it has no `Debug`.
#[derive(Deserialize)]
struct Told {
    id: String,
    from: String,
    text: String,
    owner: Option<String>,
}

impl Supply for Bandwidth {
    fn name(&self) -> &'static str {
        "bandwidth"
    }

    fn about(&self) -> &'static str {
        "Numbers at Bandwidth; they are VoIP, and are not sold as numbers that are not."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn is_voip(&self) -> bool {
        true
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        if settings.get("user").is_some_and(|user| user.contains(':')) {
            return Err("`user` must not hold a colon".to_owned());
        }
        if settings.get("password").unwrap_or_default().chars().count() < PASSWORD_MIN {
            return Err(format!("`password` must have at least {PASSWORD_MIN} characters"));
        }
        Ok(())
    }

    fn hear(&self, settings: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        if !request.headers.iter().any(|(name, _)| name == "authorization") {
            // This is how it begins, and no refusal.
            return Ok(Heard::new(Vec::new(), challenge("The user and the password are needed.")));
        }
        knows_password(settings, request)?;
        let events: Vec<Event<'_>> = body(request)?;
        if events.is_empty() || events.len() > EVENTS_MAX {
            return Err(malformed("The push must hold 1 to 200 events."));
        }
        let received = events.into_iter().filter(|event| event.kind == "message-received");
        let parts = received.map(|event| part(event, request)).collect::<Result<_, _>>()?;
        Ok(Heard::new(parts, Reply::json(200, r#"{"success":true}"#)))
    }
}

fn challenge(message: &str) -> Reply {
    Reply { challenge: Some(CHALLENGE), ..unsigned(message) }
}

fn knows_password(settings: &Settings, request: &Request) -> Result<(), Reply> {
    let given = request.header("authorization").and_then(|header| header.strip_prefix("Basic "));
    let given = given.and_then(|coded| STANDARD.decode(coded).ok()).unwrap_or_default();
    let wrong = || challenge("The user or the password is another one.");
    let (Some(user), Some(password)) = (settings.get("user"), settings.get("password")) else { return Err(wrong()) };
    if is_equal(format!("{user}:{password}").as_bytes(), &given) { Ok(()) } else { Err(wrong()) }
}

fn part(event: Event<'_>, request: &Request) -> Result<Part, Reply> {
    let message = event.message.map_or("null", RawValue::get);
    let told: Told = serde_json::from_str(message).map_err(|_| malformed("A message-received has no such message."))?;
    // Of a message to several, the owner is the one of us that this event is about.
    let number = told.owner.or(event.to).unwrap_or_default();
    required("id", &told.id, ID_MAX)?;
    required("to", &number, NUMBER_MAX)?;
    at_most("from", &told.from, SENDER_MAX)?;
    Ok(Part {
        reference: told.id.into_bytes(),
        line: Line::of_number(number),
        sender: told.from,
        text: told.text,
        raw: request.body.clone(),
        sent_ms: None,
        concat: None,
        trouble: None,
    })
}
