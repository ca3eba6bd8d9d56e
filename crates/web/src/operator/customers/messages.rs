//! `/operator/customers/{id}/messages/`: what came for an order of a customer. It asks for a reason first.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::account;
use domain::complaint;
use domain::ids;
use domain::message::{self, Message, ReadRefusal};
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use domain::product::Product;
use serde::Deserialize;

use super::HERE;
use crate::Door;
use crate::asked::Asked;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::id_in;
use crate::operator::told::Told;
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const MESSAGES: &str = "/operator/customers/{id}/messages/";

/// The order that is asked for.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    order: String,
}

#[derive(Template)]
#[template(path = "operator/customers/messages.html")]
struct MessagesPage {
    account: i64,
    name: String,
    order: String,
    messages: Option<Vec<Message>>,
    told: Option<Told>,
}

pub(super) async fn form(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    operator.may(Power::ReadTexts)?;
    render(&door, &operator, id_in(&id)?, wish.order, Ok(None)).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    account: i64,
    order: String,
    shown: Result<Option<Vec<Message>>, Told>,
) -> Result<Response, PageError> {
    let name = account::standing(&door.app, account).await?.ok_or(PageError::NotFound)?.name;
    let status = if shown.is_err() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (messages, told) = match shown {
        Ok(messages) => (messages, None),
        Err(told) => (None, Some(told)),
    };
    let page = MessagesPage { account, name, order, messages, told };
    Ok(page::show(MESSAGES, status, &page, &Frame::of(door, operator, HERE).await?))
}

pub(super) async fn read(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let account = id_in(&id)?;
    let order = form.text("order").trim().to_uppercase();
    let none = || Told::bad("This customer has no such order. Its id looks like ORD-123456 or RNT-123456.");
    let of = |product| ids::parse(product, &order).map(|id| (product, id));
    let Some((product, id)) = Product::ALL.into_iter().find_map(of) else {
        return render(&door, &operator, account, order, Err(none())).await;
    };
    if !complaint::is_of(&door.app, account, product, id).await? {
        return render(&door, &operator, account, order, Err(none())).await;
    }
    let Some(reason) = Reason::parse(form.text("reason")) else {
        let told = Told::bad("Say in 1 to 500 letters why you read the customer's messages.");
        return render(&door, &operator, account, order, Err(told)).await;
    };
    match message::read_delivered(&door.app, id, &reason, &by).await {
        Ok(messages) => render(&door, &operator, account, order, Ok(Some(messages))).await,
        Err(ReadRefusal::NoOrder) => render(&door, &operator, account, order, Err(none())).await,
        Err(ReadRefusal::Db(error)) => Err(error.into()),
    }
}
