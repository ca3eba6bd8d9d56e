//! Numbers that other houses sell us at the moment of sale: which house is asked, what came of it, what comes in on
//! them, and that neither a customer's money nor ours is lost where a house does not answer.
//!
//! A row is written before a house is asked and after it answered, and no transaction is open in between. What may have
//! been bought is in doubt: it is never asked for again, and a worker finds out what it was. Terms that rented numbers are
//! renewed for are bought the same way.

mod attend;
mod buy;
mod cancel;
pub(crate) mod check;
mod choose;
mod conclude;
mod doubt;
mod forget;
mod hint;
mod houses;
mod list;
mod look;
mod missing;
mod offers;
mod renewal;
mod report;
mod rows;
mod shown;
mod wake;
mod wallet;
mod window;

pub use attend::{attend, round};
pub(crate) use buy::{buy, plan};
pub(crate) use cancel::{Upstream, is_served, take_back};
pub(crate) use conclude::is_decided;
pub use doubt::find_stalled;
pub(crate) use forget::{forget_given_up, forget_of, settled_among};
pub(crate) use hint::hint;
pub use houses::Houses;
pub(crate) use list::doubtful;
pub use list::{Line, PAGE_MAX, SettleRefusal, Verdict, choice_of, list, one, settle};
pub(crate) use offers::stocks;
pub use offers::{MapRefusal, Mapping, NewMapping, map, mappings, names, theirs, unmap};
pub use renewal::PaidTerm;
pub(crate) use renewal::check as renewal_check;
pub(crate) use renewal::{
    Asked, Renewable, Term, begin, costs as renewal_costs, is_under_way, renew, renewable, terms, wait, was_heard,
};
pub use report::{DAYS_MAX, DIFFERENCES_MAX, Day, Difference, report};
pub(crate) use rows::under_way;
pub use wake::{Wake, WakeRefusal, wake, want};
pub(crate) use wallet::wallets;

/// Where a purchase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its house is being asked.
    Asking,
    /// Certainly nothing was bought.
    Refused,
    /// It may have been bought.
    InDoubt,
    /// It is ours and serves its order.
    Bought,
    /// It is not needed, and its house is to take it back.
    Rejecting,
    /// Its house took it back, and gave its price back.
    Rejected,
    /// It is over and paid for.
    Done,
}

impl State {
    const ALL: [Self; 7] =
        [Self::Asking, Self::Refused, Self::InDoubt, Self::Bought, Self::Rejecting, Self::Rejected, Self::Done];

    /// Its word in the database and for operators.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Asking => "asking",
            Self::Refused => "refused",
            Self::InDoubt => "in_doubt",
            Self::Bought => "bought",
            Self::Rejecting => "rejecting",
            Self::Rejected => "rejected",
            Self::Done => "done",
        }
    }

    /// Its name on the operator's pages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asking => "being asked",
            Self::Refused => "not bought",
            Self::InDoubt => "in doubt",
            Self::Bought => "bought",
            Self::Rejecting => "being given back",
            Self::Rejected => "given back",
            Self::Done => "paid and over",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}
