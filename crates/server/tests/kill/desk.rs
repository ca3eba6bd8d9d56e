//! What clients and the pusher know of each other: what was sold, as it was acknowledged.

use std::sync::{Mutex, PoisonError};

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use crate::history::Request;
use crate::house::is_of_centre;

/// How far back clients remember.
const RECENT: usize = 60;

/// An order or a rental that was acknowledged.
#[derive(Clone)]
pub(crate) struct Sold {
    pub(crate) id: String,
    pub(crate) account: usize,
    pub(crate) number: String,
    pub(crate) service: String,
}

/// The kind of what was sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Order,
    Rental,
}

#[derive(Default)]
struct Papers {
    orders: Vec<Sold>,
    rentals: Vec<Sold>,
    /// What no text was pushed for so far, and what the centre has none for.
    silent: [Vec<Sold>; 2],
    answered: Vec<Request>,
}

/// The desk that all of them sit at.
#[derive(Default)]
pub(crate) struct Desk(Mutex<Papers>);

impl Desk {
    fn with<T>(&self, work: impl FnOnce(&mut Papers) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn add(&self, kind: Kind, sold: Sold) {
        self.with(|papers| {
            papers.silent[usize::from(is_of_centre(&sold.number))].push(sold.clone());
            match kind {
                Kind::Order => papers.orders.push(sold),
                Kind::Rental => papers.rentals.push(sold),
            }
        });
    }

    pub(crate) fn add_answered(&self, request: Request) {
        self.with(|papers| papers.answered.push(request));
    }

    /// Something that a customer bought lately, whatever became of it.
    pub(crate) fn recent(&self, kind: Kind, account: usize, dice: &mut StdRng) -> Option<Sold> {
        self.with(|papers| {
            let all = if kind == Kind::Order { &papers.orders } else { &papers.rentals };
            let own: Vec<&Sold> = all.iter().rev().take(RECENT).filter(|sold| sold.account == account).collect();
            own.choose(dice).map(|sold| (*sold).clone())
        })
    }

    /// A request of a customer that was answered before.
    pub(crate) fn answered(&self, account: usize, dice: &mut StdRng) -> Option<Request> {
        self.with(|papers| {
            let own: Vec<&Request> =
                papers.answered.iter().rev().take(RECENT).filter(|request| request.account == account).collect();
            own.choose(dice).map(|request| (*request).clone())
        })
    }

    /// Takes something that gets its text by a push now.
    pub(crate) fn take_silent(&self, dice: &mut StdRng) -> Option<Sold> {
        self.with(|papers| take(&mut papers.silent[0], dice))
    }

    /// Takes something that gets its text from the centre now.
    pub(crate) fn take_silent_of_centre(&self, dice: &mut StdRng) -> Option<Sold> {
        self.with(|papers| take(&mut papers.silent[1], dice))
    }
}

fn take(silent: &mut Vec<Sold>, dice: &mut StdRng) -> Option<Sold> {
    let from = silent.len().saturating_sub(RECENT);
    (from < silent.len()).then(|| {
        let place = dice.random_range(from..silent.len());
        silent.remove(place)
    })
}
