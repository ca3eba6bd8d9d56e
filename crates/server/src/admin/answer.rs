//! What a command answers: the same facts as a table for people and as JSON for programs.

use std::fmt;
use std::io::{self, Write};

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use domain::bad_rows::BadRows;
use serde_json::{Value, json};

/// Why a command did not do what it was asked: one plain sentence for stderr.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(String);

impl Refusal {
    /// A refusal in these words.
    #[must_use]
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

// Whatever the house refuses says so in a sentence, and an operator needs nothing else of it. `Refusal` is no `Error`
// itself, because then this would overlap with `From<T> for T`.
impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// What a command answers.
pub(crate) struct Answer {
    people: People,
    json: Value,
    trouble: Option<String>,
}

enum People {
    Bad(BadRows),
    Line(String),
    Rows { columns: &'static [&'static str], rows: Vec<Value> },
    Record(Value),
}

impl Answer {
    /// A line for people, and the same as an object.
    #[must_use]
    pub(crate) fn line(line: impl Into<String>, json: Value) -> Self {
        Self { people: People::Line(line.into()), json, trouble: None }
    }

    /// Objects: programs get all of each, people a table of some columns.
    #[must_use]
    pub(crate) fn list(columns: &'static [&'static str], rows: Vec<Value>) -> Self {
        Self { people: People::Rows { columns, rows: rows.clone() }, json: Value::Array(rows), trouble: None }
    }

    /// One object: people get a line for each of its facts.
    #[must_use]
    pub(crate) fn record(record: Value) -> Self {
        Self { people: People::Record(record.clone()), json: record, trouble: None }
    }

    /// Rows for people inside a larger object for programs, told together with a trouble that fails the command.
    #[must_use]
    pub(crate) fn trouble(columns: &'static [&'static str], rows: Vec<Value>, json: Value, sentence: String) -> Self {
        Self { people: People::Rows { columns, rows }, json, trouble: Some(sentence) }
    }

    /// The bad rows of a file, which may be millions: they are written one by one, and fail the command.
    #[must_use]
    pub(crate) fn bad(rows: BadRows, file: &str) -> Self {
        let sentence = rows.sentence(file);
        Self { people: People::Bad(rows), json: Value::Null, trouble: Some(sentence) }
    }

    /// Writes it for people, or as one JSON value on one line.
    ///
    /// # Errors
    /// The writer's own, and that of the file which keeps bad rows.
    pub(crate) fn write(&mut self, as_json: bool, out: &mut dyn Write) -> io::Result<()> {
        match &mut self.people {
            People::Bad(rows) if as_json => return bad_rows_as_json(rows, out),
            People::Bad(rows) => return bad_rows(rows, out),
            People::Line(_) | People::Rows { .. } | People::Record(_) => {}
        }
        if as_json {
            return writeln!(out, "{}", self.json);
        }
        match &self.people {
            People::Bad(_) => Ok(()),
            People::Line(line) => writeln!(out, "{line}"),
            People::Rows { columns, rows } => {
                let cells = rows.iter().map(|row| columns.iter().map(|column| cell(&row[*column])).collect());
                writeln!(out, "{}", table(columns.iter().map(|column| column.replace('_', " ")).collect(), cells))
            }
            People::Record(record) => {
                let facts = record.as_object().into_iter().flatten();
                let cells = facts.map(|(name, value)| vec![name.replace('_', " "), cell(value)]);
                writeln!(out, "{}", table(Vec::new(), cells))
            }
        }
    }

    /// What makes the command fail although it answered, such as bad rows in a file.
    #[must_use]
    pub(crate) fn into_trouble(self) -> Option<Refusal> {
        self.trouble.map(Refusal)
    }
}

/// A line each. How wide a table would be is known at its end alone, so the first column is wide enough for most files.
fn bad_rows(rows: &mut BadRows, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<10}REASON", "LINE")?;
    rows.tell(|line, reason| writeln!(out, "{line:<9} {reason}"))
}

fn bad_rows_as_json(rows: &mut BadRows, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"bad_rows\":[")?;
    let mut comma = "";
    rows.tell(|line, reason| {
        write!(out, "{comma}{}", json!({"line": line, "reason": reason}))?;
        comma = ",";
        Ok(())
    })?;
    writeln!(out, "],\"bad_rows_total\":{},\"imported\":0}}", rows.total())
}

/// Plain columns without borders, so that `grep` and `awk` work on them too.
fn table(header: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    if !header.is_empty() {
        table.set_header(header.iter().map(|name| name.to_uppercase()));
    }
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// A fact as people read it. Control characters, which may come from a stranger's SMS, never reach a terminal.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(answer: &mut Answer, as_json: bool) -> String {
        let mut out = Vec::new();
        answer.write(as_json, &mut out).expect("memory takes it");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_list_is_a_table_for_people_and_an_array_for_programs() {
        let mut answer = Answer::list(&["id", "is_on"], vec![json!({"id": 7, "is_on": true, "more": [1, 2]})]);
        assert_eq!(written(&mut answer, false), "ID  IS ON\n7   yes\n");
        assert_eq!(written(&mut answer, true), "[{\"id\":7,\"is_on\":true,\"more\":[1,2]}]\n");
    }

    #[test]
    fn a_strangers_text_cannot_move_the_cursor() {
        let mut answer = Answer::record(json!({"text": "a\u{1b}[2Jb\nc"}));
        assert_eq!(written(&mut answer, false), "text  a [2Jb c\n");
    }
}
