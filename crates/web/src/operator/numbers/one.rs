//! `/operator/numbers/{digits}/`: where one number is from, and what it has been through.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::number::{self, BulkRefusal, LeaseLine, LineState, NumberLine, NumberState, Past, Which};
use domain::phone::Nanp;
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use domain::{catalog, ids, supply};

use super::{HERE, asked_state, names};
use crate::Door;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::told::{NO_REASON, Told, national, percent};
use crate::page::{self, PageError};
use crate::session::Operator;

const ROUTE: &str = "/operator/numbers/{digits}/";

/// A lease with the words for it.
struct Lease {
    id: String,
    service: String,
    lease: LeaseLine,
    is_running: bool,
}

/// A service that the number was used for, and how that went.
struct Service {
    name: String,
    rate: String,
    ended: usize,
    /// Why it is not for sale for this service, if it is not.
    kept: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "operator/numbers/one.html")]
struct NumberPage {
    told: Option<Told>,
    number: NumberLine,
    shown: String,
    source: String,
    past: Past,
    leases: Vec<Lease>,
    services: Vec<Service>,
    sims: Vec<(String, String, i64, Option<i64>)>,
    /// What its source told of its SIM, if it tells of SIMs.
    line: Option<LineState>,
    may_change: bool,
    reason: String,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(digits): Path<String>,
) -> Result<Response, PageError> {
    render(&door, &operator, &digits, None, "").await
}

async fn found(door: &Door, digits: &str) -> Result<NumberLine, PageError> {
    let number = Nanp::parse(digits).ok().filter(|number| number.digits() == digits).ok_or(PageError::NotFound)?;
    number::show(&door.app, &number).await?.ok_or(PageError::NotFound)
}

async fn render(
    door: &Door,
    operator: &Operator,
    digits: &str,
    told: Option<Told>,
    reason: &str,
) -> Result<Response, PageError> {
    let app = &door.app;
    let number = found(door, digits).await?;
    let frame = Frame::of(door, operator, HERE).await?;
    let (past, catalog) = (number::past(app, number.id).await?, catalog::catalog(app).await?);
    let names = names(&supply::sources(app).await?);
    let name = |service: i64| catalog.name(catalog.slug(service)).to_owned();
    let now = app.now_ms();
    let lease = |lease: &LeaseLine| Lease {
        id: ids::shown(lease.product, lease.order),
        service: name(lease.service),
        is_running: lease.start_ms <= now && now < lease.end_ms,
        lease: lease.clone(),
    };
    let service = |used: &number::Use| {
        let outcome = past.outcomes.get(&used.service).copied().unwrap_or_default();
        let kept = match (used.is_burnt, used.free_ms > now) {
            (true, _) => Some("used up: it delivered"),
            (false, true) => Some("leased or resting"),
            (false, false) => None,
        };
        Service {
            name: name(used.service),
            rate: percent(outcome.delivered, outcome.ended),
            ended: outcome.ended,
            kept,
        }
    };
    let source = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let sims = past.sims.iter().map(|sim| (sim.sim.clone(), source(sim.source), sim.from_ms, sim.until_ms));
    let page = NumberPage {
        shown: national(&number.digits),
        source: source(number.source),
        leases: past.leases.iter().map(lease).collect(),
        services: past.uses.iter().map(service).collect(),
        sims: sims.collect(),
        line: number::line_state(app, number.id).await?,
        may_change: operator.role.may(Power::Run) && number.state != NumberState::Retired,
        reason: reason.to_owned(),
        told,
        number,
        past,
    };
    let status = if page.told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page::show(ROUTE, status, &page, &frame))
}

pub(super) async fn change(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(digits): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let (number, state) = (found(&door, &digits).await?, asked_state(form.text("to"))?);
    let Some(reason) = Reason::parse(form.text("reason")) else {
        let told = Told::bad(format!("Nothing was changed: {NO_REASON}."));
        return render(&door, &operator, &digits, Some(told), form.text("reason")).await;
    };
    match number::set_states(&door.app, Which::Ids(vec![number.id]), state, &reason, &by).await {
        Ok(_) => Ok(page::see_other(ROUTE, &format!("{HERE}{digits}/"))),
        Err(BulkRefusal::Db(error)) => Err(error.into()),
        Err(refusal @ BulkRefusal::TooMany) => {
            let told = Told::bad(format!("Nothing was changed: {refusal}."));
            render(&door, &operator, &digits, Some(told), form.text("reason")).await
        }
    }
}
