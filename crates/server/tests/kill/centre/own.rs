//! A centre of our own making, which says nothing but what the tests of a kill need.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::{LATER, OK, State, WINDOW};
use crate::history::{Answer, Broken, Deed, Line, Request, Text};

/// Bytes of a PDU, and of its header.
const PDU_MAX: usize = 64 * 1024;
const HEADER: usize = 16;

// SMPP 3.4, section 5.1.2.1.
const BIND_RECEIVER: u32 = 1;
const DELIVER_SM: u32 = 5;
const UNBIND: u32 = 6;
const ENQUIRE_LINK: u32 = 0x15;
const ANSWER: u32 = 0x8000_0000;

/// Takes the house's binds; where it does.
pub(super) async fn open(state: Arc<State>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("the house connects");
            state.binds.send_modify(|count| *count += 1);
            let state = Arc::clone(&state);
            tokio::spawn(async move {
                Bind::of(&state, stream).serve().await;
                state.binds.send_modify(|count| *count -= 1);
            });
        }
    });
    address
}

/// A PDU without its body, of which the centre needs nothing.
struct Frame {
    command: u32,
    status: u32,
    sequence: u32,
}

/// A connection of the house.
struct Bind<'a> {
    state: &'a State,
    frames: mpsc::Receiver<Frame>,
    write: OwnedWriteHalf,
    sequence: u32,
    sent: BTreeMap<u32, Request>,
    is_bound: bool,
}

impl<'a> Bind<'a> {
    fn of(state: &'a State, stream: TcpStream) -> Self {
        stream.set_nodelay(true).expect("a TCP stream");
        let (read, write) = stream.into_split();
        let (sender, frames) = mpsc::channel(WINDOW);
        tokio::spawn(read_frames(read, sender));
        Self { state, frames, write, sequence: 0, sent: BTreeMap::new(), is_bound: false }
    }

    /// Serves the house until it is gone, and takes back what it did not acknowledge.
    async fn serve(mut self) {
        loop {
            let has_room = self.is_bound && self.sent.len() < WINDOW;
            // Whatever a house said before it was gone is heard first, and a write that fails says nothing of that.
            tokio::select! {
                biased;
                frame = self.frames.recv() => match frame {
                    Some(frame) => self.hear(frame).await,
                    None => break,
                },
                request = self.state.next(), if has_room => self.deliver(request).await,
            }
        }
        for request in self.sent.values() {
            let key = request.key.clone();
            self.state.history.write(&Line::Unanswered { key, broken: Broken::Closed }).await;
        }
        self.state.count(|tally| tally.unanswered += self.sent.len());
        self.state.put(self.sent.into_values());
    }

    async fn deliver(&mut self, request: Request) {
        let Deed::Text(text) = &request.deed else { unreachable!("the centre has texts alone") };
        self.sequence += 1;
        let (sequence, body) = (self.sequence, deliver_sm(text));
        self.sent.insert(sequence, request);
        self.state.pace.asked.send_modify(|count| *count += 1);
        self.say(DELIVER_SM, sequence, &body).await;
    }

    async fn hear(&mut self, Frame { command, status, sequence }: Frame) {
        match command {
            BIND_RECEIVER => {
                self.is_bound = true;
                self.say(command | ANSWER, sequence, b"centre\0").await;
            }
            ENQUIRE_LINK => self.say(command | ANSWER, sequence, &[]).await,
            UNBIND => {
                self.is_bound = false;
                self.say(command | ANSWER, sequence, &[]).await;
            }
            command if command == DELIVER_SM | ANSWER => self.acknowledged(sequence, status).await,
            other => panic!("the house said 0x{other:08X} to a centre"),
        }
    }

    async fn acknowledged(&mut self, sequence: u32, status: u32) {
        let request = self.sent.remove(&sequence).expect("only what was delivered is acknowledged, and once");
        assert!(matches!(status, OK | LATER), "{} got status 0x{status:02X}", request.key);
        let answer = Answer { status: if status == OK { 200 } else { 503 }, body: String::new() };
        self.state.history.write(&Line::Answered { key: request.key.clone(), answer }).await;
        self.state.pace.answered.send_modify(|count| *count += 1);
        if status == OK {
            self.state.acknowledged();
        } else {
            self.state.put([request]);
        }
    }

    /// Says something to a house that may be gone; then there is nothing more to be heard of it.
    async fn say(&mut self, command: u32, sequence: u32, body: &[u8]) {
        let length = u32::try_from(HEADER + body.len()).expect("short");
        let mut pdu = Vec::with_capacity(HEADER + body.len());
        for word in [length, command, OK, sequence] {
            pdu.extend_from_slice(&word.to_be_bytes());
        }
        pdu.extend_from_slice(body);
        let _gone = self.write.write_all(&pdu).await;
    }
}

/// Reads what the house says until it is gone.
async fn read_frames(read: OwnedReadHalf, frames: mpsc::Sender<Frame>) {
    let mut read = BufReader::new(read);
    while let Ok(frame) = read_frame(&mut read).await {
        if frames.send(frame).await.is_err() {
            return;
        }
    }
}

async fn read_frame(read: &mut BufReader<OwnedReadHalf>) -> io::Result<Frame> {
    let length = usize::try_from(read.read_u32().await?).map_err(io::Error::other)?;
    assert!((HEADER..=PDU_MAX).contains(&length), "the house said a PDU of {length} bytes");
    let frame =
        Frame { command: read.read_u32().await?, status: read.read_u32().await?, sequence: read.read_u32().await? };
    read.read_exact(&mut vec![0; length - HEADER]).await?;
    Ok(frame)
}

/// SMPP 3.4, section 4.6.1: the same bytes each time that a text is delivered.
fn deliver_sm(text: &Text) -> Vec<u8> {
    let said = text.said();
    // The default service, and the sender: an international number, as the receiver is one.
    let mut body = b"\0\x01\x0112025550199\0\x01\x01".to_vec();
    body.extend(text.number.bytes().filter(u8::is_ascii_digit));
    // Its end, and nine fields that say nothing.
    body.extend_from_slice(&[0; 10]);
    body.push(u8::try_from(said.len()).expect("a short text"));
    body.extend_from_slice(said.as_bytes());
    body
}
