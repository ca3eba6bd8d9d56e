//! A house's schema in memory, as the migrations make it: what every other one is compared with.

use rusqlite::Connection;

use super::desk::{Desk, Run};
use super::{migrate_up, told};
use crate::db::{DbError, Row};

/// An SQLite in memory with the whole schema and no rows.
pub(in crate::db) struct Memory(Connection);

impl Memory {
    pub(in crate::db) fn migrated() -> Result<Self, DbError> {
        let mut connection = Connection::open_in_memory().map_err(|error| told(&error))?;
        migrate_up(&mut connection)?;
        Ok(Self(connection))
    }

    pub(in crate::db) fn all(&self, sql: &'static str) -> Result<Vec<Row>, DbError> {
        Desk::new(&self.0).all(sql, &[])
    }
}
