//! The statements of real stories, written down as they ran, and run again by the driver alone.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::db::{Tap, Val};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// A statement with its values.
pub(crate) type Statement = (&'static str, Vec<Val>);

/// Statements with their values, in the order in which they ran.
#[derive(Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Vec<Statement>>>);

/// Stories that the driver commits together.
const BATCH: usize = 256;

impl Recording {
    /// What the door shows its statements to.
    pub(crate) fn tap(&self) -> Tap {
        let statements = Arc::clone(&self.0);
        Arc::new(move |sql, values| {
            statements.lock().unwrap_or_else(PoisonError::into_inner).push((sql, values.to_vec()));
        })
    }

    /// Forgets what was written down so far.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// All statements.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The stories, each with its statements: one begins at every statement that begins so.
    pub(crate) fn stories(&self, begin: &str) -> Vec<Vec<Statement>> {
        let statements = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stories: Vec<Vec<Statement>> = Vec::new();
        for (sql, values) in statements.iter() {
            if sql.starts_with(begin) {
                stories.push(Vec::new());
            }
            if let Some(story) = stories.last_mut() {
                story.push((sql, values.clone()));
            }
        }
        stories
    }

    /// The stories, to be run again in so many turns on a copy of the database they ran on.
    pub(crate) fn replay(&self, database: &Path, begin: &str, turns: u32) -> Replay {
        let connection = Connection::open_with_flags(database, flags()).expect("the copy opens");
        // The same settings as the house's own writer has.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).expect("a setting of SQLite");
        for pragma in ["journal_mode=WAL", "synchronous=FULL", "cache_size=-16000", "mmap_size=1073741824"] {
            let (name, value) = pragma.split_once('=').expect("a pragma");
            connection.pragma_update(None, name, value).expect("a pragma of SQLite");
        }
        connection.pragma_update(None, "wal_autocheckpoint", 32_000).expect("a pragma of SQLite");
        connection.set_prepared_statement_cache_capacity(256);
        let stories: Vec<_> = self.stories(begin).into_iter().map(as_sqlite).collect();
        let share = stories.len() / usize::try_from(turns).expect("few turns");
        Replay { connection, stories, share, done: 0 }
    }
}

/// Stories that the driver runs alone, 256 in a transaction, on a connection like the house's own writer has.
pub(crate) struct Replay {
    connection: Connection,
    stories: Vec<Vec<(String, Vec<Val>)>>,
    share: usize,
    done: usize,
}

impl Replay {
    /// Runs the next turn's share of the stories and tells stories a second.
    pub(crate) fn turn(&mut self) -> f64 {
        let stories = &self.stories[self.done..][..self.share];
        let begun = Instant::now();
        for batch in stories.chunks(BATCH) {
            self.connection.execute_batch("BEGIN IMMEDIATE").expect("the copy is ours");
            for (sql, values) in batch.iter().flatten() {
                run(&self.connection, sql, values);
            }
            self.connection.execute_batch("COMMIT").expect("the disk keeps it");
        }
        self.done += stories.len();
        let count = u32::try_from(stories.len()).expect("few stories");
        f64::from(count) / begun.elapsed().max(Duration::from_millis(1)).as_secs_f64()
    }
}

fn flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn as_sqlite(story: Vec<Statement>) -> Vec<(String, Vec<Val>)> {
    let text = |sql: &str| sql.replace('$', "?").replace("{for_update}", "");
    story.into_iter().map(|(sql, values)| (text(sql), values)).collect()
}

fn run(connection: &Connection, sql: &str, values: &[Val]) {
    let mut statement = connection.prepare_cached(sql).expect("a statement of the house");
    let mut rows = statement.query(rusqlite::params_from_iter(values)).expect("it runs");
    while rows.next().expect("it runs to its end").is_some() {}
}
