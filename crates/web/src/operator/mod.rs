//! The console: the pages from which operators run the house, a file or folder each.

mod audit;
mod complaints;
mod customers;
mod frame;
mod houses;
mod ledger;
mod mails;
mod numbers;
mod operators;
mod orders;
mod own;
mod quarantine;
mod refused;
mod services;
mod settings;
mod sources;
mod stops;
mod today;
mod told;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;

use crate::Door;
use crate::page::{self, PageError};

pub(crate) use frame::{Frame, PLACES};
pub(crate) use numbers::Imports;
pub(crate) use refused::forbidden;

/// The id of a row in a page's address.
fn id_in(place: &str) -> Result<i64, PageError> {
    place.parse().map_err(|_| PageError::NotFound)
}

/// Whether an address is one of the console's, whether or not there is a page.
pub(crate) fn is_here(path: &str) -> bool {
    path.starts_with(today::HERE)
}

/// Shows what pages say of failures as operators need it, where they are.
pub(crate) async fn in_its_words(request: Request, next: Next) -> Response {
    let is_here = is_here(request.uri().path());
    let answer = next.run(request).await;
    if is_here { page::for_operators(answer) } else { answer }
}

/// The routes of the console.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(today::HERE, get(today::show))
        .merge(orders::routes())
        .merge(numbers::routes())
        .merge(sources::routes())
        .merge(houses::routes())
        .merge(services::routes())
        .merge(stops::routes())
        .merge(settings::routes())
        .merge(complaints::routes())
        .merge(ledger::routes())
        .merge(customers::routes())
        .merge(audit::routes())
        .merge(quarantine::routes())
        .merge(mails::routes())
        .merge(operators::routes())
        .merge(own::routes())
}
