//! A message centre that the house binds to: it delivers texts over SMPP, and whatever was not acknowledged when a bind
//! ends, it delivers again on the next one. It speaks by code of these tests, or by node-smpp.

mod node_smpp;
mod own;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::desk::Desk;
use crate::history::{History, Line, Request};
use crate::pusher::text_for;
use crate::sender::{Pace, Shared};

/// Messages on their way at once, on one bind.
const WINDOW: usize = 10;
/// Texts that the centre has at once.
const TEXTS_MAX: usize = 2 * WINDOW;
/// How long it may take until all texts are acknowledged: longer than a silent owner's wire stays its own, and than the
/// longest pause between two binds.
const SETTLE_MAX: Duration = Duration::from_secs(90);
/// The status of what is kept, and of what is to be told again.
const OK: u32 = 0;
const LATER: u32 = 0x64;

/// The centre; clones share it.
#[derive(Clone)]
pub(crate) struct Centre(Arc<State>);

struct State {
    history: Arc<History>,
    pace: Arc<Pace>,
    /// Texts that are on no bind.
    queue: Mutex<VecDeque<Request>>,
    /// Changes with the queue.
    queued: watch::Sender<()>,
    /// Texts that are not acknowledged.
    left: watch::Sender<usize>,
    is_open: watch::Sender<bool>,
    binds: watch::Sender<usize>,
    tally: Mutex<Tally>,
}

/// Who speaks SMPP with the house.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By {
    /// These tests themselves.
    Own,
    /// The library node-smpp, in a program of its own that keeps a history of what was acknowledged to it.
    NodeSmpp,
}

/// What became of the centre's texts.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) acknowledged: usize,
    /// Deliveries that a bind's end left without an answer.
    pub(crate) unanswered: usize,
}

impl Centre {
    /// Opens a centre, and tells where the house is to bind.
    pub(crate) async fn open(by: By, history: &Arc<History>, pace: &Arc<Pace>) -> (Self, SocketAddr) {
        let state = Arc::new(State {
            history: Arc::clone(history),
            pace: Arc::clone(pace),
            queue: Mutex::default(),
            queued: watch::Sender::new(()),
            left: watch::Sender::new(0),
            is_open: watch::Sender::new(false),
            binds: watch::Sender::new(0),
            tally: Mutex::default(),
        });
        let address = match by {
            By::Own => own::open(Arc::clone(&state)).await,
            By::NodeSmpp => node_smpp::open(Arc::clone(&state), history.of_centre()).await,
        };
        (Self(state), address)
    }

    /// Delivers from now on.
    pub(crate) fn open_up(&self) {
        self.0.is_open.send_replace(true);
    }

    /// Delivers nothing for now; what is on its way is still acknowledged.
    pub(crate) fn pause(&self) {
        self.0.is_open.send_replace(false);
    }

    /// Delivers until everything is acknowledged.
    pub(crate) async fn settle(&self) {
        self.open_up();
        let mut left = self.0.left.subscribe();
        let settled = timeout(SETTLE_MAX, left.wait_for(|left| *left == 0)).await;
        settled.expect("every text is acknowledged in the end").expect("the centre is there");
        self.pause();
    }

    /// Waits until no bind stands, and so everything is heard that a house said that is gone.
    pub(crate) async fn is_left(&self) {
        let mut binds = self.0.binds.subscribe();
        let left = timeout(SETTLE_MAX, binds.wait_for(|count| *count == 0)).await;
        left.expect("the house is gone").expect("the centre is there");
    }

    /// What became of all texts so far.
    pub(crate) fn tally(&self) -> Tally {
        *self.0.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_room(&self) -> bool {
        *self.0.left.borrow() < TEXTS_MAX
    }

    fn take(&self, request: Request) {
        self.0.left.send_modify(|left| *left += 1);
        self.0.put([request]);
    }
}

/// Whoever sends SMS by way of the centre: a text for what was sold.
pub(crate) struct Feeder {
    pub(crate) shared: Shared,
    pub(crate) desk: Arc<Desk>,
    pub(crate) dice: StdRng,
}

impl Feeder {
    /// Works until the load is over.
    pub(crate) async fn work(mut self, mut over: watch::Receiver<bool>) {
        let mut answered = self.shared.pace.answered.subscribe();
        while !*over.borrow() {
            let sold =
                if self.shared.centre.has_room() { self.desk.take_silent_of_centre(&mut self.dice) } else { None };
            if let Some(sold) = sold {
                let request = text_for(sold, &mut self.dice);
                self.shared.history.write(&Line::Asked(request.clone())).await;
                self.shared.centre.take(request);
                continue;
            }
            tokio::select! {
                _ = answered.changed() => {}
                _ = over.changed() => {}
            }
        }
    }
}

impl State {
    fn count(&self, count: impl FnOnce(&mut Tally)) {
        count(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn acknowledged(&self) {
        self.count(|tally| tally.acknowledged += 1);
        self.left.send_modify(|left| *left -= 1);
    }

    fn put(&self, requests: impl IntoIterator<Item = Request>) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).extend(requests);
        self.queued.send_replace(());
    }

    /// The next text, once there is one and the centre delivers. Nothing is lost if nobody waits for it any more.
    async fn next(&self) -> Request {
        let (mut queued, mut is_open) = (self.queued.subscribe(), self.is_open.subscribe());
        loop {
            is_open.wait_for(|is_open| *is_open).await.expect("the centre is there");
            queued.mark_unchanged();
            if let Some(request) = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
                return request;
            }
            queued.changed().await.expect("the centre is there");
        }
    }
}
