//! Renewals: terms that are bought of another house for a number that it rented to us, beyond the first.
//!
//! They are made as purchases are: the customer's price is set aside and the wish written down, then the house is asked
//! once with no transaction open, then what it answered is written down. What may have been renewed is in doubt: it is
//! never asked for again in that state, and a worker or a person finds out what became of it.

mod ask;
pub(crate) mod check;
mod doubt;
mod rows;
mod settle;

pub(crate) use ask::{Asked, Renewable, Term, begin, is_under_way, renew, renewable, wait, was_heard};
pub(super) use doubt::{find_out, find_stalled};
pub use rows::PaidTerm;
pub(super) use rows::{Renewal, due, find, newest, of_order, within};
pub(crate) use rows::{costs, terms};
pub(super) use settle::settle_by_hand;
