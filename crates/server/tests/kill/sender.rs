//! Sending requests to whichever node answers, with every step in the history before the next one.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use tokio::sync::watch;

use crate::centre::Centre;
use crate::history::{Answer, Broken, Deed, History, Line, Request, Text};
use crate::house::{SECRET, SOURCE, now_ms};
use crate::wire::Wire;

/// Tries of one request, over all nodes, before it is left to be settled later.
const TRIES_MAX: usize = 6;

/// The nodes' addresses as clients know them; a dead one is only noticed by trying it.
#[derive(Default)]
pub(crate) struct Doors(Mutex<Vec<SocketAddr>>);

impl Doors {
    pub(crate) fn set(&self, node: usize, address: SocketAddr) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if node < all.len() {
            all[node] = address;
        } else {
            all.push(address);
        }
    }

    fn all(&self) -> Vec<SocketAddr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How far the load is, for whoever waits for a moment of it.
pub(crate) struct Pace {
    pub(crate) asked: watch::Sender<u64>,
    pub(crate) answered: watch::Sender<u64>,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { asked: watch::Sender::new(0), answered: watch::Sender::new(0) }
    }
}

/// What all senders of a test share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) history: Arc<History>,
    pub(crate) doors: Arc<Doors>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) keys: Arc<Vec<String>>,
    pub(crate) centre: Centre,
}

/// A client with its connections, one to each node that it has met.
pub(crate) struct Sender {
    shared: Shared,
    wires: HashMap<SocketAddr, Wire>,
    /// The node that is tried first.
    place: usize,
}

impl Sender {
    pub(crate) fn new(shared: &Shared, place: usize) -> Self {
        Self { shared: shared.clone(), wires: HashMap::new(), place }
    }

    /// How many answers there were, for whoever waits for the next.
    pub(crate) fn answered(&self) -> watch::Receiver<u64> {
        self.shared.pace.answered.subscribe()
    }

    /// Sends a request for the first time. `None`: its outcome is not known.
    pub(crate) async fn ask(&mut self, request: &Request) -> Option<Answer> {
        self.shared.history.write(&Line::Asked(request.clone())).await;
        self.send(request).await
    }

    /// Sends a request, the same bytes under the same key, until a node says what became of it.
    pub(crate) async fn send(&mut self, request: &Request) -> Option<Answer> {
        let doors = self.shared.doors.all();
        for turn in 0..doors.len().max(TRIES_MAX) {
            let door = doors[(self.place + turn) % doors.len()];
            let bytes = self.bytes(request);
            self.shared.pace.asked.send_modify(|count| *count += 1);
            let key = request.key.clone();
            match self.exchange(door, &bytes).await {
                Ok(answer) => {
                    let is_final = is_final(answer.status);
                    self.shared.history.write(&Line::Answered { key, answer: answer.clone() }).await;
                    self.shared.pace.answered.send_modify(|count| *count += 1);
                    if is_final {
                        return Some(answer);
                    }
                }
                Err(broken) => {
                    self.shared.history.write(&Line::Unanswered { key, broken }).await;
                    // A lone node that is gone does not come back within this request.
                    if doors.len() == 1 {
                        return None;
                    }
                }
            }
        }
        None
    }

    /// Reads something that has no effect; `None` if no node answers.
    pub(crate) async fn read(&mut self, account: usize, path: &str) -> Option<Answer> {
        let key = self.shared.keys[account].clone();
        let bytes = format!("GET /api/v1/{path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {key}\r\n\r\n");
        let doors = self.shared.doors.all();
        for turn in 0..doors.len() {
            let door = doors[(self.place + turn) % doors.len()];
            if let Ok(answer) = self.exchange(door, bytes.as_bytes()).await {
                return Some(answer);
            }
        }
        None
    }

    async fn exchange(&mut self, door: SocketAddr, bytes: &[u8]) -> Result<Answer, Broken> {
        self.wires.entry(door).or_insert_with(|| Wire::new(door)).ask(bytes).await
    }

    fn bytes(&self, request: &Request) -> Vec<u8> {
        if let Deed::Text(text) = &request.deed {
            return push(&request.key, text);
        }
        let (path, body) = call(&request.deed);
        let (key, token, length) = (&request.key, &self.shared.keys[request.account], body.len());
        format!(
            "POST /api/v1/{path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// Whether an answer says what became of a request: these others are never remembered.
pub(crate) fn is_final(status: u16) -> bool {
    !matches!(status, 401 | 429 | 500 | 503)
}

fn call(deed: &Deed) -> (&'static str, String) {
    match deed {
        Deed::Order { service } => ("short-term/order/", format!("service={service}")),
        Deed::Cancel { order } => ("short-term/cancel/", format!("order_id={order}")),
        Deed::Rent { service } => ("rental/1day/order/", format!("service={service}")),
        Deed::Renew { rental } => ("rental/1day/renew/", format!("rental_id={rental}")),
        Deed::GiveUp { rental } => ("rental/1day/cancel/", format!("rental_id={rental}")),
        Deed::Text(_) => unreachable!("a text is pushed"),
    }
}

/// A text as the source pushes it: signed anew at every try, its body the same bytes each time.
fn push(id: &str, text: &Text) -> Vec<u8> {
    let (said, to) = (text.said(), &text.number);
    let body = json!({"id": id, "to": to, "from": "+12025550199", "text": said, "sent_at": text.sent_at});
    let (body, time) = (body.to_string(), now_ms() / 1_000);
    let mut mac = Hmac::<Sha256>::new_from_slice(&SECRET).expect("any length");
    mac.update(format!("{id}.{time}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let length = body.len();
    format!(
        "POST /ingest/{SOURCE}/ HTTP/1.1\r\nhost: test\r\nwebhook-id: {id}\r\nwebhook-timestamp: {time}\r\n\
         webhook-signature: v1,{signature}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
