//! `admin verify`: every invariant on the live database, and the rows that break one.

use domain::verify;
use domain::{dossier, ids};
use serde_json::{Value, json};

use super::{Answer, Desk, Refusal};

pub(super) async fn run(desk: &Desk<'_>) -> Result<Answer, Refusal> {
    let findings = verify::verify(desk.app, &|_| ()).await?;
    if findings.is_empty() {
        return Ok(Answer::line("every invariant holds", json!([])));
    }
    let mut rows = Vec::with_capacity(findings.len());
    for finding in &findings {
        let row = named(desk, &finding.row).await?;
        rows.push(json!({"rule": finding.rule, "row": row, "what": finding.what}));
    }
    let sentence = format!("{} rows break an invariant", rows.len());
    Ok(Answer::trouble(&["rule", "row", "what"], rows.clone(), Value::Array(rows), sentence))
}

/// A row by the name under which its order or rental is found elsewhere; other rows as they are.
async fn named(desk: &Desk<'_>, row: &str) -> Result<String, Refusal> {
    let Some((kind @ ("order" | "rental"), id)) = row.split_once(' ') else { return Ok(row.to_owned()) };
    let Ok(id) = id.parse() else { return Ok(row.to_owned()) };
    let product = dossier::product(desk.app, id).await?;
    Ok(product.map_or_else(|| row.to_owned(), |product| format!("{kind} {}", ids::shown(product, id))))
}
