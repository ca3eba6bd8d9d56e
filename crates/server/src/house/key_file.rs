//! The file with the master key: 32 bytes in base64, readable by its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::seal::Key;

use super::StartError;

/// Characters that a key file may hold: 44 of base64 and the ends of lines that editors leave.
const LENGTH_MAX: u64 = 64;

/// Reads the key; `None` if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Key>, StartError> {
    let failed = |error| StartError::KeyFile(path.to_owned(), error);
    let length = match fs::metadata(path) {
        Ok(found) => {
            if found.permissions().mode() & 0o077 != 0 {
                tracing::warn!(path = %path.display(), "others than its owner can read the key file: chmod 600 it");
            }
            found.len()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let malformed = || StartError::KeyMalformed(path.to_owned());
    if length > LENGTH_MAX {
        return Err(malformed());
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let bytes = STANDARD.decode(text.trim()).map_err(|_| malformed())?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| malformed())?;
    Ok(Some(Key::from_bytes(bytes)))
}

/// Makes a key and writes it, durably, before anything is sealed under it.
pub(super) fn create(path: &Path) -> Result<Key, StartError> {
    let key = Key::random();
    write(path, &STANDARD.encode(key.bytes())).map_err(|error| StartError::KeyFile(path.to_owned(), error))?;
    Ok(key)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_for_its_owner_alone_and_reads_back() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("key");
        let key = create(&path).expect("made");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(read(&path).ok().flatten().expect("there").bytes() == key.bytes());
        assert!(create(&path).is_err(), "a key is never overwritten");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("key");
        for text in ["", "c2hvcnQ=", "not base64 at all", &"A".repeat(1_000)] {
            fs::write(&path, text).expect("written");
            assert!(matches!(read(&path), Err(StartError::KeyMalformed(_))), "{text}");
        }
    }
}
