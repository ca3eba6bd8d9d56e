//! The pages of customers, a folder each. They call the verbs that the API calls.

mod complaints;
mod front;
mod funds;
mod history;
mod keys;
mod numbers;
mod offers;
mod orders;
mod rentals;
mod statement;
pub(crate) mod words;

use std::sync::Arc;

use axum::Router;

use crate::Door;

/// The routes of all customers' pages.
pub(crate) fn routes() -> Router<Arc<Door>> {
    let router = Router::new().merge(front::routes()).merge(numbers::routes()).merge(orders::routes());
    let router = router.merge(rentals::routes()).merge(history::routes()).merge(statement::routes());
    router.merge(keys::routes()).merge(complaints::routes()).merge(funds::routes())
}
