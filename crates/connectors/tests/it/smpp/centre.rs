//! A message centre of the tests, written from the standard's tables and from nothing of ours.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::house::NUMBER;

const PATIENCE: Duration = Duration::from_secs(20);

/// A PDU that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pdu {
    pub(crate) command: u32,
    pub(crate) status: u32,
    pub(crate) sequence: u32,
    pub(crate) body: Vec<u8>,
}

/// The centre; it listens.
pub(crate) struct Centre {
    listener: TcpListener,
}

/// A house that is bound.
pub(crate) struct Bound {
    stream: TcpStream,
    pub(crate) bind: Pdu,
}

impl Centre {
    pub(crate) async fn open() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("a port") }
    }

    pub(crate) fn address(&self) -> String {
        self.listener.local_addr().expect("an address").to_string()
    }

    /// A house that connects, and is not answered yet.
    pub(crate) async fn silent(&self) -> Bound {
        let (stream, _) = timeout(PATIENCE, self.listener.accept()).await.expect("in time").expect("a connection");
        let mut bound = Bound { stream, bind: Pdu { command: 0, status: 0, sequence: 0, body: Vec::new() } };
        bound.bind = bound.read().await;
        bound
    }

    /// A house that connects, and is answered with a status.
    pub(crate) async fn answer(&self, status: u32) -> Bound {
        let mut bound = self.silent().await;
        bound.answer(status).await;
        bound
    }

    pub(crate) async fn bound(&self) -> Bound {
        self.answer(0).await
    }
}

impl Bound {
    /// Answers the bind.
    pub(crate) async fn accept(&mut self) {
        self.answer(0).await;
    }

    async fn answer(&mut self, status: u32) {
        let body: &[u8] = if status == 0 { b"CENTRE\0" } else { b"" };
        let answer = pdu(self.bind.command | 0x8000_0000, status, self.bind.sequence, body);
        self.send(&answer).await;
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("sent");
    }

    /// The next PDU; questions are among them.
    pub(crate) async fn read(&mut self) -> Pdu {
        let mut header = [0; 16];
        timeout(PATIENCE, self.stream.read_exact(&mut header)).await.expect("in time").expect("a PDU");
        let word = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().expect("four bytes"));
        let mut body = vec![0; usize::try_from(word(0)).expect("short") - 16];
        self.stream.read_exact(&mut body).await.expect("a body");
        Pdu { command: word(4), status: word(8), sequence: word(12), body }
    }

    /// The next PDU that is no question; questions are answered.
    pub(crate) async fn hear(&mut self) -> Pdu {
        loop {
            let pdu = self.read().await;
            if pdu.command != 0x15 {
                return pdu;
            }
            self.say(0x8000_0015, pdu.sequence, b"").await;
        }
    }

    pub(crate) async fn say(&mut self, command: u32, sequence: u32, body: &[u8]) {
        self.send(&pdu(command, 0, sequence, body)).await;
    }

    /// Tells a message and hears what is answered.
    pub(crate) async fn tell(&mut self, sequence: u32, sms: &Sms) -> u32 {
        self.say(5, sequence, &sms.body()).await;
        let answer = self.hear().await;
        assert_eq!((answer.command, answer.sequence, answer.body.as_slice()), (0x8000_0005, sequence, &[0][..]));
        answer.status
    }

    /// Whether the house closed the connection.
    pub(crate) async fn is_closed(&mut self) -> bool {
        let mut byte = [0];
        matches!(timeout(PATIENCE, self.stream.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
    }
}

pub(crate) fn pdu(command: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).expect("short");
    let mut bytes: Vec<u8> = [length, command, status, sequence].iter().flat_map(|word| word.to_be_bytes()).collect();
    bytes.extend(body);
    bytes
}

pub(crate) fn parameter(tag: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).expect("short");
    [&tag.to_be_bytes()[..], &length.to_be_bytes(), value].concat()
}

/// What a `deliver_sm` says, field by field.
#[derive(Clone)]
pub(crate) struct Sms {
    pub(crate) service_type: Vec<u8>,
    pub(crate) source: (u8, Vec<u8>),
    pub(crate) destination: Vec<u8>,
    pub(crate) esm_class: u8,
    pub(crate) protocol: u8,
    pub(crate) times: [Vec<u8>; 2],
    pub(crate) data_coding: u8,
    /// The length that is told, if it is a lie.
    pub(crate) length: Option<u8>,
    pub(crate) text: Vec<u8>,
    pub(crate) rest: Vec<u8>,
}

impl Sms {
    pub(crate) fn new(text: impl AsRef<[u8]>) -> Self {
        Self {
            service_type: Vec::new(),
            source: (3, b"22395".to_vec()),
            destination: NUMBER.as_bytes().to_vec(),
            esm_class: 0,
            protocol: 0,
            times: [Vec::new(), Vec::new()],
            data_coding: 0,
            length: None,
            text: text.as_ref().to_vec(),
            rest: Vec::new(),
        }
    }

    pub(crate) fn from(mut self, kind: u8, source: impl AsRef<[u8]>) -> Self {
        self.source = (kind, source.as_ref().to_vec());
        self
    }

    pub(crate) fn coded(mut self, data_coding: u8) -> Self {
        self.data_coding = data_coding;
        self
    }

    pub(crate) fn class(mut self, esm_class: u8) -> Self {
        self.esm_class = esm_class;
        self
    }

    pub(crate) fn with(mut self, tag: u16, value: impl AsRef<[u8]>) -> Self {
        self.rest.extend(parameter(tag, value.as_ref()));
        self
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let string = |body: &mut Vec<u8>, text: &[u8]| {
            body.extend(text);
            body.push(0);
        };
        string(&mut body, &self.service_type);
        body.extend([self.source.0, 1]);
        string(&mut body, &self.source.1);
        body.extend([1, 1]);
        string(&mut body, &self.destination);
        body.extend([self.esm_class, self.protocol, 0]);
        string(&mut body, &self.times[0]);
        string(&mut body, &self.times[1]);
        body.extend([0, 0, self.data_coding, 0]);
        body.push(self.length.unwrap_or_else(|| u8::try_from(self.text.len()).expect("short")));
        body.extend(&self.text);
        body.extend(&self.rest);
        body
    }

    /// The same as `data_sm`.
    pub(crate) fn data(&self) -> Vec<u8> {
        let mut body = self.service_type.clone();
        body.extend([0, self.source.0, 1]);
        body.extend(&self.source.1);
        body.extend([0, 1, 1]);
        body.extend(&self.destination);
        body.extend([0, self.esm_class, 0, self.data_coding]);
        body.extend(&self.rest);
        body
    }
}
