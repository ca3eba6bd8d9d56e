//! A load of HTTP/1.1 requests over kept-open connections. Each connection waits for its answer before it asks again:
//! a closed loop, so what is measured is throughput, not how late an open crowd would be served.
//!
//! Customers have machines of their own. Here their load runs on the cores that it measures, so it steps back: its threads
//! have a lower priority than any server, or each answer would put the server off its core to let its reader on.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

/// The longest answer that is read.
const ANSWER_MAX: usize = 1 << 20;
/// How far the load steps back behind the servers: an eighth of their weight.
const NICE: i32 = 10;

/// An answer: its status and body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// One kept-open connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the program listens");
        stream.set_nodelay(true).expect("a TCP stream");
        Self { stream, buffer: Vec::with_capacity(4_096) }
    }

    /// The last answer as it came.
    pub(crate) fn last(&self) -> String {
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// Sends a whole request and reads the whole answer, which must tell its length.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Answer {
        self.stream.write_all(request).await.expect("the program reads");
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.expect("the program answers");
            assert!(read > 0 && self.buffer.len() < ANSWER_MAX, "the program ended the connection");
            if let Some(answer) = whole(&self.buffer) {
                return answer;
            }
        }
    }
}

/// The answer in a buffer, if all of it is there.
fn whole(buffer: &[u8]) -> Option<Answer> {
    let head_end = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&buffer[..head_end]).expect("a head is ASCII");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let body = buffer.get(head_end..head_end + length.unwrap_or(0))?;
    let status = head.get(9..12)?.parse().ok()?;
    Some(Answer { status, body: body.to_vec() })
}

/// A request with a JSON body.
pub(crate) fn post(path: &str, key: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A form as a browser sends it from a page of the house, with these headers besides.
pub(crate) fn form(path: &str, headers: &[(&str, &str)], fields: &str) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = fields.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n{headers}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{fields}"
    )
    .into_bytes()
}

/// A request without a body.
pub(crate) fn get(path: &str, key: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\r\n").into_bytes()
}

/// What a load reached: answers in each second.
pub(crate) struct Reached(Vec<u64>);

impl Reached {
    /// All answers.
    pub(crate) fn total(&self) -> usize {
        usize::try_from(self.0.iter().sum::<u64>()).expect("a count")
    }

    /// The mean of all whole seconds but the first, in which connections warm up.
    pub(crate) fn a_second(&self) -> f64 {
        mean(&self.0[1.min(self.0.len() - 1)..])
    }
}

fn mean(counts: &[u64]) -> f64 {
    let sum: u64 = counts.iter().sum();
    f64::from(u32::try_from(sum).expect("fewer than 4 billion")) / f64::from(u32::try_from(counts.len()).expect("few"))
}

/// What a limit and the program reached in a second, turn by turn. They take turns, so that a machine whose speed changes
/// is as fast for one as for the other; the program's turns together are one run of the whole time.
#[derive(Default)]
pub(crate) struct Turns {
    limit: f64,
    reached: f64,
    turns: String,
}

impl Turns {
    /// How often they take turns.
    pub(crate) const COUNT: u32 = 5;

    /// Adds what a turn of each reached.
    pub(crate) fn add(&mut self, limit: f64, reached: f64) {
        self.limit += limit / f64::from(Self::COUNT);
        self.reached += reached / f64::from(Self::COUNT);
        write!(self.turns, " {:.2} ({reached:.0} of {limit:.0})", reached / limit).expect("a String takes all");
    }

    /// Tells their means, the ratio, and all three of each turn: what runs at one rate is flat.
    pub(crate) fn tell(&self, what: &str, wanted: f64) {
        let Self { limit, reached, turns } = self;
        let ratio = reached / limit;
        println!(
            "{what:<16} limit {limit:>7.0}/s   reached {reached:>7.0}/s   ratio {ratio:.2} (wanted: at least {wanted:.2}), by turns{turns}"
        );
    }
}

/// Asks over `connections` for `time`. `request` makes the next request of a connection by its number and turn, or ends
/// it; `check` looks at the answer.
pub(crate) async fn load(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    request: impl Fn(usize, u64) -> Option<Vec<u8>> + Send + Sync + 'static,
    check: impl Fn(&Answer) + Send + Sync + 'static,
) -> Reached {
    let seconds = usize::try_from(time.as_secs()).expect("a short time");
    let counts: Arc<Vec<AtomicU64>> = Arc::new((0..seconds).map(|_| AtomicU64::new(0)).collect());
    let (request, check) = (Arc::new(request), Arc::new(check));
    let crowd = crowd();
    let opening = crowd.spawn(async move {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(Connection::open(address).await);
        }
        open
    });
    let open = opening.await.expect("the program listens");
    let begun = Instant::now();
    let callers: Vec<_> = open
        .into_iter()
        .enumerate()
        .map(|(number, mut connection)| {
            let (counts, request, check) = (Arc::clone(&counts), Arc::clone(&request), Arc::clone(&check));
            crowd.spawn(async move {
                for turn in 0.. {
                    let Some(bytes) = request(number, turn) else { return };
                    let answer = connection.ask(&bytes).await;
                    check(&answer);
                    let second = usize::try_from(begun.elapsed().as_secs()).expect("a short time");
                    let Some(count) = counts.get(second) else { return };
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("every answer is as it should be");
    }
    crowd.shutdown_background();
    Reached(counts.iter().map(|count| count.load(Ordering::Relaxed)).collect())
}

/// Threads of the load's own, which step back.
fn crowd() -> Runtime {
    let step_back = || rustix::process::setpriority_process(None, NICE).expect("anyone may step back");
    Builder::new_multi_thread().enable_all().on_thread_start(step_back).build().expect("threads can be had")
}
