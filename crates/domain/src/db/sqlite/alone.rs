//! Who serves from a file alone knows it: a lock that ends with its process, however that ends.

use std::fs::File;
use std::path::Path;

/// Held for as long as the file is this process's alone to serve from.
pub(super) struct Alone(#[expect(dead_code, reason = "the lock lasts as long as its file is open")] File);

impl Alone {
    /// Takes the lock, unless another process has it or the system has no such lock there.
    pub(super) fn take(path: &Path) -> Option<Self> {
        // The folder is locked and not the file: whoever opens that beside SQLite and closes it takes SQLite's own locks
        // away (sqlite.org, "How To Corrupt An SQLite Database File", 2.2), and a file made for it would be one more to
        // look after. Of several houses in one folder, only the first is alone.
        let folder = File::open(path.canonicalize().ok()?.parent()?).ok()?;
        folder.try_lock().ok()?;
        Some(Self(folder))
    }
}
