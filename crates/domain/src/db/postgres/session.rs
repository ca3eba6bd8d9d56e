//! One connection on one thread: statements one after the other, sent together where nobody looks at the result.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::future::join_all;
use tokio::runtime::Runtime;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};
use tokio_postgres::{Client, Config, Statement};

use super::{connect, told};
use crate::db::{BY_LETTER, DbError, FOR_UPDATE, Inner, JSON_LIST, JSON_PAIRS, Row, Tx, Val};

/// Statements sent in one flight, at most; the server's answers must fit its socket while we still send.
const FLIGHT_MAX: usize = 24;

/// A connection and what waits to be sent on it.
pub(crate) struct Session {
    config: Config,
    runtime: Runtime,
    client: Option<Client>,
    statements: HashMap<(usize, usize), Statement>,
    pending: Vec<(&'static str, Vec<Val>)>,
    /// Whether the running story met a lost race; the story's own error may hide it.
    has_lost: bool,
    /// Whether the connection was made for the running story.
    is_fresh: bool,
    /// Whether an older connection broke under the running story, before its COMMIT was sent.
    was_cut: bool,
}

/// How a story's transaction is opened.
#[derive(Clone, Copy)]
pub(super) enum Opening {
    Write,
    Snapshot,
}

impl Session {
    pub(super) fn new(config: Config) -> Result<Self, DbError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| DbError::Down(error.to_string()))?;
        Ok(Self {
            config,
            runtime,
            client: None,
            statements: HashMap::new(),
            pending: Vec::new(),
            has_lost: false,
            is_fresh: false,
            was_cut: false,
        })
    }

    /// Runs a story in a transaction and commits it if it returned `Ok`.
    pub(super) fn tell<T, E: From<DbError>>(
        &mut self,
        opening: Opening,
        story: &impl Fn(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, Failed<E>> {
        self.ready().map_err(Failed::Engine)?;
        let begin = match opening {
            Opening::Write => "BEGIN",
            Opening::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.pending.push((begin, Vec::new()));
        let outcome = catch_unwind(AssertUnwindSafe(|| story(&mut Tx(Inner::Postgres(self), None))));
        let outcome = outcome.unwrap_or_else(|_| Err(DbError::Panicked.into()));
        match outcome {
            Ok(value) => self.finish("COMMIT").map(|()| value).map_err(Failed::Engine),
            Err(error) => {
                self.pending.clear();
                if self.was_cut {
                    self.client = None;
                    return Err(Failed::Cut);
                }
                // A connection that cannot roll back is given up, which rolls back as well.
                if self.flight(Some(("ROLLBACK", &[]))).is_err() {
                    self.client = None;
                }
                Err(if self.has_lost { Failed::Engine(DbError::Conflict) } else { Failed::Story(error) })
            }
        }
    }

    pub(crate) fn all(&mut self, sql: &'static str, values: &[Val]) -> Result<Vec<Row>, DbError> {
        self.flight(Some((sql, values))).map(|(rows, _)| rows)
    }

    pub(crate) fn run(&mut self, sql: &'static str, values: &[Val]) -> Result<u64, DbError> {
        self.flight(Some((sql, values))).map(|(_, changed)| changed)
    }

    pub(crate) fn queue(&mut self, sql: &'static str, values: &[Val]) -> Result<(), DbError> {
        self.pending.push((sql, values.to_vec()));
        if self.pending.len() >= FLIGHT_MAX { self.flight(None).map(drop) } else { Ok(()) }
    }

    pub(crate) fn flush(&mut self) -> Result<(), DbError> {
        if self.pending.is_empty() { Ok(()) } else { self.flight(None).map(drop) }
    }

    /// Sends what is queued and the COMMIT together. A connection lost here leaves the outcome unknown.
    fn finish(&mut self, end: &'static str) -> Result<(), DbError> {
        match self.flight(Some((end, &[]))) {
            Ok(_) => Ok(()),
            Err(DbError::Down(_)) => {
                self.client = None;
                Err(DbError::Unknown)
            }
            // A statement before the COMMIT failed, which made the COMMIT a rollback.
            Err(error) => Err(error),
        }
    }

    fn ready(&mut self) -> Result<(), DbError> {
        self.pending.clear();
        (self.has_lost, self.is_fresh, self.was_cut) = (false, false, false);
        if self.client.as_ref().is_some_and(|client| !client.is_closed()) {
            return Ok(());
        }
        self.statements.clear();
        self.client = Some(self.runtime.block_on(connect(&self.config))?);
        self.is_fresh = true;
        Ok(())
    }

    /// Sends the pending statements and `last` in one flight and waits for all answers. The first failure counts:
    /// those after it only say that the transaction is broken.
    fn flight(&mut self, last: Option<(&'static str, &[Val])>) -> Result<(Vec<Row>, u64), DbError> {
        let mut sending = std::mem::take(&mut self.pending);
        if let Some((sql, values)) = last {
            sending.push((sql, values.to_vec()));
        }
        let Self { runtime, client, statements, has_lost, is_fresh, was_cut, .. } = self;
        let client = client.as_ref().ok_or_else(|| DbError::Down("there is no connection".to_owned()))?;
        let outcome = runtime.block_on(async {
            for (sql, _) in &sending {
                if let Entry::Vacant(place) = statements.entry((sql.as_ptr() as usize, sql.len())) {
                    place.insert(prepare(client, sql).await?);
                }
            }
            let known = |sql: &str| &statements[&(sql.as_ptr() as usize, sql.len())];
            let answers = join_all(sending.iter().map(|(sql, values)| ask(client, known(sql), values))).await;
            let mut outcome = (Vec::new(), 0);
            for answer in answers {
                *has_lost |= matches!(answer, Err(DbError::Conflict));
                outcome = answer?;
            }
            Ok(outcome)
        });
        *was_cut |= !*is_fresh && matches!(outcome, Err(DbError::Down(_)));
        outcome
    }
}

/// What ended a story: its own word, or the engine's at the commit.
pub(super) enum Failed<E> {
    Story(E),
    Engine(DbError),
    /// The connection had broken while nobody used it, as all of them have after an outage. Nothing was committed.
    Cut,
}

pub(super) async fn prepare(client: &Client, sql: &'static str) -> Result<Statement, DbError> {
    let list = "SELECT value FROM json_array_elements_text(CAST(CAST($1 AS TEXT) AS json))";
    let pairs = "SELECT CAST(value->>0 AS BIGINT) AS a, CAST(value->>1 AS BIGINT) AS b
                 FROM json_array_elements(CAST(CAST($1 AS TEXT) AS json))";
    let text = sql.replace(FOR_UPDATE, "FOR UPDATE").replace(BY_LETTER, " COLLATE \"C\"");
    let text = text.replace(JSON_LIST, list).replace(JSON_PAIRS, pairs);
    client.prepare(&text).await.map_err(|error| told(&error))
}

/// Sends one statement and reads its rows, or how many it changed.
pub(super) async fn ask(client: &Client, statement: &Statement, values: &[Val]) -> Result<(Vec<Row>, u64), DbError> {
    let places = values.iter().map(|value| value as &(dyn ToSql + Sync));
    if statement.columns().is_empty() {
        let changed = client.execute_raw(statement, places).await.map_err(|error| told(&error))?;
        return Ok((Vec::new(), changed));
    }
    let places: Vec<&(dyn ToSql + Sync)> = places.collect();
    let found = client.query(statement, &places).await.map_err(|error| told(&error))?;
    let rows: Vec<Row> = found.iter().map(row).collect();
    let changed = rows.len() as u64;
    Ok((rows, changed))
}

fn row(found: &tokio_postgres::Row) -> Row {
    let cells = found.columns().iter().enumerate().map(|(index, column)| match *column.type_() {
        Type::INT8 => found.get::<_, Option<i64>>(index).map_or(Val::Null, Val::Int),
        Type::INT4 => found.get::<_, Option<i32>>(index).map_or(Val::Null, |value| Val::Int(value.into())),
        Type::TEXT | Type::VARCHAR => found.get::<_, Option<String>>(index).map_or(Val::Null, Val::Text),
        Type::BYTEA => found.get::<_, Option<Vec<u8>>>(index).map_or(Val::Null, Val::Blob),
        ref other => panic!("column {index} is of type {other}, which the house does not keep"),
    });
    Row(cells.collect())
}

impl std::fmt::Debug for Val {
    /// Values hold texts of customers, so only their kind is shown.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Null => "NULL",
            Self::Int(_) => "BIGINT",
            Self::Text(_) => "TEXT",
            Self::Blob(_) => "BLOB",
        })
    }
}

impl ToSql for Val {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => match *ty {
                Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
                _ => value.to_sql(ty, out),
            },
            Self::Text(value) => value.as_str().to_sql(ty, out),
            Self::Blob(value) => value.as_slice().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        // A mismatch would be written as garbage, so it is refused here instead of in `accepts`.
        let fits = match self {
            Self::Null => true,
            Self::Int(_) => matches!(*ty, Type::INT8 | Type::INT4),
            Self::Text(_) => matches!(*ty, Type::TEXT | Type::VARCHAR),
            Self::Blob(_) => *ty == Type::BYTEA,
        };
        if fits { self.to_sql(ty, out) } else { Err(format!("a {self:?} was bound to a place of type {ty}").into()) }
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Binary
    }
}
