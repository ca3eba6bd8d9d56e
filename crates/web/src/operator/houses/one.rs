//! `/operator/houses/purchases/{id}/`: one purchase or renewal, and settling it where no worker could find out what it
//! was.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::policy::powers::Power;
use domain::policy::reason::Reason;
use domain::purchase::{self, SettleRefusal, State as Standing, Verdict};

use super::{HERE, Row, look, rows};
use crate::Door;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::id_in;
use crate::operator::told::{NO_REASON, Told};
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const ROUTE: &str = "/operator/houses/purchases/{id}/";
/// Characters of another house's id.
const THEIR_ID_MAX: usize = 200;

/// What was typed.
#[derive(Default)]
struct Typed {
    verdict: String,
    their_id: String,
    number: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "operator/houses/one.html")]
struct PurchasePage {
    told: Option<Told>,
    row: Row,
    typed: Typed,
    may_change: bool,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    render(&door, &operator, id_in(&id)?, None, Typed::default()).await
}

async fn render(
    door: &Door,
    operator: &Operator,
    id: i64,
    told: Option<Told>,
    typed: Typed,
) -> Result<Response, PageError> {
    let line = purchase::one(&door.app, id).await?.ok_or(PageError::NotFound)?;
    let status = if told.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let row = rows(&door.app, vec![line]).await?.pop().ok_or(PageError::NotFound)?;
    let page = PurchasePage { told, row, typed, may_change: operator.role.may(Power::Run) };
    Ok(page::show(ROUTE, status, &page, &Frame::of(door, operator, HERE).await?))
}

/// Settles it by what an operator found out at its house.
pub(super) async fn settle(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let id = id_in(&id)?;
    let text = |name| form.text(name).trim().to_owned();
    let (verdict, their_id) = (text("verdict"), text("their_id"));
    let typed = Typed { verdict, their_id, number: text("number"), reason: text("reason") };
    let verdict = match typed.verdict.as_str() {
        "not_bought" => Ok(Verdict::NotBought),
        "bought" if typed.their_id.is_empty() || typed.their_id.chars().count() > THEIR_ID_MAX => {
            Err("type the id under which its house has it")
        }
        "bought" => {
            let number = (!typed.number.is_empty()).then(|| typed.number.clone());
            Ok(Verdict::Bought { id: typed.their_id.clone(), number })
        }
        "renewed" => Ok(Verdict::Renewed),
        "lost" => Ok(Verdict::Lost),
        _ => Err("choose what you found out"),
    };
    let why = match (verdict, Reason::parse(&typed.reason)) {
        (Ok(verdict), Some(reason)) => match purchase::settle(&door.app, id, verdict, &reason, &by).await {
            Ok(_) => return Ok(page::see_other(ROUTE, &format!("{HERE}purchases/{id}/"))),
            Err(SettleRefusal::Db(error)) => return Err(error.into()),
            Err(SettleRefusal::NoPurchase) => return Err(PageError::NotFound),
            Err(refusal) => refusal.to_string(),
        },
        (Err(why), _) => why.to_owned(),
        (Ok(_), None) => NO_REASON.to_owned(),
    };
    let told = Some(Told::bad(format!("Nothing was settled: {why}.")));
    render(&door, &operator, id, told, typed).await
}
