//! Copies of a database that is in use, and whether a copy is whole.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::place::Place;
use super::{migrate, told};
use crate::db::DbError;

/// Copies the database as of one moment. The copy is compact: what was deleted is not in it.
pub(in crate::db) fn copy(from: &Path, to: &Path) -> Result<(), DbError> {
    // The house's readers refuse to write anywhere, into another file too.
    let connection = Place::to_be_copied(from)?.connection().map_err(|error| told(&error))?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(|error| told(&error))?;
    let file = std::fs::File::open(to).and_then(|file| file.sync_all());
    file.map_err(|error| DbError::Engine(error.to_string()))
}

/// Reads every page of a copy, checks that it is whole, and tells which schema it has.
pub(in crate::db) fn check(path: &Path) -> Result<i64, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| told(&error))?;
    let is_whole = |sql: &str| {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        match rows.next()? {
            Some(row) => Ok(row.get_ref(0)?.as_str().unwrap_or("") == "ok"),
            None => Ok(true),
        }
    };
    for sql in ["PRAGMA integrity_check(1)", "PRAGMA foreign_key_check"] {
        if !is_whole(sql).map_err(|error| told(&error))? {
            return Err(DbError::Damaged("the copy is not whole"));
        }
    }
    let version = connection.query_row("SELECT COALESCE(MAX(version), 0) FROM migration", [], |row| row.get(0));
    let version = version.map_err(|_| DbError::Damaged("the file is not a database of a house"))?;
    migrate::pending(&[version])?;
    Ok(version)
}
