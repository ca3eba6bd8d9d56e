//! Figure 7: SMS by SMPP that capture an order each, durable, over one bind with a window of 100, against what Kannel
//! forwards from its `fakesmsc` to HTTP on the same machine without keeping anything.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::policy::permit::Permit;
use domain::supply::{self, NewSource, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::fixture::Fixture;
use crate::kannel::Kannel;
use crate::load::Turns;
use crate::program::{Program, build};
use crate::push::text;

/// Messages on their way at once.
const WINDOW: usize = 100;
/// Accounts among which the orders are.
const ACCOUNTS: usize = 256;
/// Bytes of a PDU's header.
const HEADER: usize = 16;
const BIND_RECEIVER: u32 = 1;
const DELIVER_SM: u32 = 5;
const ENQUIRE_LINK: u32 = 0x15;
const ANSWER: u32 = 0x8000_0000;
/// The source that is the centre.
const SOURCE: &str = "smsc";
/// How long the house may take to bind.
const PATIENCE: Duration = Duration::from_secs(30);

/// Figure 7, with so many messages in all.
pub(crate) async fn run(count: usize) {
    let Some(kannel) = Kannel::find() else {
        println!("This needs Kannel and its test tools: apt-get install kannel kannel-extras");
        return;
    };
    let binary = build();
    println!("ordering {count} numbers …");
    let house = Fixture::open(|_| ()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    bind_to(&house, &listener.local_addr().expect("it is bound").to_string()).await;
    house.numbers_of(SOURCE, count + 20_000).await;
    let customers = house.customers(ACCOUNTS).await;
    let of_each = house.ordered(&customers, count).await;
    // Messages of one account are not neighbours, as in life.
    let numbers: Vec<String> =
        (0..count / ACCOUNTS).flat_map(|place| of_each.iter().map(move |numbers| numbers[place].clone())).collect();
    let database = format!("sqlite:{}", house.folder.path().join("house.db").display());
    let _program = Program::start(&binary, house.folder.path(), &database).await;
    let mut centre = tokio::time::timeout(PATIENCE, Centre::of(&listener)).await.expect("the house binds");
    let mut turns = Turns::default();
    for part in numbers.chunks(count.div_ceil(usize::try_from(Turns::COUNT).expect("few turns"))) {
        let limit = kannel.forward(part.len()).await;
        turns.add(limit, centre.deliver(part).await);
    }
    assert_eq!(house.received(), numbers.len(), "every message has captured its order");
    turns.tell("one bind", 1.00);
}

/// Lets the house bind to a centre.
async fn bind_to(house: &Fixture, host: &str) {
    let values = [("hosts", host), ("system_id", "bench"), ("password", "bench"), ("window", "100")];
    let new = NewSource {
        slug: SOURCE.into(),
        connector: "smpp".into(),
        settings: Settings::new(BTreeMap::from(values.map(|(name, value)| (name.to_owned(), value.to_owned())))),
        by: Permit::at_the_machine("bench"),
    };
    supply::add_source(&house.app, &connectors::registry(), new).await.expect("a source");
}

/// A message centre to which the house is bound.
struct Centre {
    stream: BufReader<TcpStream>,
    sequence: u32,
    told: usize,
}

impl Centre {
    async fn of(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().await.expect("the house connects");
        stream.set_nodelay(true).expect("a TCP stream");
        let mut centre = Self { stream: BufReader::new(stream), sequence: 0, told: 0 };
        let (command, _, sequence) = centre.read().await;
        assert_eq!(command, BIND_RECEIVER, "the house binds as a receiver");
        let mut answer = Vec::new();
        pdu(&mut answer, command | ANSWER, sequence, b"bench\0");
        centre.stream.get_mut().write_all(&answer).await.expect("the house reads");
        centre
    }

    /// Delivers a message to each of these numbers, and tells how many a second were answered.
    async fn deliver(&mut self, numbers: &[String]) -> f64 {
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
            self.stream.get_mut().write_all(&out).await.expect("the house reads");
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
        f64::from(u32::try_from(answered).expect("few")) / begun.elapsed().as_secs_f64()
    }

    /// The command, status and sequence number of the next PDU.
    async fn read(&mut self) -> (u32, u32, u32) {
        let length = self.stream.read_u32().await.expect("the house stays bound");
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
