//! `jesusnumber extract`.

use serde_json::Value;

use crate::program::{run_on, text};

#[test]
fn each_line_is_answered_with_its_code() {
    let lines = "{\"text\":\"G-493817 is your Google verification code.\"}\n{\"text\":\"See you at noon.\"}\nno JSON\n";
    let output = run_on(lines, &["extract"]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stdout);
    let answers: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), 3, "{said}");
    assert_eq!((&answers[0]["code"], &answers[1]["code"]), (&"493817".into(), &Value::Null));
    assert!(answers[2]["error"].as_str().is_some_and(|error| error.starts_with("line 3")), "{said}");
}
