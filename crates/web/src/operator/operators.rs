//! `/operator/operators/`: who runs the house, and what each may do.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::login::{self, Device, Kind, NewOperator, OperatorLine, OperatorRefusal, Role, Secret};
use domain::policy::powers::Power;
use domain::policy::reason::Reason;

use super::Frame;
use super::told::{NO_REASON, Told};
use crate::Door;
use crate::form::Form;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/operators/";

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(show).post(make))
        .route("/operator/operators/role/", post(set_role))
        .route("/operator/operators/stop/", post(stop))
        .route("/operator/operators/resume/", post(resume))
        .route("/operator/operators/recover/", post(recover))
        .route("/operator/operators/sign-out/", post(sign_out))
}

struct Row {
    operator: OperatorLine,
    sessions: Vec<Device>,
    is_self: bool,
}

/// A link that was made just now: the only time it is seen.
struct Fresh {
    name: String,
    url: String,
}

/// What the page shows beside the operators.
#[derive(Default)]
struct Shown {
    told: Option<Told>,
    fresh: Option<Fresh>,
    /// What was typed into the form.
    name: String,
    role: String,
}

#[derive(Template)]
#[template(path = "operator/operators/list.html")]
struct OperatorsPage {
    rows: Vec<Row>,
    may_rule: bool,
    shown: Shown,
}

/// What a role may do, for people.
fn powers(role: &Role) -> &'static str {
    match role {
        Role::Owner => "everything",
        Role::Operator => "everything but operators and settings",
        Role::Support => "reads, answers complaints, refunds within limits",
        Role::Auditor => "reads",
    }
}

async fn show(State(door): State<Arc<Door>>, operator: Operator) -> Result<Response, PageError> {
    render(&door, &operator, Shown::default()).await
}

async fn render(door: &Door, operator: &Operator, shown: Shown) -> Result<Response, PageError> {
    let mut rows = Vec::new();
    for line in login::operators(&door.app).await? {
        let sessions = login::sessions(&door.app, Kind::Operator, line.id).await?;
        rows.push(Row { is_self: line.id == operator.id, operator: line, sessions });
    }
    let status = if shown.told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = OperatorsPage { rows, may_rule: operator.role.may(Power::Rule), shown };
    Ok(page::show(HERE, status, &page, &Frame::of(door, operator, HERE).await?))
}

/// A deed that was not done because nobody said why.
async fn no_reason(door: &Door, operator: &Operator) -> Result<Response, PageError> {
    let told = Some(Told::bad(format!("Nothing was changed: {NO_REASON}.")));
    render(door, operator, Shown { told, ..Shown::default() }).await
}

/// What became of a deed: the page again, with a sentence where it was refused.
async fn done<T>(door: &Door, operator: &Operator, deed: Result<T, OperatorRefusal>) -> Result<Response, PageError> {
    match deed {
        Ok(_) => Ok(page::see_other(HERE, HERE)),
        Err(OperatorRefusal::Db(error)) => Err(error.into()),
        Err(refusal) => {
            let told = Some(Told::bad(format!("Nothing was changed: {refusal}.")));
            render(door, operator, Shown { told, ..Shown::default() }).await
        }
    }
}

/// Shows a link that was made.
async fn link(
    door: &Door,
    operator: &Operator,
    name: &str,
    made: Result<Secret, OperatorRefusal>,
    typed: Shown,
) -> Result<Response, PageError> {
    match made {
        Ok(secret) => {
            let url = format!("{}/operator/set-up/?token={}", door.settings.base_url, secret.text());
            let fresh = Some(Fresh { name: name.to_owned(), url });
            render(door, operator, Shown { fresh, ..Shown::default() }).await
        }
        Err(OperatorRefusal::Db(error)) => Err(error.into()),
        Err(refusal) => {
            let told = Some(Told::bad(format!("Nothing was changed: {refusal}.")));
            render(door, operator, Shown { told, ..typed }).await
        }
    }
}

async fn make(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let name = form.text("name").trim().to_owned();
    let role = Role::from_word(form.text("role")).ok_or(PageError::BadForm)?;
    let new = NewOperator { name: name.clone(), role, by };
    let made = login::create_operator(&door.app, new).await;
    let typed = Shown { name: name.clone(), role: role.word().to_owned(), ..Shown::default() };
    link(&door, &operator, &name, made, typed).await
}

async fn recover(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let Some(reason) = Reason::parse(form.text("reason")) else { return no_reason(&door, &operator).await };
    let name = form.text("name");
    let made = login::recover_operator(&door.app, name, &reason, &by).await;
    link(&door, &operator, name, made, Shown::default()).await
}

async fn set_role(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let role = Role::from_word(form.text("role")).ok_or(PageError::BadForm)?;
    let Some(reason) = Reason::parse(form.text("reason")) else { return no_reason(&door, &operator).await };
    let deed = login::set_role(&door.app, form.text("name"), role, &reason, &by).await;
    done(&door, &operator, deed).await
}

async fn stop(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let Some(reason) = Reason::parse(form.text("reason")) else { return no_reason(&door, &operator).await };
    let deed = login::stop_operator(&door.app, form.text("name"), &reason, &by).await;
    done(&door, &operator, deed).await
}

async fn resume(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let Some(reason) = Reason::parse(form.text("reason")) else { return no_reason(&door, &operator).await };
    let deed = login::resume_operator(&door.app, form.text("name"), &reason, &by).await;
    done(&door, &operator, deed).await
}

async fn sign_out(State(door): State<Arc<Door>>, operator: Operator, form: Form) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let Some(reason) = Reason::parse(form.text("reason")) else { return no_reason(&door, &operator).await };
    let deed = login::sign_out_operator(&door.app, form.text("name"), &reason, &by).await;
    done(&door, &operator, deed).await
}
