//! The threads that run stories, and who may use them: nobody's load starves another's.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_postgres::Config;

use super::session::{Failed, Opening, Session};
use crate::db::{DbError, Lane, Tx};

/// Stories that may wait in one lane; above it callers hear that the database is busy.
const QUEUE_MAX: usize = 4_096;
/// Stories of one account that run at once on this node: they would only wait for the account's row.
const ACCOUNT_RUNNING_MAX: usize = 2;
/// Stories of one account that may wait for their turn.
const ACCOUNT_WAITING_MAX: usize = 512;
/// How often a story that lost against another is run, the first time included.
const TRIES_MAX: usize = 3;

type Job = Box<dyn FnOnce(&mut Session) + Send>;

pub(super) struct Pool {
    orders: SyncSender<Job>,
    ingest: SyncSender<Job>,
    work: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
    accounts: Mutex<HashMap<i64, Arc<Turns>>>,
}

/// The turns of one account.
struct Turns {
    running: Arc<Semaphore>,
    callers: AtomicUsize,
}

impl Pool {
    pub(super) fn open(config: &Config, size: usize, waiting: Arc<AtomicUsize>) -> Result<Self, DbError> {
        let share = (size / 4).max(1);
        Ok(Self {
            orders: threads(config, "db-orders", size.saturating_sub(2 * share).max(1))?,
            ingest: threads(config, "db-ingest", share)?,
            work: threads(config, "db-work", share)?,
            waiting,
            accounts: Mutex::default(),
        })
    }

    pub(super) fn waiting(&self) -> &AtomicUsize {
        &self.waiting
    }

    pub(super) async fn write<T, E, F>(&self, lane: Lane, story: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (queue, turn) = match lane {
            Lane::Account(account) => (&self.orders, Some(self.turn(account).await?)),
            Lane::Ingest => (&self.ingest, None),
            Lane::Work => (&self.work, None),
        };
        self.submit(queue, turn, Opening::Write, story).await
    }

    pub(super) async fn read<T, E, F>(&self, story: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.submit(&self.work, None, Opening::Snapshot, story).await
    }

    async fn submit<T, E, F>(
        &self,
        queue: &SyncSender<Job>,
        turn: Option<Turn>,
        opening: Opening,
        story: F,
    ) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let waiting = Arc::clone(&self.waiting);
        waiting.fetch_add(1, Ordering::Relaxed);
        let job: Job = Box::new(move |session| {
            waiting.fetch_sub(1, Ordering::Relaxed);
            let outcome = tell_with_patience(session, opening, &story);
            // The next story of this account may start before the caller has read its answer.
            drop(turn);
            drop(caller.send(outcome));
        });
        if let Err(refused) = queue.try_send(job) {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(match refused {
                TrySendError::Full(_) => DbError::Busy.into(),
                TrySendError::Disconnected(_) => DbError::Down("the threads have stopped".to_owned()).into(),
            });
        }
        answer.await.unwrap_or_else(|_| Err(DbError::Unknown.into()))
    }

    /// Waits for one of the account's turns.
    async fn turn(&self, account: i64) -> Result<Turn, DbError> {
        let turns = {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            if accounts.len() > 4_096 {
                accounts.retain(|_, turns| turns.callers.load(Ordering::Relaxed) > 0);
            }
            let turns = accounts.entry(account).or_insert_with(|| {
                Arc::new(Turns { running: Arc::new(Semaphore::new(ACCOUNT_RUNNING_MAX)), callers: AtomicUsize::new(0) })
            });
            // Counted under the lock, so that turns somebody uses are never forgotten.
            turns.callers.fetch_add(1, Ordering::Relaxed);
            Arc::clone(turns)
        };
        let leaving = Leaving(Arc::clone(&turns));
        if turns.callers.load(Ordering::Relaxed) > ACCOUNT_RUNNING_MAX + ACCOUNT_WAITING_MAX {
            return Err(DbError::Busy);
        }
        let permit = Arc::clone(&turns.running).acquire_owned().await;
        Ok(Turn { _permit: permit.expect("the semaphore is never closed"), _leaving: leaving })
    }
}

struct Turn {
    _permit: OwnedSemaphorePermit,
    _leaving: Leaving,
}

/// Counts a caller out, however it leaves.
struct Leaving(Arc<Turns>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.callers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs a story again when it lost against another, or when its connection turns out to be broken; it has no effect but
/// its rows, and those were rolled back.
fn tell_with_patience<T, E: From<DbError>>(
    session: &mut Session,
    opening: Opening,
    story: &impl Fn(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut tries = 1;
    loop {
        match session.tell(opening, story) {
            Ok(value) => return Ok(value),
            Err(Failed::Engine(DbError::Conflict) | Failed::Cut) if tries < TRIES_MAX => tries += 1,
            Err(Failed::Cut) => return Err(DbError::Down("the connection broke".to_owned()).into()),
            Err(Failed::Engine(error)) => return Err(error.into()),
            Err(Failed::Story(error)) => return Err(error),
        }
    }
}

/// Starts threads that take from one queue.
fn threads(config: &Config, name: &str, count: usize) -> Result<SyncSender<Job>, DbError> {
    let (sender, queue) = sync_channel::<Job>(QUEUE_MAX);
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..count {
        let (mut session, queue) = (Session::new(config.clone())?, Arc::clone(&queue));
        let run = move || {
            while let Some(job) = next(&queue) {
                job(&mut session);
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
        thread.map_err(|error| DbError::Down(error.to_string()))?;
    }
    Ok(sender)
}

fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
