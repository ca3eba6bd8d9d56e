//! Single statements for the hot reads: each thread has a connection of its own, with its statements at hand.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use rusqlite::Connection;
use self_cell::self_cell;

use super::super::{DbError, Row, Val};
use super::desk::{Desk, Run};
use super::place::Place;

self_cell!(
    /// A connection and the desk that works on it, which can only be kept together.
    struct Kept {
        owner: Connection,
        #[not_covariant]
        dependent: Desk,
    }
);

/// What a thread keeps for one house.
struct Own {
    house: Weak<Place>,
    kept: Kept,
}

thread_local! {
    /// One for each house that this thread reads in: in the program there is one house, in tests a few.
    static OWN: RefCell<Vec<Own>> = const { RefCell::new(Vec::new()) };
}

/// Hot reads of one house. A thread's connection is closed when the thread ends, or with the first read that it does in
/// another house after this one was dropped.
pub(super) struct Hot(Arc<Place>);

impl Hot {
    pub(super) fn new(place: Arc<Place>) -> Self {
        Self(place)
    }

    /// Runs one statement on the newest state.
    pub(super) fn all(&self, sql: &'static str, values: &[Val]) -> Result<Vec<Row>, DbError> {
        OWN.with_borrow_mut(|own| {
            let place = own.iter().position(|one| std::ptr::eq(one.house.as_ptr(), Arc::as_ptr(&self.0)));
            let place = if let Some(place) = place { place } else { self.open(own)? };
            own[place].kept.with_dependent_mut(|_, desk| desk.all(sql, values))
        })
    }

    fn open(&self, own: &mut Vec<Own>) -> Result<usize, DbError> {
        own.retain(|one| one.house.strong_count() > 0);
        let kept = Kept::new(self.0.reader()?, |connection| Desk::new(connection));
        own.push(Own { house: Arc::downgrade(&self.0), kept });
        Ok(own.len() - 1)
    }
}
