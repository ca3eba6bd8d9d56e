//! The bad rows of a file: each told by its line and what is wrong, up to a limit, and all of them counted.

use serde_json::{Value, json};

use super::Answer;

/// Bad rows that are told; more are only counted.
const TOLD_MAX: usize = 1_000;

/// What is wrong with a file.
#[derive(Default)]
pub(super) struct BadRows {
    told: Vec<(u64, String)>,
    total: u64,
}

impl BadRows {
    /// Notes what is wrong with the row on a line.
    pub(super) fn add(&mut self, line: u64, reason: impl Into<String>) {
        self.total += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push((line, reason.into()));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The answer that tells them and fails the command.
    pub(super) fn into_answer(mut self, file: &str) -> Answer {
        // What the database said came after what the file said.
        self.told.sort();
        let rows: Vec<Value> = self.told.iter().map(|(line, reason)| json!({"line": line, "reason": reason})).collect();
        let rest = self.total - self.told.len() as u64;
        let more =
            if rest > 0 { format!(" (the first {TOLD_MAX} are told, {rest} more are not)") } else { String::new() };
        let many = if self.total == 1 { "1 row is bad".to_owned() } else { format!("{} rows are bad", self.total) };
        let sentence = format!("{many} in {file}{more}: nothing was imported");
        let json = json!({"imported": 0, "bad_rows": rows, "bad_rows_total": self.total});
        Answer::trouble(&["line", "reason"], rows, json, sentence)
    }
}
