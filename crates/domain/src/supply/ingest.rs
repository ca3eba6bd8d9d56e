//! What reaches `/ingest/{source}/`: the source's connector reads it, the house keeps it, then it is acknowledged.

use super::{Heard, Registry, Reply, Request, rows, settings, status};
use crate::App;
use crate::db::DbError;
use crate::message;
use crate::purchase;
use crate::values;

/// Hints of one push that are followed; more are a flood.
const HINTS_MAX: usize = 20;

/// Why a push was not taken.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// There is no such source, or its connector is not pushed to.
    #[error("there is no such source")]
    NoSource,
    /// The house could not keep it; the sender must tell it again.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Takes what a source pushed. The reply acknowledges it, so it is given only after everything in it is durable (S1).
///
/// # Errors
/// See [`IngestError`].
pub async fn ingest(app: &App, registry: &Registry, source: &str, request: &Request) -> Result<Reply, IngestError> {
    let row = app.db.row(rows::SOURCE, values![source]).await?.ok_or(IngestError::NoSource)?;
    let settings = settings::open(app, &row)?;
    let connector = registry.get(row.text(2)).ok_or(IngestError::NoSource)?;
    let Heard { parts, reply, hints, statuses } = match connector.hear(&settings, request, app.now_ms()) {
        Ok(heard) => heard,
        // Nothing is pushed to this source at all: whoever tries is a stranger, and no fault of its wire.
        Err(refusal) if refusal.status == 404 => return Ok(refusal),
        Err(refusal) => {
            app.heard.refused(row.int(0), app.now_ms(), &told(&refusal));
            return Ok(refusal);
        }
    };
    for part in parts {
        message::receive(app, row.int(0), part).await?;
    }
    for hint in hints.into_iter().take(HINTS_MAX) {
        purchase::hint(app, row.int(0), hint).await?;
    }
    status::note(app, row.int(0), statuses).await?;
    Ok(reply)
}

/// A refusal in a line for the operator: its status, and the sentence that its sender was answered. Connectors put
/// neither secrets nor texts into it.
fn told(refusal: &Reply) -> String {
    let sentence = serde_json::from_slice::<serde_json::Value>(&refusal.body).ok();
    let sentence = sentence.as_ref().and_then(|body| body["message"].as_str()).unwrap_or_default();
    format!("{} {sentence}", refusal.status).trim_end().to_owned()
}
