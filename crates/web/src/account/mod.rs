//! The pages on which customers look after their own account: who they are, and where they are signed in.

mod overview;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::Door;

/// The routes of these pages.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/account/", get(overview::show))
        .route("/account/sessions/end/", post(overview::end))
        .route("/account/sessions/end-others/", post(overview::end_others))
}
