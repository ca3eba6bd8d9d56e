//! The pages of customers, a folder each. They call the verbs that the API calls.

mod front;
mod offers;

use std::sync::Arc;

use axum::Router;

use crate::Door;

/// The routes of all customers' pages.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new().merge(front::routes())
}
