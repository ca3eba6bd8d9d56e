//! A message centre to which one house, or one gateway, is bound by SMPP and which keeps a window of messages on their way
//! to it.

use std::pin::pin;
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::push::text;

/// Messages on their way at once.
pub(crate) const WINDOW: usize = 100;
/// Bytes of a PDU's header.
const HEADER: usize = 16;
const BIND_RECEIVER: u32 = 1;
const DELIVER_SM: u32 = 5;
const ENQUIRE_LINK: u32 = 0x15;
const ANSWER: u32 = 0x8000_0000;

/// A message centre to which somebody is bound.
pub(crate) struct Centre {
    stream: BufReader<TcpStream>,
    sequence: u32,
    told: usize,
}

impl Centre {
    /// The centre of whoever binds next at a listener, as a receiver.
    pub(crate) async fn of(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().await.expect("somebody connects");
        stream.set_nodelay(true).expect("a TCP stream");
        let mut centre = Self { stream: BufReader::new(stream), sequence: 0, told: 0 };
        let (command, _, sequence) = centre.read().await;
        assert_eq!(command, BIND_RECEIVER, "it binds as a receiver");
        let mut answer = Vec::new();
        pdu(&mut answer, command | ANSWER, sequence, b"bench\0");
        centre.stream.get_mut().write_all(&answer).await.expect("it reads");
        centre
    }

    /// Delivers a message to each of these numbers, and tells how many a second were answered.
    pub(crate) async fn deliver(&mut self, numbers: &[String]) -> f64 {
        let begun = Instant::now();
        let (mut sent, mut answered) = (0, 0);
        let mut out = Vec::new();
        while answered < numbers.len() {
            while sent < numbers.len() && sent < answered + WINDOW {
                self.sequence += 1;
                self.told += 1;
                pdu(&mut out, DELIVER_SM, self.sequence, &deliver_sm(&numbers[sent], &text(self.told)));
                sent += 1;
            }
            self.stream.get_mut().write_all(&out).await.expect("it reads");
            out.clear();
            // All answers that are here, so that many travel in one segment both ways.
            loop {
                let (command, status, sequence) = self.read().await;
                match command {
                    ENQUIRE_LINK => pdu(&mut out, command | ANSWER, sequence, &[]),
                    _ => {
                        assert_eq!((command, status), (DELIVER_SM | ANSWER, 0), "every message is kept");
                        answered += 1;
                    }
                }
                if self.stream.buffer().len() < HEADER {
                    break;
                }
            }
        }
        let rate = f64::from(u32::try_from(answered).expect("few")) / begun.elapsed().as_secs_f64();
        // The answer to an enquiry that came with the last of them: without it the link would be given up.
        self.stream.get_mut().write_all(&out).await.expect("it reads");
        rate
    }

    /// Waits for something, and answers meanwhile whether the link still stands: who hears nothing for long binds anew.
    pub(crate) async fn meanwhile<T>(&mut self, done: impl Future<Output = T>) -> T {
        let mut done = pin!(done);
        loop {
            tokio::select! {
                given = &mut done => return given,
                // It takes no byte away, so it may be given up.
                _ = self.stream.fill_buf() => {}
            }
            let (command, _, sequence) = self.read().await;
            assert_eq!(command, ENQUIRE_LINK, "nothing else is to be told");
            let mut answer = Vec::new();
            pdu(&mut answer, command | ANSWER, sequence, &[]);
            self.stream.get_mut().write_all(&answer).await.expect("it reads");
        }
    }

    /// The command, status and sequence number of the next PDU.
    async fn read(&mut self) -> (u32, u32, u32) {
        let length = self.stream.read_u32().await.expect("it stays bound");
        let command = self.stream.read_u32().await.expect("a command");
        let status = self.stream.read_u32().await.expect("a status");
        let sequence = self.stream.read_u32().await.expect("a number");
        let mut body = vec![0; usize::try_from(length).expect("short") - HEADER];
        self.stream.read_exact(&mut body).await.expect("a body");
        (command, status, sequence)
    }
}

fn pdu(out: &mut Vec<u8>, command: u32, sequence: u32, body: &[u8]) {
    let length = u32::try_from(HEADER + body.len()).expect("short");
    for word in [length, command, 0, sequence] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    out.extend_from_slice(body);
}

/// SMPP 3.4, section 4.6.1.
fn deliver_sm(number: &str, text: &str) -> Vec<u8> {
    let mut body = b"\0\x03\x0032665\0\x01\x01".to_vec();
    body.extend_from_slice(number.as_bytes());
    // Its end, and nine fields that say nothing.
    body.extend_from_slice(&[0; 10]);
    body.push(u8::try_from(text.len()).expect("a short text"));
    body.extend_from_slice(text.as_bytes());
    body
}
