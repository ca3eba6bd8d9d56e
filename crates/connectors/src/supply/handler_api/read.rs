//! What houses of the family answer: a word, with something behind a colon; or JSON, whose errors hold such a word.

use domain::money::Usd;
use domain::product::Product;
use domain::supply::{
    Answer, Bought, Fault, Looked, NotBought, Offer, Opened, Rejected, Standing, TheirState, Told, Trouble, Window,
};
use serde_json::Value;

use super::manner::Manner;
use crate::call;
use crate::supply::upstream::lenient::{self, Rounding};
use crate::supply::upstream::{Verdict, status_trouble, verdict};

/// Offers that are read of one answer.
const OFFERS_MAX: usize = 20_000;
/// Seconds after which a cancellation that came too early is tried again, where the house does not say: the longest
/// that was seen.
const TOO_EARLY_MS: i64 = 120_000;
/// Bytes of a word.
const WORD_MAX: usize = 40;

/// Words that say that certainly nothing was done, because it could not be.
const REFUSALS: [&str; 20] = [
    "BAD_KEY",
    "NO_KEY",
    "WRONG_KEY",
    "BAD_ACTION",
    "NO_ACTION",
    "BAD_SERVICE",
    "WRONG_SERVICE",
    "NO_SERVICE",
    "BAD_COUNTRY",
    "WRONG_COUNTRY",
    "BAD_STATUS",
    "BAD_OPERATOR",
    "WRONG_OPERATOR",
    "OPERATORS_NOT_FOUND",
    "WRONG_EXCEPTION_PHONE",
    "WRONG_SECURITY",
    "ACCOUNT_INACTIVE",
    "BANNED",
    "NOT_AVAILABLE",
    "INVALID_PHONE",
];

/// What an answer says.
#[derive(Default)]
pub(super) struct Said {
    /// Its word, such as `ACCESS_NUMBER`; empty where it is JSON without one, or cannot be read.
    pub(super) word: String,
    /// What stands behind the word.
    rest: String,
    /// What it says in JSON.
    json: Value,
    retry_after_ms: Option<i64>,
}

impl Said {
    pub(super) fn is(&self, words: &[&str]) -> bool {
        words.contains(&self.word.as_str())
    }

    /// In words for the operator: what stands behind a word may be anything, so it is not shown.
    pub(super) fn trouble(&self) -> Trouble {
        if self.word.is_empty() {
            return Trouble::new("the house's answer cannot be read");
        }
        Trouble { says: format!("the house says {}", self.word), retry_after_ms: self.retry_after_ms }
    }

    /// What it means where no answer was expected that means something.
    pub(super) fn fault(&self) -> Fault {
        let is_certain = self.is(&REFUSALS) || self.not_bought().is_some();
        if is_certain { Fault::NotDone(self.trouble()) } else { Fault::Unknown(self.trouble()) }
    }

    /// Why nothing was bought, where that is certain. Words that nobody knows are not.
    fn not_bought(&self) -> Option<NotBought> {
        Some(match self.word.as_str() {
            "NO_NUMBERS" | "NO_NUMBER" => NotBought::NoNumbers,
            "NO_BALANCE" | "NO_MONEY" | "NO_BALANCE_FORWARD" => NotBought::WalletEmpty,
            "WRONG_MAX_PRICE" | "MAX_PRICE_EXCEEDED" => {
                NotBought::PriceAbove { price: lenient::usd(&self.rest, Rounding::Up) }
            }
            "TOO_MANY_ACTIVE_RENTALS" | "CHANNELS_LIMIT" => NotBought::Throttled(self.trouble()),
            word if REFUSALS.contains(&word) => NotBought::Refused(self.trouble()),
            _ => return None,
        })
    }
}

/// Reads a body.
pub(super) fn said(body: &[u8]) -> Said {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.starts_with(['{', '[']) {
        return serde_json::from_str(text).map_or_else(|_| Said::default(), said_in_json);
    }
    let (word, rest) = text.split_once(':').unwrap_or((text, ""));
    if !is_word(word) {
        return Said::default();
    }
    let rest = rest.trim().trim_matches('\'').to_owned();
    Said { word: word.to_owned(), rest, ..Said::default() }
}

fn is_word(text: &str) -> bool {
    (1..=WORD_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
}

/// `{"status":"error","message":WORD}`, or `{"title":WORD,"details":…,"info":{…}}` as HeroSMS says it.
fn said_in_json(json: Value) -> Said {
    let told = |name| json.get(name).and_then(Value::as_str).filter(|word| is_word(word)).map(str::to_owned);
    let is_error = json.get("status").and_then(Value::as_str) == Some("error");
    let word = match told("title") {
        Some(title) if json.get("details").is_some_and(Value::is_string) => Some(title),
        _ if is_error => told("message"),
        _ => None,
    };
    let info = json.get("info").cloned().unwrap_or_default();
    Said {
        word: word.unwrap_or_default(),
        rest: lenient::text(&info, "min").unwrap_or_default(),
        retry_after_ms: lenient::whole(&info, "retry_after_seconds").map(|seconds| seconds.clamp(0, 86_400) * 1_000),
        // What an error tells beside its word is no answer.
        json: if is_error { Value::Null } else { json },
    }
}

/// What a whole answer says, if it can be taken at its word.
pub(super) fn heard(answer: &call::Answer) -> Result<Said, Fault> {
    let said = said(&answer.body);
    match verdict(answer.status) {
        Verdict::Answered => Ok(said),
        Verdict::Refused if !said.word.is_empty() => Ok(said),
        Verdict::Refused | Verdict::Throttled => Err(Fault::NotDone(status_trouble(answer))),
        Verdict::Unknown => Err(Fault::Unknown(status_trouble(answer))),
    }
}

/// What a wish came to.
pub(super) fn bought(answer: &call::Answer) -> Answer {
    let said = match (verdict(answer.status), heard(answer)) {
        (Verdict::Throttled, _) => return Answer::NotBought(NotBought::Throttled(status_trouble(answer))),
        (_, Ok(said)) => said,
        (_, Err(Fault::NotDone(trouble))) => return Answer::NotBought(NotBought::Refused(trouble)),
        (_, Err(Fault::Unknown(trouble))) => return Answer::Unknown(trouble),
    };
    let header_price = answer.header("x-price").and_then(|price| lenient::usd(price, Rounding::Up));
    let (id, number, price) = if said.word == "ACCESS_NUMBER" {
        let (id, number) = said.rest.split_once(':').unwrap_or((&said.rest, ""));
        (lenient::is_id(id).then(|| id.to_owned()), (!number.is_empty()).then(|| number.to_owned()), header_price)
    } else {
        let price = lenient::amount(&said.json, "activationCost", Rounding::Up).or(header_price);
        (lenient::id(&said.json, "activationId"), lenient::text(&said.json, "phoneNumber"), price)
    };
    let number = number.filter(|number| number.len() <= 32);
    match (id, said.not_bought()) {
        (Some(id), _) => Answer::Bought(Bought { id, number, price, end: None }),
        (None, Some(why)) => Answer::NotBought(why),
        // A word that nobody knows: with a status of refusal it is one. But an order that exists already may be ours.
        (None, None) if verdict(answer.status) == Verdict::Refused && said.word != "ORDER_ALREADY_EXISTS" => {
            Answer::NotBought(NotBought::Refused(said.trouble()))
        }
        (None, None) => Answer::Unknown(said.trouble()),
    }
}

/// What is left in our account.
pub(super) fn balance(said: &Said) -> Result<Usd, Fault> {
    let read = (said.word == "ACCESS_BALANCE").then(|| lenient::usd(&said.rest, Rounding::Down)).flatten();
    read.ok_or_else(|| said.fault())
}

/// What is sold: country, then service, or the other way round.
pub(super) fn offers(said: &Said, manner: &Manner<'_>) -> Result<Vec<Offer>, Fault> {
    let map = said.json.as_object().ok_or_else(|| said.fault())?;
    let mut offers = Vec::new();
    if let Some(services) = map.get(manner.country).and_then(Value::as_object) {
        offers.extend(services.iter().take(OFFERS_MAX).filter_map(|(code, told)| offer(code, told, manner)));
    } else {
        let here = |told: &Value| told.get(manner.country).cloned();
        let told = map.iter().take(OFFERS_MAX).filter_map(|(code, told)| offer(code, &here(told)?, manner));
        offers.extend(told);
    }
    Ok(offers)
}

fn offer(code: &str, told: &Value, manner: &Manner<'_>) -> Option<Offer> {
    let price = ["cost", "price", "retail_price"].iter().find_map(|name| lenient::amount(told, name, Rounding::Up));
    // Some tell the price alone.
    let alone = || lenient::amount(&serde_json::json!({"cost": told}), "cost", Rounding::Up);
    Some(Offer {
        code: lenient::is_id(code).then(|| code.to_owned())?,
        name: lenient::text(told, "name").unwrap_or_else(|| code.to_owned()).chars().take(100).collect(),
        product: Some(Product::ShortTerm),
        price: price.or_else(alone)?,
        available: lenient::whole(told, "count").map(|count| count.max(0)),
        window: Window::Whole { ms: Some(manner.window_ms) },
    })
}

/// How one stands. `text` is what a header told of the SMS.
pub(super) fn looked(said: &Said, text: Option<&str>, raw: &[u8]) -> Result<Looked, Fault> {
    let messages = match said.word.as_str() {
        "STATUS_OK" => vec![told(text.unwrap_or(&said.rest), String::new(), raw)],
        "" => said.json.get("sms").map(|sms| messages(sms, raw)).ok_or_else(|| said.fault())?,
        _ => Vec::new(),
    };
    let state = match said.word.as_str() {
        // What stands behind STATUS_WAIT_RETRY was told before.
        "" | "STATUS_OK" | "STATUS_WAIT_CODE" | "STATUS_WAIT_RETRY" | "STATUS_WAIT_RESEND" | "STATUS_WAITING" => {
            TheirState::Open
        }
        "STATUS_CANCEL" | "STATUS_REVOKE" => TheirState::Refunded,
        "STATUS_FINISH" => TheirState::Ended,
        "NO_ACTIVATION" | "NO_ACTIVATIONS" | "WRONG_ACTIVATION_ID" => TheirState::Missing,
        _ => return Err(said.fault()),
    };
    Ok(Looked { state, number: None, end: None, messages })
}

/// One SMS or a list; `null` where none came. Their times tell no zone, so they are not believed.
fn messages(sms: &Value, raw: &[u8]) -> Vec<Told> {
    let one = std::slice::from_ref(sms);
    let all = sms.as_array().map_or(one, Vec::as_slice);
    let read = |sms: &Value| {
        let text = lenient::text(sms, "text").or_else(|| lenient::text(sms, "code"))?;
        Some(told(&text, lenient::text(sms, "phoneFrom").unwrap_or_default(), raw))
    };
    all.iter().take(100).filter_map(read).collect()
}

fn told(text: &str, sender: String, raw: &[u8]) -> Told {
    let sender = sender.chars().take(64).collect();
    Told { reference: None, sender, text: lenient::message(text), sent_ms: None, raw: lenient::raw(raw) }
}

/// What became of a cancellation.
pub(super) fn rejected(said: &Said) -> Result<Rejected, Fault> {
    Ok(match said.word.as_str() {
        "ACCESS_CANCEL" | "ACCESS_CANCEL_ALREADY" | "STATUS_CANCEL" | "ALREADY_CANCEL" => Rejected::Done,
        "ACCESS_ACTIVATION" | "ALREADY_FINISH" | "STATUS_FINISH" => Rejected::AlreadyReceived,
        "EARLY_CANCEL_DENIED" | "CANNOT_BEFORE_2_MIN" => {
            Rejected::TooEarly { retry_after_ms: Some(said.retry_after_ms.unwrap_or(TOO_EARLY_MS)) }
        }
        // DaisySMS says so where a code came and where there is nothing to cancel; looking tells which.
        "ACCESS_READY" | "BAD_STATUS" | "NO_ACTIVATION" | "WRONG_ACTIVATION_ID" => {
            Rejected::NotPossible(said.trouble())
        }
        _ => return Err(said.fault()),
    })
}

/// Whether another code is waited for.
pub(super) fn reused(said: &Said) -> Result<Opened, Fault> {
    Ok(match said.word.as_str() {
        "ACCESS_RETRY_GET" | "ACCESS_READY" => Opened::Open { end: None },
        "NO_ACTIVATION" | "BAD_STATUS" | "WRONG_ACTIVATION_ID" | "STATUS_CANCEL" | "STATUS_FINISH" => {
            Opened::NotPossible(said.trouble())
        }
        _ => return Err(said.fault()),
    })
}

/// One page of what is ours: its rows, `None` where one cannot be read. The two generations name it differently.
pub(super) fn standing(said: &Said) -> Result<Vec<Option<Standing>>, Fault> {
    if said.is(&["NO_ACTIVATIONS"]) {
        return Ok(Vec::new());
    }
    let list = ["activeActivations", "data"].iter().find_map(|name| said.json.get(name));
    // An empty map is an empty list in the house's language.
    let list = match list {
        Some(Value::Array(list)) => list.as_slice(),
        Some(Value::Object(map)) if map.is_empty() => &[],
        _ => return Err(said.fault()),
    };
    Ok(list.iter().map(stands).collect())
}

fn stands(told: &Value) -> Option<Standing> {
    let bought = Bought {
        id: lenient::id(told, "activationId")?,
        number: lenient::text(told, "phoneNumber").filter(|number| number.len() <= 32),
        price: lenient::amount(told, "activationCost", Rounding::Up),
        end: None,
    };
    let code = lenient::id(told, "serviceCode");
    Some(Standing { bought, code, reference: lenient::id(told, "orderId"), bought_ms: None })
}
