//! Changing many numbers: those that are ticked, or all that the filter finds, which is asked twice.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::number::{self, BULK_MAX, BulkRefusal, NumberState, Which};
use domain::policy::reason::Reason;
use domain::supply;

use super::wish::Wish;
use super::{HERE, asked_state, render};
use crate::Door;
use crate::form::Form;
use crate::operator::Frame;
use crate::operator::told::{NO_REASON, Told, many};
use crate::page::{self, PageError};
use crate::session::Operator;

const ROUTE: &str = "/operator/numbers/state/";

#[derive(Template)]
#[template(path = "operator/numbers/sure.html")]
struct SurePage {
    wish: Wish,
    state: NumberState,
    reason: Reason,
    /// The id to go on after, and how many were done before, if this is a further part.
    after: i64,
    changed: i64,
    left: i64,
}

impl SurePage {
    /// What is done, as the first words of a sentence.
    fn deed(&self) -> &'static str {
        match self.state {
            NumberState::Active => "Sell again",
            NumberState::Paused => "Pause",
            NumberState::Retired => "Retire for good",
        }
    }

    fn most(&self) -> String {
        many(BULK_MAX)
    }
}

pub(super) async fn change(
    State(door): State<Arc<Door>>,
    operator: Operator,
    form: Form,
) -> Result<Response, PageError> {
    let by = operator.permit()?;
    let (wish, state) = (Wish::of(&form), asked_state(form.text("to"))?);
    let Some(reason) = Reason::parse(form.text("reason")) else {
        let told = Told::bad(format!("Nothing was changed: {NO_REASON}."));
        return render(&door, &operator, wish, Some(told), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let is_all = form.text("which") == "all";
    let which = if is_all {
        if form.text("sure") != "yes" {
            return sure(&door, &operator, SurePage { wish, state, reason, after: 0, changed: 0, left: 0 }).await;
        }
        let sources = supply::sources(&door.app).await?;
        Which::Matching { filter: wish.filter(&sources), after: number_of(&form, "from") }
    } else {
        let ids: Vec<i64> = form.all("id").filter_map(|id| id.parse().ok()).collect();
        if ids.is_empty() {
            let told = Told::bad("No number is ticked. Tick some, or choose all that fit the filter.");
            return render(&door, &operator, wish, Some(told), StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Which::Ids(ids)
    };
    match number::set_states(&door.app, which, state, &reason, &by).await {
        Ok(done) => {
            let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            let changed = number_of(&form, "changed").saturating_add(count(done.changed));
            let left = number_of(&form, "left").saturating_add(count(done.left));
            match done.next.filter(|_| is_all) {
                Some(after) => sure(&door, &operator, SurePage { wish, state, reason, after, changed, left }).await,
                None => Ok(page::see_other(ROUTE, &format!("{HERE}?{}&done={changed}-{left}", wish.query()))),
            }
        }
        Err(BulkRefusal::Db(error)) => Err(error.into()),
        Err(refusal @ BulkRefusal::TooMany) => {
            let told = Told::bad(format!("Nothing was changed: {refusal}."));
            render(&door, &operator, wish, Some(told), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

fn number_of(form: &Form, field: &str) -> i64 {
    form.text(field).parse().unwrap_or(0).max(0)
}

async fn sure(door: &Door, operator: &Operator, page: SurePage) -> Result<Response, PageError> {
    let frame = Frame::of(door, operator, HERE).await?;
    Ok(page::show(ROUTE, StatusCode::OK, &page, &frame))
}
