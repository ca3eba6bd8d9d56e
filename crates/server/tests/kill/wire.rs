//! One connection to a node, as a plain client of HTTP/1.1 has it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::history::{Answer, Broken};

/// Longer than `wait=60` may take.
const PATIENCE: Duration = Duration::from_secs(90);
/// Bytes of an answer, at most.
const BODY_MAX: usize = 1 << 20;

/// A connection that is kept for the next request while it stands.
pub(crate) struct Wire {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
}

impl Wire {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Sends a request, whole with its head, and reads the answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer, Broken> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(self.address).await.map_err(|_| Broken::Refused)?,
        };
        let answer = timeout(PATIENCE, exchange(&mut stream, request)).await.map_err(|_| Broken::Silent)?;
        let (answer, stays_open) = answer?;
        self.stream = stays_open.then_some(stream);
        Ok(answer)
    }
}

async fn open(address: SocketAddr) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(BufReader::new(stream))
}

async fn exchange(stream: &mut BufReader<TcpStream>, request: &[u8]) -> Result<(Answer, bool), Broken> {
    stream.write_all(request).await.map_err(|_| Broken::Closed)?;
    if !stream.fill_buf().await.is_ok_and(|first| !first.is_empty()) {
        return Err(Broken::Closed);
    }
    read(stream).await.map_err(|_| Broken::Torn)
}

/// Reads an answer, and whether the connection stays open after it.
async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<(Answer, bool)> {
    let first = line(stream).await?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let (mut length, mut stays_open) = (0, true);
    loop {
        let header = line(stream).await?.to_ascii_lowercase();
        let Some((name, value)) = header.split_once(':') else { break };
        match name {
            "content-length" => length = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?,
            "connection" => stays_open = value.trim() != "close",
            _ => {}
        }
    }
    if length > BODY_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let body = String::from_utf8(body).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok((Answer { status, body }, stays_open))
}

async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 || !line.ends_with('\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}
