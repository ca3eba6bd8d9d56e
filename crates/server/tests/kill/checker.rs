//! The checker: holds what the program shows against what its own history says must be true.

use std::collections::{BTreeMap, BTreeSet};

use domain::money::Usd;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::desk::Kind;
use crate::house::{CREDITS, House};
use crate::record::{Owned, Record, dollars, money};
use crate::sender::{Sender, Shared};

/// Rounds in which everything unknown must have become known.
const SETTLE_MAX: usize = 10;

/// Which inboxes are read: those are the dear part of a check.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inboxes {
    /// Of what got its text since the last check.
    New,
    /// All of them.
    All,
}

/// The checker of one house.
pub(crate) struct Checker {
    shared: Shared,
    pub(crate) record: Record,
    feeds: Vec<Feed>,
    /// What had its inbox read with all its texts.
    read: BTreeSet<String>,
}

/// How far an account's events were read, and how often each happened.
#[derive(Default)]
struct Feed {
    after: i64,
    counts: BTreeMap<(String, String), usize>,
}

#[derive(Deserialize)]
struct Balance {
    balance: Box<RawValue>,
    held: Box<RawValue>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(alias = "orders", alias = "rentals")]
    lines: Vec<Shown>,
    next_cursor: Option<String>,
}

/// An order or a rental as its customer's list shows it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Shown {
    #[serde(alias = "order_id", alias = "rental_id")]
    id: String,
    number: String,
    service: String,
    status: String,
    code: Option<String>,
}

#[derive(Deserialize)]
struct Inbox {
    #[serde(default)]
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    code: Option<String>,
}

#[derive(Deserialize)]
struct Events {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    seq: i64,
    #[serde(rename = "type")]
    kind: String,
    order_id: Option<String>,
    rental_id: Option<String>,
}

impl Checker {
    pub(crate) fn new(shared: &Shared) -> Self {
        let feeds = CREDITS.iter().map(|_| Feed::default()).collect();
        Self { shared: shared.clone(), record: Record::default(), feeds, read: BTreeSet::new() }
    }

    /// Sends everything of which nobody knows what became of it again, until it is known.
    pub(crate) async fn settle(&mut self) {
        self.shared.centre.settle().await;
        let mut sender = Sender::new(&self.shared, 0);
        for _ in 0..SETTLE_MAX {
            self.record.read_on(&self.shared.history);
            let unknown = self.record.unknown();
            if unknown.is_empty() {
                return;
            }
            for request in unknown {
                sender.send(&request).await;
            }
        }
        self.record.read_on(&self.shared.history);
        assert!(self.record.unknown().is_empty(), "unknown after {SETTLE_MAX} rounds: {:?}", self.record.unknown());
    }

    /// Holds everything that is acknowledged against what the program shows; whatever is not, must not have happened.
    pub(crate) async fn check(&mut self, house: &House, inboxes: Inboxes) {
        self.record.read_on(&self.shared.history);
        let owned = self.record.owned();
        let mut sender = Sender::new(&self.shared, 0);
        for account in 0..CREDITS.len() {
            check_lists(&mut sender, account, &owned).await;
            check_balance(&mut sender, account, &owned).await;
            check_events(&mut sender, account, &mut self.feeds[account], &owned).await;
        }
        if inboxes == Inboxes::All {
            self.read.clear();
        }
        for (id, owned) in &owned {
            let must_read = inboxes == Inboxes::All || !owned.codes.is_empty();
            if must_read && self.read.insert(id.clone()) {
                check_inbox(&mut sender, id, owned).await;
            }
        }
        let findings = house.findings().await;
        assert!(findings.is_empty(), "verify found {findings:#?}");
    }
}

/// The lists show exactly what was acknowledged, in the state that follows from what was acknowledged.
async fn check_lists(sender: &mut Sender, account: usize, owned: &BTreeMap<String, Owned>) {
    let mut shown = BTreeMap::new();
    for list in ["short-term", "rental/1day"] {
        for line in lines(sender, account, list).await {
            assert!(shown.insert(line.id.clone(), line).is_none(), "an id twice in {list}/list/");
        }
    }
    let expected = owned.iter().filter(|(_, owned)| owned.account == account);
    let expected: BTreeMap<String, Shown> =
        expected.map(|(id, owned)| (id.clone(), expected_line(id, owned))).collect();
    let missing: Vec<_> = expected.keys().filter(|id| !shown.contains_key(*id)).collect();
    assert!(missing.is_empty(), "acknowledged to customer {account} and lost: {missing:?}");
    let surplus: Vec<_> = shown.keys().filter(|id| !expected.contains_key(*id)).collect();
    assert!(surplus.is_empty(), "never acknowledged to customer {account} and there: {surplus:?}");
    for (id, line) in &shown {
        assert_eq!(*line, expected[id], "the list shows {id} as it is");
    }
}

fn expected_line(id: &str, owned: &Owned) -> Shown {
    let has_code = !owned.codes.is_empty();
    let status = match (owned.is_cancelled, owned.kind) {
        (true, _) => "cancelled",
        (false, Kind::Rental) => "active",
        (false, Kind::Order) => {
            if has_code {
                "received"
            } else {
                "waiting"
            }
        }
    };
    let code = if owned.kind == Kind::Order { owned.codes.last().cloned() } else { None };
    let (number, service) = (owned.number.clone(), owned.service.clone());
    Shown { id: id.to_owned(), number, service, status: status.to_owned(), code }
}

async fn lines(sender: &mut Sender, account: usize, list: &str) -> Vec<Shown> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let from = cursor.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
        let page: Page = read(sender, account, &format!("{list}/list/?status=all&limit=200{from}")).await;
        all.extend(page.lines);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return all;
        }
    }
}

async fn check_balance(sender: &mut Sender, account: usize, owned: &BTreeMap<String, Owned>) {
    let balance: Balance = read(sender, account, "balance/").await;
    let shown: (Usd, Usd) = (dollars(&balance.balance), dollars(&balance.held));
    assert_eq!(shown, money(owned, account), "customer {account} has what is available and held");
}

/// The feed has every deed once, and its numbers have no gap, also across kills (S10, W1).
async fn check_events(sender: &mut Sender, account: usize, feed: &mut Feed, owned: &BTreeMap<String, Owned>) {
    loop {
        let page: Events = read(sender, account, &format!("events/?after={}&limit=200", feed.after)).await;
        if page.events.is_empty() {
            break;
        }
        for event in page.events {
            assert_eq!(event.seq, feed.after + 1, "the events of customer {account} have no gap");
            feed.after = event.seq;
            let id = event.order_id.or(event.rental_id).unwrap_or_default();
            *feed.counts.entry((event.kind, id)).or_default() += 1;
        }
    }
    let mut expected = BTreeMap::from([(("balance.credited".to_owned(), String::new()), 1)]);
    for (id, owned) in owned.iter().filter(|(_, owned)| owned.account == account) {
        for (kind, count) in expected_events(owned).into_iter().filter(|(_, count)| *count > 0) {
            expected.insert((kind.to_owned(), id.clone()), count);
        }
    }
    assert_eq!(feed.counts, expected, "every deed of customer {account} is told once");
}

fn expected_events(owned: &Owned) -> Vec<(&'static str, usize)> {
    let (codes, cancels) = (owned.codes.len(), usize::from(owned.is_cancelled));
    match owned.kind {
        Kind::Order => vec![("order.created", 1), ("order.received", codes), ("order.cancelled", cancels)],
        Kind::Rental => vec![
            ("rental.created", 1),
            ("rental.renewed", owned.renewals.len()),
            ("rental.cancelled", cancels),
            ("message.received", codes),
        ],
    }
}

/// Every text that was acknowledged is there once, and no other.
async fn check_inbox(sender: &mut Sender, id: &str, owned: &Owned) {
    let path = match owned.kind {
        Kind::Order => format!("short-term/sms/?order_id={id}"),
        Kind::Rental => format!("rental/1day/sms/?rental_id={id}"),
    };
    let inbox: Inbox = read(sender, owned.account, &path).await;
    let codes: Vec<String> = inbox.messages.into_iter().filter_map(|message| message.code).collect();
    assert_eq!(codes, owned.codes, "the texts of {id}");
}

async fn read<T: DeserializeOwned>(sender: &mut Sender, account: usize, path: &str) -> T {
    let answer = sender.read(account, path).await.expect("a node answers");
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{path}: {error}: {}", answer.body))
}
