//! What the history says must be true: every request with its one answer, and the state that follows from them all.

use std::collections::{BTreeMap, BTreeSet};

use domain::money::Usd;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::desk::Kind;
use crate::history::{Answer, Broken, Deed, History, Line, Request, Upto};
use crate::house::CREDITS;
use crate::sender::is_final;

/// A request and what became of it, as far as it is known.
struct Entry {
    request: Request,
    answer: Option<Answer>,
}

/// The history as it was read so far.
#[derive(Default)]
pub(crate) struct Record {
    upto: Upto,
    entries: BTreeMap<String, Entry>,
    /// Answers that broke off in their middle.
    pub(crate) torn: usize,
}

/// Something that a customer must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) kind: Kind,
    pub(crate) account: usize,
    pub(crate) number: String,
    pub(crate) service: String,
    pub(crate) price: Usd,
    pub(crate) is_cancelled: bool,
    /// The codes of the texts that it must have got.
    pub(crate) codes: Vec<String>,
    pub(crate) renewals: Vec<Usd>,
}

impl Owned {
    /// What was paid for it in all.
    fn cost(&self) -> Usd {
        self.renewals.iter().try_fold(self.price, |sum, price| sum.checked_add(*price)).expect("in range")
    }
}

/// An answer to a sale.
#[derive(Deserialize)]
struct Sale {
    number: String,
    #[serde(rename = "order_id", alias = "rental_id")]
    id: String,
    price: Box<RawValue>,
}

/// An answer to a cancel or a renewal.
#[derive(Deserialize)]
struct Paid {
    #[serde(rename = "refunded", alias = "price")]
    amount: Box<RawValue>,
}

/// A refusal.
#[derive(Deserialize)]
struct Refused {
    error: String,
}

impl Record {
    /// Reads on. The same key must have got the same answer each time, to the byte (I2).
    pub(crate) fn read_on(&mut self, history: &History) {
        let (lines, upto) = history.read(self.upto);
        self.upto = upto;
        for line in lines {
            match line {
                Line::Asked(request) => {
                    let entry = Entry { request: request.clone(), answer: None };
                    assert!(self.entries.insert(request.key.clone(), entry).is_none(), "{} twice", request.key);
                }
                Line::Answered { key, answer } => self.note(&key, answer),
                Line::Unanswered { broken, .. } => self.torn += usize::from(broken == Broken::Torn),
            }
        }
    }

    fn note(&mut self, key: &str, answer: Answer) {
        if !is_final(answer.status) {
            assert!(matches!(answer.status, 500 | 503), "{key} got {} {}", answer.status, answer.body);
            return;
        }
        let entry = self.entries.get_mut(key).expect("it was asked first");
        match &entry.answer {
            None => entry.answer = Some(answer),
            Some(earlier) => assert_eq!(*earlier, answer, "{key} got two answers"),
        }
    }

    /// Requests of which nobody knows what became of them.
    pub(crate) fn unknown(&self) -> Vec<Request> {
        self.entries.values().filter(|entry| entry.answer.is_none()).map(|entry| entry.request.clone()).collect()
    }

    /// How many requests were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        self.entries.values().filter(|entry| entry.answer.is_some()).count()
    }

    /// Everything that customers must have now, by its id.
    pub(crate) fn owned(&self) -> BTreeMap<String, Owned> {
        let mut all = BTreeMap::new();
        self.done().for_each(|(request, answer)| sell(&mut all, request, answer));
        check_numbers(&all);
        self.done().for_each(|(request, answer)| renew(&mut all, request, answer));
        // A rental that was cancelled is renewed no more, so cancels come after renewals.
        self.done().for_each(|(request, answer)| cancel(&mut all, request, answer));
        // A text is for nobody once its order is over, so texts come after cancels.
        self.done().for_each(|(request, _)| deliver(&mut all, request));
        let refused = self.entries.values().filter_map(|entry| Some((&entry.request, entry.answer.as_ref()?)));
        refused.for_each(|(request, answer)| check_refusal(&all, request, answer));
        all
    }

    /// What was acknowledged as done.
    fn done(&self) -> impl Iterator<Item = (&Request, &Answer)> {
        let answered = self.entries.values().filter_map(|entry| Some((&entry.request, entry.answer.as_ref()?)));
        answered.filter(|(_, answer)| answer.status == 200)
    }
}

fn sell(all: &mut BTreeMap<String, Owned>, request: &Request, answer: &Answer) {
    let (kind, service) = match &request.deed {
        Deed::Order { service } => (Kind::Order, service.clone()),
        Deed::Rent { service } => (Kind::Rental, service.clone()),
        Deed::Cancel { .. } | Deed::Renew { .. } | Deed::GiveUp { .. } | Deed::Text(_) => return,
    };
    let Sale { number, id, price } = serde_json::from_str(&answer.body).expect("the answer to a sale");
    let (account, price) = (request.account, dollars(&price));
    let (codes, renewals) = (Vec::new(), Vec::new());
    let owned = Owned { kind, account, number, service, price, is_cancelled: false, codes, renewals };
    assert!(all.insert(id.clone(), owned).is_none(), "{id} was sold under two keys");
}

/// No number twice for a service, and a rented one for nothing else (N1, N2, N4): a test is shorter than the pause after
/// the shortest lease.
fn check_numbers(all: &BTreeMap<String, Owned>) {
    let (mut sold, mut rented) = (BTreeSet::new(), BTreeSet::new());
    for (id, owned) in all {
        assert!(
            sold.insert((&owned.number, &owned.service)),
            "{id}: {} was sold twice for {}",
            owned.number,
            owned.service
        );
        if owned.kind == Kind::Rental {
            assert!(rented.insert(&owned.number), "{id}: {} was rented twice", owned.number);
        }
    }
    let shared = all.iter().find(|(_, owned)| owned.kind == Kind::Order && rented.contains(&owned.number));
    assert!(shared.is_none(), "{:?} is on a rented number", shared.map(|(id, _)| id));
}

fn paid(answer: &Answer) -> Usd {
    dollars(&serde_json::from_str::<Paid>(&answer.body).expect("an amount").amount)
}

fn renew(all: &mut BTreeMap<String, Owned>, request: &Request, answer: &Answer) {
    let Deed::Renew { rental } = &request.deed else { return };
    let owned = all.get_mut(rental).expect("only what was sold is renewed");
    owned.renewals.push(paid(answer));
}

fn cancel(all: &mut BTreeMap<String, Owned>, request: &Request, answer: &Answer) {
    let (Deed::Cancel { order: id } | Deed::GiveUp { rental: id }) = &request.deed else { return };
    let owned = all.get_mut(id).expect("only what was sold is cancelled");
    assert_eq!(paid(answer), owned.cost(), "{id} was refunded in full");
    owned.is_cancelled = true;
}

fn deliver(all: &mut BTreeMap<String, Owned>, request: &Request) {
    let Deed::Text(text) = &request.deed else { return };
    let owned = all.get_mut(&text.sold).expect("only what was sold gets a text");
    // A rental that was cancelled had got none, or it could not have been; so it is with an order.
    if !owned.is_cancelled {
        owned.codes.push(text.code.clone());
    }
}

/// What was refused because of something must have that something.
fn check_refusal(all: &BTreeMap<String, Owned>, request: &Request, answer: &Answer) {
    let (Deed::Cancel { order: id } | Deed::GiveUp { rental: id }) = &request.deed else { return };
    if answer.status == 200 {
        return;
    }
    let owned = &all[id];
    let why = serde_json::from_str::<Refused>(&answer.body).expect("a refusal").error;
    let is_true = why == "already_received" && !owned.codes.is_empty();
    assert!(is_true, "{id} was not cancelled because of {why:?}");
}

/// An amount from the digits that a customer sees.
pub(crate) fn dollars(written: &RawValue) -> Usd {
    Usd::parse(written.get()).expect("an amount in dollars")
}

/// What an account must be able to spend and what must be held of it.
pub(crate) fn money(all: &BTreeMap<String, Owned>, account: usize) -> (Usd, Usd) {
    let (mut available, mut held) = (Usd::parse(CREDITS[account]).expect("dollars"), Usd::ZERO);
    for owned in all.values().filter(|owned| owned.account == account && !owned.is_cancelled) {
        available = available.checked_sub(owned.cost()).expect("in range");
        if owned.kind == Kind::Order && owned.codes.is_empty() {
            held = held.checked_add(owned.price).expect("in range");
        }
    }
    (available, held)
}
