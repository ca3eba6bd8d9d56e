//! `/operator/stops/`: what stands still, and the stop for all sales.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::policy::deeds::DeedLine;
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use domain::policy::stop;
use domain::supply;

use super::Frame;
use super::told::{NO_REASON, Told};
use crate::Door;
use crate::form::Form;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/stops/";

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(show).post(change))
}

#[derive(Template)]
#[template(path = "operator/stops.html")]
struct StopsPage {
    told: Option<Told>,
    is_paused: bool,
    /// Sources whose numbers are not sold.
    sources: Vec<String>,
    deeds: Vec<DeedLine>,
    may_change: bool,
}

async fn show(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    render(&door, &operator, None).await
}

async fn render(door: &Door, operator: &Operator, told: Option<Told>) -> Result<Response, PageError> {
    let frame = Frame::of(door, operator, HERE).await?;
    let sources = supply::sources(&door.app).await?;
    let page = StopsPage {
        is_paused: frame.is_paused,
        sources: sources.into_iter().filter(|source| !source.is_enabled).map(|source| source.slug).collect(),
        deeds: stop::deeds(&door.app).await?,
        may_change: operator.role.may(Power::Run),
        told,
    };
    let status = if page.told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page::show(HERE, status, &page, &frame))
}

async fn change(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let is_paused = match form.text("to") {
        "paused" => true,
        "open" => false,
        _ => return Err(PageError::BadForm),
    };
    let Some(reason) = Reason::parse(form.text("reason")) else {
        let told = Told::bad(format!("Nothing was changed: {NO_REASON}."));
        return render(&door, &operator, Some(told)).await;
    };
    stop::pause_sales(&door.app, is_paused, &reason, &by).await?;
    Ok(page::see_other(HERE, HERE))
}
