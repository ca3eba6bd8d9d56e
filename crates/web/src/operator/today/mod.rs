//! `/operator/`: whether the house is well, and what it did.

mod chart;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::alert::{self, Alert, Kind};
use domain::clock::{DAY_MS, HOUR_MS};
use domain::figures::{self, Leaders, Report, Span, Sums};
use domain::order::Number;
use domain::verify::{self, RunState};
use domain::{catalog, complaint, message, supply};
use serde::Deserialize;

use super::Frame;
use crate::Door;
use crate::asked::Asked;
use crate::page::{self, PageError};
use crate::session::Operator;
use chart::Chart;

pub(super) const HERE: &str = "/operator/";

/// How far back is looked.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    span: String,
}

/// The spans with their words in addresses and for people.
const SPANS: [(&str, Span, &str); 3] =
    [("day", Span::Day, "24 hours"), ("week", Span::Week, "7 days"), ("month", Span::Month, "30 days")];

/// Something to look at, and where.
struct Trouble {
    path: &'static str,
    text: String,
    since_ms: Option<i64>,
}

/// A line of a table of figures.
struct Row {
    name: String,
    sums: Sums,
}

/// What the last check of the whole house said.
struct Check {
    words: &'static str,
    at_ms: Option<i64>,
}

#[derive(Template)]
#[template(path = "operator/today.html")]
struct Today {
    span: &'static str,
    span_words: &'static str,
    troubles: Vec<Trouble>,
    report: Arc<Report>,
    by_service: Chart,
    by_source: Chart,
    services: Vec<Row>,
    sources: Vec<Row>,
    quarantined: i64,
    complaints: i64,
    check: Check,
}

pub(super) async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let frame = Frame::of(&door, &operator, HERE).await?;
    let (span, kind, span_words) = SPANS.into_iter().find(|(word, ..)| *word == wish.span).unwrap_or(SPANS[0]);
    let report = figures::report(app, kind).await?;
    let catalog = catalog::catalog(app).await?;
    let sources: BTreeMap<i64, String> =
        supply::sources(app).await?.into_iter().map(|source| (source.id, source.slug)).collect();
    let service_name = |id| catalog.by_id(id).map_or_else(|| "An earlier service".to_owned(), |it| it.name.clone());
    let source_name = |id| sources.get(&id).cloned().unwrap_or_else(|| "An earlier source".to_owned());
    let (complaints, oldest_ms) = complaint::counts(app).await?;
    let alerts = alert::open(app).await?;
    let page = Today {
        span,
        span_words,
        troubles: troubles(alerts, oldest_ms, frame.now_ms),
        by_service: Chart::of(kind, &report.slices, |slice| &slice.services, service_name),
        by_source: Chart::of(kind, &report.slices, |slice| &slice.sources, source_name),
        services: rows(&report.services, service_name),
        sources: rows(&report.sources, source_name),
        quarantined: message::quarantine_size(app).await?,
        complaints,
        check: check(verify::standing(app).await?),
        report,
    };
    Ok(page::show(HERE, StatusCode::OK, &page, &frame))
}

/// What an operator should look at, the worst first.
fn troubles(alerts: Vec<Alert>, complaint_ms: Option<i64>, now_ms: i64) -> Vec<Trouble> {
    let trouble = |alert: Alert| Trouble {
        path: place_of(alert.kind),
        text: format!("{}: {}", alert.kind.name(), alert.words),
        since_ms: Some(alert.since_ms),
    };
    let mut all: Vec<Trouble> = alerts.into_iter().map(trouble).collect();
    if complaint_ms.is_some_and(|since_ms| since_ms <= now_ms - DAY_MS) {
        let text = "A complaint waits for more than a day".to_owned();
        all.push(Trouble { path: "/operator/complaints/", text, since_ms: complaint_ms });
    }
    all
}

/// Where something is done about an alert.
fn place_of(kind: Kind) -> &'static str {
    match kind {
        Kind::SourceSilent | Kind::SourcePaused | Kind::WalletLow => "/operator/sources/",
        Kind::PurchaseInDoubt => "/operator/houses/",
        Kind::PartnerBehind => "/operator/houses/partners/",
        Kind::StockLow => "/operator/numbers/",
        Kind::CheckFailed => "/operator/ledger/",
        Kind::DiskFull => "/operator/settings/",
        Kind::MailFailing => "/operator/mails/",
    }
}

/// The lines of a table, those that sold most first.
fn rows(leaders: &Leaders, name: impl Fn(i64) -> String) -> Vec<Row> {
    leaders.lines.iter().map(|(id, sums)| Row { name: name(*id), sums: *sums }).collect()
}

fn check(standing: Option<verify::Run>) -> Check {
    let Some(run) = standing else { return Check { words: "not yet", at_ms: None } };
    let words = match run.state {
        RunState::Sound => "sound",
        RunState::Broken => "broken",
        RunState::Failed => "not carried out",
        RunState::Asked | RunState::Running => "under way",
    };
    Check { words, at_ms: run.ended_ms }
}

/// A rate for people.
fn percent(rate: Option<i64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate} %"))
}

/// A wait for people.
fn wait(median_ms: Option<i64>) -> String {
    match median_ms {
        None => "–".to_owned(),
        Some(ms) if ms < 10_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        Some(ms) if ms < 120_000 => format!("{} s", ms / 1_000),
        Some(ms) => format!("{} min", ms / 60_000),
    }
}

/// The start of a slice for people: the hour of a short span, the day of a long one.
fn slice_name(start_ms: &i64, span: &str) -> String {
    let whole = page::time(start_ms);
    let (day, hour) = whole.split_once(", ").unwrap_or((&whole, ""));
    if span == "day" { format!("{hour}–{:02}:00", (start_ms / HOUR_MS + 1) % 24) } else { day.to_owned() }
}

/// What part of the orders of a number had a code.
fn share(number: &Number) -> String {
    format!("{} of {}", number.delivered, number.orders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_and_hours_are_told_shortly() {
        assert_eq!((wait(None), wait(Some(4_250))), ("–".to_owned(), "4.2 s".to_owned()));
        assert_eq!((wait(Some(61_000)), wait(Some(240_000))), ("61 s".to_owned(), "4 min".to_owned()));
        let at = 1_779_462_000_000;
        assert_eq!((slice_name(&at, "day"), slice_name(&at, "week")), ("15:00–16:00".into(), "22 May 2026".into()));
    }
}
