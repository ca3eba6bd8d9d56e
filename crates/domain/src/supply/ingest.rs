//! What reaches `/ingest/{source}/`: the source's connector reads it, the house keeps it, then it is acknowledged.

use super::source::purpose;
use super::{Heard, Registry, Reply, Request, Settings, rows};
use crate::App;
use crate::db::{DbError, Row};
use crate::message;
use crate::values;

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
    let settings = open_settings(app, &row)?;
    let connector = registry.get(row.text(2)).ok_or(IngestError::NoSource)?;
    let Heard { parts, reply } = match connector.hear(&settings, request, app.now_ms()) {
        Ok(heard) => heard,
        Err(refusal) => return Ok(refusal),
    };
    for part in parts {
        message::receive(app, row.int(0), part).await?;
    }
    Ok(reply)
}

fn open_settings(app: &App, row: &Row) -> Result<Settings, DbError> {
    let plain = app.vault.open(&purpose(row.text(1)), row.blob(4))?;
    let values = serde_json::from_slice(&plain).map_err(|_| DbError::Damaged("a source's settings are unreadable"))?;
    Ok(Settings::new(values))
}
