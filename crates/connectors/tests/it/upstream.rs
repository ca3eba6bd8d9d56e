//! The other end of a connector that buys: a server on the loopback that answers as a test says, written from the
//! standard and from nothing of ours.

use std::sync::{Arc, Mutex};

use domain::supply::{House, Registry};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A question that came.
pub(crate) struct Asked {
    pub(crate) method: String,
    /// The path and the query.
    pub(crate) target: String,
    /// The header `authorization`, empty where there is none.
    pub(crate) authorization: String,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A field of the query.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(field, _)| *field == name).map(|(_, value)| value.replace("%20", " "))
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// What the server does with a question.
#[derive(Clone)]
pub(crate) enum Says {
    /// It answers with a status, more header lines, and a body.
    Answer(u16, String, String),
    /// It says these bytes and nothing else.
    Bytes(&'static str),
    /// It hangs up.
    HangsUp,
    /// It says nothing, and keeps the line.
    Hangs,
    /// It answers without end: 100 MB are told, and more are sent.
    Pours,
}

impl Says {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::Answer(200, String::new(), body.into())
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self::ok(body.to_string())
    }

    pub(crate) fn status(status: u16, body: impl Into<String>) -> Self {
        Self::Answer(status, String::new(), body.into())
    }
}

/// A server that listens.
pub(crate) struct Server {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Opens one that answers so.
    pub(crate) async fn open(answer: impl FnMut(&Asked) -> Says + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        let answer = Arc::new(Mutex::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let Some(asked) = read(&mut stream).await else { return };
                    kept.lock().expect("whole").push(format!("{} {}", asked.method, asked.target));
                    let says = answer.lock().expect("whole")(&asked);
                    // Whoever asked may be gone by now.
                    drop(say(stream.get_mut(), says).await);
                });
            }
        });
        Self { port, asked }
    }

    /// The methods and targets of all that was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("whole").clone()
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut first = String::new();
    stream.read_line(&mut first).await.ok().filter(|length| *length > 0)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|length| *length > 0)?;
        if line.trim().is_empty() {
            break;
        }
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok()?,
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                value.trim().clone_into(&mut authorization);
            }
            Some(_) | None => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { method, target, authorization, body: String::from_utf8(body).ok()? })
}

async fn say(stream: &mut TcpStream, says: Says) -> std::io::Result<()> {
    match says {
        Says::Answer(status, headers, body) => {
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await?;
        }
        Says::Bytes(bytes) => stream.write_all(bytes.as_bytes()).await?,
        Says::HangsUp => {}
        Says::Hangs => std::future::pending().await,
        Says::Pours => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n").await?;
            loop {
                stream.write_all(&[b' '; 16 * 1024]).await?;
            }
        }
    }
    stream.shutdown().await
}

/// The house of a connector.
pub(crate) fn house(name: &str) -> &'static dyn House {
    static REGISTRY: std::sync::LazyLock<Registry> = std::sync::LazyLock::new(connectors::registry);
    let registry: &'static Registry = &REGISTRY;
    registry.get(name).and_then(|connector| connector.house()).expect("a house")
}
