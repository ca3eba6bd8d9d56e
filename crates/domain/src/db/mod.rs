//! The one door to the database: the only place that names an engine.
//!
//! A *story* is a short synchronous closure that runs in one transaction. [`Db::write`] commits it if, and only if,
//! it returned `Ok`; [`Db::read`] runs it on one snapshot; [`Db::rows`] is a single statement, for the hot reads.

mod error;
mod migrate;
mod options;
mod postgres;
mod shape;
mod sqlite;
mod value;

use std::path::PathBuf;
use std::sync::Arc;

pub use error::DbError;
pub use options::{Access, DbOptions, DbUrl, Durability, Tap};
pub(crate) use value::word;
pub use value::{Row, Val};

/// Stands at the end of a SELECT whose rows the story goes on to change: PostgreSQL locks them.
const FOR_UPDATE: &str = "{for_update}";

/// `LOWER(x{by_letter})`: only A to Z become small, on each engine and whatever its language.
const BY_LETTER: &str = "{by_letter}";

/// `WHERE x IN (json_list($1))`: the texts of a JSON array, which each engine unpacks in its own words.
const JSON_LIST: &str = "json_list($1)";

/// `FROM (json_pairs($1)) p`: the pairs of BIGINTs of a JSON array, as columns `a` and `b`.
const JSON_PAIRS: &str = "json_pairs($1)";

/// Whose share of the door a story uses, so that nobody's load can starve another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// A customer's request. On PostgreSQL at most two of one account run at once on a node.
    Account(i64),
    /// SMS coming in.
    Ingest,
    /// Workers and operator commands.
    Work,
}

/// Reads every page of an SQLite copy that nobody has open, checks that it is whole and that this program knows its
/// schema, and tells which schema that is.
///
/// # Errors
/// [`DbError::Damaged`] if it is not whole or no house's, [`DbError::Engine`] if its schema is newer.
pub async fn check_copy(path: PathBuf) -> Result<i64, DbError> {
    tokio::task::spawn_blocking(move || sqlite::check_copy(&path)).await.map_err(|_| DbError::Panicked)?
}

/// Copies a whole SQLite database, as of one moment, into a new file, while a house may be at work on it. Its schema
/// may be an older one. The database is only read.
///
/// # Errors
/// [`DbError::NoHouse`] if there is none in such a file, and what the engine said.
pub async fn copy(from: PathBuf, to: PathBuf) -> Result<(), DbError> {
    tokio::task::spawn_blocking(move || sqlite::copy(&from, &to)).await.map_err(|_| DbError::Panicked)?
}

/// What lies in a database, before anything is done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// Nothing at all.
    Nothing,
    /// Something that is no house.
    Something,
    /// A house.
    House {
        /// The name of the schema that its tables lie in.
        schema: String,
    },
}

/// Looks what a PostgreSQL database holds, without changing anything.
///
/// # Errors
/// [`DbError::Down`] where it cannot be reached, and what the engine said.
pub async fn look(url: &str) -> Result<Holds, DbError> {
    postgres::look(url).await
}

/// Whether this program knows the schema of a house that had these migrations; an older one is brought up to date when
/// the house is opened.
///
/// # Errors
/// [`DbError::Engine`] if the schema is newer.
pub fn check_schema(migrations: &[i64]) -> Result<i64, DbError> {
    migrate::pending(migrations)?;
    Ok(migrations.iter().copied().max().unwrap_or(0))
}

/// A connection to the house's rows. Clones share it.
#[derive(Clone)]
pub struct Db(Arc<Engine>, Option<Tap>);

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(Box<postgres::Postgres>),
}

/// Which engine a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// The embedded default.
    Sqlite,
    /// For several nodes.
    Postgres,
}

impl Db {
    /// Opens the database as far as [`DbOptions::access`] goes, and checks that it keeps what it acknowledges.
    ///
    /// # Errors
    /// [`DbError::Down`] where it cannot be reached, [`DbError::NoHouse`] or [`DbError::Older`] where it would have to
    /// be made or changed and may not be, [`DbError::Engine`] where it is set up to lose commits or holds a schema newer
    /// than this program.
    pub async fn open(options: &DbOptions) -> Result<Self, DbError> {
        let engine = match &options.url {
            DbUrl::Sqlite(path) => {
                let (path, options) = (path.clone(), options.clone());
                let opened = tokio::task::spawn_blocking(move || sqlite::Sqlite::open(&path, &options)).await;
                Engine::Sqlite(opened.map_err(|_| DbError::Panicked)??)
            }
            DbUrl::Postgres(url) => Engine::Postgres(Box::new(postgres::Postgres::open(url, options).await?)),
        };
        Ok(Self(Arc::new(engine), options.tap.clone()))
    }

    /// Which engine is behind the door.
    #[must_use]
    pub fn kind(&self) -> EngineKind {
        match &*self.0 {
            Engine::Sqlite(_) => EngineKind::Sqlite,
            Engine::Postgres(_) => EngineKind::Postgres,
        }
    }

    /// Whether whoever served from this database before is gone and nobody else can be at work on it. An operator's command
    /// beside a house does not count. PostgreSQL is for several nodes, and the answer is no.
    #[must_use]
    pub fn is_ours_alone(&self) -> bool {
        match &*self.0 {
            Engine::Sqlite(sqlite) => sqlite.is_alone(),
            Engine::Postgres(_) => false,
        }
    }

    /// Runs a story in one transaction and commits it if, and only if, it returned `Ok`. The answer comes after the
    /// commit is durable. A story has no effect but its rows: on PostgreSQL it may run up to three times, on SQLite twice.
    ///
    /// # Errors
    /// The story's own, or what the engine said as its `From<DbError>`.
    pub async fn write<T, E, F>(&self, lane: Lane, story: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let tap = self.1.clone();
        let story = move |tx: &mut Tx<'_>| {
            tx.1.clone_from(&tap);
            story(tx)
        };
        match &*self.0 {
            Engine::Sqlite(engine) => engine.write(story).await,
            Engine::Postgres(engine) => engine.write(lane, story).await,
        }
    }

    /// Runs a story of several reads on one snapshot, for 5 s at most.
    ///
    /// # Errors
    /// The story's own, or what the engine said.
    pub async fn read<T, E, F>(&self, story: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.read(story).await,
            Engine::Postgres(engine) => engine.read(story).await,
        }
    }

    /// Reads the rows of one statement, which must be bounded by a key or a LIMIT: it runs where the caller is.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn rows(&self, sql: &'static str, values: &[Val]) -> Result<Vec<Row>, DbError> {
        if let Some(tap) = &self.1 {
            tap(sql, values);
        }
        match &*self.0 {
            Engine::Sqlite(engine) => engine.rows(sql, values),
            Engine::Postgres(engine) => engine.rows(sql, values).await,
        }
    }

    /// Reads at most one row.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn row(&self, sql: &'static str, values: &[Val]) -> Result<Option<Row>, DbError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Tells whether the database answers and how many stories wait before it.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn probe(&self) -> Result<usize, DbError> {
        self.rows("SELECT 1", &[]).await?;
        Ok(match &*self.0 {
            Engine::Sqlite(engine) => engine.waiting(),
            Engine::Postgres(engine) => engine.waiting(),
        })
    }

    /// Moves SQLite's log into the file while others write, so that it stays short and no customer's story has to move
    /// a long one. Does nothing on PostgreSQL, which does so by itself.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn shorten_log(&self) -> Result<(), DbError> {
        match &*self.0 {
            Engine::Sqlite(engine) => engine.shorten_log().await,
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// The number of migrations that the database has had.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn schema_version(&self) -> Result<i64, DbError> {
        let row = self.row("SELECT MAX(version) FROM migration", &[]).await?;
        Ok(row.and_then(|row| row.opt_int(0)).unwrap_or(0))
    }

    /// Sends one hint to the other nodes that these accounts have news. Does nothing on SQLite.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn notify(&self, accounts: &[i64]) -> Result<(), DbError> {
        match &*self.0 {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(engine) => engine.notify(accounts).await,
        }
    }

    /// The hints that other nodes send, or nothing where there are no other nodes.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn listen(&self) -> Result<Option<tokio::sync::mpsc::Receiver<Vec<i64>>>, DbError> {
        match &*self.0 {
            Engine::Sqlite(_) => Ok(None),
            Engine::Postgres(engine) => engine.listen().await.map(Some),
        }
    }
}

/// A transaction, lent to a story.
pub struct Tx<'a>(Inner<'a>, Option<Tap>);

enum Inner<'a> {
    Sqlite(&'a mut (dyn sqlite::Run + 'a)),
    Postgres(&'a mut postgres::Session),
}

impl Tx<'_> {
    /// All rows of a statement.
    ///
    /// # Errors
    /// What the engine said.
    pub fn all(&mut self, sql: &'static str, values: &[Val]) -> Result<Vec<Row>, DbError> {
        self.show(sql, values);
        match &mut self.0 {
            Inner::Sqlite(within) => within.all(sql, values),
            Inner::Postgres(session) => session.all(sql, values),
        }
    }

    /// The first row of a statement, if it has any.
    ///
    /// # Errors
    /// What the engine said.
    pub fn one(&mut self, sql: &'static str, values: &[Val]) -> Result<Option<Row>, DbError> {
        Ok(self.all(sql, values)?.into_iter().next())
    }

    /// Runs a statement now and tells how many rows it changed.
    ///
    /// # Errors
    /// What the engine said.
    pub fn run(&mut self, sql: &'static str, values: &[Val]) -> Result<u64, DbError> {
        self.show(sql, values);
        match &mut self.0 {
            Inner::Sqlite(within) => within.run(sql, values),
            Inner::Postgres(session) => session.run(sql, values),
        }
    }

    /// Runs a statement whose result the story does not look at. PostgreSQL gets it together with the next statement
    /// that is looked at, or with the commit, which saves its round trip; its failure fails the story there.
    ///
    /// # Errors
    /// What the engine said.
    pub fn queue(&mut self, sql: &'static str, values: &[Val]) -> Result<(), DbError> {
        self.show(sql, values);
        match &mut self.0 {
            Inner::Sqlite(within) => within.run(sql, values).map(drop),
            Inner::Postgres(session) => session.queue(sql, values),
        }
    }

    /// Sends what is queued, so that its failure comes here and not at a later statement.
    ///
    /// # Errors
    /// What the engine said.
    pub fn flush(&mut self) -> Result<(), DbError> {
        match &mut self.0 {
            Inner::Sqlite(_) => Ok(()),
            Inner::Postgres(session) => session.flush(),
        }
    }

    /// Runs a part of a story that may fail alone: its changes are undone when it returns `Err`. On SQLite what the story does
    /// after that may be undone with it, and the story run again.
    ///
    /// # Errors
    /// The part's own, or what the engine said.
    pub fn savepoint<T, E: From<DbError>>(&mut self, part: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let begun = self.begin_part()?;
        let done = part(self);
        self.end_part(begun, done.is_err())?;
        done
    }

    fn begin_part(&mut self) -> Result<Option<sqlite::Part>, DbError> {
        match &mut self.0 {
            Inner::Sqlite(within) => within.begin_part().map(Some),
            Inner::Postgres(_) => self.queue("SAVEPOINT part", &[]).map(|()| None),
        }
    }

    fn end_part(&mut self, begun: Option<sqlite::Part>, has_failed: bool) -> Result<(), DbError> {
        if let (Inner::Sqlite(within), Some(begun)) = (&mut self.0, begun) {
            return within.end_part(begun, has_failed);
        }
        if has_failed {
            // PostgreSQL refuses everything after an error until this, so it is sent on its own.
            self.run("ROLLBACK TO SAVEPOINT part", &[])?;
        }
        self.queue("RELEASE SAVEPOINT part", &[])
    }

    fn show(&self, sql: &'static str, values: &[Val]) {
        if let Some(tap) = &self.1 {
            tap(sql, values);
        }
    }

    /// The names of the keys, indexes, CHECKs and triggers that the migrations made and that do not stand, or not as they
    /// were made. It only reads.
    ///
    /// # Errors
    /// What the engine said.
    pub(crate) fn schema_faults(&mut self) -> Result<Vec<String>, DbError> {
        shape::faults(self)
    }

    /// Whether several writers run at once, so that a story must lock what it read before it relies on it.
    #[must_use]
    pub fn has_rivals(&self) -> bool {
        matches!(self.0, Inner::Postgres(_))
    }
}

/// Pairs as the place `json_pairs($1)` takes them.
pub(crate) fn pairs(of: impl IntoIterator<Item = (i64, i64)>) -> Val {
    let pairs: Vec<String> = of.into_iter().map(|(first, second)| format!("[{first},{second}]")).collect();
    Val::Text(format!("[{}]", pairs.join(",")))
}

/// Ids as the place `json_pairs($1)` takes them where column `a` alone is looked at.
pub(crate) fn id_list<'a>(ids: impl IntoIterator<Item = &'a i64>) -> Val {
    pairs(ids.into_iter().map(|id| (*id, 0)))
}

/// What `LOWER(x{by_letter}) LIKE $1 ESCAPE '!'` wants to find a text anywhere in `x`, whatever the case of A to Z. Other
/// letters are found as they are written, because the engines do not agree on their case.
pub(crate) fn like(text: &str) -> String {
    let text = text.to_ascii_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{text}%")
}

/// Builds the values of a statement's places, in their order: `values![id, name, None::<i64>]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Val::from($value)),*] };
}
