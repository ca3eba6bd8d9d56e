//! `partner`: SIM farms that speak the protocol by which SMSHub, OnlineSIM and SMSBower are supplied. Here we are the one
//! who asks: what is for sale, for a number, and that it be let go; the farm pushes each SMS to us.
//!
//! Nothing is paid in advance: what is owed is what we finish as sold, and is settled by bill. So an answer that does not
//! come costs nothing but a number that the farm keeps aside for a while.

mod house;
mod terms;

use domain::supply::{Heard, House, Reply, Request, Setting, Settings, Supply, Told};
use serde::Deserialize;
use serde_json::Value;

use self::terms::Terms;
use super::signature::unsigned;
use super::telling::{NUMBER_MAX, SENDER_MAX, at_most, body, is_push, malformed, required};
use super::upstream::{ALLOW_NETWORK, CA, Callers, lenient};
use super::word::is_equal;

const fn setting(name: &'static str, label: &'static str, help: &'static str) -> Setting {
    Setting { name, label, is_secret: false, is_optional: true, help }
}

const SETTINGS: [Setting; 10] = [
    Setting {
        is_optional: false,
        ..setting("address", "Address", "where the farm is asked, such as https://farm.example/api")
    },
    Setting {
        is_secret: true,
        is_optional: false,
        ..setting("key", "Our key", "the key that the farm gave you; it is sent with each question")
    },
    Setting {
        is_secret: true,
        is_optional: false,
        ..setting(
            "push_key",
            "The farm's key",
            "at least 16 letters and digits that you choose; the farm sends them with each SMS",
        )
    },
    setting("price", "Price", "dollars that you owe the farm for a number, such as 0.30"),
    setting("prices", "Prices of services", "where they differ from it: go=0.30 wa=0.25, with spaces between them"),
    setting("country", "Country", "the farm's name of the USA; usa if nothing is said"),
    setting("operator", "Operator", "any, if nothing is said"),
    setting("minutes", "Minutes", "for which a number receives, 1 to 60; 20 if nothing is said"),
    ALLOW_NETWORK,
    CA,
];

/// A SIM farm.
#[derive(Default)]
pub(super) struct Partner {
    callers: Callers,
}

/// An SMS as a farm tells it.
#[derive(Deserialize)]
struct Push {
    action: String,
    key: String,
    #[serde(rename = "smsId")]
    sms_id: Value,
    phone: Value,
    #[serde(rename = "phoneFrom")]
    phone_from: String,
    text: String,
}

impl Supply for Partner {
    fn name(&self) -> &'static str {
        "partner"
    }

    fn about(&self) -> &'static str {
        "A SIM farm that supplies houses such as SMSHub, OnlineSIM and SMSBower, and now yours, by bill."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        Terms::of(settings)?;
        self.callers.reach(settings, None).map(drop)
    }

    fn house(&self) -> Option<&dyn House> {
        Some(self)
    }

    /// An SMS. The farm tells it again every ten seconds until it is answered with 200.
    fn hear(&self, settings: &Settings, request: &Request, _now_ms: i64) -> Result<Heard, Reply> {
        is_push(request)?;
        let push: Push = body(request)?;
        match settings.get("push_key") {
            Some(key) if is_equal(key.as_bytes(), push.key.as_bytes()) => {}
            _ => return Err(unsigned("The field key is not the key of this source.")),
        }
        if push.action != "PUSH_SMS" {
            return Err(malformed("The field action must be PUSH_SMS."));
        }
        let fields = serde_json::json!({"smsId": push.sms_id, "phone": push.phone});
        let id = lenient::id(&fields, "smsId").ok_or_else(|| malformed("The field smsId must be a short id."))?;
        let phone = lenient::text(&fields, "phone").ok_or_else(|| malformed("The field phone must be a number."))?;
        at_most("phone", &phone, NUMBER_MAX)?;
        at_most("phoneFrom", &push.phone_from, SENDER_MAX)?;
        required("text", &push.text, super::telling::BODY_MAX)?;
        let told = Told {
            reference: Some(id),
            sender: push.phone_from,
            text: push.text,
            sent_ms: None,
            raw: lenient::raw(&request.body),
        };
        // The farm names the number, not the activation.
        Ok(Heard::new(vec![told.into_part("", phone)], Reply::json(200, r#"{"status":"SUCCESS"}"#)))
    }
}
