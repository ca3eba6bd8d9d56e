//! A connection that holds a read lock while nobody writes, so that the house's readers need not ask the system for it.
//!
//! Each read of SQLite's log begins and ends with a lock on the newest state, which the connections of one process
//! share: only the first asks the system and only the last gives it back, under a mutex that all of them need.
//! Without the keeper every read is the first and the last one, and readers wait for each other's calls to the system.

use std::time::Duration;

use rusqlite::Connection;

use super::desk::{Desk, Run};

/// How long the keeper holds one state. Another process may have written meanwhile: readers then see its changes all
/// the same, but they ask the system again, and the log cannot begin anew before the keeper lets go.
pub(super) const HOLD: Duration = Duration::from_millis(200);

/// Holds the newest state, or nothing.
pub(super) struct Keeper<'c> {
    desk: Desk<'c>,
    is_holding: bool,
}

impl<'c> Keeper<'c> {
    pub(super) fn new(reader: &'c Connection) -> Self {
        Self { desk: Desk::new(reader), is_holding: false }
    }

    /// Holds the newest state from now on. Failing costs speed only, so nobody is told.
    pub(super) fn hold(&mut self) {
        self.release();
        // A transaction locks nothing before its first read.
        let begun = self.desk.batch("BEGIN");
        self.is_holding = begun.is_ok();
        if begun.and_then(|()| self.desk.run("SELECT 1 FROM migration LIMIT 1", &[])).is_err() {
            self.release();
        }
    }

    /// Lets go, so that the log may begin anew with the next write.
    pub(super) fn release(&mut self) {
        if std::mem::take(&mut self.is_holding) {
            drop(self.desk.batch("ROLLBACK"));
        }
    }
}
