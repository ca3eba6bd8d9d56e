//! PDUs on a connection: a header of 16 bytes, and what its length says follows.

use tokio::io::{AsyncRead, AsyncReadExt};

/// The header: length, command, status, sequence number.
pub(super) const HEADER: usize = 16;
/// Bytes of a PDU that is read: 64 KiB of text, and what stands around it.
const FRAME_MAX: usize = 72 * 1024;
/// Bytes of a PDU that is skipped, so that the next one is found; with a longer one the connection is given up.
const SKIP_MAX: usize = 16 * 1024 * 1024;
/// Bytes that are asked for at once.
const READ: usize = 16 * 1024;
/// Lengths in a row that cannot be, before the connection is given up: there the peer and we have lost each other.
const ASTRAY_MAX: usize = 3;

pub(super) const GENERIC_NACK: u32 = 0x8000_0000;
pub(super) const BIND_RECEIVER: u32 = 0x0000_0001;
pub(super) const BIND_TRANSCEIVER: u32 = 0x0000_0009;
pub(super) const DELIVER_SM: u32 = 0x0000_0005;
pub(super) const UNBIND: u32 = 0x0000_0006;
pub(super) const OUTBIND: u32 = 0x0000_000B;
pub(super) const ENQUIRE_LINK: u32 = 0x0000_0015;
pub(super) const ALERT_NOTIFICATION: u32 = 0x0000_0102;
pub(super) const DATA_SM: u32 = 0x0000_0103;
/// The bit that makes a command the answer to one.
pub(super) const ANSWER: u32 = 0x8000_0000;

/// All is well.
pub(super) const OK: u32 = 0x00;
/// The length of a command is wrong.
pub(super) const BAD_LENGTH: u32 = 0x02;
/// The command is not known.
pub(super) const BAD_COMMAND: u32 = 0x03;
/// Not now: tell it again.
pub(super) const LATER: u32 = 0x64;
/// Never: do not tell it again.
pub(super) const NEVER: u32 = 0x65;

/// A PDU. It may hold a customer's text or a password, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) command: u32,
    pub(super) status: u32,
    pub(super) sequence: u32,
    /// What follows the header; of one that is too long, the beginning.
    pub(super) body: Vec<u8>,
    /// Whether it has the length that its header says, and one that can be.
    pub(super) is_whole: bool,
}

impl Frame {
    pub(super) fn new(command: u32, sequence: u32, body: Vec<u8>) -> Self {
        Self { command, status: OK, sequence, body, is_whole: true }
    }

    /// The answer to this one.
    pub(super) fn answer(&self, status: u32) -> Self {
        // A message id of no characters, which is what the answers to messages hold.
        let body = if matches!(self.command, DELIVER_SM | DATA_SM) { vec![0] } else { Vec::new() };
        Self { command: self.command | ANSWER, status, sequence: self.sequence, body, is_whole: true }
    }

    /// The answer to one that has none of its own.
    pub(super) fn refusal(&self, status: u32) -> Self {
        Self { command: GENERIC_NACK, status, sequence: self.sequence, body: Vec::new(), is_whole: true }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let length = u32::try_from(HEADER + self.body.len()).expect("what we write is short");
        for word in [length, self.command, self.status, self.sequence] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        out.extend_from_slice(&self.body);
    }
}

/// Why no more PDUs come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Lost {
    #[error("the connection was closed")]
    Closed,
    #[error("the connection broke")]
    Broken,
    #[error("the lengths of its commands make no sense")]
    Astray,
}

/// Reads PDUs one after the other. A read that is given up loses nothing.
pub(super) struct Frames<R> {
    from: R,
    buffer: Vec<u8>,
    /// Bytes of a PDU that is too long, still to come.
    skip: usize,
    astray: usize,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, buffer: Vec::new(), skip: 0, astray: 0 }
    }

    pub(super) async fn next(&mut self) -> Result<Frame, Lost> {
        loop {
            let skipped = self.skip.min(self.buffer.len());
            self.buffer.drain(..skipped);
            self.skip -= skipped;
            if self.skip == 0
                && let Some(frame) = self.take()?
            {
                return Ok(frame);
            }
            self.buffer.reserve(READ);
            match self.from.read_buf(&mut self.buffer).await {
                Ok(0) => return Err(Lost::Closed),
                Ok(_) => {}
                Err(_) => return Err(Lost::Broken),
            }
        }
    }

    /// The PDU at the front of what was read, if it is there as far as it is looked at.
    fn take(&mut self) -> Result<Option<Frame>, Lost> {
        let Some((header, _)) = self.buffer.split_first_chunk::<HEADER>() else { return Ok(None) };
        let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let (length, command, status, sequence) = (word(0), word(4), word(8), word(12));
        let length = usize::try_from(length).map_err(|_| Lost::Astray)?;
        if length > SKIP_MAX {
            return Err(Lost::Astray);
        }
        if length < HEADER {
            self.astray += 1;
            if self.astray >= ASTRAY_MAX {
                return Err(Lost::Astray);
            }
            self.buffer.drain(..HEADER);
            return Ok(Some(Frame { command, status, sequence, body: Vec::new(), is_whole: false }));
        }
        let read = length.min(FRAME_MAX);
        if self.buffer.len() < read {
            return Ok(None);
        }
        self.astray = 0;
        let body = self.buffer[HEADER..read].to_vec();
        self.buffer.drain(..read);
        self.skip = length - read;
        Ok(Some(Frame { command, status, sequence, body, is_whole: read == length }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(bytes: &[u8]) -> (Vec<Frame>, Lost) {
        let mut frames = Frames::new(bytes);
        let mut all = Vec::new();
        loop {
            match frames.next().await {
                Ok(frame) => all.push(frame),
                Err(lost) => return (all, lost),
            }
        }
    }

    fn written(frames: &[Frame]) -> Vec<u8> {
        let mut out = Vec::new();
        frames.iter().for_each(|frame| frame.write(&mut out));
        out
    }

    #[tokio::test]
    async fn what_is_written_is_read() {
        let frames = [Frame::new(ENQUIRE_LINK, 1, Vec::new()), Frame::new(DELIVER_SM, 2, vec![7; 70_000])];
        let (read, lost) = all(&written(&frames)).await;
        assert!(read == frames && lost == Lost::Closed);
        assert_eq!(written(&[frames[1].answer(OK)]).len(), 17);
    }

    #[tokio::test]
    async fn one_that_is_too_long_is_skipped_to_its_end() {
        let bytes = written(&[Frame::new(DELIVER_SM, 1, vec![0; 300_000]), Frame::new(ENQUIRE_LINK, 2, Vec::new())]);
        let (read, _) = all(&bytes).await;
        assert_eq!(
            read.iter().map(|frame| (frame.sequence, frame.is_whole)).collect::<Vec<_>>(),
            [(1, false), (2, true)]
        );
        assert!(read[0].body.len() < FRAME_MAX);
    }

    #[tokio::test]
    async fn lengths_that_cannot_be_are_borne_for_a_while() {
        let broken = [0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 9];
        let good = written(&[Frame::new(ENQUIRE_LINK, 2, Vec::new())]);
        let (read, lost) = all(&[&broken[..], &good, &broken, &good].concat()).await;
        assert_eq!((read.len(), lost), (4, Lost::Closed));
        let (read, lost) = all(&[broken; 4].concat()).await;
        assert_eq!((read.len(), lost), (ASTRAY_MAX - 1, Lost::Astray));
        assert_eq!(all(&[0xFF; 32]).await.1, Lost::Astray);
    }
}
