//! `/operator/mails/`: the outbox. What a mail says may hold a link that lets its reader in as somebody else, so it is shown
//! with a reason, and only to those who may change how people sign in.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::mail::{self, MailLine, ReadRefusal, RetryRefusal, State as MailState};
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use serde::Deserialize;

use super::told::{Told, ago};
use super::{Frame, id_in};
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/mails/";
/// Mails on a page.
const ROWS: i64 = 50;
const STATES: [MailState; 3] = [MailState::Waiting, MailState::Failed, MailState::Sent];

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(list))
        .route("/operator/mails/{id}/", get(show).post(read))
        .route("/operator/mails/{id}/retry/", post(retry))
}

/// The filter as it stands in an address.
#[derive(Default, Deserialize)]
struct Wish {
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

struct Row {
    mail: MailLine,
    since: String,
}

#[derive(Template)]
#[template(path = "operator/mails/list.html")]
struct ListPage {
    wish: Wish,
    rows: Vec<Row>,
    next: Option<i64>,
    told: Option<Told>,
    may_change: bool,
}

#[derive(Template)]
#[template(path = "operator/mails/one.html")]
struct OnePage {
    row: Row,
    text: Option<String>,
    told: Option<Told>,
}

async fn list(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    render_list(&door, &operator, wish, None).await
}

async fn render_list(door: &Door, operator: &Operator, wish: Wish, told: Option<Told>) -> Result<Response, PageError> {
    let before = wish.before.unwrap_or(i64::MAX);
    let mut mails = mail::outbox_in(&door.app, MailState::from_word(&wish.state), before, ROWS + 1).await?;
    let has_more = i64::try_from(mails.len()).is_ok_and(|count| count > ROWS);
    if has_more {
        mails.pop();
    }
    let next = mails.last().filter(|_| has_more).map(|mail| mail.id);
    let now = door.app.now_ms();
    let rows = mails.into_iter().map(|mail| Row { since: ago(mail.created_ms, now), mail }).collect();
    let status = if told.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = ListPage { wish, rows, next, told, may_change: operator.role.may(Power::Run) };
    Ok(page::show(HERE, status, &page, &Frame::of(door, operator, HERE).await?))
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    operator.may(Power::Run)?;
    render(&door, &operator, id_in(&id)?, None, None).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    id: i64,
    text: Option<String>,
    told: Option<Told>,
) -> Result<Response, PageError> {
    let mail = mail::outbox(&door.app, id.saturating_add(1), 1).await?.into_iter().find(|mail| mail.id == id);
    let mail = mail.ok_or(PageError::NotFound)?;
    let status = if told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let row = Row { since: ago(mail.created_ms, door.app.now_ms()), mail };
    let page = OnePage { row, text, told };
    Ok(page::show("/operator/mails/{id}/", status, &page, &Frame::of(door, operator, HERE).await?))
}

async fn read(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id = id_in(&id)?;
    let Some(reason) = Reason::parse(form.text("reason")) else {
        let told = Told::bad("Say in 1 to 500 letters why you read this mail.");
        return render(&door, &operator, id, None, Some(told)).await;
    };
    match mail::read(&door.app, id, &reason, &by).await {
        Ok(text) => render(&door, &operator, id, Some(text), None).await,
        Err(ReadRefusal::NoMail) => Err(PageError::NotFound),
        Err(ReadRefusal::Db(error)) => Err(error.into()),
        Err(refusal @ ReadRefusal::Erased) => {
            render(&door, &operator, id, None, Some(Told::bad(format!("Nothing to read: {refusal}.")))).await
        }
    }
}

async fn retry(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    match mail::retry(&door.app, id_in(&id)?, &by).await {
        Ok(()) => Ok(page::see_other(HERE, HERE)),
        Err(RetryRefusal::Db(error)) => Err(error.into()),
        Err(refusal) => {
            let told = Told::bad(format!("Not tried again: {refusal}."));
            render_list(&door, &operator, Wish::default(), Some(told)).await
        }
    }
}
