//! Jasmin, unmodified, started as the test of the SMPP connector starts it and with the settings that were seen to be its
//! quickest: it takes messages over one bind from a centre and forwards each by a GET request. How quick that is, without
//! keeping anything on disk.

#[path = "../../crates/connectors/tests/peers/program.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod program;
#[path = "../../crates/connectors/tests/jasmin/programs.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod programs;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::TcpListener;

use self::programs::{Programs, Throwers};
use crate::centre::Centre;
use crate::fixture::scratch;
use crate::sink::Sink;

/// Where `prepare` is told to put it.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/jasmin");
/// What it wants besides.
const WANTED: [&str; 3] = ["/usr/bin/redis-server", "/usr/bin/epmd", "/usr/lib/rabbitmq/lib"];
/// Daemons that forward: with two, which share the machine's two processors with Jasmin itself, it was seen to be quicker
/// than with one, and with one quicker than without any.
const THROWERS: usize = 2;
/// How long it may take to bind.
const PATIENCE: Duration = Duration::from_secs(30);
/// To whom messages are.
const NUMBER: &str = "12015550100";

/// An installed Jasmin.
pub(crate) struct Jasmin {
    prepared: PathBuf,
}

impl Jasmin {
    /// How it is installed.
    pub(crate) const HOW: &str = "It needs apt-get install redis-server rabbitmq-server python3-venv, and then \
                                  crates/connectors/tests/jasmin/prepare target/jasmin";

    /// Jasmin, if it is installed.
    pub(crate) fn find() -> Option<Self> {
        let prepared = PathBuf::from(FOLDER);
        let is_there = WANTED.iter().all(|path| Path::new(path).exists()) && prepared.join("resource").exists();
        is_there.then_some(Self { prepared })
    }

    /// Messages a second that it forwards, over so many.
    pub(crate) async fn forward(&self, count: usize) -> f64 {
        let sink = Sink::open("ACK/Jasmin").await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let mut programs = Programs::start(scratch(), self.prepared.clone()).await;
        let mut jasmin = programs::Jasmin::start(&mut programs, Throwers::Beside(THROWERS)).await;
        for line in set_up(port, sink.address).lines() {
            jasmin.say(line).await;
        }
        let mut centre = tokio::time::timeout(PATIENCE, Centre::of(&listener)).await.expect("Jasmin binds");
        let numbers = vec![NUMBER.to_owned(); count];
        // It answers the centre before it forwards, so the sink's count is the one that tells.
        tokio::join!(sink.hears(count), centre.deliver(&numbers)).0
    }
}

/// One bind to the centre, and all that comes over it to the sink. Its throttle of what is submitted does not concern what
/// is delivered; it is lifted all the same.
fn set_up(port: u16, sink: SocketAddr) -> String {
    format!(
        "\
smppccm -a
cid up1
host 127.0.0.1
port {port}
username bench
password bench
bind receiver
submit_throughput 0
loglevel 40
ok
httpccm -a
cid sink
url http://{sink}/
method GET
ok
morouter -a
type DefaultRoute
connector http(sink)
ok
smppccm -1 up1
"
    )
}
