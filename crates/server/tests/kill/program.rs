//! The program as a process: started, killed and told to end from outside.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::wire::Wire;

/// Lines that a start writes into its log at the level `info`: when it listens, when the database is open, and when the
/// house is.
pub(crate) const START_LINES: usize = 3;
/// How long a start may take, with all that is to be recovered.
const START_MAX: Duration = Duration::from_secs(30);
/// Between two looks whether a started program answers.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Starts until both of its ports were free.
const STARTS_MAX: usize = 5;

/// What every start of a node is told.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) database: String,
    pub(crate) key_file: PathBuf,
    pub(crate) log: PathBuf,
}

impl Told {
    /// Where everything is written down that its nodes say.
    fn log(&self) -> File {
        OpenOptions::new().append(true).create(true).open(&self.log).expect("a log")
    }
}

/// A running node. It is killed when it is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts a node and waits until it answers.
    pub(crate) async fn start(told: &Told) -> Self {
        for _ in 0..STARTS_MAX {
            let mut program = Self::spawn(told);
            if program.answers().await {
                return program;
            }
            let status = program.child.wait().await.expect("it ended");
            let log = fs::read_to_string(&told.log).expect("a log");
            assert!(log.contains("cannot be listened on"), "the program ended with {status}:\n{log}");
        }
        panic!("no free port in {STARTS_MAX} starts");
    }

    /// Starts a node and kills it when its log has so many lines, of the [`START_LINES`] that a start writes.
    pub(crate) async fn kill_in_start(told: &Told, lines: usize) {
        let mut program = Self::spawn_with(told, Stdio::piped(), "info");
        let mut log = BufReader::new(program.child.stderr.take().expect("piped")).lines();
        for _ in 0..lines {
            // It may end by itself where another program has taken its port.
            let Some(line) = log.next_line().await.expect("a log") else { break };
            writeln!(told.log(), "{line}").expect("the log is written");
        }
        program.kill().await;
    }

    /// Starts a node without waiting for it.
    fn spawn(told: &Told) -> Self {
        Self::spawn_with(told, told.log().into(), "warn")
    }

    fn spawn_with(told: &Told, log: Stdio, level: &str) -> Self {
        let (public, private) = (free_address(), free_address());
        let mut command = Command::new(env!("CARGO_BIN_EXE_jesusnumber"));
        // Variables of the tests are none of the program's settings.
        command.arg("serve").env_clear().kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut set = |name: &str, value: &str| {
            command.env(format!("JESUSNUMBER_{name}"), value);
        };
        set("DATABASE", &told.database);
        set("KEY_FILE", &told.key_file.display().to_string());
        set("LISTEN", &public.to_string());
        set("PRIVATE_LISTEN", &private.to_string());
        set("POOL_SIZE", "8");
        set("LOG_LEVEL", level);
        for who in ["KEY", "ADDRESS"] {
            set(&format!("ORDERS_PER_MINUTE_{who}"), "0");
            set(&format!("READS_PER_MINUTE_{who}"), "0");
        }
        Self { child: command.spawn().expect("the program starts"), address: public }
    }

    /// Looks until the node answers; whether it does, or has ended.
    async fn answers(&mut self) -> bool {
        let began = Instant::now();
        let mut wire = Wire::new(self.address);
        while began.elapsed() < START_MAX {
            if wire.ask(b"GET /readyz HTTP/1.1\r\nhost: test\r\n\r\n").await.is_ok_and(|answer| answer.status == 200) {
                return true;
            }
            if self.child.try_wait().expect("its state").is_some() {
                return false;
            }
            sleep(LOOK_EVERY).await;
        }
        panic!("the program did not answer within {START_MAX:?}");
    }

    /// SIGKILL: it gets no chance to do anything any more.
    pub(crate) async fn kill(mut self) {
        self.child.start_kill().expect("it runs");
        let status = self.child.wait().await.expect("it ended");
        assert!(!status.success(), "it ended by itself before it was killed");
    }

    /// SIGTERM, and how it ended.
    pub(crate) async fn terminate(mut self, patience: Duration) -> ExitStatus {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &id]).status().await.expect("a shell");
        assert!(sent.success(), "the signal was not sent");
        timeout(patience, self.child.wait()).await.expect("it ends in time").expect("it ended")
    }
}

/// A free address below those that the system gives to outgoing connections, so that no client takes it meanwhile.
fn free_address() -> SocketAddr {
    loop {
        let address = SocketAddr::from(([127, 0, 0, 1], rand::random_range(10_000..30_000)));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
