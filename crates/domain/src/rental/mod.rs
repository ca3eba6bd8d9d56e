//! Rentals: a number of one's own for a day or for thirty.

mod auto_renew;
mod bought;
mod cancel;
pub(crate) mod check;
mod describe;
mod expire;
mod forget;
mod inbox;
mod letters;
mod list;
mod renew;
mod rent;
mod rows;

use serde::{Deserialize, Serialize};

use crate::clock::MINUTE_MS;
use crate::money::Usd;
use crate::product::Product;

pub use auto_renew::{AutoRefusal, auto_renew, auto_renew_due};
pub(crate) use bought::{is_not_renewed, run_on};
pub(crate) use cancel::take_back;
pub use cancel::{CancelRefusal, Cancelled, cancel};
pub use describe::{DescribeRefusal, LABEL_MAX, NOTE_MAX, describe};
pub use expire::expire_due;
pub(crate) use forget::{ended_before, forget};
pub use inbox::{Inbox, inbox};
pub use list::{LIST_MAX, list};
pub use renew::{RenewRefusal, Renewed, renew};
pub(crate) use rent::make;
pub use rent::{Rented, rent};
pub(crate) use rows::{facts, is_refunded, newest, owner, usage};

/// How long after it was ordered a rental can be cancelled, if no SMS came.
const CANCELLABLE_MS: i64 = 20 * MINUTE_MS;

/// Where a rental stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It runs.
    Active,
    /// It was cancelled in time and refunded.
    Cancelled,
    /// It is over.
    Expired,
}

impl State {
    const ALL: [Self; 3] = [Self::Active, Self::Cancelled, Self::Expired];

    /// Its word in the database and for customers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A rental as its customer sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Rental {
    /// Its id.
    pub id: i64,
    /// For a day or for thirty.
    pub product: Product,
    /// The service's slug.
    pub service: String,
    /// The number, in E.164 digits without the plus.
    pub digits: String,
    /// What its last term cost.
    pub price: Usd,
    /// Where it stands.
    pub state: State,
    /// When it was ordered.
    pub created_ms: i64,
    /// When it ends.
    pub end_ms: i64,
    /// What its customer calls it.
    pub label: String,
    /// What its customer wrote down of it.
    pub note: String,
    /// The most the house may renew it for by itself; `None`: it does not.
    pub auto_renew_max: Option<Usd>,
}
