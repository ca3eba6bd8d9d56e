//! A customer's program: it orders, cancels, rents and reads, each request under a key of its own.

use std::sync::Arc;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::Value;
use tokio::sync::watch;

use crate::desk::{Desk, Kind, Sold};
use crate::history::{Answer, Deed, Request};
use crate::house::SERVICES;
use crate::sender::{Sender, is_final};

/// A customer at work.
pub(crate) struct Client {
    pub(crate) sender: Sender,
    pub(crate) desk: Arc<Desk>,
    pub(crate) dice: StdRng,
    pub(crate) account: usize,
    /// What its keys begin with.
    pub(crate) name: String,
}

impl Client {
    /// Works until the load is over, or no node answers any more.
    pub(crate) async fn work(mut self, over: watch::Receiver<bool>) {
        for turn in 0_u64.. {
            if *over.borrow() || self.act(turn).await.is_none() {
                return;
            }
        }
    }

    /// Does one thing; `None` if it is not known what became of it.
    async fn act(&mut self, turn: u64) -> Option<()> {
        let account = self.account;
        let service = (*SERVICES.choose(&mut self.dice).expect("services")).to_owned();
        let order = self.desk.recent(Kind::Order, account, &mut self.dice);
        let rental = self.desk.recent(Kind::Rental, account, &mut self.dice);
        let deed = match (self.dice.random_range(0..100), order, rental) {
            (0..20, Some(order), _) => Deed::Cancel { order: order.id },
            (20..24, _, Some(rental)) => Deed::Renew { rental: rental.id },
            (24..28, _, Some(rental)) => Deed::GiveUp { rental: rental.id },
            (28..34, _, _) => Deed::Rent { service },
            (34..42, _, _) => return self.repeat().await,
            (42..50, Some(order), _) => return self.read(&format!("short-term/sms/?order_id={}", order.id)).await,
            (50..52, _, _) => return self.read("balance/").await,
            (52..54, _, _) => return self.read("short-term/list/?limit=20").await,
            _ => Deed::Order { service },
        };
        let request = Request { key: format!("{}-{turn}", self.name), account, deed };
        let answer = self.sender.ask(&request).await?;
        self.note(&request, &answer);
        self.desk.add_answered(request);
        Some(())
    }

    /// A program that lost its memory sends what it sent before; whether the answer is the same, the history tells.
    async fn repeat(&mut self) -> Option<()> {
        match self.desk.answered(self.account, &mut self.dice) {
            Some(request) => self.sender.send(&request).await.map(drop),
            None => Some(()),
        }
    }

    async fn read(&mut self, path: &str) -> Option<()> {
        let answer = self.sender.read(self.account, path).await?;
        assert!(answer.status == 200 || !is_final(answer.status), "{path}: {} {}", answer.status, answer.body);
        Some(())
    }

    fn note(&self, request: &Request, answer: &Answer) {
        let (kind, name, service) = match &request.deed {
            Deed::Order { service } => (Kind::Order, "order_id", service),
            Deed::Rent { service } => (Kind::Rental, "rental_id", service),
            Deed::Cancel { .. } | Deed::Renew { .. } | Deed::GiveUp { .. } | Deed::Text(_) => return,
        };
        if answer.status != 200 {
            return;
        }
        let body: Value = serde_json::from_str(&answer.body).expect("an answer is JSON");
        let text = |name: &str| body[name].as_str().expect("a field of a sale").to_owned();
        let (id, number) = (text(name), text("number"));
        self.desk.add(kind, Sold { id, account: self.account, number, service: service.clone() });
    }
}
