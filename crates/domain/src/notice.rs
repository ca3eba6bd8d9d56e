//! Hints that an account has news. A hint is never the truth: who gets one reads the rows.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Accounts whose news wait to be told to other nodes; above it they are dropped, because the 1 s poll is the net.
const UNTOLD_MAX: usize = 100_000;

/// The net under the hints: how often who waits looks for itself.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Who waits for which account on this node.
#[derive(Default)]
pub struct Notices {
    is_closing: AtomicBool,
    asleep: AtomicU64,
    watched: Mutex<HashMap<i64, watch::Sender<u64>>>,
    untold: Mutex<Vec<i64>>,
}

/// Counts one who sleeps until it is dropped, also when a client that leaves ends its wait.
struct Asleep<'a>(&'a AtomicU64);

impl<'a> Asleep<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Wakes its holder when its account has news. Dropping it ends the watch.
pub struct Watch(watch::Receiver<u64>);

impl Watch {
    /// Waits for the next hint since the last one that was seen.
    pub async fn news(&mut self) {
        // The sender is dropped only when the house is; then nothing ever comes.
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Notices {
    /// Watches an account from now on. Watch first, then read, then wait: so nothing falls between.
    #[must_use]
    pub fn watch(&self, account: i64) -> Watch {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.len() > 1_024 && watched.len().is_power_of_two() {
            watched.retain(|_, sender| sender.receiver_count() > 0);
        }
        let sender = watched.entry(account).or_insert_with(|| watch::channel(0).0);
        Watch(sender.subscribe())
    }

    /// Tells this node at once, and the others with the next batch, that an account has news. Call it after the commit.
    pub fn tell(&self, account: i64) {
        self.wake(account);
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        if untold.len() < UNTOLD_MAX {
            untold.push(account);
        }
    }

    /// Tells this node alone.
    pub fn wake(&self, account: i64) {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = watched.get(&account) {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// Ends every wait at once, and every later one, because the house closes.
    pub fn close(&self) {
        self.is_closing.store(true, Ordering::SeqCst);
        for sender in self.watched.lock().unwrap_or_else(PoisonError::into_inner).values() {
            sender.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// Whether the house closes, so that nobody should wait for news any more.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::SeqCst)
    }

    /// Looks until there is something to see, for at most `patience`; looks again at every hint and every second, and
    /// holds nothing in between. The last look is the answer.
    ///
    /// # Errors
    /// What a look said.
    pub async fn wait<T, E, L>(
        &self,
        account: i64,
        patience: Duration,
        is_seen: impl Fn(&T) -> bool,
        mut look: impl FnMut() -> L,
    ) -> Result<T, E>
    where
        L: Future<Output = Result<T, E>>,
    {
        let deadline = Instant::now() + patience;
        // Watching begins before the first look, so that nothing falls between the two.
        let mut watch = (!patience.is_zero()).then(|| self.watch(account));
        loop {
            let seen = look().await?;
            let Some(watch) = watch.as_mut() else { return Ok(seen) };
            let is_over = Instant::now() >= deadline || self.is_closing.load(Ordering::SeqCst);
            if is_over || is_seen(&seen) {
                return Ok(seen);
            }
            let until = deadline.min(Instant::now() + LOOK_AGAIN);
            let _asleep = Asleep::new(&self.asleep);
            tokio::select! {
                () = watch.news() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    /// How many callers have looked, found nothing, and sleep until there is news.
    #[must_use]
    pub fn asleep(&self) -> u64 {
        self.asleep.load(Ordering::SeqCst)
    }

    /// Takes the accounts that other nodes have not been told of, each once.
    #[must_use]
    pub fn take_untold(&self) -> Vec<i64> {
        let mut untold = std::mem::take(&mut *self.untold.lock().unwrap_or_else(PoisonError::into_inner));
        untold.sort_unstable();
        untold.dedup();
        untold
    }
}
