//! What was asked of the program and what it answered: files of their own, beside the database and durable before each
//! step they tell of, so that they can bear witness against the program.

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

/// How far the files of a history are read, in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Upto {
    own: u64,
    of_centre: u64,
}

/// A line on its way to the disk, and whom to tell that it is there.
type Pending = (String, oneshot::Sender<()>);

/// The files, which are only ever appended to.
pub(crate) struct History {
    path: PathBuf,
    /// What a message centre keeps that is a program of its own: the answers that it got, as lines of the same kind.
    of_centre: PathBuf,
    lines: mpsc::SyncSender<Pending>,
}

impl History {
    /// Begins an empty history in a folder.
    pub(crate) fn begin(folder: &Path) -> Self {
        let (path, of_centre) = (folder.join("history"), folder.join("history-of-centre"));
        let fresh = |path: &Path| OpenOptions::new().append(true).create_new(true).open(path).expect("a fresh history");
        let file = fresh(&path);
        drop(fresh(&of_centre));
        let (lines, pending) = mpsc::sync_channel(BATCH_MAX);
        thread::spawn(move || keep(file, &pending));
        Self { path, of_centre, lines }
    }

    /// Writes a line; when it returns, the line is durable.
    pub(crate) async fn write(&self, line: &Line) {
        let mut text = serde_json::to_string(line).expect("a line is JSON");
        text.push('\n');
        let (kept, is_kept) = oneshot::channel();
        self.lines.send((text, kept)).expect("the writer lives as long as the history");
        is_kept.await.expect("the line is kept");
    }

    /// Where a message centre keeps its own.
    pub(crate) fn of_centre(&self) -> &Path {
        &self.of_centre
    }

    /// The lines since the last reading, and how far both files are read now.
    pub(crate) fn read(&self, from: Upto) -> (Vec<Line>, Upto) {
        // What a centre got an answer for was asked before, so its file is looked at first.
        let (answered, of_centre) = read(&self.of_centre, from.of_centre);
        let (mut lines, own) = read(&self.path, from.own);
        lines.extend(answered);
        (lines, Upto { own, of_centre })
    }
}

/// Reads a file from a byte on; the byte after what was read.
fn read(path: &Path, from: u64) -> (Vec<Line>, u64) {
    let mut file = File::open(path).expect("the history is there");
    file.seek(SeekFrom::Start(from)).expect("within the history");
    let mut text = String::new();
    file.read_to_string(&mut text).expect("the history is text");
    // A program of its own may be at a line at this moment.
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let lines = whole.lines().map(|line| serde_json::from_str(line).expect("a line of a history")).collect();
    (lines, from + whole.len() as u64)
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
