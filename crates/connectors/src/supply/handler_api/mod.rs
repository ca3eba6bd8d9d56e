//! `handler_api`: houses that speak what SMS-Activate began and HeroSMS, DaisySMS, SMSBower and many others carry on. One
//! connector; what each does its own way is a setting, and `house` names the ways of those that are known.

mod house;
mod manner;
mod read;

use domain::supply::{Heard, Hint, House, Reply, Request, Setting, Settings, Supply, WALLET_LOW};
use serde_json::Value;

use self::manner::Manner;
use super::telling::{BODY_MAX, malformed};
use super::upstream::{ALLOW_NETWORK, CA, Callers, lenient};
use super::word;

const fn setting(name: &'static str, label: &'static str, help: &'static str) -> Setting {
    Setting { name, label, is_secret: false, is_optional: true, help }
}

const SETTINGS: [Setting; 16] = [
    Setting {
        is_optional: false,
        ..setting("address", "Address", "of its API, such as https://house.example/stubs/handler_api.php")
    },
    Setting { is_secret: true, is_optional: false, ..setting("key", "API key", "the key that the house gave you") },
    setting("house", "House", "hero, daisy, smsbower or other (if nothing is said): how it does what follows"),
    setting("version", "Version", "1: numbers are asked for by getNumber; 2: by getNumberV2, which tells their price"),
    setting("max_price", "Field of the most paid", "maxPrice, max_price, or none where it takes no limit"),
    setting(
        "text",
        "Text",
        "how it tells the whole text: v2 (getStatusV2), header (X-Text), or code, where it tells codes alone",
    ),
    setting("list", "List", "yes or no: whether it lists what is yours (getActiveActivations)"),
    setting("areas", "Area codes", "yes or no: whether it chooses numbers by area code (the field areas)"),
    setting("area_percent", "Area codes cost", "percent more than the list says; 20 at daisy, else 0"),
    setting("country", "Country", "its number of the USA; 187 if nothing is said"),
    setting("operator", "Operator", "if only numbers of one are to be bought"),
    setting("minutes", "Minutes", "for which a number receives, 1 to 60; 20 if nothing is said"),
    Setting {
        is_optional: true,
        help: "at least 16 letters and digits; the webhook to set there is /ingest/SOURCE/WORD/",
        ..word::WORD
    },
    WALLET_LOW,
    ALLOW_NETWORK,
    CA,
];

/// A house of that family.
#[derive(Default)]
pub(super) struct HandlerApi {
    callers: Callers,
}

impl Supply for HandlerApi {
    fn name(&self) -> &'static str {
        "handler_api"
    }

    fn about(&self) -> &'static str {
        "A house that speaks handler_api (HeroSMS, DaisySMS, SMSBower, …): numbers are bought there as they are ordered."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        Manner::of(settings)?;
        if settings.get("word").is_some() {
            word::check(settings)?;
        }
        self.callers.reach(settings, None).map(drop)
    }

    fn house(&self) -> Option<&dyn House> {
        Some(self)
    }

    /// A webhook, which no house of the family signs.
    fn hear(&self, settings: &Settings, request: &Request, _now_ms: i64) -> Result<Heard, Reply> {
        if request.method != "POST" || request.body.len() > BODY_MAX {
            return Err(malformed("Send the webhook with POST, at most 65536 bytes."));
        }
        word::is_known(settings, request)?;
        let told: Value = serde_json::from_slice(&request.body).map_err(|_| malformed("The body is not JSON."))?;
        let id = lenient::id(&told, "activationId");
        let hints = id.map(|id| Hint { id: Some(id), number: None }).into_iter().collect();
        Ok(Heard { hints, ..Heard::new(Vec::new(), Reply::json(200, r#"{"status":"success"}"#)) })
    }
}
