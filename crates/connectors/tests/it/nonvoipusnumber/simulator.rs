//! NonVoipUsNumber as its document and its clients tell of it, misbehaving where a test wants it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::upstream::{Asked, Says, Server};

pub(crate) const EMAIL: &str = "house@numbers.example";
pub(crate) const PASSWORD: &str = "geheimes-Wort";

/// What it does wrong, once.
pub(crate) enum Misdeed {
    /// It does what it is asked, and hangs up.
    HangsUpAfter,
    /// It sells, and names no order.
    NamesNoOrder,
    /// It sells, and has no number yet.
    HasNoNumberYet,
    /// It sells under the id of the order before.
    SameIdAgain,
    /// It takes this many cents more.
    Dearer(i64),
}

/// An order there.
pub(crate) struct Order {
    pub(crate) id: i64,
    pub(crate) price_cents: i64,
    pub(crate) sms: Option<(String, String)>,
    pub(crate) is_deaf: bool,
    pub(crate) is_rejected: bool,
}

pub(crate) struct State {
    pub(crate) wallet_cents: i64,
    pub(crate) price_cents: i64,
    pub(crate) available: i64,
    pub(crate) orders: Vec<Order>,
    pub(crate) misdeeds: VecDeque<Misdeed>,
}

/// The house.
pub(crate) struct Simulator {
    pub(crate) server: Server,
    state: Arc<Mutex<State>>,
}

impl Simulator {
    pub(crate) async fn open() -> Self {
        let state =
            State { wallet_cents: 5_000, price_cents: 42, available: 9, orders: Vec::new(), misdeeds: VecDeque::new() };
        let state = Arc::new(Mutex::new(state));
        let kept = Arc::clone(&state);
        let server = Server::open(move |asked| kept.lock().expect("whole").answer(asked)).await;
        Self { server, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("whole")
    }

    /// An SMS comes in on an order's number, unless the order is deaf.
    pub(crate) fn receives(&self, id: i64, text: &str, pin: &str) {
        let mut state = self.state();
        let order = state.order(id).expect("an order");
        if !order.is_deaf {
            order.sms = Some((text.to_owned(), pin.to_owned()));
            order.is_deaf = true;
        }
    }
}

fn error(words: &str) -> Says {
    Says::status(400, json!({"status": "error", "message": words}).to_string())
}

impl State {
    fn order(&mut self, id: i64) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.id == id)
    }

    fn answer(&mut self, asked: &Asked) -> Says {
        if asked.method != "POST" {
            return Says::status(405, "");
        }
        let body = asked.json();
        if body["email"] != EMAIL || body["password"] != PASSWORD {
            return error("Invalid email or password.");
        }
        let order = body["order_id"].as_i64().unwrap_or_default();
        match asked.path() {
            "/base/api/balance" => Says::json(&json!({"status": "success", "balance": cents(self.wallet_cents)})),
            "/base/api/products" => self.products(&body),
            "/base/api/order" => self.sell(&body),
            "/base/api/getsms" => self.sms(order),
            "/base/api/reject" => self.reject(order),
            "/base/api/reuse" => self.open(order, &json!({"till_expiration": "900"})),
            "/base/api/activate" => self.open(order, &json!({"end_on": "2026-05-22 14:40:00"})),
            "/base/api/renew" => self.open(order, &json!({"expires": "2026-06-22 14:30:00"})),
            _ => Says::status(404, "<html>"),
        }
    }

    fn products(&self, body: &Value) -> Says {
        let price = cents(self.price_cents);
        let list = match body["type"].as_str() {
            Some("short_term") => json!([
                {"product_id": 11, "name": "Google", "price": price, "available": "9"},
                {"product_id": "12", "name": "WhatsApp", "price": 0.3067, "available": 0},
                {"name": "Nothing to ask for", "price": "1.00"},
                {"product_id": 13, "name": "No price", "price": "free"},
            ]),
            Some("long_term") => json!([{"product_id": 21, "name": "Google", "price": 4, "available": 3}]),
            _ => return error("Unknown type."),
        };
        Says::json(&json!({"status": "success", "message": list}))
    }

    fn sell(&mut self, body: &Value) -> Says {
        let misdeed = self.misdeeds.pop_front();
        let price_cents = match misdeed {
            Some(Misdeed::Dearer(cents)) => self.price_cents + cents,
            _ => self.price_cents,
        };
        if self.available == 0 {
            return error("Sorry, this product is out of stock");
        }
        if self.wallet_cents < price_cents {
            return error("Insufficient balance.");
        }
        if body["product_id"] != 11 {
            return error("No such product 4711");
        }
        let mut id = 1_000 + i64::try_from(self.orders.len()).expect("few");
        if matches!(misdeed, Some(Misdeed::SameIdAgain)) {
            id -= 1;
        }
        self.wallet_cents -= price_cents;
        self.available -= 1;
        self.orders.push(Order { id, price_cents, sms: None, is_deaf: false, is_rejected: false });
        let mut told = json!({"order_id": id, "service": "Google", "number": "12025550147", "status": "success",
            "type": "short_term", "expiration": 600, "product_id": 11});
        match misdeed {
            Some(Misdeed::HangsUpAfter) => return Says::HangsUp,
            Some(Misdeed::NamesNoOrder) => drop(told["order_id"].take()),
            Some(Misdeed::HasNoNumberYet) => told["number"] = json!(""),
            Some(Misdeed::SameIdAgain | Misdeed::Dearer(_)) | None => {}
        }
        Says::json(&json!({"status": "success", "message": [told]}))
    }

    fn sms(&mut self, id: i64) -> Says {
        match self.order(id).map(|order| order.sms.clone()) {
            Some(Some((text, pin))) => Says::json(&json!({"status": "success", "sms": text, "pin": pin})),
            Some(None) => error("No SMS received yet, please wait."),
            None => error("Order not found."),
        }
    }

    fn reject(&mut self, id: i64) -> Says {
        let Some(order) = self.order(id) else { return error("Order not found.") };
        if order.is_rejected {
            return error("The order was already rejected");
        }
        if order.sms.is_some() {
            return error("An SMS was already received for 12025550147");
        }
        order.is_rejected = true;
        let price_cents = order.price_cents;
        self.wallet_cents += price_cents;
        Says::json(&json!({"status": "success", "message": "Order rejected and refunded"}))
    }

    fn open(&mut self, id: i64, told: &Value) -> Says {
        let Some(order) = self.order(id) else { return error("Order not found.") };
        order.is_deaf = false;
        Says::json(&json!({"status": "success", "message": [told]}))
    }
}

fn cents(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
