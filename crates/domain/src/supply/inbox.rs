//! What a connector that holds a wire has of the house: the door for messages, a mark that outlives it, and the word to
//! stop.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::{Owned, Part, Status, WireState, own, status};
use crate::App;
use crate::db::DbError;
use crate::message::{self, Received};

/// A wire that is held until this ends.
pub type Holding = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The house as a connector sees it that holds a wire. Clones share it.
#[derive(Clone)]
pub struct Inbox {
    app: App,
    owned: Arc<Owned>,
    mark: Arc<Mutex<String>>,
    state: Arc<State>,
    closing: watch::Receiver<bool>,
}

#[derive(Default)]
struct State {
    links: AtomicI64,
    reconnects: AtomicI64,
    backlog: AtomicI64,
}

/// Counts a message as not kept yet, until it is dropped.
pub struct Pending(Arc<State>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.backlog.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts a connection as standing, until it is dropped.
pub struct Link(Arc<State>);

impl Drop for Link {
    fn drop(&mut self) {
        self.0.links.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Inbox {
    /// The inbox of a wire that is ours. It is let go when `closing` turns true.
    #[must_use]
    pub fn new(app: App, owned: Owned, closing: watch::Receiver<bool>) -> Self {
        let mark = Arc::new(Mutex::new(owned.mark.clone()));
        Self { app, owned: Arc::new(owned), mark, state: Arc::default(), closing }
    }

    /// Keeps a piece of a message; it may be acknowledged once this returned `Ok`.
    ///
    /// # Errors
    /// What the database said; the sender must tell it again.
    pub async fn receive(&self, part: Part) -> Result<Received, DbError> {
        message::receive(&self.app, self.owned.source, part).await
    }

    /// Whether a piece with this reference is kept already.
    ///
    /// # Errors
    /// What the database said.
    pub async fn knows(&self, reference: &[u8]) -> Result<bool, DbError> {
        message::is_kept(&self.app, self.owned.source, reference).await
    }

    /// Notes what the wire tells of its SIMs, beside messages. Those that are no numbers of this source are not kept.
    ///
    /// # Errors
    /// What the database said.
    pub async fn note(&self, statuses: Vec<Status>) -> Result<(), DbError> {
        status::note(&self.app, self.owned.source, statuses).await
    }

    /// Notes that the SIMs of which nothing was told since a time are out of the network, where something was told of them
    /// before. What is written may be some minutes older than what was told.
    ///
    /// # Errors
    /// What the database said.
    pub async fn note_silence(&self, since_ms: i64) -> Result<(), DbError> {
        status::silence(&self.app, self.owned.source, since_ms).await
    }

    /// The house's time.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.app.now_ms()
    }

    /// What was written down last, by this holder or the one before.
    #[must_use]
    pub fn mark(&self) -> String {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes down what the next holder must know, at most 4,096 bytes; `false` if the wire is another's now.
    ///
    /// # Errors
    /// What the database said.
    pub async fn set_mark(&self, mark: &str) -> Result<bool, DbError> {
        let is_ours = own::mark(&self.app, &self.owned, mark).await?;
        if is_ours {
            mark.clone_into(&mut self.mark.lock().unwrap_or_else(PoisonError::into_inner));
        }
        Ok(is_ours)
    }

    /// Returns when the wire must be let go.
    pub async fn closed(&self) {
        // Who held the other end is gone only if the program is ending.
        drop(self.closing.clone().wait_for(|is_closing| *is_closing).await);
    }

    /// Whether the wire must be let go.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        *self.closing.borrow()
    }

    /// A connection stands, as long as this is kept.
    #[must_use]
    pub fn link(&self) -> Link {
        self.state.links.fetch_add(1, Ordering::Relaxed);
        Link(self.state.clone())
    }

    /// A connection is made again.
    pub fn reconnects(&self) {
        self.state.reconnects.fetch_add(1, Ordering::Relaxed);
    }

    /// A message came and is not kept yet, as long as this is kept.
    #[must_use]
    pub fn pending(&self) -> Pending {
        self.state.backlog.fetch_add(1, Ordering::Relaxed);
        Pending(self.state.clone())
    }

    /// Something went wrong with the wire, in a sentence for the operator without secrets and texts.
    pub fn fault(&self, fault: &str) {
        self.app.heard.fault(self.owned.source, self.app.now_ms(), fault);
    }

    /// How the wire does.
    #[must_use]
    pub fn state(&self) -> WireState {
        let read = |count: &AtomicI64| count.load(Ordering::Relaxed).max(0);
        WireState {
            links: read(&self.state.links),
            reconnects: read(&self.state.reconnects),
            backlog: read(&self.state.backlog),
        }
    }
}
