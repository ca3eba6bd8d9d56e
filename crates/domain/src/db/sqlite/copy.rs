//! Copies of a database that is in use, and whether a copy is whole.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{migrate, told};
use crate::db::DbError;

/// Copies the database as of one moment. The copy is compact: what was deleted is not in it.
pub(super) async fn copy(path: &Path, target: PathBuf) -> Result<(), DbError> {
    let path = path.to_owned();
    let copy = move || {
        // A connection of its own, because the house's readers refuse to write anywhere.
        let connection = Connection::open(&path).map_err(|error| told(&error))?;
        let text = target.to_string_lossy().into_owned();
        connection.execute("VACUUM INTO ?1", [text]).map_err(|error| told(&error))?;
        let file = std::fs::File::open(&target).and_then(|file| file.sync_all());
        file.map_err(|error| DbError::Engine(error.to_string()))
    };
    tokio::task::spawn_blocking(copy).await.map_err(|_| DbError::Panicked)?
}

/// Reads every page of a copy, checks that it is whole, and tells which schema it has.
pub(in crate::db) fn check(path: &Path) -> Result<i64, DbError> {
    let connection = Connection::open(path).map_err(|error| told(&error))?;
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
