//! A connection with the statements that were prepared on it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Statement};

use super::super::{BY_LETTER, DbError, FOR_UPDATE, JSON_LIST, JSON_PAIRS, Row, Val};
use super::told;

/// A connection at work. It keeps each statement that it ran at hand, found by where its text lies: by the text itself, as
/// the connection finds them, a short statement takes longer to be found than to run. What it kept goes back to the
/// connection, for the next desk.
pub(super) struct Desk<'c> {
    connection: &'c Connection,
    statements: HashMap<(usize, usize), CachedStatement<'c>>,
    /// Whether parts stand behind savepoints.
    is_careful: bool,
    /// Whether a part failed that changed something and stood behind none.
    is_spoiled: bool,
}

/// The statements of a savepoint.
pub(in crate::db) struct Savepoint {
    begin: &'static str,
    undo: &'static str,
    end: &'static str,
}

/// Around a story in its batch. It has a name of its own: a panic leaves savepoints of parts open within it, and what is
/// undone is the newest of a name.
static STORY: Savepoint =
    Savepoint { begin: "SAVEPOINT story", undo: "ROLLBACK TO SAVEPOINT story", end: "RELEASE SAVEPOINT story" };
/// Around a part of a story.
static PART: Savepoint =
    Savepoint { begin: "SAVEPOINT part", undo: "ROLLBACK TO SAVEPOINT part", end: "RELEASE SAVEPOINT part" };

/// What may have to be undone while what stands around it is kept: a story in its batch, or a part of a story.
pub(in crate::db) enum Part {
    /// It stands behind a savepoint.
    Saved(&'static Savepoint),
    /// It stands behind none; so many rows had been changed before it.
    Bare(u64),
}

impl<'c> Desk<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, statements: HashMap::new(), is_careful: false, is_spoiled: false }
    }

    /// Puts parts behind savepoints from now on, or does not.
    pub(super) fn set_careful(&mut self, is_careful: bool) {
        (self.is_careful, self.is_spoiled) = (is_careful, false);
    }

    /// Whether the transaction must be undone as a whole, because a part of it could not be undone alone.
    pub(super) fn is_spoiled(&self) -> bool {
        self.is_spoiled
    }

    /// Begins a story of a batch.
    pub(super) fn begin_story(&mut self) -> Result<Part, DbError> {
        self.begin(&STORY)
    }

    fn begin(&mut self, savepoint: &'static Savepoint) -> Result<Part, DbError> {
        if !self.is_careful {
            return Ok(Part::Bare(self.connection.total_changes()));
        }
        self.batch(savepoint.begin)?;
        Ok(Part::Saved(savepoint))
    }

    /// Ends a part or a story, and undoes it if it failed. What stands behind no savepoint and changed something spoils the
    /// transaction instead. An error means that the whole transaction is gone, or must go.
    pub(super) fn end(&mut self, part: Part, has_failed: bool) -> Result<(), DbError> {
        // On a full disk or an I/O error SQLite rolls back everything, not just the part: what is written from now on would
        // be kept statement by statement.
        if self.connection.is_autocommit() {
            return Err(DbError::Engine("SQLite rolled the whole batch back".to_owned()));
        }
        match part {
            Part::Bare(changes) => {
                self.is_spoiled |= has_failed && self.connection.total_changes() != changes;
                Ok(())
            }
            Part::Saved(savepoint) => {
                if has_failed {
                    self.batch(savepoint.undo)?;
                }
                self.batch(savepoint.end)
            }
        }
    }

    /// Runs one statement that begins or ends something.
    pub(super) fn batch(&mut self, sql: &'static str) -> Result<(), DbError> {
        self.run(sql, &[]).map(drop)
    }

    fn statement(&mut self, sql: &'static str) -> rusqlite::Result<&mut Statement<'c>> {
        match self.statements.entry((sql.as_ptr() as usize, sql.len())) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(self.connection.prepare_cached(&places(sql))?)),
        }
    }
}

/// A desk whose connection's life is forgotten, so that no story has to name it.
pub(in crate::db) trait Run {
    /// Runs a statement and tells its rows.
    fn all(&mut self, sql: &'static str, values: &[Val]) -> Result<Vec<Row>, DbError>;
    /// Runs a statement and counts the rows that it changed, or tells.
    fn run(&mut self, sql: &'static str, values: &[Val]) -> Result<u64, DbError>;
    /// Begins a part.
    fn begin_part(&mut self) -> Result<Part, DbError>;
    /// Ends a part, and undoes it if it failed.
    fn end_part(&mut self, part: Part, has_failed: bool) -> Result<(), DbError>;
}

impl Run for Desk<'_> {
    fn all(&mut self, sql: &'static str, values: &[Val]) -> Result<Vec<Row>, DbError> {
        let statement = self.statement(sql).map_err(|error| told(&error))?;
        all(statement, values).map_err(|error| told(&error))
    }

    fn run(&mut self, sql: &'static str, values: &[Val]) -> Result<u64, DbError> {
        let statement = self.statement(sql).map_err(|error| told(&error))?;
        run(statement, values).map_err(|error| told(&error))
    }

    fn begin_part(&mut self) -> Result<Part, DbError> {
        self.begin(&PART)
    }

    fn end_part(&mut self, part: Part, has_failed: bool) -> Result<(), DbError> {
        self.end(part, has_failed)
    }
}

fn all(statement: &mut Statement<'_>, values: &[Val]) -> rusqlite::Result<Vec<Row>> {
    bind(statement, values)?;
    let columns = statement.column_count();
    let mut cursor = statement.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = cursor.next()? {
        let mut cells = Vec::with_capacity(columns);
        for column in 0..columns {
            cells.push(cell(row.get_ref(column)?));
        }
        rows.push(Row(cells));
    }
    Ok(rows)
}

fn run(statement: &mut Statement<'_>, values: &[Val]) -> rusqlite::Result<u64> {
    bind(statement, values)?;
    if statement.column_count() == 0 {
        return Ok(statement.raw_execute()? as u64);
    }
    let (mut cursor, mut rows) = (statement.raw_query(), 0);
    while cursor.next()?.is_some() {
        rows += 1;
    }
    Ok(rows)
}

/// SQLite numbers `$2` by where it first stands; only `?2` means the second value. With one writer no row needs a
/// lock of its own.
fn places(sql: &str) -> String {
    let list = "SELECT value FROM json_each(?1)";
    let pairs = "SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(?1)";
    let (list_place, pairs_place) = (JSON_LIST.replace('$', "?"), JSON_PAIRS.replace('$', "?"));
    let text = sql.replace('$', "?").replace(FOR_UPDATE, "").replace(BY_LETTER, "");
    text.replace(&list_place, list).replace(&pairs_place, pairs)
}

/// A statement at hand still has what was bound last: every place is bound anew, or the statement is not run.
fn bind(statement: &mut Statement<'_>, values: &[Val]) -> rusqlite::Result<()> {
    let places = statement.parameter_count();
    if places != values.len() {
        return Err(rusqlite::Error::InvalidParameterCount(values.len(), places));
    }
    for (index, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value)?;
    }
    Ok(())
}

fn cell(value: ValueRef<'_>) -> Val {
    match value {
        ValueRef::Null => Val::Null,
        ValueRef::Integer(value) => Val::Int(value),
        ValueRef::Text(value) => Val::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Val::Blob(value.to_vec()),
        ValueRef::Real(_) => panic!("no column of the house holds a float"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_not_named() {
        assert_eq!(places("SELECT $2 || $1 FROM t"), "SELECT ?2 || ?1 FROM t");
    }
}
