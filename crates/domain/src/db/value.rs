//! The three kinds of value that both engines keep alike, and the rows made of them.

use super::DbError;

/// A value bound to a place of a statement, or read from a column.
#[derive(Clone, PartialEq, Eq)]
pub enum Val {
    /// SQL's NULL.
    Null,
    /// A BIGINT: money in micro-dollars, time in ms since 1970 UTC, ids, flags.
    Int(i64),
    /// A TEXT without NUL bytes.
    Text(String),
    /// A BLOB (BYTEA on PostgreSQL).
    Blob(Vec<u8>),
}

impl From<i64> for Val {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Val {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<&str> for Val {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Val {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<String> for Val {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&[u8]> for Val {
    fn from(value: &[u8]) -> Self {
        Self::Blob(value.to_vec())
    }
}

impl From<Vec<u8>> for Val {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl<T> From<Option<T>> for Val
where
    Val: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// A row that was read. Columns are counted from 0; asking for the wrong type is a fault of the SQL text beside the
/// call, not of the data, so it panics and fails the story.
#[derive(Clone)]
pub struct Row(pub(super) Vec<Val>);

impl Row {
    /// A BIGINT that is not null.
    #[must_use]
    pub fn int(&self, column: usize) -> i64 {
        self.opt_int(column).expect("this column is never null")
    }

    /// A BIGINT that may be null.
    #[must_use]
    pub fn opt_int(&self, column: usize) -> Option<i64> {
        match &self.0[column] {
            Val::Null => None,
            Val::Int(value) => Some(*value),
            Val::Text(_) | Val::Blob(_) => panic!("column {column} is not a BIGINT"),
        }
    }

    /// A flag kept as 0 or 1.
    #[must_use]
    pub fn flag(&self, column: usize) -> bool {
        self.int(column) != 0
    }

    /// A TEXT that is not null.
    #[must_use]
    pub fn text(&self, column: usize) -> &str {
        self.opt_text(column).expect("this column is never null")
    }

    /// A TEXT that may be null.
    #[must_use]
    pub fn opt_text(&self, column: usize) -> Option<&str> {
        match &self.0[column] {
            Val::Null => None,
            Val::Text(value) => Some(value),
            Val::Int(_) | Val::Blob(_) => panic!("column {column} is not a TEXT"),
        }
    }

    /// A BLOB that is not null.
    #[must_use]
    pub fn blob(&self, column: usize) -> &[u8] {
        self.opt_blob(column).expect("this column is never null")
    }

    /// A BLOB that may be null.
    #[must_use]
    pub fn opt_blob(&self, column: usize) -> Option<&[u8]> {
        match &self.0[column] {
            Val::Null => None,
            Val::Blob(value) => Some(value),
            Val::Int(_) | Val::Text(_) => panic!("column {column} is not a BLOB"),
        }
    }
}

/// A word of a fixed set kept as TEXT, such as a state, read back into its type.
///
/// # Errors
/// [`DbError::Damaged`] where the word is not of the set.
pub(crate) fn word<T>(found: Option<T>, what: &'static str) -> Result<T, DbError> {
    found.ok_or(DbError::Damaged(what))
}
