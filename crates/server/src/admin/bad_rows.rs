//! How the bad rows of a file are answered.

use domain::bad_rows::BadRows;
use serde_json::{Value, json};

use super::Answer;

/// The answer that tells them and fails the command.
pub(super) fn answer(bad: &BadRows, file: &str) -> Answer {
    let rows: Vec<Value> =
        bad.told().into_iter().map(|(line, reason)| json!({"line": line, "reason": reason})).collect();
    let json = json!({"imported": 0, "bad_rows": rows, "bad_rows_total": bad.total()});
    Answer::trouble(&["line", "reason"], rows, json, bad.sentence(file))
}
