//! Taking a file in: written to the disk as it comes, so that no part of it waits in memory, and hashed on the way.

use std::path::PathBuf;
use std::time::Duration;

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::http::StatusCode;
use domain::policy::reason::{REASON_MAX, Reason};
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::FILE_MAX;
use super::slot::{Slot, Stage};

/// How long a file may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
/// Fields of the form, at most.
const FIELDS_MAX: usize = 8;
/// Bytes of the source's name.
const NAME_MAX: usize = 100;
/// Bytes of a reason: what is longer is no reason.
const REASON_BYTES_MAX: usize = 4 * REASON_MAX + 1;

/// A file that is here. It is deleted when its path is dropped.
pub(super) struct Upload {
    pub(super) path: TempPath,
    pub(super) hash: [u8; 32],
    pub(super) source: String,
    pub(super) reason: Option<Reason>,
}

/// Why there is no file.
pub(super) enum UploadFault {
    /// The form had none, or no source.
    NoFile,
    /// Why it is imported is told in too many words.
    BadReason,
    /// It is too large.
    TooLarge,
    /// It did not arrive whole, or not in time.
    Broken,
    /// It could not be written down.
    Disk(std::io::Error),
}

impl From<MultipartError> for UploadFault {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Self::TooLarge } else { Self::Broken }
    }
}

impl From<std::io::Error> for UploadFault {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error)
    }
}

/// Takes the fields `source`, `reason` and `file` of a form.
pub(super) async fn receive(form: Multipart, folder: PathBuf, slot: &Slot) -> Result<Upload, UploadFault> {
    timeout(PATIENCE, take(form, folder, slot)).await.unwrap_or(Err(UploadFault::Broken))
}

async fn take(mut form: Multipart, folder: PathBuf, slot: &Slot) -> Result<Upload, UploadFault> {
    let (mut source, mut reason, mut file) = (String::new(), String::new(), None);
    for _ in 0..FIELDS_MAX {
        let Some(mut field) = form.next_field().await? else { break };
        match field.name() {
            Some("source") => source = short(&mut field, NAME_MAX).await?.ok_or(UploadFault::NoFile)?,
            Some("reason") => reason = short(&mut field, REASON_BYTES_MAX).await?.ok_or(UploadFault::BadReason)?,
            Some("file") if file.is_none() => file = keep(field, folder.clone(), slot).await?,
            _ => return Err(UploadFault::NoFile),
        }
    }
    let (path, hash) = file.ok_or(UploadFault::NoFile)?;
    let reason = Reason::parse_optional(&reason).map_err(|_| UploadFault::BadReason)?;
    if source.is_empty() { Err(UploadFault::NoFile) } else { Ok(Upload { path, hash, source, reason }) }
}

/// A field of words; none, if it has more bytes.
async fn short(field: &mut Field<'_>, length_max: usize) -> Result<Option<String>, MultipartError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        if bytes.len() + chunk.len() > length_max {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Writes a file down; none, if it is empty, as browsers send a field without a file.
async fn keep(mut field: Field<'_>, folder: PathBuf, slot: &Slot) -> Result<Option<(TempPath, [u8; 32])>, UploadFault> {
    let made = tokio::task::spawn_blocking(move || NamedTempFile::with_prefix_in("import-", folder)).await;
    let (file, path) = made.map_err(std::io::Error::other)??.into_parts();
    let mut file = File::from_std(file);
    let (mut hash, mut length) = (Sha256::new(), 0_usize);
    while let Some(chunk) = field.chunk().await? {
        length = length.saturating_add(chunk.len());
        if length > FILE_MAX {
            return Err(UploadFault::TooLarge);
        }
        hash.update(&chunk);
        file.write_all(&chunk).await?;
        slot.set(Stage::Receiving(length));
    }
    file.flush().await?;
    Ok((length > 0).then(|| (path, hash.finalize().into())))
}
