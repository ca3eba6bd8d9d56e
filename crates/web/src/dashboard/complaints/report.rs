//! `/complaints/{id}/`: reporting an order or rental. It is a page of its own, because an order's page fetches itself again
//! where there is no script, and would lose what is being typed.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::App;
use domain::complaint::{self, Complaint, Kind, NewComplaint, ReportRefusal, State as ComplaintState, WORDS_MAX};
use domain::db::DbError;
use domain::ids;
use domain::product::Product;

use super::HERE;
use crate::Door;
use crate::customer::Customer;
use crate::dashboard::numbers::place_of;
use crate::form::Form;
use crate::page::{self, Frame, PageError};

pub(super) const ONE: &str = "/complaints/{id}/";

/// What an order's page shows of its complaint. It holds what a customer wrote, so it has no `Debug`.
pub(in crate::dashboard) struct Report {
    /// Where another one is made.
    pub(in crate::dashboard) place: String,
    /// The newest one.
    pub(in crate::dashboard) complaint: Option<Complaint>,
}

impl Report {
    /// What is known of an order's complaint.
    pub(in crate::dashboard) async fn about(
        app: &App,
        account: i64,
        product: Product,
        order: i64,
    ) -> Result<Self, DbError> {
        let complaint = complaint::about(app, account, order).await?;
        Ok(Self { place: format!("{HERE}{}/", ids::shown(product, order)), complaint })
    }

    /// Whether another one can be made.
    pub(in crate::dashboard) fn is_free(&self) -> bool {
        self.complaint.as_ref().is_none_or(|complaint| complaint.state == ComplaintState::Answered)
    }
}

/// The form with what was typed and what is wrong with it.
#[derive(Default)]
struct Typed {
    kind: String,
    words: String,
    wrong: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "dashboard/complain.html")]
struct ComplainPage {
    id: String,
    place: String,
    report: Report,
    kinds: [Kind; 3],
    words_max: usize,
    typed: Typed,
}

/// The kind and id of an order as they are shown in an address.
fn read(id: &str) -> Result<(Product, i64), PageError> {
    let of = |product| ids::parse(product, id).map(|id| (product, id));
    Product::ALL.into_iter().find_map(of).ok_or(PageError::NotFound)
}

pub(super) async fn form(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    render(&door, &customer, read(&id)?, Typed::default()).await
}

async fn render(
    door: &Door,
    customer: &Customer,
    (product, order): (Product, i64),
    typed: Typed,
) -> Result<Response, PageError> {
    let app = &door.app;
    if !complaint::is_of(app, customer.account(), product, order).await? {
        return Err(PageError::NotFound);
    }
    let status = if typed.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let report = Report::about(app, customer.account(), product, order).await?;
    let (id, place) = (ids::shown(product, order), place_of(product, order));
    let page = ComplainPage { id, place, report, kinds: Kind::ALL, words_max: WORDS_MAX, typed };
    Ok(page::show(ONE, status, &page, &Frame::open(HERE, Some(&customer.standing), app.now_ms())))
}

pub(super) async fn send(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let (product, order) = read(&id)?;
    let (kind, words) = (form.text("kind").to_owned(), form.text("words").to_owned());
    let wrong = match Kind::from_word(&kind) {
        None => "Choose what went wrong.",
        Some(kind) => {
            let new = NewComplaint { account: customer.account(), product, order, kind, words: words.clone() };
            match complaint::report(&door.app, new).await {
                // Sent twice, it is one.
                Ok(_) | Err(ReportRefusal::Open) => return Ok(page::see_other(ONE, &place_of(product, order))),
                Err(ReportRefusal::NotFound) => return Err(PageError::NotFound),
                Err(ReportRefusal::Db(error)) => return Err(error.into()),
                Err(ReportRefusal::TooLate) => "It ended more than 30 days ago, so it cannot be reported any more.",
                Err(ReportRefusal::TooMany) => "You have reported 20 orders within a day. Try again tomorrow.",
                Err(ReportRefusal::TooLong) => "Tell it in 1,000 letters at most.",
            }
        }
    };
    render(&door, &customer, (product, order), Typed { kind, words, wrong: Some(wrong) }).await
}
