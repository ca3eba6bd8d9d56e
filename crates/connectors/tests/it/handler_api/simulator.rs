//! A house of the handler_api family as its documents and clients tell of it, misbehaving where a test wants it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::json;

use crate::upstream::{Asked, Says, Server};

pub(crate) const KEY: &str = "aKeyOfTheHouse1234567";

/// How it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As SMS-Activate did.
    Old,
    /// As HeroSMS does: JSON, errors too.
    Hero,
    /// As DaisySMS does.
    Daisy,
}

/// What it does wrong, once.
pub(crate) enum Misdeed {
    /// It does what it is asked, and hangs up.
    HangsUpAfter,
    /// It says this, and does nothing.
    Says(Says),
}

/// An activation there.
pub(crate) struct Activation {
    pub(crate) id: i64,
    pub(crate) service: String,
    pub(crate) reference: String,
    pub(crate) sms: Vec<(String, String)>,
    /// How many of them were asked for.
    pub(crate) wanted: usize,
    pub(crate) is_young: bool,
    pub(crate) end: Option<&'static str>,
}

pub(crate) struct State {
    kind: Kind,
    pub(crate) wallet_cents: i64,
    pub(crate) price_cents: i64,
    pub(crate) count: i64,
    /// How many of its activations it lists in one answer, at most.
    pub(crate) page_max: usize,
    pub(crate) activations: Vec<Activation>,
    pub(crate) misdeeds: VecDeque<Misdeed>,
}

/// The house.
pub(crate) struct Simulator {
    pub(crate) server: Server,
    state: Arc<Mutex<State>>,
}

impl Simulator {
    pub(crate) async fn open(kind: Kind) -> Self {
        let (activations, misdeeds) = (Vec::new(), VecDeque::new());
        let state =
            State { kind, wallet_cents: 5_030, price_cents: 42, count: 9, page_max: 100, activations, misdeeds };
        let state = Arc::new(Mutex::new(state));
        let kept = Arc::clone(&state);
        let server = Server::open(move |asked| kept.lock().expect("whole").answer(asked)).await;
        Self { server, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("whole")
    }

    pub(crate) fn receives(&self, id: i64, code: &str, text: &str) {
        let mut state = self.state();
        let activation = state.activations.iter_mut().find(|known| known.id == id).expect("an activation");
        activation.sms.push((code.to_owned(), text.to_owned()));
    }
}

fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Says {
        let query = |name: &str| asked.query(name).unwrap_or_default();
        if asked.path() != "/base" || query("api_key") != KEY {
            return self.error("BAD_KEY", json!({}));
        }
        let misdeed = self.misdeeds.pop_front();
        if let Some(Misdeed::Says(says)) = misdeed {
            return says;
        }
        let says = match query("action").as_str() {
            "getBalance" => Says::ok(format!("ACCESS_BALANCE:{}", dollars(self.wallet_cents))),
            "getPrices" => self.prices(&query("country")),
            "getNumber" if self.kind != Kind::Hero => self.sell(asked),
            "getNumberV2" if self.kind == Kind::Hero => self.sell(asked),
            "getStatus" if self.kind != Kind::Hero => self.status(&query("id"), &query("text")),
            "getStatusV2" if self.kind == Kind::Hero => self.status(&query("id"), ""),
            "setStatus" => self.set(&query("id"), &query("status")),
            "getActiveActivations" if self.kind != Kind::Daisy => self.list(&query("start"), &query("limit")),
            _ => self.error("BAD_ACTION", json!({})),
        };
        if matches!(misdeed, Some(Misdeed::HangsUpAfter)) { Says::HangsUp } else { says }
    }

    fn error(&self, word: &str, info: serde_json::Value) -> Says {
        match self.kind {
            Kind::Hero => {
                let told = json!({"title": word, "details": "See the documentation.", "info": info});
                Says::status(400, told.to_string())
            }
            Kind::Old | Kind::Daisy => Says::ok(word),
        }
    }

    fn prices(&self, country: &str) -> Says {
        let go = json!({"cost": dollars(self.price_cents), "count": self.count, "name": "Google"});
        match self.kind {
            Kind::Daisy => Says::json(&json!({"go": {country: go}, "wa": {"12": go}, "tg": {country: 0.3067}})),
            Kind::Old | Kind::Hero => {
                Says::json(&json!({country: {"go": go, "wa": {"cost": 0.3067, "count": 0}, "xx": {"count": 5}}}))
            }
        }
    }

    fn sell(&mut self, asked: &Asked) -> Says {
        let query = |name: &str| asked.query(name).unwrap_or_default();
        let field = if self.kind == Kind::Daisy { "max_price" } else { "maxPrice" };
        let reference = query("orderId");
        if query("service") != "go" || query("country") != "187" {
            return self.error("BAD_SERVICE", json!({}));
        }
        if !reference.is_empty() && self.activations.iter().any(|known| known.reference == reference) {
            return self.error("ORDER_ALREADY_EXISTS", json!({}));
        }
        if self.count == 0 {
            return self.error("NO_NUMBERS", json!({}));
        }
        // DaisySMS takes a fifth more for a number of a chosen area code.
        let is_dearer = self.kind == Kind::Daisy && !query("areas").is_empty();
        let price_cents = if is_dearer { (self.price_cents * 120 + 99) / 100 } else { self.price_cents };
        let price = dollars(price_cents);
        if query(field).as_str() < price.as_str() {
            return match self.kind {
                Kind::Old => Says::ok(format!("WRONG_MAX_PRICE:{price}")),
                Kind::Hero => self.error("WRONG_MAX_PRICE", json!({"min": price})),
                Kind::Daisy => Says::ok("MAX_PRICE_EXCEEDED"),
            };
        }
        if self.wallet_cents < price_cents {
            return self.error(if self.kind == Kind::Daisy { "NO_MONEY" } else { "NO_BALANCE" }, json!({}));
        }
        self.wallet_cents -= price_cents;
        self.count -= 1;
        let id = 700 + i64::try_from(self.activations.len()).expect("few");
        let (service, sms) = (query("service"), Vec::new());
        self.activations.push(Activation { id, service, reference, sms, wanted: 1, is_young: false, end: None });
        let number = 12_025_550_100 + id;
        match self.kind {
            Kind::Hero => Says::json(&json!({"activationId": id, "phoneNumber": number.to_string(),
                "activationCost": price.parse::<f64>().expect("a price"), "currency": 840, "countryCode": "187",
                "canGetAnotherSms": true, "activationTime": "2026-05-22 17:30:00", "activationOperator": "any"})),
            Kind::Old => Says::ok(format!("ACCESS_NUMBER:{id}:{number}")),
            Kind::Daisy => Says::Answer(200, format!("X-Price: {price}\r\n"), format!("ACCESS_NUMBER:{id}:{number}")),
        }
    }

    fn find(&mut self, id: &str) -> Option<&mut Activation> {
        self.activations.iter_mut().find(|known| known.id.to_string() == id)
    }

    fn status(&mut self, id: &str, text: &str) -> Says {
        let kind = self.kind;
        let Some(activation) = self.find(id) else { return self.error("NO_ACTIVATION", json!({})) };
        if let Some(end) = activation.end {
            return self.error(end, json!({}));
        }
        let sms = activation.sms.get(activation.wanted - 1).cloned();
        match (kind, sms) {
            (Kind::Hero, None) => Says::json(&json!({"verificationType": 0, "sms": null, "call": null})),
            (Kind::Hero, Some((code, told))) => {
                let sms = json!({"dateTime": "2026-05-22 17:31:00", "code": code, "text": told});
                Says::json(&json!({"verificationType": 0, "sms": sms, "call": null}))
            }
            (_, None) if activation.wanted > 1 => Says::ok("STATUS_WAIT_RETRY:000000"),
            (_, None) => Says::ok("STATUS_WAIT_CODE"),
            (Kind::Daisy, Some((code, told))) if text == "1" => {
                Says::Answer(200, format!("X-Text: {told}\r\n"), format!("STATUS_OK:{code}"))
            }
            (_, Some((code, _))) => Says::ok(format!("STATUS_OK:'{code}'")),
        }
    }

    fn set(&mut self, id: &str, status: &str) -> Says {
        let (kind, price_cents) = (self.kind, self.price_cents);
        let Some(activation) = self.find(id) else {
            return if kind == Kind::Daisy { Says::ok("ACCESS_READY") } else { self.error("NO_ACTIVATION", json!({})) };
        };
        let has_sms = !activation.sms.is_empty();
        match status {
            "3" => {
                activation.wanted += 1;
                Says::ok("ACCESS_RETRY_GET")
            }
            "6" => {
                activation.end = Some("STATUS_FINISH");
                Says::ok("ACCESS_ACTIVATION")
            }
            "8" if kind == Kind::Daisy && (has_sms || activation.end.is_some()) => Says::ok("ACCESS_READY"),
            "8" if activation.is_young => self.error("EARLY_CANCEL_DENIED", json!({})),
            "8" if has_sms => Says::ok("ACCESS_ACTIVATION"),
            "8" => {
                let was_over = activation.end.replace("STATUS_CANCEL").is_some();
                self.wallet_cents += if was_over { 0 } else { price_cents };
                Says::ok("ACCESS_CANCEL")
            }
            _ => self.error("BAD_STATUS", json!({})),
        }
    }

    fn list(&self, start: &str, limit: &str) -> Says {
        let (start, limit): (usize, usize) = (start.parse().unwrap_or(0), limit.parse().unwrap_or(100));
        let open = self.activations.iter().filter(|known| known.end.is_none());
        let list: Vec<_> = open
            .skip(start)
            .take(limit.min(self.page_max))
            .map(|known| {
                json!({"activationId": known.id.to_string(), "serviceCode": known.service,
                    "phoneNumber": (12_025_550_100 + known.id).to_string(), "activationCost": dollars(self.price_cents)})
            })
            .collect();
        match self.kind {
            Kind::Old if list.is_empty() => Says::ok("NO_ACTIVATIONS"),
            Kind::Old => Says::json(&json!({"status": "success", "activeActivations": list})),
            Kind::Hero | Kind::Daisy => Says::json(&json!({"status": "success", "data": list})),
        }
    }
}
