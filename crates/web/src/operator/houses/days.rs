//! `/operator/houses/days/`: what each house charged and gave back by day, against what customers paid and got back.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::clock::{DAY_MS, rfc3339};
use domain::dossier;
use domain::ids;
use domain::purchase::{self, DAYS_MAX, Day, Difference};
use serde::Deserialize;

use super::HERE;
use crate::Door;
use crate::asked::{self, Asked};
use crate::operator::Frame;
use crate::operator::told::{Told, many};
use crate::page::{self, PageError};
use crate::session::Operator;

pub(super) const ROUTE: &str = "/operator/houses/days/";

/// The first and the last day that are told; else yesterday and today.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// A difference with the id of its order as pages show it.
struct Odd {
    day: String,
    source: String,
    order: String,
    is_known: bool,
    difference: Difference,
}

#[derive(Template)]
#[template(path = "operator/houses/days.html")]
struct DaysPage {
    told: Option<Told>,
    from: String,
    to: String,
    days: Vec<Day>,
    odd: Vec<Odd>,
    /// Differences that are counted and not told.
    more: i64,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let today_ms = app.now_ms().div_euclid(DAY_MS) * DAY_MS;
    let (from_ms, until_ms) = asked::days(&wish.from, &wish.to);
    let until_ms = until_ms.unwrap_or(today_ms + DAY_MS);
    let from_ms = from_ms.unwrap_or(until_ms - 2 * DAY_MS);
    let is_fine = from_ms < until_ms && until_ms - from_ms <= DAYS_MAX * DAY_MS;
    let (days, told) = if is_fine {
        (purchase::report(app, from_ms, until_ms).await?, None)
    } else {
        (Vec::new(), Some(Told::bad(format!("Choose 1 to {DAYS_MAX} days, the first before the last."))))
    };
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let orders = days.iter().flat_map(|day| &day.differences).map(|one| one.order.1).collect();
    let known = dossier::known(app, orders).await?;
    let odd: Vec<Odd> = days.iter().flat_map(|day| odd_of(day, &known)).collect();
    let counted: i64 = days.iter().map(|day| day.difference_count).sum();
    let page = DaysPage {
        told,
        from: date(from_ms),
        to: date(until_ms - DAY_MS),
        more: counted.saturating_sub(i64::try_from(odd.len()).unwrap_or(i64::MAX)),
        odd,
        days,
    };
    Ok(page::show(ROUTE, status, &page, &Frame::of(&door, &operator, HERE).await?))
}

fn odd_of(day: &Day, known: &HashSet<i64>) -> Vec<Odd> {
    let odd = |one: &Difference| Odd {
        day: day.day.clone(),
        source: day.source.clone(),
        order: ids::shown(one.order.0, one.order.1),
        is_known: known.contains(&one.order.1),
        difference: one.clone(),
    };
    day.differences.iter().map(odd).collect()
}

/// A day as fields of forms have it.
fn date(ms: i64) -> String {
    rfc3339(ms).chars().take("2026-01-01".len()).collect()
}
