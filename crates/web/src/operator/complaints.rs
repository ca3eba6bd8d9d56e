//! `/operator/complaints/`: what customers reported, who waits longest first, and the answer to each.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::catalog;
use domain::complaint::{self, ANSWER_MAX, Answer, AnswerRefusal, Kind, Line, Record, State as ComplaintState, Which};
use domain::ids;
use domain::ledger::{self, Payment};
use domain::message::{self, Message, ReadRefusal};
use domain::money::Usd;
use domain::policy::powers::{Power, refund_limits};
use domain::policy::reason::Reason;
use serde::Deserialize;

use super::told::{Told, ago, national};
use super::{Frame, id_in};
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const HERE: &str = "/operator/complaints/";
const ONE: &str = "/operator/complaints/{id}/";
/// Complaints on a page.
const ROWS: i64 = 50;

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new()
        .route(HERE, get(list))
        .route(ONE, get(show))
        .route("/operator/complaints/{id}/answer/", post(answer))
        .route("/operator/complaints/{id}/messages/", post(read))
}

/// The filter as it stands in an address.
#[derive(Default, Deserialize)]
struct Wish {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    after: Option<i64>,
}

impl Wish {
    fn state(&self) -> ComplaintState {
        if self.state == ComplaintState::Answered.word() { ComplaintState::Answered } else { ComplaintState::Open }
    }
}

/// A complaint as lists and its page show it.
struct Row {
    id: String,
    name: String,
    number: String,
    since: String,
    line: Line,
}

#[derive(Template)]
#[template(path = "operator/complaints/list.html")]
struct ListPage {
    wish: Wish,
    open: i64,
    rows: Vec<Row>,
    next: Option<i64>,
}

async fn list(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let which = Which { state: wish.state(), kind: Kind::from_word(&wish.kind) };
    let mut lines = complaint::all(app, which, wish.after, ROWS + 1).await?;
    let has_more = i64::try_from(lines.len()).is_ok_and(|count| count > ROWS);
    if has_more {
        lines.pop();
    }
    let next = lines.last().filter(|_| has_more).map(|line| line.complaint.id);
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        rows.push(row(&door, line).await?);
    }
    let (open, _) = complaint::counts(app).await?;
    let frame = Frame::of(&door, &operator, HERE).await?;
    Ok(page::show(HERE, StatusCode::OK, &ListPage { wish, open, rows, next }, &frame))
}

async fn row(door: &Door, line: Line) -> Result<Row, PageError> {
    let catalog = catalog::catalog(&door.app).await?;
    Ok(Row {
        id: ids::shown(line.complaint.product, line.complaint.order),
        name: catalog.name(&line.service).to_owned(),
        number: national(&line.digits),
        since: ago(line.complaint.created_ms, door.app.now_ms()),
        line,
    })
}

/// What the page of one complaint shows beside it.
#[derive(Default)]
struct Shown {
    told: Option<Told>,
    /// What was typed into the answer.
    text: String,
    refund: String,
    /// What came for the order, once a reason was given.
    messages: Option<Vec<Message>>,
}

#[derive(Template)]
#[template(path = "operator/complaints/one.html")]
struct OnePage {
    row: Row,
    record: Record,
    /// What can come back, and how much of it this role may give.
    left: Usd,
    most: Option<Usd>,
    may_answer: bool,
    may_read: bool,
    may_pause: bool,
    answer_max: usize,
    shown: Shown,
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    render(&door, &operator, id_in(&id)?, Shown::default()).await
}

async fn render(door: &Door, operator: &Operator, id: i64, shown: Shown) -> Result<Response, PageError> {
    let app = &door.app;
    let (line, record) = complaint::show(app, id).await?.ok_or(PageError::NotFound)?;
    let payments = ledger::payments(app, line.complaint.product, line.complaint.order).await?;
    let left = payments.iter().map(Payment::left).max().unwrap_or(Usd::ZERO);
    let status = match &shown.told {
        Some(told) if !told.is_good => StatusCode::UNPROCESSABLE_ENTITY,
        Some(_) | None => StatusCode::OK,
    };
    let page = OnePage {
        row: row(door, line).await?,
        record,
        left,
        most: refund_limits(operator.role).map(|(each, _)| each.min(left)).filter(|most| *most > Usd::ZERO),
        may_answer: operator.role.may(Power::Answer),
        may_read: operator.role.may(Power::ReadTexts),
        may_pause: operator.role.may(Power::Run),
        answer_max: ANSWER_MAX,
        shown,
    };
    Ok(page::show(ONE, status, &page, &Frame::of(door, operator, HERE).await?))
}

async fn answer(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    operator.may(Power::Answer)?;
    let id = id_in(&id)?;
    let (text, refund) = (form.text("text").to_owned(), form.text("refund").trim().to_owned());
    let pauses_number = form.text("pause") == "yes";
    if pauses_number {
        operator.may(Power::Run)?;
    }
    let amount = if refund.is_empty() { Some(Usd::ZERO) } else { Usd::parse(refund.trim_start_matches('$')).ok() };
    let told = match amount {
        None => Told::bad("The refund is no amount of dollars, such as 0.42. Nothing was answered."),
        Some(amount) => {
            let answer = Answer {
                complaint: id,
                text: text.clone(),
                refund: amount,
                pauses_number,
                base_url: door.settings.base_url.clone(),
                by: operator.name.clone(),
                role: operator.role,
            };
            match complaint::answer(&door.app, answer).await {
                Ok(_) => return Ok(page::see_other(ONE, &format!("{HERE}{id}/"))),
                Err(AnswerRefusal::NotFound) => return Err(PageError::NotFound),
                Err(AnswerRefusal::Db(error)) => return Err(error.into()),
                Err(refusal) => Told::bad(format!("Nothing was answered: {refusal}.")),
            }
        }
    };
    render(&door, &operator, id, Shown { told: Some(told), text, refund, messages: None }).await
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
        let told = Told::bad("Say in 1 to 500 letters why you read the customer's messages.");
        return render(&door, &operator, id, Shown { told: Some(told), ..Shown::default() }).await;
    };
    let (line, _) = complaint::show(&door.app, id).await?.ok_or(PageError::NotFound)?;
    match message::read_delivered(&door.app, line.complaint.order, &reason, &by).await {
        Ok(messages) => render(&door, &operator, id, Shown { messages: Some(messages), ..Shown::default() }).await,
        Err(ReadRefusal::NoOrder) => Err(PageError::NotFound),
        Err(ReadRefusal::Db(error)) => Err(error.into()),
    }
}
