//! `/operator/sources/{slug}/sims/`: which SIM of a source is which number.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::number::{self, LineState};
use domain::phone::Nanp;
use domain::policy::author::Author;
use domain::policy::powers::Power;
use domain::supply::{self, SourceRefusal};
use serde::Deserialize;

use super::{HERE, told};
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::told::{Told, national};
use crate::page::{self, PageError};
use crate::session::Operator;

const ROUTE: &str = "/operator/sources/{slug}/sims/";
/// SIMs on a page.
const ROWS: usize = 200;

/// Where a list goes on.
#[derive(Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: String,
}

/// A SIM and its number.
struct Sim {
    name: String,
    digits: String,
    shown: String,
    /// What the source told of it, if it tells of SIMs.
    line: Option<LineState>,
}

#[derive(Template)]
#[template(path = "operator/sources/sims.html")]
struct SimsPage {
    told: Option<Told>,
    slug: String,
    rows: Vec<Sim>,
    next: Option<String>,
    is_first: bool,
    sim: String,
    number: String,
    reason: String,
    may_change: bool,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(slug): Path<String>,
    Asked(After { after }): Asked<After>,
) -> Result<Response, PageError> {
    render(&door, &operator, &slug, &after, None, None).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    slug: &str,
    after: &str,
    typed: Option<&Form>,
    told: Option<Told>,
) -> Result<Response, PageError> {
    let frame = Frame::of(door, operator, HERE).await?;
    let source = supply::source(&door.app, slug).await?.ok_or(PageError::NotFound)?;
    let mut lines = number::line_states(&door.app, source.id).await?;
    let sims = match supply::sims(&door.app, slug).await {
        Ok(sims) => sims,
        Err(SourceRefusal::Db(error)) => return Err(error.into()),
        Err(_) => return Err(PageError::NotFound),
    };
    let mut rows: Vec<Sim> = sims
        .into_iter()
        .filter(|(name, _)| after.is_empty() || name.as_str() > after)
        .map(|(name, digits)| Sim { shown: national(&digits), line: lines.remove(&digits), name, digits })
        .collect();
    // The engines sort by their own rules; the page goes on by the bytes of the names.
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let text = |name| typed.map_or_else(String::new, |form: &Form| form.text(name).to_owned());
    let page = SimsPage {
        slug: slug.to_owned(),
        next: rows.last().filter(|_| has_more).map(|row| row.name.clone()),
        rows,
        is_first: after.is_empty(),
        sim: text("sim"),
        number: text("number"),
        reason: text("reason"),
        may_change: operator.role.may(Power::Run),
        told,
    };
    let status = if page.told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page::show(ROUTE, status, &page, &frame))
}

pub(super) async fn map(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(slug): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let complaint = match (Nanp::parse(form.text("number")), Author::typed(by, form.text("reason"))) {
        (Ok(number), Ok(by)) => match supply::map_sim(&door.app, &slug, form.text("sim").trim(), &number, by).await {
            Ok(()) => return Ok(page::see_other(ROUTE, &format!("{HERE}{slug}/sims/"))),
            Err(refusal) => told(refusal)?,
        },
        (Err(error), _) => Told::bad(format!("Nothing was changed: {error}.")),
        (Ok(_), Err(bad)) => bad.into(),
    };
    render(&door, &operator, &slug, "", Some(&form), Some(complaint)).await
}

pub(super) async fn unmap(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(slug): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let complaint = match Author::typed(by, form.text("reason")) {
        Ok(by) => match supply::unmap_sim(&door.app, &slug, form.text("sim"), by).await {
            Ok(()) => return Ok(page::see_other(ROUTE, &format!("{HERE}{slug}/sims/"))),
            Err(refusal) => told(refusal)?,
        },
        Err(bad) => bad.into(),
    };
    render(&door, &operator, &slug, "", None, Some(complaint)).await
}
