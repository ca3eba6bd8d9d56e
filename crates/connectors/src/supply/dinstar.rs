//! `dinstar`: the pushes of Dinstar gateways (UC2000 and alike).
//!
//! `sms` is an array, or, of a single message, an object. Gateways sign nothing, so the address holds a secret word.

use domain::supply::{Heard, Holding, Inbox, Line, Part, Reply, Request, Setting, Settings, Supply};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::digest;
use super::poll::{self, More, Poll, Trouble};
use super::telling::{
    BODY_MAX, ID_MAX, NUMBER_MAX, PUSHED_MAX, SENDER_MAX, at_most, body, fingerprint, is_batch, malformed, required,
    unreadable,
};
use super::{local_time, word};
use crate::call::Call;

const SETTINGS: [Setting; 8] = [
    word::WORD,
    local_time::OFFSET,
    poll::ADDRESS,
    poll::USER,
    poll::PASSWORD,
    poll::EVERY,
    poll::ALLOW_NETWORK,
    poll::CA,
];

/// A gateway.
pub(super) struct Dinstar;

#[derive(Deserialize)]
struct Told<'a> {
    sn: String,
    /// Other pushes have none.
    #[serde(borrow)]
    sms: Option<&'a RawValue>,
}

/// What a message says. It is a customer's, so it has no `Debug`.
#[derive(Deserialize)]
struct Sms {
    incoming_sms_id: u64,
    port: u32,
    number: String,
    text: String,
    timestamp: Option<String>,
    imsi: Option<String>,
}

impl Supply for Dinstar {
    fn name(&self) -> &'static str {
        "dinstar"
    }

    fn about(&self) -> &'static str {
        "A Dinstar gateway; each SIM is known by its IMSI, or by its port."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        word::check(settings)?;
        local_time::check(settings)?;
        Poll::of(settings).map(drop)
    }

    fn polls(&self, settings: &Settings) -> bool {
        Poll::is_wanted(settings)
    }

    fn hold(&self, settings: Settings, inbox: Inbox) -> Holding {
        let mark = serde_json::from_str(&inbox.mark()).unwrap_or_default();
        Box::pin(poll::hold(settings.clone(), inbox, Asked { settings, mark }))
    }

    fn hear(&self, settings: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        is_batch(request)?;
        word::is_known(settings, request)?;
        let told: Told<'_> = body(request)?;
        required("sn", &told.sn, ID_MAX)?;
        let messages = told.sms.map_or_else(|| Ok(Vec::new()), messages)?;
        let part = |sms: &RawValue| readable(settings, &told.sn, sms).unwrap_or_else(|| unreadable(sms.get()));
        Ok(Heard::new(messages.into_iter().map(part).collect(), Reply::json(200, r#"{"success":true}"#)))
    }
}

/// The messages in an array, or the only one.
fn messages(told: &RawValue) -> Result<Vec<&RawValue>, Reply> {
    if !told.get().starts_with('[') {
        return Ok(vec![told]);
    }
    let all: Vec<&RawValue> = serde_json::from_str(told.get()).map_err(|_| malformed("The messages are malformed."))?;
    if all.len() > PUSHED_MAX { Err(malformed("The push has more than 4096 messages.")) } else { Ok(all) }
}

fn readable(settings: &Settings, gateway: &str, told: &RawValue) -> Option<Part> {
    if told.get().len() > BODY_MAX {
        return None;
    }
    let sms: Sms = serde_json::from_str(told.get()).ok()?;
    at_most("number", &sms.number, SENDER_MAX).ok()?;
    let imsi = sms.imsi.unwrap_or_default();
    at_most("imsi", &imsi, NUMBER_MAX).ok()?;
    let at = sms.timestamp.unwrap_or_default();
    // The ids begin again when the gateway is reset, so the message's own words stand beside its id.
    let reference = fingerprint(&[
        gateway.as_bytes(),
        &sms.incoming_sms_id.to_be_bytes(),
        at.as_bytes(),
        sms.number.as_bytes(),
        sms.text.as_bytes(),
    ]);
    Some(Part {
        reference,
        line: Line {
            sim: if imsi.is_empty() { None } else { Some(imsi) },
            port: Some(sms.port.to_string()),
            number: None,
        },
        sender: sms.number,
        text: sms.text,
        raw: told.get().as_bytes().to_vec(),
        sent_ms: local_time::read(settings, &at),
        concat: None,
        trouble: None,
    })
}

/// How far a gateway was asked: the message that was read last.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Mark {
    id: u64,
    /// Of what it says, because ids begin again when the gateway is reset.
    print: String,
}

/// A gateway that is asked for its inbox.
struct Asked {
    settings: Settings,
    mark: Mark,
}

/// What it answers.
#[derive(Deserialize)]
struct Inboxed<'a> {
    error_code: i64,
    sn: Option<String>,
    #[serde(borrow)]
    sms: Option<&'a RawValue>,
}

/// The id of a message, whatever else is odd in it.
#[derive(Deserialize)]
struct Numbered {
    incoming_sms_id: u64,
}

impl poll::Asking for Asked {
    async fn ask(&mut self, poll: &Poll, inbox: &Inbox) -> Result<More, Trouble> {
        // From the message before the last one on, so that the last one is told again if it is still there. `unread`
        // would mark as read what the house may not have kept yet.
        let from = self.mark.id.saturating_sub(1);
        let below = format!("/api/query_incoming_sms?incoming_sms_id={from}&flag=all");
        let body = poll::answered(signed_in(poll, &below).await?)?;
        let told: Inboxed<'_> = serde_json::from_slice(&body).map_err(|_| poll::garbled())?;
        if told.error_code != 200 {
            return Err(Trouble::new(format!("the gateway, asked, answered with error {}", told.error_code)));
        }
        let gateway = told.sn.filter(|sn| (1..=ID_MAX).contains(&sn.chars().count())).ok_or_else(poll::garbled)?;
        let messages = told.sms.map_or_else(|| Ok(Vec::new()), messages).map_err(|_| poll::garbled())?;
        let known = |sms: &RawValue| serde_json::from_str(sms.get()).map_or(0, |sms: Numbered| sms.incoming_sms_id);
        let read = |sms: &RawValue| readable(&self.settings, &gateway, sms).unwrap_or_else(|| unreadable(sms.get()));
        let told: Vec<(u64, Part)> = messages.into_iter().map(|sms| (known(sms), read(sms))).collect();
        let is_followed =
            self.mark.id == 0 || told.iter().any(|(id, part)| *id == self.mark.id && print(part) == self.mark.print);
        if !is_followed {
            // It was reset, or the message deleted: all that is there is read again, and what is known is a repeat.
            self.mark = Mark::default();
            return Ok(More::Yes);
        }
        let mut last = self.mark.clone();
        for (id, part) in told.into_iter().filter(|(id, _)| *id == 0 || *id > self.mark.id) {
            if id > last.id {
                last = Mark { id, print: print(&part) };
            }
            inbox.receive(part).await?;
        }
        if last.id == self.mark.id {
            return Ok(More::No);
        }
        self.mark = last;
        let mark = serde_json::to_string(&self.mark).map_err(|_| poll::garbled())?;
        inbox.set_mark(&mark).await?;
        Ok(More::Yes)
    }
}

/// Which message it is, in a word that tells nothing of it.
fn print(part: &Part) -> String {
    part.reference.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Asks, and once more with the answer to the gateway's challenge.
async fn signed_in(poll: &Poll, below: &str) -> Result<crate::call::Answer, Trouble> {
    let first = poll.call(&Call::get(below)).await?;
    let (401, Some(challenge)) = (first.status, first.header("www-authenticate")) else { return Ok(first) };
    let target = poll.site().target(below);
    let asking = digest::Asking {
        method: "GET",
        target: &target,
        user: poll.user(),
        password: poll.password(),
        is_encrypted: poll.site().is_encrypted(),
    };
    match digest::authorization(challenge, &asking) {
        Some(proof) => poll.call(&Call::get(below).header("authorization", &proof)).await,
        None => {
            Err(Trouble::new("the gateway, asked, wants to be signed in at in a way that is not safe or not known"))
        }
    }
}
