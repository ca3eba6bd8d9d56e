//! `admin verify`: every invariant on the live database, and the rows that break one.

use domain::verify::{self, Finding};
use serde_json::{Value, json};

use super::{Answer, Desk, Refusal};

pub(super) async fn run(desk: &Desk<'_>) -> Result<Answer, Refusal> {
    let findings = verify::verify(desk.app, &|_| ()).await?;
    if findings.is_empty() {
        return Ok(Answer::line("every invariant holds", json!([])));
    }
    let rows: Vec<Value> = findings.iter().map(row).collect();
    let sentence = format!("{} rows break an invariant", rows.len());
    Ok(Answer::trouble(&["rule", "row", "what"], rows.clone(), Value::Array(rows), sentence))
}

fn row(finding: &Finding) -> Value {
    json!({"rule": finding.rule, "row": finding.row, "what": finding.what})
}
