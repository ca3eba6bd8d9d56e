//! node-smpp as the centre, unmodified: a program beside the test that is given texts and says what becomes of them. What
//! it says was in its own history before.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::{State, WINDOW};
use crate::history::{Deed, Request};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kill/centre/node_smpp.js");
/// Where `npm ci` put the library.
const LIBRARIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../connectors/tests/peers/node_modules");

/// Starts the program; where it takes the house's binds.
pub(super) async fn open(state: Arc<State>, history: &Path) -> SocketAddr {
    let mut command = Command::new("node");
    command.arg(SCRIPT).arg(history).arg(WINDOW.to_string()).env("NODE_PATH", LIBRARIES);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut program = command.spawn().expect("node is installed");
    let told = program.stdin.take().expect("piped");
    let mut said = BufReader::new(program.stdout.take().expect("piped")).lines();
    let first = said.next_line().await.expect("read").expect("it listens, or has said above why it does not");
    let port = first.strip_prefix("listening ").and_then(|port| port.parse().ok()).expect("a port");
    tokio::spawn(tell(Arc::clone(&state), told));
    tokio::spawn(hear(state, program, said));
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Hands over what is to be delivered, and whether anything is.
async fn tell(state: Arc<State>, mut program: ChildStdin) {
    let mut is_open = state.is_open.subscribe();
    loop {
        let line = tokio::select! {
            request = state.next() => json!({"text": text(&request)}),
            changed = is_open.changed() => {
                changed.expect("the centre is there");
                json!({"is_open": *is_open.borrow_and_update()})
            }
        };
        program.write_all(format!("{line}\n").as_bytes()).await.expect("the program hears");
    }
}

fn text(request: &Request) -> Value {
    let Deed::Text(text) = &request.deed else { unreachable!("the centre has texts alone") };
    json!({"key": request.key, "number": text.number, "said": text.said()})
}

/// Hears what becomes of the texts. The program ends with the test.
async fn hear(state: Arc<State>, _program: Child, mut said: Lines<BufReader<ChildStdout>>) {
    while let Some(line) = said.next_line().await.expect("read") {
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("asked", _) => state.pace.asked.send_modify(|count| *count += 1),
            ("kept", _) => {
                state.acknowledged();
                state.pace.answered.send_modify(|count| *count += 1);
            }
            ("later", _) => state.pace.answered.send_modify(|count| *count += 1),
            ("unanswered", _) => state.count(|tally| tally.unanswered += 1),
            ("binds", count) => drop(state.binds.send_replace(count.parse().expect("a number of binds"))),
            other => panic!("the centre said {other:?}"),
        }
    }
}
