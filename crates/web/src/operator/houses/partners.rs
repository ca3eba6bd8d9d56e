//! `/operator/houses/partners/`: houses that buy our idle numbers, and what waits to be pushed to them.

use std::fmt::Display;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids;
use domain::partner::{self, Partner, PartnerRefusal, Retried};
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use domain::product::Product;
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
    /// SMS that are pushed again, and those that are still given up.
    #[serde(default)]
    count: i64,
    #[serde(default)]
    left: i64,
}

#[derive(Template)]
#[template(path = "operator/houses/partners.html")]
struct PartnersPage {
    told: Option<Told>,
    /// Where they ask.
    url: String,
    partners: Vec<Partner>,
    /// Partners for which something was given up.
    behind: Vec<(String, i64)>,
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
        "again" if done.left > 0 => {
            Some(Told::good(format!("{} SMS are pushed again; {} more are still given up.", done.count, done.left)))
        }
        "again" => Some(Told::good(format!("{} SMS are pushed again.", done.count))),
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
    let partners = partner::list(&door.app).await?;
    let given_up = partners.iter().filter(|one| one.given_up > 0);
    let page = PartnersPage {
        told,
        url: format!("{}/api/partner/", door.settings.base_url),
        behind: given_up.map(|one| (one.slug.clone(), one.given_up)).collect(),
        partners,
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
        return refused(&door, &operator, NO_REASON).await;
    };
    match partner::set_state(&door.app, form.text("partner"), is_active, &reason, &by).await {
        Ok(()) => Ok(page::see_other(ROUTE, &format!("{ROUTE}?done={}", form.text("to")))),
        Err(PartnerRefusal::Db(error)) => Err(error.into()),
        Err(refusal) => refused(&door, &operator, refusal).await,
    }
}

/// Has what was given up for a partner pushed again, of one order or of all.
pub(super) async fn retry(
    State(door): State<Arc<Door>>,
    operator: Operator,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let typed = form.text("order").trim().to_uppercase();
    let order = ids::parse(Product::ShortTerm, &typed);
    if order.is_none() && !typed.is_empty() {
        return refused(&door, &operator, "an order is written as ORD-123456").await;
    }
    let Some(reason) = Reason::parse(form.text("reason")) else {
        return refused(&door, &operator, NO_REASON).await;
    };
    match partner::retry(&door.app, form.text("partner"), order, &reason, &by).await {
        Ok(Retried { count, left }) => {
            Ok(page::see_other(ROUTE, &format!("{ROUTE}?done=again&count={count}&left={left}")))
        }
        Err(PartnerRefusal::Db(error)) => Err(error.into()),
        Err(refusal) => refused(&door, &operator, refusal).await,
    }
}

/// The page, with why nothing was changed.
async fn refused(door: &Door, operator: &Operator, why: impl Display) -> Result<Response, PageError> {
    let told = Some(Told::bad(format!("Nothing was changed: {why}.")));
    render(door, operator, told, StatusCode::UNPROCESSABLE_ENTITY).await
}
