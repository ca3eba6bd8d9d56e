//! The mail that tells of alerts.

use super::{Alert, Watch};
use crate::mail::Letter;

/// Alerts that one mail names; the rest are counted.
const NAMED_MAX: usize = 20;

/// The mail to one operator of what began and what ended.
pub(super) fn letter(watch: &Watch, to: &str, begun: &[Alert], ended: &[Alert]) -> Letter {
    let subject = match (begun, ended) {
        ([one], []) => format!("{}: {}", one.kind.name(), one.words),
        ([], [one]) => format!("Over: {}", one.kind.name()),
        ([], _) => format!("{} alerts are over", ended.len()),
        _ => format!("{} things are wrong with the house", begun.len()),
    };
    let mut body = String::new();
    for (title, alerts) in [("Wrong now:", begun), ("Over again:", ended)] {
        if alerts.is_empty() {
            continue;
        }
        body.push_str(title);
        body.push('\n');
        for alert in alerts.iter().take(NAMED_MAX) {
            body.push_str(&format!("- {}: {}\n", alert.kind.name(), alert.words));
        }
        if alerts.len() > NAMED_MAX {
            body.push_str(&format!("- and {} more\n", alerts.len() - NAMED_MAX));
        }
        body.push('\n');
    }
    body.push_str(&format!(
        "See {}/operator/\n\nEach alert is told when it begins and when it is over.\n",
        watch.base_url
    ));
    Letter { to: to.to_owned(), kind: "alert", subject, body, end_ms: None }
}
