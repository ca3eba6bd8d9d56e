//! The pages on which customers look after their own account: how they sign in, and where they are signed in.

mod email;
mod overview;
mod passkeys;
mod password;
mod second;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use domain::login::ChangeRefusal;

use crate::Door;
use crate::objection::Objection;
use crate::page::PageError;

/// Where all of it begins, and the place that the head shows.
const HERE: &str = "/account/";

/// The routes of these pages.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(overview::show))
        .route("/account/sessions/end/", post(overview::end))
        .route("/account/sessions/end-others/", post(overview::end_others))
        .route("/account/sessions/end-all/", post(overview::end_all))
        .route("/account/low-balance/", post(overview::low_balance))
        .route("/account/password/", get(password::form).post(password::change))
        .route("/account/email/", get(email::form).post(email::ask))
        .route("/account/email/confirm/", get(email::confirm_form).post(email::confirm))
        .route("/account/passkeys/", get(passkeys::show).post(passkeys::begin))
        .route("/account/passkeys/add/", post(passkeys::add))
        .route("/account/passkeys/rename/", post(passkeys::rename))
        .route("/account/passkeys/remove/", post(passkeys::remove))
        .route("/account/second-factor/", get(second::show))
        .route("/account/second-factor/set-up/", post(second::set_up))
        .route("/account/second-factor/confirm/", post(second::confirm))
        .route("/account/second-factor/codes/", post(second::renew_codes))
        .route("/account/second-factor/remove/", post(second::remove))
}

/// What a form says of a refusal; `wrong` says what to do about what was wrong, and `gone` about what came too late.
fn objection(refusal: ChangeRefusal, wrong: &str, gone: &str) -> Result<Objection, PageError> {
    Ok(match refusal {
        ChangeRefusal::Wrong => Objection::new(wrong),
        ChangeRefusal::BadLink => Objection::new(gone),
        ChangeRefusal::BadEmail => Objection::new("This is not an address that a mail can be sent to. Check it."),
        ChangeRefusal::Password(fault) => fault.into(),
        ChangeRefusal::MustWait { seconds } => Objection::wait(seconds),
        ChangeRefusal::Busy(busy) => busy.into(),
        ChangeRefusal::Db(error) => return Err(error.into()),
    })
}
