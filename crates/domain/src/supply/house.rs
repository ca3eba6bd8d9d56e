//! The contract with a house upstream: another house that sells the use of its numbers, asked at the moment of sale.
//!
//! A connector that can buy offers a [`House`] beside its [`Supply`](super::Supply). It translates one question into one
//! call and one answer into plain values, and decides nothing: what is bought, from whom, how often and what it means for
//! a customer's money is the purchase room's. It never repeats a call by itself.
//!
//! What matters for money is whether a call may have been carried out although its answer never came. So that nobody has
//! to guess, it is a type: [`Fault::NotDone`] and [`NotBought`] say that certainly nothing happened, [`Fault::Unknown`]
//! and [`Answer::Unknown`] that it may have. In doubt a connector says `Unknown`: a time-out after the first byte was
//! sent, a connection that broke off, an answer that cannot be read, a status of 500. It says that nothing happened only
//! where no connection was made, or where the house itself said so.
//!
//! The caller sets the deadline (a few seconds) and drops the future when it is over; that too counts as unknown.
//! Sentences in these types are for operators: one line, without secrets, numbers and texts.

use std::future::Future;
use std::pin::Pin;

use sha2::{Digest, Sha256};

use super::{Line, Part, Setting, Settings};
use crate::money::Usd;
use crate::product::Product;

/// A call under way.
pub type Calling<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A setting that every house has: below which balance the operator is alerted.
pub const WALLET_LOW: Setting = Setting {
    name: "wallet_low",
    label: "Alert below",
    is_secret: false,
    is_optional: true,
    help: "dollars left in your account there, below which an alert tells you to fill it up; 5.00 if you leave it empty",
};

/// What a call came to that did not do what it was asked, beside what the house may say to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Certainly nothing happened; the same call may be made again.
    NotDone(Trouble),
    /// It may have been carried out.
    Unknown(Trouble),
}

/// What was met, for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// One line without secrets, numbers and texts, such as `429: too many requests`.
    pub says: String,
    /// When the house may be asked again, where it told, in ms from now.
    pub retry_after_ms: Option<i64>,
}

impl Trouble {
    /// Trouble without a time.
    #[must_use]
    pub fn new(says: impl Into<String>) -> Self {
        Self { says: says.into(), retry_after_ms: None }
    }
}

/// Something that a house sells, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// How it is asked for: a product's id, a service's code. At most 100 characters; the operator maps it to a service.
    pub code: String,
    /// Its name, for the operator who maps it.
    pub name: String,
    /// What kind of number it is, in our words, where the house tells.
    pub product: Option<Product>,
    /// What it costs now.
    pub price: Usd,
    /// How many there are; `None` where the house does not tell.
    pub available: Option<i64>,
    /// How it receives.
    pub window: Window,
}

/// How long a number of an offer receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Until the end of what was bought, so long where the house tells it in advance.
    Whole {
        /// From the purchase on.
        ms: Option<i64>,
    },
    /// For a shorter time, and again after [`House::reuse`].
    Reused {
        /// From the purchase, and from each reuse on.
        ms: i64,
    },
    /// Only while it is activated, and again after [`House::activate`]: rentals.
    Activated {
        /// From each activation on.
        ms: i64,
    },
}

/// When something ends, as a house tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// A time, in ms since 1970 UTC.
    At(i64),
    /// A span from the answer on, in ms.
    For(i64),
}

impl Until {
    /// The time, for an answer that came now.
    #[must_use]
    pub fn ms(self, now_ms: i64) -> i64 {
        match self {
            Self::At(ms) => ms,
            Self::For(span_ms) => now_ms.saturating_add(span_ms),
        }
    }
}

/// What is to be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The offer's code.
    pub code: String,
    /// What it is for us.
    pub product: Product,
    /// The area code that the number must have. A house that cannot choose says `NotBought(NoNumbers)`.
    pub area_code: Option<u16>,
    /// The most that we pay: what the offer said, and what [`House::area_price`] adds to it. A house that takes a limit is
    /// told it.
    pub most: Usd,
    /// Our name of this purchase, unique, at most 40 letters, digits and `-`. A house that takes one is told it.
    pub reference: String,
}

/// What a house answers to a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is ours, and it is paid for.
    Bought(Bought),
    /// Certainly nothing was bought.
    NotBought(NotBought),
    /// It may have been bought. It is not repeated.
    Unknown(Trouble),
}

/// A number that was bought.
#[derive(Clone, PartialEq, Eq)]
pub struct Bought {
    /// The house's id of it, by which it is looked at; at most 100 characters.
    pub id: String,
    /// The number as it was told; `None` if there is none yet.
    pub number: Option<String>,
    /// What it cost, where that is told.
    pub price: Option<Usd>,
    /// When it ends, where that is told.
    pub end: Option<Until>,
}

/// It does not show the number.
impl std::fmt::Debug for Bought {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Bought").field("id", &self.id).field("price", &self.price).finish_non_exhaustive()
    }
}

/// Why certainly nothing was bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotBought {
    /// It has none.
    NoNumbers,
    /// Our account there is empty.
    WalletEmpty,
    /// It costs more than we pay.
    PriceAbove {
        /// The price, where it is told.
        price: Option<Usd>,
    },
    /// It asks us to wait.
    Throttled(Trouble),
    /// It refuses for another reason: a wrong key, a service that it does not know.
    Refused(Trouble),
    /// It could not be reached at all: not one byte was sent.
    Unreachable(Trouble),
}

/// How something that was bought stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Looked {
    /// Its state.
    pub state: TheirState,
    /// Its number as it was told, where the answer has it.
    pub number: Option<String>,
    /// Until when it receives, where the answer has it.
    pub end: Option<Until>,
    /// All messages that the answer has, whether or not they were told before.
    pub messages: Vec<Told>,
}

/// Where something that was bought stands at its house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TheirState {
    /// It waits for its number.
    Pending,
    /// It receives, or would if it were activated.
    Open,
    /// It was rejected, or ended without a message; its price came back.
    Refunded,
    /// It is over.
    Ended,
    /// The house knows nothing of this id.
    Missing,
}

/// A message as a house told it. It holds a customer's text, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Told {
    /// The house's id of the message, if it has one.
    pub reference: Option<String>,
    /// Who sent it; empty where it is not told.
    pub sender: String,
    /// What it says. Where a house tells the code alone, the code.
    pub text: String,
    /// When it was sent, in UTC, only where the house tells it for certain: a message from before the order is
    /// quarantined.
    pub sent_ms: Option<i64>,
    /// The bytes it came in, at most 64 KiB.
    pub raw: Vec<u8>,
}

impl Told {
    /// The message as a piece that came in on a number, for a purchase of the house's id. One that was told before
    /// becomes an equal piece: known by its id, else by what it says.
    #[must_use]
    pub fn into_part(self, id: &str, number: impl Into<String>) -> Part {
        let reference = match &self.reference {
            Some(own) => digest(&[id.as_bytes(), b"id", own.as_bytes()]),
            None => digest(&[id.as_bytes(), b"text", self.sender.as_bytes(), self.text.as_bytes()]),
        };
        Part {
            reference,
            line: Line::of_number(number),
            sender: self.sender,
            text: self.text,
            raw: self.raw,
            sent_ms: self.sent_ms,
            concat: None,
            trouble: None,
        }
    }
}

fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

/// What became of a rejection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejected {
    /// It is over and its price came back, now or before.
    Done,
    /// A message came, so it is paid for.
    AlreadyReceived,
    /// It cannot be given back yet.
    TooEarly {
        /// When it can, where that is told, in ms from now.
        retry_after_ms: Option<i64>,
    },
    /// It cannot be given back: it is over, or the house knows nothing of it.
    NotPossible(Trouble),
}

/// What became of a wish that a number receive again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It receives, until then where that is told.
    Open {
        /// When the window ends.
        end: Option<Until>,
    },
    /// It will, in so many ms; asking again in the meantime does not hurt.
    Waking {
        /// From now on.
        ready_in_ms: i64,
    },
    /// It does not.
    NotPossible(Trouble),
}

/// What became of a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewed {
    /// It runs on.
    Until {
        /// Its new end, where that is told.
        end: Option<Until>,
        /// What it cost, where that is told.
        price: Option<Usd>,
    },
    /// Our account there is empty; nothing happened.
    WalletEmpty,
    /// It is not renewed; nothing happened.
    NotPossible(Trouble),
}

/// Something that is ours at a house just now.
#[derive(Clone, PartialEq, Eq)]
pub struct Standing {
    /// What it is, as a purchase just made would be told.
    pub bought: Bought,
    /// The code it was bought by, where that is told.
    pub code: Option<String>,
    /// Our name of it, where the house keeps that.
    pub reference: Option<String>,
    /// When it was bought, where that is told.
    pub bought_ms: Option<i64>,
}

/// What is ours at a house just now.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct List {
    /// All that could be read of it.
    pub all: Vec<Standing>,
    /// Whether that is everything. If it is not, what is not in it may be ours all the same.
    pub is_whole: bool,
}

/// Another house, as ours sees it. Every call is one question; what is not possible there says so.
pub trait House: Send + Sync {
    /// What is left in our account there; `None` where there is none that could be empty, because the house is paid by
    /// bill.
    fn balance<'a>(&'a self, settings: &'a Settings) -> Calling<'a, Result<Option<Usd>, Fault>>;

    /// What it sells, at most 20,000 offers.
    fn offers<'a>(&'a self, settings: &'a Settings) -> Calling<'a, Result<Vec<Offer>, Fault>>;

    /// What a number of a chosen area code costs, where the list says `price` for any.
    fn area_price(&self, settings: &Settings, price: Usd) -> Usd {
        let _ = settings;
        price
    }

    /// Buys one. Called once for a wish, whatever becomes of it.
    fn buy<'a>(&'a self, settings: &'a Settings, wish: &'a Wish) -> Calling<'a, Answer>;

    /// How one stands, with its messages.
    fn look<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Looked, Fault>>;

    /// Gives one back for its price, before a message came. Rejecting twice answers `Done` twice.
    fn reject<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Rejected, Fault>>;

    /// Says that one is not needed any more, after its message came. Houses that need no word answer `Ok`.
    fn finish<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<(), Fault>> {
        let _ = (settings, id);
        Box::pin(async { Ok(()) })
    }

    /// Lets a short-term number receive on, free of charge: when its window ends, and after a message where
    /// [`House::stops_after_message`].
    fn reuse<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Opened, Fault>> {
        let _ = (settings, id);
        Box::pin(async { Ok(Opened::NotPossible(Trouble::new("this house has no reuse"))) })
    }

    /// Opens the window of a rented number, free of charge.
    fn activate<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Opened, Fault>> {
        let _ = (settings, id);
        Box::pin(async { Ok(Opened::NotPossible(Trouble::new("this house has no activation"))) })
    }

    /// Lets a rented number run on for another term, for money.
    fn renew<'a>(&'a self, settings: &'a Settings, id: &'a str) -> Calling<'a, Result<Renewed, Fault>> {
        let _ = (settings, id);
        Box::pin(async { Ok(Renewed::NotPossible(Trouble::new("this house renews nothing"))) })
    }

    /// All that is ours there just now, short-term and rented, by which a doubt is found out; `None` where the house
    /// has no such list.
    fn standing<'a>(&'a self, settings: &'a Settings) -> Calling<'a, Result<Option<List>, Fault>> {
        let _ = settings;
        Box::pin(async { Ok(None) })
    }

    /// Whether what was asked for and never answered may have cost something. Not where nothing is owed but what we
    /// [`House::finish`].
    fn leaves_doubt(&self) -> bool {
        true
    }

    /// Whether a short-term number stops receiving after each message until it is reused.
    fn stops_after_message(&self) -> bool {
        false
    }

    /// How often something open may be looked at, in ms, at least.
    fn look_every_ms(&self) -> i64 {
        3_000
    }
}

/// A word of a house that something happened to a purchase: it is looked at sooner. Nothing in it is believed but the
/// number of an id that is in doubt, which the house itself shows and tells no number of. So a connector gives hints
/// only of pushes that bore the source's secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Hint {
    /// The house's id of the purchase, if it was told.
    pub id: Option<String>,
    /// The number, if it was told.
    pub number: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(reference: Option<&str>, text: &str) -> Told {
        let (reference, text) = (reference.map(str::to_owned), text.to_owned());
        Told { reference, sender: "22395".to_owned(), text, sent_ms: None, raw: Vec::new() }
    }

    #[test]
    fn a_span_begins_with_the_answer() {
        assert_eq!((Until::At(7).ms(5), Until::For(7).ms(5)), (7, 12));
    }

    #[test]
    fn a_message_is_known_by_its_id_else_by_what_it_says() {
        let reference = |told: Told| told.into_part("7", "12025550100").reference;
        assert_eq!(reference(told(Some("1"), "a")), reference(told(Some("1"), "b")));
        assert_ne!(reference(told(Some("1"), "a")), reference(told(Some("2"), "a")));
        assert_eq!(reference(told(None, "a")), reference(told(None, "a")));
        assert_ne!(reference(told(None, "a")), reference(told(None, "b")));
        assert_ne!(reference(told(None, "a")), told(None, "a").into_part("8", "12025550100").reference);
    }
}
