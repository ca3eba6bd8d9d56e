//! SMS to partners: houses that buy our numbers by the partner protocol are told what came in, over HTTP. No SMS is sent.

use domain::partner::{Courier, Pushed, Pushing, Sms, setting};
use domain::supply::Settings;
use serde_json::{Value, json};

use crate::call::{Call, Limits};
use crate::supply::upstream::Callers;

/// Characters of the key that is sent with each SMS.
const KEY_MAX: usize = 200;
/// Bytes of an answer; what is looked at of it is a word.
const ANSWER_MAX: usize = 64 * 1024;
/// Characters of a partner's word that an operator is shown.
const WORD_MAX: usize = 40;

/// Words by which a partner says that it does not want an SMS and never will: it has no order on the number, or the sender
/// is none that it serves, or not the one that was ordered.
const UNWANTED: [&str; 5] = ["NO_OPERATION", "NO_OP", "BAD_SERVICE", "IGNORED", "SERVICE_BAN"];

/// Brings SMS to partners by `PUSH_SMS`.
#[derive(Default)]
pub struct ToPartners {
    callers: Callers,
}

impl ToPartners {
    async fn bring(&self, to: &Settings, sms: &Sms) -> Pushed {
        let reach = match self.callers.reach(to, None) {
            Ok(reach) => reach,
            Err(wrong) => return Pushed::Later(wrong),
        };
        // An address is kept without the slash at its end, which some take for another address.
        let address = to.get(setting::ADDRESS).unwrap_or_default();
        let below = if address.ends_with('/') { "/" } else { "" };
        let told = json!({
            "action": "PUSH_SMS",
            "key": to.get(setting::PUSH_KEY).unwrap_or_default(),
            "smsId": sms.id,
            "phone": sms.digits,
            "phoneFrom": sms.sender,
            "text": sms.text,
        });
        let limits = Limits { body: ANSWER_MAX, ..Limits::default() };
        match reach.ask(&Call::post(below, "application/json", told.to_string()).within(limits)).await {
            Ok(answer) => verdict(answer.status, word(&answer.body).as_deref()),
            Err(error) => Pushed::Later(error.to_string()),
        }
    }
}

impl Courier for ToPartners {
    fn check(&self, to: &Settings) -> Result<(), String> {
        let key = to.get(setting::PUSH_KEY).unwrap_or_default();
        let is_fine = (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_fine {
            return Err(format!("the push key must be 1 to {KEY_MAX} characters of ASCII without spaces"));
        }
        self.callers.reach(to, None).map(drop)
    }

    fn push<'a>(&'a self, to: &'a Settings, sms: &'a Sms) -> Pushing<'a> {
        Box::pin(self.bring(to, sms))
    }
}

/// The word of an answer. A sentence beside it may repeat the SMS, so it is not looked at.
fn word(body: &[u8]) -> Option<String> {
    let told: Value = serde_json::from_slice(body).ok()?;
    let word = told["status"].as_str()?.to_ascii_uppercase();
    let is_word = (1..=WORD_MAX).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte == b'-');
    is_word.then_some(word)
}

fn verdict(status: u16, word: Option<&str>) -> Pushed {
    match word {
        Some(word) if UNWANTED.contains(&word) => Pushed::Refused(word.to_owned()),
        Some("SUCCESS") if (200..300).contains(&status) => Pushed::Taken,
        Some(word) => Pushed::Later(format!("status {status}, {word}")),
        None => Pushed::Later(format!("status {status}, and no word that can be read")),
    }
}
