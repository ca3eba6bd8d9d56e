//! How the door is opened: where the rows are, what may be done there, and what an acknowledged commit means.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Val, sqlite};

/// Where the house keeps its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbUrl {
    /// An SQLite file, from `sqlite:PATH`.
    Sqlite(PathBuf),
    /// A PostgreSQL server, from `postgres://…`.
    Postgres(String),
}

impl std::str::FromStr for DbUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            if path.is_empty() {
                return Err("`sqlite:` wants the path of a file after it".to_owned());
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err("the database is `sqlite:PATH` or `postgres://user@host/name`".to_owned())
    }
}

impl std::fmt::Display for DbUrl {
    /// As it is written in the settings; it may hold a password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
            Self::Postgres(url) => formatter.write_str(url),
        }
    }
}

/// Whether an acknowledged commit must have reached the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// SQLite runs with `synchronous=FULL`, and PostgreSQL's settings are refused where they could lose a commit.
    Checked,
    /// For tests only: no setting of the program reaches it.
    Unchecked,
}

/// What whoever opens a database may do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It is made where it is missing, and its schema is brought up to date: for whoever serves the house.
    Make,
    /// It must be there with this program's schema: for a command beside a house, whose program may be an older one.
    Join,
    /// The same, and nothing is written, neither by a story nor by the engine.
    Read,
}

/// Sees every statement of every story before it runs, with its values.
pub type Tap = Arc<dyn Fn(&'static str, &[Val]) + Send + Sync>;

/// How the door is opened.
#[derive(Clone)]
pub struct DbOptions {
    /// Where the rows are.
    pub url: DbUrl,
    /// What an acknowledged commit means.
    pub durability: Durability,
    /// What may be done with the rows, and whether they must be there.
    pub access: Access,
    /// Connections that a PostgreSQL node uses for stories, at least 4: half for customers' orders,
    /// a quarter each for incoming SMS and for everything else. SQLite has one writer and does not look at it.
    pub pool_size: usize,
    /// Stories committed together on SQLite, at most.
    pub batch_max: usize,
    /// For measurements, which run the same statements without the house: no setting of the program reaches it.
    pub tap: Option<Tap>,
}

impl DbOptions {
    /// The usual way to open `url`.
    #[must_use]
    pub fn new(url: DbUrl) -> Self {
        Self {
            url,
            durability: Durability::Checked,
            access: Access::Make,
            pool_size: 16,
            batch_max: sqlite::BATCH_MAX,
            tap: None,
        }
    }
}
