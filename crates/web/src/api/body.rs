//! Reading a request's body, up to a limit.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::time::timeout;

/// Bytes of a body that is too large which are still taken off the wire, so that its sender hears why it was refused
/// before the connection ends.
const DRAIN_MAX: u64 = 32 * 1024 * 1024;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// It has more bytes than allowed.
    TooLarge,
    /// It did not arrive whole, or not in time.
    Broken,
}

/// The bytes of a body of at most `max`.
pub(crate) async fn read(body: Body, max: usize, patience: Duration) -> Result<Vec<u8>, ReadError> {
    timeout(patience, collect(body, max)).await.unwrap_or(Err(ReadError::Broken))
}

async fn collect(mut body: Body, max: usize) -> Result<Vec<u8>, ReadError> {
    if body.size_hint().lower() > DRAIN_MAX {
        return Err(ReadError::TooLarge);
    }
    let mut bytes = Vec::new();
    let mut drained = 0_u64;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ReadError::Broken)?;
        let Some(data) = frame.data_ref() else { continue };
        if drained == 0 && bytes.len() + data.len() <= max {
            bytes.extend_from_slice(data);
            continue;
        }
        drained = drained.saturating_add(data.len().try_into().unwrap_or(u64::MAX));
        if drained > DRAIN_MAX {
            return Err(ReadError::TooLarge);
        }
    }
    if drained == 0 { Ok(bytes) } else { Err(ReadError::TooLarge) }
}
