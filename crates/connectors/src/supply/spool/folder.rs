//! The folder of a spool: which files are in it, what is in them, and taking them away.
//!
//! Whoever may write there may put anything there, so only plain files of the folder itself are read, never what a link
//! points to, and of a bounded size.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, fstat, open, openat, statat, unlinkat};

/// Files that are looked at in one sweep. The next one finds more, because those that are kept are taken away.
const LISTED_MAX: usize = 10_000;
/// Bytes of a file. A message has 255 parts at most, and what is larger was not written by a spool.
pub(super) const FILE_MAX: u64 = 256 * 1024;

/// A folder that is open.
pub(super) struct Folder(OwnedFd);

/// A file as it was when it was looked at. It is the same later if nothing of this differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Seen {
    changed: (i64, i64),
    pub(super) name: CString,
    pub(super) size: u64,
    inode: u64,
}

impl Seen {
    /// A plain file with something in it; `None` for all else.
    fn of(name: CString, stat: &Stat) -> Option<Self> {
        let is_plain = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        let size = u64::try_from(stat.st_size).ok().filter(|size| is_plain && *size > 0)?;
        let changed = (stat.st_mtime, i64::try_from(stat.st_mtime_nsec).ok()?);
        Some(Self { changed, name, size, inode: stat.st_ino })
    }
}

impl Folder {
    /// Opens a folder.
    ///
    /// # Errors
    /// What the system said.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
    }

    /// The files whose names fit, the oldest first.
    ///
    /// # Errors
    /// What the system said.
    pub(super) fn list(&self, is_ours: fn(&str) -> bool) -> io::Result<Vec<Seen>> {
        let mut all = Vec::new();
        for entry in Dir::read_from(&self.0)?.take(LISTED_MAX) {
            let name = entry?.file_name().to_owned();
            if !name.to_str().is_ok_and(|name| !name.starts_with('.') && is_ours(name)) {
                continue;
            }
            // It may be gone since.
            let Ok(stat) = statat(&self.0, &name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            all.extend(Seen::of(name, &stat));
        }
        all.sort_unstable();
        Ok(all)
    }

    /// What is in a file; `None` if it is not the one any more that was seen.
    ///
    /// # Errors
    /// What the system said.
    pub(super) fn read(&self, seen: &Seen) -> io::Result<Option<Vec<u8>>> {
        // Without `NONBLOCK` a pipe that was put in its place would be waited for.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(&self.0, &seen.name, flags, Mode::empty())?;
        let is_same = |stat: &Stat| Seen::of(seen.name.clone(), stat).as_ref() == Some(seen);
        if !is_same(&fstat(&file)?) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        File::from(file.try_clone()?).take(FILE_MAX).read_to_end(&mut bytes)?;
        Ok(if is_same(&fstat(&file)?) { Some(bytes) } else { None })
    }

    /// Takes a file away, unless it is not the one any more that was seen; whether it is gone.
    ///
    /// # Errors
    /// What the system said.
    pub(super) fn take_away(&self, seen: &Seen) -> io::Result<bool> {
        let stat = match statat(&self.0, &seen.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(rustix::io::Errno::NOENT) => return Ok(true),
            Err(error) => return Err(error.into()),
        };
        if Seen::of(seen.name.clone(), &stat).as_ref() != Some(seen) {
            return Ok(false);
        }
        unlinkat(&self.0, &seen.name, AtFlags::empty())?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_plain_files_that_stay_the_same_are_read_and_taken() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        std::fs::write(at("a"), "one").unwrap();
        std::fs::write(at("empty"), "").unwrap();
        std::fs::write(at(".hidden"), "x").unwrap();
        std::fs::write(at("other"), "x").unwrap();
        std::fs::create_dir(at("aa")).unwrap();
        symlink("/etc/passwd", at("ab")).unwrap();
        let folder = Folder::open(scratch.path()).unwrap();
        let listed = folder.list(|name| name.starts_with('a')).unwrap();
        let [seen] = listed.as_slice() else { panic!("one file") };
        assert_eq!(folder.read(seen).unwrap().as_deref(), Some(&b"one"[..]));
        std::fs::write(at("a"), "more").unwrap();
        assert!(folder.read(seen).unwrap().is_none() && !folder.take_away(seen).unwrap());
        std::fs::remove_file(at("a")).unwrap();
        symlink(at("other"), at("a")).unwrap();
        assert!(folder.read(seen).is_err() && !folder.take_away(seen).unwrap());
        assert_eq!(std::fs::read(at("other")).unwrap(), b"x");
        let seen = folder.list(|name| name == "other").unwrap().remove(0);
        assert!(folder.take_away(&seen).unwrap() && folder.take_away(&seen).unwrap());
        assert!(Folder::open(&at("nowhere")).is_err());
    }
}
