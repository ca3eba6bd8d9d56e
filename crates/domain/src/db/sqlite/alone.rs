//! Who serves from a file alone knows it: a lock that ends with its process, however that ends.

use std::fs::File;
use std::path::Path;

/// What the name of the lock's file has more than the name of the database's.
const LOCK: &str = "-lock";

/// Held for as long as the file is this process's alone to serve from.
pub(super) struct Alone(#[expect(dead_code, reason = "the lock lasts as long as its file is open")] File);

impl Alone {
    /// Takes the lock, unless another process has it or the system has no such lock there.
    pub(super) fn take(path: &Path) -> Option<Self> {
        // The database's own file is left alone: whoever opens that beside SQLite and closes it takes SQLite's own locks
        // away (sqlite.org, "How To Corrupt An SQLite Database File", 2.2). The lock's file is empty and stays where it
        // is, because who took it away while a house runs would let the next one believe that it is alone.
        let mut place = path.canonicalize().ok()?.into_os_string();
        place.push(LOCK);
        // One that was made by another user may be read, and that is enough.
        let file = File::open(&place).or_else(|_| File::options().append(true).create(true).open(&place)).ok()?;
        file.try_lock().ok()?;
        Some(Self(file))
    }
}
