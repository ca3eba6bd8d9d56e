//! Houses that buy from us: what they are sold, how they end it, and what is pushed to them.

mod keep;
mod push;
mod retry;
mod sell;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::money::Usd;
use domain::partner::{self, Courier, Entered, NewPartner, Partner, PartnerRefusal, Pushed, Pushing, Sms, Wish};
use domain::supply::Settings;

use crate::house::{House, may};

/// How long a round is waited for: to its end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The key that the partner of these tests calls with.
pub(crate) const KEY: &str = "the-key-of-the-shop";

/// A courier who does as told, and then brings everything.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Notes>>);

#[derive(Default)]
struct Notes {
    answers: VecDeque<Pushed>,
    pushed: Vec<Sms>,
    /// Addresses at which nobody ever answers, and what is in texts that nobody answers.
    hang: Vec<String>,
}

impl Told {
    /// What the next pushes come to.
    pub(crate) fn answers(&self, answers: impl IntoIterator<Item = Pushed>) {
        self.0.lock().expect("whole").answers.extend(answers);
    }

    /// Whoever is at an address, or gets a text with these words, says nothing from now on.
    pub(crate) fn hangs(&self, what: &str) {
        self.0.lock().expect("whole").hang.push(what.to_owned());
    }

    pub(crate) fn pushed(&self) -> Vec<Sms> {
        self.0.lock().expect("whole").pushed.clone()
    }
}

impl Courier for Told {
    fn check(&self, to: &Settings) -> Result<(), String> {
        to.get("address").map(drop).ok_or_else(|| "`address` is missing".to_owned())
    }

    fn push<'a>(&'a self, to: &'a Settings, sms: &'a Sms) -> Pushing<'a> {
        Box::pin(async move {
            assert!(!sms.text.contains("poison"), "a text of a test breaks the push");
            let answer = {
                let mut notes = self.0.lock().expect("whole");
                let hangs = |what: &String| to.get("address") == Some(what) || sms.text.contains(what.as_str());
                if notes.hang.iter().any(hangs) {
                    None
                } else {
                    notes.pushed.push(sms.clone());
                    Some(notes.answers.pop_front().unwrap_or(Pushed::Taken))
                }
            };
            match answer {
                Some(answer) => answer,
                None => std::future::pending().await,
            }
        })
    }
}

/// A partner to be made of an account.
pub(crate) fn new(slug: &str, account: &str, key: &str) -> NewPartner {
    let to = [("address", format!("https://{slug}.example/push")), ("push_key", "what-we-push-with".to_owned())];
    NewPartner {
        slug: slug.into(),
        account: account.into(),
        key: key.into(),
        networks: Vec::new(),
        to: Settings::new(BTreeMap::from(to.map(|(name, value)| (name.to_owned(), value)))),
        by: may("olga"),
    }
}

pub(crate) async fn enter(house: &House, key: &str) -> Entered {
    let address = "203.0.113.9".parse().expect("an address");
    partner::enter(&house.app, key, address).await.expect("let in")
}

/// A house with numbers and one partner, `shop`, with some dollars.
pub(crate) async fn shop(house: House, numbers: usize, dollars: &str) -> (House, Told, Entered) {
    let house = House::stocked(house, numbers).await;
    let courier = Told::default();
    house.app.push_by(Box::new(courier.clone()), PATIENCE);
    house.customer("shop", dollars).await;
    partner::add(&house.app, new("shop", "shop", KEY)).await.expect("a partner");
    let shop = enter(&house, KEY).await;
    (house, courier, shop)
}

/// A number is sold to the partner, and its code comes; tells the order and the number.
pub(crate) async fn served(house: &House, shop: &Entered) -> (i64, String) {
    let placed = partner::number(&house.app, shop, &wish("instagram")).await.expect("a number");
    house.text(&placed.digits, "instagram", "instagram code 482910").await;
    (placed.order, placed.digits)
}

pub(crate) async fn push(house: &House) -> usize {
    partner::push_due(&house.app).await.expect("tried")
}

pub(crate) async fn listed(house: &House) -> Partner {
    partner::list(&house.app).await.expect("listed").remove(0)
}

pub(crate) fn wish(service: &str) -> Wish {
    let (country, operator) = ("usa".to_owned(), "any".to_owned());
    Wish { service: service.into(), country, operator, most: Usd::from_cents(50), except: Vec::new() }
}

pub(crate) async fn refused(house: &House, new: NewPartner) -> PartnerRefusal {
    partner::add(&house.app, new).await.expect_err("refused")
}
