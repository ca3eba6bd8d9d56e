//! The pages on which people sign up, sign in and sign out.

mod code;
mod operator;
mod passkey;
mod reset;
mod sign_in;
mod sign_up;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::Door;

pub(crate) use operator::CodesPage;
pub(crate) use sign_up::{SentPage, bad_link};

/// The routes of these pages.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route("/sign-up/", get(sign_up::form).post(sign_up::send))
        .route("/sign-up/confirm/", get(sign_up::confirm_form).post(sign_up::confirm))
        .route("/sign-in/", get(sign_in::form).post(sign_in::send))
        .route("/sign-in/code/", post(code::customer))
        .route("/sign-in/passkey/", post(passkey::customer))
        .route("/sign-in/passkey/ask/", post(passkey::ask_customer))
        .route("/reset/", get(reset::form).post(reset::send))
        .route("/reset/choose/", get(reset::choose_form).post(reset::choose))
        .route("/operator/sign-in/", get(operator::form).post(operator::send))
        .route("/operator/sign-in/code/", post(code::operator))
        .route("/operator/sign-in/passkey/", post(passkey::operator))
        .route("/operator/sign-in/passkey/ask/", post(passkey::ask_operator))
        .route("/operator/set-up/", get(operator::set_up_form).post(operator::set_up))
        .route("/operator/sign-out/", post(operator::sign_out))
        .route("/sign-out/", post(sign_in::sign_out))
}
