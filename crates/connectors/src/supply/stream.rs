//! A connection of either kind, whatever is beneath it.

use tokio::io::{AsyncRead, AsyncWrite};

/// What can be read and written.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}
