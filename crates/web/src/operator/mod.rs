//! The console: the pages from which operators run the house, a file or folder each.

mod frame;
mod numbers;
mod refused;
mod today;
mod told;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::Door;

pub(crate) use frame::{Frame, PLACES};
pub(crate) use numbers::Imports;
pub(crate) use refused::forbidden;

/// The routes of the console.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new().route(today::HERE, get(today::show)).merge(numbers::routes())
}
