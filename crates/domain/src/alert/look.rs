//! Looking for what is wrong: the verb of a worker.

use super::{Alert, letter, rows, signs};
use crate::App;
use crate::clock::MINUTE_MS;
use crate::db::{DbError, Lane, Tx};
use crate::mail;

/// Something is over when it was not seen for so long; what comes and goes within it is told once.
const CALM_MS: i64 = 10 * MINUTE_MS;
/// Alerts that are held against what is seen, at most.
const OPEN_MAX: i64 = 10_000;

/// Looks for what is wrong, and tells the operators what began and what is over, each once.
///
/// # Errors
/// What the database said.
pub async fn look(app: &App) -> Result<(), DbError> {
    let (house, signs, now) = (app.clone(), signs::all(app).await?, app.now_ms());
    let story = move |tx: &mut Tx<'_>| {
        for alert in rows::open(tx, OPEN_MAX)? {
            let is_seen = signs.iter().any(|sign| sign.kind == alert.kind && sign.subject == alert.subject);
            if !is_seen {
                rows::end(tx, &alert, now)?;
            }
        }
        let mut begun = Vec::new();
        for sign in &signs {
            if rows::seen(tx, sign, now)? {
                let (subject, words) = (sign.subject.clone(), sign.words.clone());
                begun.push(Alert { kind: sign.kind, subject, words, since_ms: now });
            }
        }
        let ended = rows::take_ended(tx, now - CALM_MS)?;
        tell(tx, &house, &begun, &ended)
    };
    app.db.write(Lane::Work, story).await
}

fn tell(tx: &mut Tx<'_>, app: &App, begun: &[Alert], ended: &[Alert]) -> Result<(), DbError> {
    let Some(watch) = app.watch.get().filter(|_| !begun.is_empty() || !ended.is_empty()) else { return Ok(()) };
    for to in &watch.to {
        mail::post(tx, app, &letter::letter(watch, to, begun, ended))?;
    }
    Ok(())
}
