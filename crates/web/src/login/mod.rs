//! The pages on which people sign up, sign in and sign out.

mod fields;
mod sign_in;
mod sign_up;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::Door;

/// The routes of these pages.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/sign-up/", get(sign_up::form).post(sign_up::send))
        .route("/sign-up/confirm/", get(sign_up::confirm_form).post(sign_up::confirm))
        .route("/sign-in/", get(sign_in::form).post(sign_in::send))
        .route("/sign-out/", post(sign_in::sign_out))
}
