//! `nonvoipusnumber`: the house NonVoipUsNumber, from which numbers are bought at the moment of sale.
//!
//! Every call is a POST that says who we are in its body. Its callback carries no signature, so it is only a hint that
//! a message came, which is then asked for.

mod house;
mod read;

use domain::supply::{Heard, Hint, House, Reply, Request, Setting, Settings, Supply, WALLET_LOW};
use serde_json::Value;

use super::form::Form;
use super::telling::{BODY_MAX, malformed};
use super::upstream::{ALLOW_NETWORK, CA, Callers, lenient, site};
use super::word;

/// Where the house is, as its document says.
const ADDRESS: &str = "https://nonvoipusnumber.com/manager";
/// Characters of the name and of the password.
const NAME_MAX: usize = 200;
/// Hints that one callback may hold.
const HINTS_MAX: usize = 100;

const SETTINGS: [Setting; 8] = [
    Setting {
        name: "email",
        label: "Email",
        is_secret: true,
        is_optional: false,
        help: "with which you sign in at nonvoipusnumber.com",
    },
    Setting { name: "password", label: "Password", is_secret: true, is_optional: false, help: "your password there" },
    Setting {
        is_optional: true,
        help: "at least 16 letters and digits; the callback to set there is /ingest/SOURCE/WORD/",
        ..word::WORD
    },
    Setting {
        name: "network",
        label: "Network",
        is_secret: false,
        is_optional: true,
        help: "1 or 2, if only products of that network are to be sold",
    },
    Setting {
        name: "address",
        label: "Address",
        is_secret: false,
        is_optional: true,
        help: "where its API is; https://nonvoipusnumber.com/manager if nothing is said",
    },
    WALLET_LOW,
    ALLOW_NETWORK,
    CA,
];

/// The house NonVoipUsNumber.
#[derive(Default)]
pub(super) struct NonVoipUsNumber {
    callers: Callers,
}

impl Supply for NonVoipUsNumber {
    fn name(&self) -> &'static str {
        "nonvoipusnumber"
    }

    fn about(&self) -> &'static str {
        "The house NonVoipUsNumber: numbers are bought there at the moment of sale, from your account."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        for name in ["email", "password"] {
            let value = settings.get(name).unwrap_or_default();
            if value.is_empty() || value.chars().count() > NAME_MAX {
                return Err(format!("`{name}` must be 1 to {NAME_MAX} characters"));
            }
        }
        if settings.get("word").is_some() {
            word::check(settings)?;
        }
        if !matches!(settings.get("network"), None | Some("1" | "2")) {
            return Err("`network` must be 1 or 2".to_owned());
        }
        site(settings, Some(ADDRESS))?;
        self.callers.reach(settings, Some(ADDRESS)).map(drop)
    }

    fn house(&self) -> Option<&dyn House> {
        Some(self)
    }

    /// A callback. Events that are not known are taken too: the house has more than were seen.
    fn hear(&self, settings: &Settings, request: &Request, _now_ms: i64) -> Result<Heard, Reply> {
        if request.method != "POST" || request.body.len() > BODY_MAX {
            return Err(malformed("Send the callback with POST, at most 65536 bytes."));
        }
        word::is_known(settings, request)?;
        let hints = match serde_json::from_slice::<Value>(&request.body) {
            Ok(told) => hints(&told),
            Err(_) => hint_of_form(&Form::of(&request.body)?).into_iter().collect(),
        };
        let reply = Reply::json(200, r#"{"status":"success"}"#);
        Ok(Heard { hints, ..Heard::new(Vec::new(), reply) })
    }
}

/// What `message` names: it is one object or a list of them.
fn hints(told: &Value) -> Vec<Hint> {
    let message = told.get("message").unwrap_or(told);
    let one = std::slice::from_ref(message);
    let all = message.as_array().map_or(one, Vec::as_slice);
    all.iter()
        .take(HINTS_MAX)
        .filter_map(|one| hint(lenient::id(one, "order_id"), lenient::id(one, "number")))
        .collect()
}

fn hint_of_form(form: &Form) -> Option<Hint> {
    let field = |name| form.text(name).filter(|text| lenient::is_id(text));
    hint(field("order_id"), field("number"))
}

fn hint(id: Option<String>, number: Option<String>) -> Option<Hint> {
    (id.is_some() || number.is_some()).then_some(Hint { id, number })
}
