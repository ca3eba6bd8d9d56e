//! Short-term orders: a number for one code, paid when it arrives.

mod again;
mod allowance;
mod cancel;
pub(crate) mod check;
mod delivery;
mod expire;
mod facts;
mod find;
mod forget;
mod inbox;
mod lately;
mod list;
mod look;
mod made;
mod own;
mod place;
mod reuse;
mod rows;
mod sale;
mod standing;

use serde::{Deserialize, Serialize};

pub use again::{Again, AgainRefusal, again};
pub(crate) use allowance::{Buying, allow, usage};
pub(crate) use cancel::give_back;
pub use cancel::{CancelRefusal, Cancelled, cancel};
pub(crate) use delivery::DeliveryCache;
pub use delivery::{Deliveries, Delivery, WITHIN_MS, delivery};
pub use expire::expire_due;
pub use find::{Found, find};
pub(crate) use forget::{ended_before, forget};
pub use inbox::{Inbox, inbox};
pub use lately::{COUNTED_MAX, Lately};
pub(crate) use lately::{lately, month};
pub(crate) use list::past;
pub use list::{LIST_MAX, Line, Page, Which, list};
pub(crate) use look::Look;
pub use made::Number;
pub(crate) use made::{Made, first_ms, made, worst_numbers};
pub(crate) use own::place_own;
pub use place::{Ask, Placed, place};
pub(crate) use place::{as_kept, make, refuse};
pub use reuse::{ReuseRefusal, reuse};
pub(crate) use rows::{Awaited, awaited, hold_of};
pub use sale::SaleRefusal;
pub(crate) use sale::{Making, Sale, Sold, offer, sell, take_one};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// No code came yet, and there is time.
    Waiting,
    /// A code or link came; the price is captured.
    Received,
    /// It was cancelled; the price came back.
    Cancelled,
    /// It ended without a code; the price came back.
    Expired,
}

impl State {
    const ALL: [Self; 4] = [Self::Waiting, Self::Received, Self::Cancelled, Self::Expired];

    /// Its word in the database and for customers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Received => "received",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}
