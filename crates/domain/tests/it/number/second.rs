//! A second process that sells from the same database: this very test, started once more by the first, which tells it on
//! its standard input where the database is, who its customers are, and then the time of each round.

use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::account;
use domain::db::DbUrl;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::race::round;
use crate::house::{self, House};

/// What a process finds in its environment that was started as the second one.
const MEANT: &str = "JESUSNUMBER_TEST_SECOND_PROCESS";

/// Whether this process was started as the second one.
pub(super) fn is_meant() -> bool {
    std::env::var_os(MEANT).is_some()
}

/// What the second process does: it sells in every round that it is told of, and answers how many.
pub(super) async fn sell() {
    // Waiting for the next line keeps this thread alone from going on, and nothing else runs on it.
    let mut told = std::io::stdin().lines().map(|line| line.expect("the first process speaks text"));
    let url = told.next().expect("where the database is");
    let keys = told.next().expect("the customers' keys");
    let now_ms = Arc::new(AtomicI64::new(told.next().expect("the time").parse().expect("a time")));
    let app = house::open_app(&house::options(DbUrl::Postgres(url)), &now_ms).await;
    let mut callers = Vec::new();
    for key in keys.split(' ') {
        callers.push(account::authenticate(&app, key).await.expect("the key opens"));
    }
    tell(0);
    for time in told {
        now_ms.store(time.parse().expect("a time"), Ordering::SeqCst);
        tell(round(&app, &callers).await);
    }
}

/// The test's own output may stand before it on the line.
fn tell(sold: usize) {
    writeln!(std::io::stdout(), "\nsold {sold}").expect("the first process listens");
}

/// The second process, as the first one sees it. It is killed when it is dropped.
pub(super) struct Second {
    _child: Child,
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Second {
    /// Starts it as a test of this name, and waits until it has come up.
    pub(super) async fn start(test: &str, house: &House, keys: &[String]) -> Self {
        let DbUrl::Postgres(url) = &house.options.url else { panic!("two processes share a PostgreSQL") };
        let this = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(this)
            .args(["--exact", test, "--nocapture"])
            .env(MEANT, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("this program starts again");
        let asks = child.stdin.take().expect("piped");
        let answers = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut second = Self { _child: child, asks, answers };
        let told = format!("{url}\n{}\n{}\n", keys.join(" "), house.now_ms());
        second.asks.write_all(told.as_bytes()).await.expect("it listens");
        assert_eq!(second.sold().await, 0);
        second
    }

    /// Has it begin a round, in which all of its customers want a number.
    pub(super) async fn begin(&mut self, now_ms: i64) {
        self.asks.write_all(format!("{now_ms}\n").as_bytes()).await.expect("it listens");
    }

    /// How many of them got one.
    pub(super) async fn sold(&mut self) -> usize {
        loop {
            let line = self.answers.next_line().await.expect("it speaks text").expect("it has not ended");
            if let Some(count) = line.strip_prefix("sold ") {
                return count.parse().expect("a count");
            }
        }
    }
}
