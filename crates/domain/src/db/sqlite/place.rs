//! Where the file lies, and what whoever opens it may do there.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{migrate, set_up, told, versions};
use crate::db::{Access, DbError};

/// The file of a house.
pub(super) struct Place {
    pub(super) path: PathBuf,
    /// Whether the log is left as it was found. Whoever closes the last connection would otherwise move into the file what
    /// a killed house left in its log, which is no reader's deed.
    leaves_log: bool,
}

impl Place {
    /// The file, which must be there with a house in it unless it may be made.
    pub(super) fn find(path: &Path, access: Access) -> Result<Self, DbError> {
        let place = Self { path: path.to_owned(), leaves_log: access == Access::Read && has_log(path) };
        match access {
            Access::Make => {}
            Access::Join | Access::Read => migrate::must_be_done(&place.applied()?)?,
        }
        Ok(place)
    }

    /// The file of any house, an older program's too, to be copied and left as it is.
    pub(super) fn to_be_copied(path: &Path) -> Result<Self, DbError> {
        let place = Self { path: path.to_owned(), leaves_log: has_log(path) };
        if place.applied()?.is_empty() { Err(migrate::NO_HOUSE) } else { Ok(place) }
    }

    /// Opens a connection that writes nothing anywhere.
    pub(super) fn reader(&self) -> Result<Connection, DbError> {
        let connection = self.connection().map_err(|error| told(&error))?;
        connection.pragma_update(None, "query_only", "ON").map_err(|error| told(&error))?;
        Ok(connection)
    }

    /// Opens a connection that one thread uses at a time, so that SQLite need not lock it.
    pub(super) fn connection(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&self.path, flags)?;
        set_up(&mut connection)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, self.leaves_log)?;
        Ok(connection)
    }

    /// The migrations that the file has had; none if no house was ever opened in it.
    fn applied(&self) -> Result<Vec<i64>, DbError> {
        if !self.path.is_file() {
            return Err(DbError::NoHouse("there is no such file"));
        }
        let reader = self.reader()?;
        let kept = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'";
        let is_kept = reader.query_row(kept, [], |row| row.get::<_, bool>(0));
        if !is_kept.map_err(|error| told(&error))? {
            return Ok(Vec::new());
        }
        versions(&reader)
    }
}

/// Whether the file has a log with something in it.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}
