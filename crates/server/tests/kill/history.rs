//! What was asked of the program and what it answered: a file of its own, beside the database and durable before each
//! step it tells of, so that it can bear witness against the program.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

/// Lines that reach the disk together, at most.
const BATCH_MAX: usize = 64;

/// A request with an effect, known by its key: an Idempotency-Key, or the id of a text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) key: String,
    /// The place of the customer who asks, or whose number a text is for.
    pub(crate) account: usize,
    pub(crate) deed: Deed,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Deed {
    Order { service: String },
    Cancel { order: String },
    Rent { service: String },
    Renew { rental: String },
    GiveUp { rental: String },
    Text(Text),
}

/// An SMS for a number on which an order or a rental runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Text {
    pub(crate) sold: String,
    pub(crate) number: String,
    pub(crate) service: String,
    pub(crate) code: String,
    pub(crate) sent_at: String,
}

impl Text {
    /// What it says.
    pub(crate) fn said(&self) -> String {
        format!("{} is your {} code", self.code, self.service)
    }
}

/// A whole answer, in HTTP's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// How a request ended without a whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Broken {
    /// No connection: nothing was sent.
    Refused,
    /// The connection ended before a byte of the answer.
    Closed,
    /// The connection ended within the answer.
    Torn,
    /// No answer for longer than any client waits.
    Silent,
}

/// A line of the history.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Line {
    Asked(Request),
    Answered { key: String, answer: Answer },
    Unanswered { key: String, broken: Broken },
}

/// A line on its way to the disk, and whom to tell that it is there.
type Pending = (String, oneshot::Sender<()>);

/// The file, which is only ever appended to.
pub(crate) struct History {
    path: PathBuf,
    lines: mpsc::SyncSender<Pending>,
}

impl History {
    /// Begins an empty history.
    pub(crate) fn begin(path: &Path) -> Self {
        let file = OpenOptions::new().append(true).create_new(true).open(path).expect("a fresh history");
        let (lines, pending) = mpsc::sync_channel(BATCH_MAX);
        thread::spawn(move || keep(file, &pending));
        Self { path: path.to_owned(), lines }
    }

    /// Writes a line; when it returns, the line is durable.
    pub(crate) async fn write(&self, line: &Line) {
        let mut text = serde_json::to_string(line).expect("a line is JSON");
        text.push('\n');
        let (kept, is_kept) = oneshot::channel();
        self.lines.send((text, kept)).expect("the writer lives as long as the history");
        is_kept.await.expect("the line is kept");
    }

    /// The lines from a byte of the file on, and the byte after them.
    pub(crate) fn read(&self, from: u64) -> (Vec<Line>, u64) {
        let mut file = File::open(&self.path).expect("the history is there");
        file.seek(SeekFrom::Start(from)).expect("within the history");
        let mut text = String::new();
        let read = file.read_to_string(&mut text).expect("the history is text");
        let lines = text.lines().map(|line| serde_json::from_str(line).expect("every line is whole")).collect();
        (lines, from + read as u64)
    }
}

/// Writes lines to the disk, those that wait meanwhile together.
fn keep(mut file: File, pending: &mpsc::Receiver<Pending>) {
    while let Ok(first) = pending.recv() {
        let mut batch = vec![first];
        batch.extend(pending.try_iter().take(BATCH_MAX - 1));
        for (text, _) in &batch {
            file.write_all(text.as_bytes()).expect("the history is written");
        }
        file.sync_data().expect("the history is durable");
        for (_, kept) in batch {
            // Whoever waited may have been stopped; its line stands all the same.
            let _gone = kept.send(());
        }
    }
}
