//! The page for an operator whose role may not do what was asked.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::login::Role;
use domain::policy::powers::Power;

use crate::page;

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    role: &'static str,
    deed: &'static str,
    roles: String,
}

/// Says what may not be done, and who may.
pub(crate) fn forbidden(role: Role, power: Power) -> Response {
    let roles: Vec<&str> = Role::with(power).map(Role::word).collect();
    let refused = Refused { role: role.word(), deed: deed_of(power), roles: roles.join(", ") };
    page::show("(forbidden)", StatusCode::FORBIDDEN, &refused, askama::NO_VALUES)
}

/// A power as the rest of a sentence that begins "may not".
fn deed_of(power: Power) -> &'static str {
    match power {
        Power::Run => "change how the house runs",
        Power::Rule => "change who runs the house, or its settings",
        Power::Refund => "give money back",
        Power::Answer => "answer complaints",
        Power::ReadTexts => "read what a customer's SMS or mail says",
    }
}
