//! `/operator/houses/partners/`: houses that buy our idle numbers, and what waits to be pushed to them.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::partner::{self, Partner, PartnerRefusal};
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use serde::Deserialize;

use super::HERE;
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::told::{NO_REASON, Told, many};
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const ROUTE: &str = "/operator/houses/partners/";

/// What was done, for the sentence on top.
#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "operator/houses/partners.html")]
struct PartnersPage {
    told: Option<Told>,
    /// Where they ask.
    url: String,
    partners: Vec<Partner>,
    may_change: bool,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(done): Asked<Done>,
) -> Result<Response, PageError> {
    let told = match done.done.as_str() {
        "paused" => Some(Told::good("It is sold nothing for now; what comes for it is still pushed.")),
        "active" => Some(Told::good("It is sold to.")),
        _ => None,
    };
    render(&door, &operator, told, StatusCode::OK).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    told: Option<Told>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let page = PartnersPage {
        told,
        url: format!("{}/api/partner/", door.settings.base_url),
        partners: partner::list(&door.app).await?,
        may_change: operator.role.may(Power::Run),
    };
    Ok(page::show(ROUTE, status, &page, &Frame::of(door, operator, HERE).await?))
}

/// Stops selling to a partner, or goes on.
pub(super) async fn set_state(
    State(door): State<Arc<Door>>,
    operator: Operator,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let is_active = match form.text("to") {
        "active" => true,
        "paused" => false,
        _ => return Err(PageError::BadForm),
    };
    let Some(reason) = Reason::parse(form.text("reason")) else {
        let told = Some(Told::bad(format!("Nothing was changed: {NO_REASON}.")));
        return render(&door, &operator, told, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match partner::set_state(&door.app, form.text("partner"), is_active, &reason, &by).await {
        Ok(()) => Ok(page::see_other(ROUTE, &format!("{ROUTE}?done={}", form.text("to")))),
        Err(PartnerRefusal::Db(error)) => Err(error.into()),
        Err(refusal) => {
            let told = Some(Told::bad(format!("Nothing was changed: {refusal}.")));
            render(&door, &operator, told, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
