//! Where passwords are hashed: slow work that takes memory, kept from the threads that serve SMS.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::password;

/// Hashes at once. Each takes 19 MiB and tens of milliseconds of a core.
const AT_ONCE: usize = 2;
/// Hashes that wait for their turn, at most: about two seconds' work.
const WAITING_MAX: usize = 64;

/// Too many passwords are being checked: nothing happened, and it may be tried again in a few seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked just now")]
pub struct Busy;

/// The places at the stove and in the queue before it.
pub(crate) struct Kitchen {
    stove: Arc<Semaphore>,
    queue: Semaphore,
}

impl Default for Kitchen {
    fn default() -> Self {
        Self { stove: Arc::new(Semaphore::new(AT_ONCE)), queue: Semaphore::new(AT_ONCE + WAITING_MAX) }
    }
}

impl Kitchen {
    /// The hash of a new password.
    pub(super) async fn hash(&self, password: String) -> Result<String, Busy> {
        self.work(move || password::hash(&password)).await
    }

    /// Whether a password is the one of a hash. Without a hash the same work is done for nothing.
    pub(super) async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, Busy> {
        self.work(move || password::fits(&password, hash.as_deref())).await
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place = self.queue.try_acquire().map_err(|_| Busy)?;
        let turn = Arc::clone(&self.stove).acquire_owned().await.map_err(|_| Busy)?;
        // The turn goes with the job: whoever asked may leave, but the work goes on and takes its place.
        let job = move || {
            let done = job();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(job).await.map_err(|_| Busy)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_work_at_once_and_the_queue_has_an_end() {
        let (kitchen, open) = (Arc::new(Kitchen::default()), Arc::new(Semaphore::new(0)));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut jobs = Vec::new();
        for _ in 0..AT_ONCE + WAITING_MAX {
            let (kitchen, open, now, most) =
                (Arc::clone(&kitchen), Arc::clone(&open), Arc::clone(&now), Arc::clone(&most));
            jobs.push(tokio::spawn(async move {
                let handle = tokio::runtime::Handle::current();
                let job = move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    drop(handle.block_on(open.acquire()).expect("it is not closed"));
                    now.fetch_sub(1, Ordering::SeqCst);
                };
                kitchen.work(job).await
            }));
        }
        while kitchen.queue.available_permits() > 0 || now.load(Ordering::SeqCst) < AT_ONCE {
            tokio::task::yield_now().await;
        }
        assert_eq!(kitchen.work(|| ()).await, Err(Busy));
        open.add_permits(1);
        for job in jobs {
            assert_eq!(job.await.expect("it ends well"), Ok(()));
        }
        assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
    }
}
