//! SQLite: one writer thread that commits many stories together, and readers on snapshots of their own.

mod alone;
mod copy;
mod desk;
mod hot;
mod keeper;
mod log;
mod memory;
mod place;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::{Semaphore, oneshot};

use super::{Access, DbError, DbOptions, Durability, Inner, Row, Tx, Val, migrate};

/// Stories committed together, at most. More gain nothing: the sync of the log is shared by then.
pub(super) const BATCH_MAX: usize = 256;
/// Batches that are written behind savepoints after one had to be written again. So whoever makes stories fail on purpose
/// does not have every batch written twice.
const CAREFUL_BATCHES: u32 = 64;
/// Stories that may wait for the writer; above it callers hear that the database is busy.
const QUEUE_MAX: usize = 8_192;
/// Snapshots of several statements that may be read at once.
const SNAPSHOTS_MAX: usize = 8;
/// How long a snapshot may be read, and how long the writer waits for another process's transaction.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries to become the one writer. Short, because the door below is open as briefly.
const BUSY_PAUSE: Duration = Duration::from_micros(300);
/// Another process (an operator's command) gets a chance to write at least this often …
const DOOR_OPENS_EVERY: Duration = Duration::from_millis(60);
/// … for this long, although stories wait. It costs under 2 % of the writer's time.
const DOOR_OPEN: Duration = Duration::from_millis(1);
/// Bytes of a page of a new house; one that was made with other pages keeps them. A commit writes and syncs every page
/// that it changed whole, and most of them for one row each; yet smaller ones make more levels of the same tree.
const PAGE_BYTES: i64 = 2_048;
/// Bytes that a connection remembers of the file at most; it reads the rest from the system's memory anyway (`mmap_size`).
/// A commit that put the pages of a tree in order looks through all that is remembered, in a file under 1 GB.
const CACHE_BYTES: i64 = 16_000 * 1_024;
/// Bytes of pages that the log may reach before the writer moves them into the file. A page that changed often meanwhile
/// is moved once; but readers, and the writer itself, search a long log at every page.
const CHECKPOINT_BYTES: i64 = 64_000 * 1_024;

use alone::Alone;
pub(super) use copy::{check as check_copy, copy};
use desk::Desk;
pub(super) use desk::{Part, Run};
use hot::Hot;
use keeper::{HOLD, Keeper};
pub(super) use memory::Memory;
use place::Place;

/// The embedded engine.
pub(super) struct Sqlite {
    place: Arc<Place>,
    /// The way to the writer; there is none where nothing may be written.
    stories: Option<SyncSender<Box<dyn Job>>>,
    waiting: Arc<AtomicUsize>,
    /// Idle connections for snapshots.
    readers: Mutex<Vec<Connection>>,
    /// Connections for single statements, one a thread.
    hot: Hot,
    snapshots: Arc<Semaphore>,
    alone: Option<Alone>,
}

/// A story with its caller, its types forgotten, so that one queue holds them all.
trait Job: Send {
    /// Runs the story; whether its changes are to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Tells the caller how it ended. An `end` stands for the whole batch and overrules what the story said.
    fn answer(self: Box<Self>, end: Option<DbError>);
}

struct Told<T, E, F> {
    story: F,
    outcome: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Told<T, E, F>
where
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<DbError> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.story)(tx)));
        let outcome = outcome.unwrap_or_else(|_| Err(DbError::Panicked.into()));
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, end: Option<DbError>) {
        let outcome = match end {
            Some(error) => Err(error.into()),
            None => self.outcome.expect("a story that was not run has an end"),
        };
        // The caller may have left; the rows stand all the same.
        drop(self.caller.send(outcome));
    }
}

impl Sqlite {
    pub(super) fn open(path: &Path, options: &DbOptions) -> Result<Self, DbError> {
        let place = Arc::new(Place::find(path, options.access)?);
        let waiting = Arc::new(AtomicUsize::new(0));
        let stories = match options.access {
            Access::Make | Access::Join => Some(start_writer(&place, options, &waiting)?),
            Access::Read => None,
        };
        let alone = match options.access {
            Access::Make => Alone::take(path),
            Access::Join | Access::Read => None,
        };
        Ok(Self {
            alone,
            stories,
            waiting,
            readers: Mutex::default(),
            hot: Hot::new(Arc::clone(&place)),
            snapshots: Arc::new(Semaphore::new(SNAPSHOTS_MAX)),
            place,
        })
    }

    pub(super) async fn write<T, E, F>(&self, story: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let Some(stories) = &self.stories else {
            return Err(DbError::Engine("the database was opened for reading alone".to_owned()).into());
        };
        let (caller, answer) = oneshot::channel();
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(refused) = stories.try_send(Box::new(Told { story, outcome: None, caller })) {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(match refused {
                TrySendError::Full(_) => DbError::Busy.into(),
                TrySendError::Disconnected(_) => DbError::Down("the writer has stopped".to_owned()).into(),
            });
        }
        answer.await.unwrap_or_else(|_| Err(DbError::Unknown.into()))
    }

    pub(super) async fn read<T, E, F>(&self, story: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let turn = Arc::clone(&self.snapshots).acquire_owned().await;
        let turn = turn.expect("the semaphore is never closed");
        let mut reader = self.reader()?;
        let (reader, outcome) = tokio::task::spawn_blocking(move || {
            let outcome = snapshot(&mut reader, &story);
            drop(turn);
            (reader, outcome)
        })
        .await
        .map_err(|_| DbError::Panicked)?;
        self.give_back(reader);
        outcome
    }

    pub(super) fn rows(&self, sql: &'static str, values: &[Val]) -> Result<Vec<Row>, DbError> {
        self.hot.all(sql, values)
    }

    pub(super) fn is_alone(&self) -> bool {
        self.alone.is_some()
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(super) async fn shorten_log(&self) -> Result<(), DbError> {
        let place = Arc::clone(&self.place);
        tokio::task::spawn_blocking(move || log::shorten(&place.path)).await.map_err(|_| DbError::Panicked)?
    }

    fn reader(&self) -> Result<Connection, DbError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.place.reader(), Ok)
    }

    /// Keeps a connection for the next snapshot. There are never more than [`SNAPSHOTS_MAX`].
    fn give_back(&self, reader: Connection) {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
    }
}

/// Starts the one writer of this process on a file that is up to date, or may be brought so.
fn start_writer(
    place: &Place,
    options: &DbOptions,
    waiting: &Arc<AtomicUsize>,
) -> Result<SyncSender<Box<dyn Job>>, DbError> {
    let mut writer = connect(&place.path, options)?;
    if options.access == Access::Make {
        migrate_up(&mut writer)?;
    }
    let keeper = place.reader()?;
    let (stories, queue) = sync_channel(QUEUE_MAX);
    let (counter, batch_max) = (Arc::clone(waiting), options.batch_max.max(1));
    std::thread::Builder::new()
        .name("db-writer".to_owned())
        .spawn(move || write_for_ever(&writer, &keeper, &queue, &counter, batch_max))
        .map_err(|error| DbError::Down(error.to_string()))?;
    Ok(stories)
}

fn connect(path: &Path, options: &DbOptions) -> Result<Connection, DbError> {
    let durability = options.durability;
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, options.access == Access::Make);
    let mut connection =
        Connection::open_with_flags(path, flags).map_err(|error| DbError::Down(told(&error).to_string()))?;
    set_up(&mut connection).map_err(|error| told(&error))?;
    keep_log(&connection).map_err(|error| told(&error))?;
    let synchronous = match durability {
        Durability::Checked => "FULL",
        Durability::Unchecked => "OFF",
    };
    connection.pragma_update(None, "synchronous", synchronous).map_err(|error| told(&error))?;
    if durability == Durability::Checked {
        check_durable(&connection)?;
    }
    Ok(connection)
}

fn set_up(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_handler(Some(keep_trying))?;
    // Without this a statement is parsed again each time its values change, in case another plan were better for them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -CACHE_BYTES / 1_024)?;
    connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
}

/// Lets the writer commit to a log. A file that is still empty gets its pages here.
fn keep_log(writer: &Connection) -> rusqlite::Result<()> {
    writer.pragma_update(None, "page_size", PAGE_BYTES)?;
    writer.pragma_update(None, "journal_mode", "WAL")?;
    let page_bytes: i64 = writer.pragma_query_value(None, "page_size", |row| row.get(0))?;
    writer.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_BYTES / page_bytes)
}

/// SQLite's own waiting grows to 100 ms between tries, which would starve an operator's command beside a busy house.
fn keep_trying(tries: i32) -> bool {
    std::thread::sleep(BUSY_PAUSE);
    BUSY_PAUSE.saturating_mul(u32::try_from(tries).unwrap_or(0)) < PATIENCE
}

/// With `synchronous=NORMAL` cut power lost hundreds of acknowledged commits, and `integrity_check` saw nothing.
fn check_durable(connection: &Connection) -> Result<(), DbError> {
    let read = |name: &str| {
        connection.pragma_query_value(None, name, |row| match row.get_ref(0)? {
            ValueRef::Integer(value) => Ok(value.to_string()),
            other => Ok(other.as_str().unwrap_or("").to_owned()),
        })
    };
    let journal = read("journal_mode").map_err(|error| told(&error))?;
    let synchronous = read("synchronous").map_err(|error| told(&error))?;
    if journal != "wal" || synchronous != "2" {
        return Err(DbError::Engine(format!(
            "SQLite runs with journal_mode={journal} and synchronous={synchronous}, which can lose what was \
             acknowledged; put the file on a local disk that supports WAL"
        )));
    }
    Ok(())
}

fn migrate_up(connection: &mut Connection) -> Result<(), DbError> {
    let failed = |error: rusqlite::Error| told(&error);
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
    transaction.execute_batch(migrate::MIGRATION_TABLE).map_err(failed)?;
    for (version, text) in migrate::pending(&versions(&transaction)?)? {
        transaction.execute_batch(&migrate::text_for(super::EngineKind::Sqlite, text)).map_err(failed)?;
        transaction.execute("INSERT INTO migration (version, at_ms) VALUES (?1, 0)", [version]).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// The migrations that a database has had.
fn versions(connection: &Connection) -> Result<Vec<i64>, DbError> {
    let versions = || {
        let mut versions = connection.prepare("SELECT version FROM migration")?;
        versions.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()
    };
    versions().map_err(|error| told(&error))
}

/// The writer's life: everything that waits becomes one transaction and is answered after the commit.
fn write_for_ever(
    writer: &Connection,
    keeper: &Connection,
    queue: &Receiver<Box<dyn Job>>,
    waiting: &AtomicUsize,
    batch_max: usize,
) {
    let (mut writer, mut keeper) = (Desk::new(writer), Keeper::new(keeper));
    let (mut door_opened, mut careful) = (Instant::now(), 0);
    while let Some(first) = next_story(&mut writer, &mut keeper, queue) {
        let mut batch = vec![first];
        while batch.len() < batch_max {
            let Ok(job) = queue.try_recv() else { break };
            batch.push(job);
        }
        waiting.fetch_sub(batch.len(), Ordering::Relaxed);
        metrics::histogram!("db_batch_stories").record(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
        let end = write_batch(&mut writer, &mut batch, &mut careful);
        let is_lost = matches!(end, Some(DbError::Unknown));
        for job in batch {
            job.answer(end.clone());
        }
        if is_lost {
            stop_the_house();
        }
        if door_opened.elapsed() >= DOOR_OPENS_EVERY {
            std::thread::sleep(DOOR_OPEN);
            door_opened = Instant::now();
        }
    }
}

/// The next story, or `None` when there never is another one. While there is none, readers have it easy: the log is
/// moved into the file, so that nobody has to search it, and the keeper holds their lock.
fn next_story(writer: &mut Desk<'_>, keeper: &mut Keeper<'_>, queue: &Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
    if let Ok(job) = queue.try_recv() {
        return Some(job);
    }
    loop {
        keeper.hold();
        let next = queue.recv_timeout(HOLD);
        keeper.release();
        match next {
            Ok(job) => return Some(job),
            // It moves what can be moved and waits for nobody. It fails only where the next commit would tell of it too.
            Err(RecvTimeoutError::Timeout) => drop(writer.batch("PRAGMA wal_checkpoint(PASSIVE)")),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
}

/// Runs and commits a batch; an error stands for all of it.
///
/// A savepoint around each story would be a quarter of its work, because every page that it changes is copied before. Nearly
/// all stories either succeed or fail before they changed anything, so they run without; if one fails later, the whole
/// batch runs again, behind savepoints, as do the next ones.
fn write_batch(writer: &mut Desk<'_>, batch: &mut [Box<dyn Job>], careful: &mut u32) -> Option<DbError> {
    if *careful == 0 {
        match try_batch(writer, batch, false) {
            Ok(true) => return commit(writer),
            Ok(false) => {
                metrics::counter!("db_batches_repeated_total").increment(1);
                *careful = CAREFUL_BATCHES;
            }
            Err(error) => return Some(error),
        }
    }
    *careful -= 1;
    match try_batch(writer, batch, true) {
        Ok(_) => commit(writer),
        Err(error) => Some(error),
    }
}

/// Runs a batch; whether it can be committed. If it cannot, it is rolled back.
fn try_batch(writer: &mut Desk<'_>, batch: &mut [Box<dyn Job>], is_careful: bool) -> Result<bool, DbError> {
    writer.set_careful(is_careful);
    writer.batch("BEGIN IMMEDIATE")?;
    for job in batch.iter_mut() {
        let written = write_one(writer, job.as_mut());
        if written.is_err() || writer.is_spoiled() {
            let undone = writer.batch("ROLLBACK");
            written?;
            return undone.map(|()| false);
        }
    }
    Ok(true)
}

fn commit(writer: &mut Desk<'_>) -> Option<DbError> {
    match writer.batch("COMMIT") {
        Ok(()) => None,
        Err(error) => {
            tracing::error!(%error, "a commit failed: whether it was kept is not known");
            Some(DbError::Unknown)
        }
    }
}

/// Runs one story as a part of its batch. An error means that the whole transaction is gone.
fn write_one(writer: &mut Desk<'_>, job: &mut dyn Job) -> Result<(), DbError> {
    let part = writer.begin_story()?;
    let keep = job.run(&mut Tx(Inner::Sqlite(writer), None));
    writer.end(part, !keep)
}

/// After a commit of unknown outcome only a restart, which reads what the disk holds, can tell.
fn stop_the_house() -> ! {
    // The answers "unknown" get a moment to leave.
    std::thread::sleep(Duration::from_millis(200));
    std::process::exit(70)
}

/// Runs a story on one snapshot.
fn snapshot<T, E: From<DbError>>(
    connection: &mut Connection,
    story: &impl Fn(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let deadline = Instant::now() + PATIENCE;
    let late = move || Instant::now() > deadline;
    connection.progress_handler(100_000, Some(late)).map_err(|error| told(&error))?;
    let mut desk = Desk::new(connection);
    desk.batch("BEGIN")?;
    let outcome = catch_unwind(AssertUnwindSafe(|| story(&mut Tx(Inner::Sqlite(&mut desk), None))));
    desk.batch("ROLLBACK")?;
    drop(desk);
    connection.progress_handler(0, None::<fn() -> bool>).map_err(|error| told(&error))?;
    outcome.unwrap_or_else(|_| Err(DbError::Panicked.into()))
}

impl ToSql for Val {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

/// What SQLite says, in our few kinds. Its texts name tables and columns, never values.
fn told(error: &rusqlite::Error) -> DbError {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => {
            let text = text.clone().unwrap_or_else(|| code.to_string());
            match code.code {
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted => DbError::Busy,
                ErrorCode::ConstraintViolation => DbError::Constraint(text),
                _ => DbError::Engine(text),
            }
        }
        other => DbError::Engine(other.to_string()),
    }
}
