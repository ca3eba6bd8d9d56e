//! The source's program: it pushes a text for what was sold, and pushes it again until it is acknowledged, and
//! sometimes once more.

use std::sync::Arc;

use domain::clock::rfc3339;
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::sync::watch;

use crate::desk::{Desk, Sold};
use crate::history::{Deed, Request, Text};
use crate::house::now_ms;
use crate::sender::Sender;

/// A source at work.
pub(crate) struct Pusher {
    pub(crate) sender: Sender,
    pub(crate) desk: Arc<Desk>,
    pub(crate) dice: StdRng,
}

impl Pusher {
    /// Works until the load is over, or no node answers any more.
    pub(crate) async fn work(mut self, mut over: watch::Receiver<bool>) {
        let mut answered = self.sender.answered();
        let mut told: Vec<Request> = Vec::new();
        while !*over.borrow() {
            let repeat = !told.is_empty() && self.dice.random_bool(0.2);
            let request = if repeat {
                told[self.dice.random_range(0..told.len())].clone()
            } else if let Some(sold) = self.desk.take_silent(&mut self.dice) {
                text_for(sold, &mut self.dice)
            } else {
                // Nothing was sold lately: look again when something was answered.
                tokio::select! {
                    _ = answered.changed() => {}
                    _ = over.changed() => {}
                }
                continue;
            };
            let answer = if repeat { self.sender.send(&request).await } else { self.sender.ask(&request).await };
            match answer {
                Some(_) if repeat => {}
                Some(_) => told.push(request),
                None => return,
            }
        }
    }
}

/// The text that what was sold gets.
pub(crate) fn text_for(sold: Sold, dice: &mut StdRng) -> Request {
    let code = dice.random_range(100_000..1_000_000).to_string();
    let key = format!("text-{}", sold.id);
    let sent_at = rfc3339(now_ms());
    let text = Text { sold: sold.id, number: sold.number, service: sold.service, code, sent_at };
    Request { key, account: sold.account, deed: Deed::Text(text) }
}
