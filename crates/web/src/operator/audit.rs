//! `/operator/audit/`: what people with power did, and the same as a table for spreadsheets.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::clock::rfc3339;
use domain::policy::deeds::{DEEDS_MAX, DeedFilter, DeedLine, deeds};
use domain::verify::{self, Run};
use futures_util::stream;
use serde::Deserialize;

use super::Frame;
use super::told::ago;
use crate::asked::{self, Asked};
use crate::observe::Route;
use crate::page::{self, PageError};
use crate::session::Operator;
use crate::{Door, csv};

pub(super) const HERE: &str = "/operator/audit/";
const FILE: &str = "/operator/audit/audit.csv";
/// Deeds on a page.
const ROWS: i64 = 100;
/// Pages of one file: more is asked for in parts, by days.
const PAGES_MAX: usize = 400;
const HEAD: &str = "no,at,who,deed,subject,reason,before,after\r\n";

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route(HERE, get(show)).route(FILE, get(download))
}

/// The filter as it stands in an address; what is empty does not matter.
#[derive(Clone, Default, Deserialize)]
struct Wish {
    #[serde(default)]
    who: String,
    #[serde(default)]
    deed: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    before: Option<i64>,
}

impl Wish {
    /// The filter.
    fn filter(&self) -> DeedFilter {
        let (from_ms, before_ms) = asked::days(&self.from, &self.to);
        DeedFilter {
            who: self.who.trim().to_owned(),
            deed: self.deed.trim().to_owned(),
            subject: self.subject.trim().to_owned(),
            from_ms,
            until_ms: before_ms,
        }
    }

    fn is_empty(&self) -> bool {
        self.filter() == DeedFilter::default()
    }
}

#[derive(Template)]
#[template(path = "operator/audit/list.html")]
struct AuditPage {
    wish: Wish,
    lines: Vec<DeedLine>,
    next: Option<i64>,
    /// The newest check of the whole house, how long ago, and whether it found the chain broken.
    checked: Option<(Run, String)>,
    is_chain_broken: bool,
}

async fn show(
    State(door): State<Arc<Door>>,
    operator: Operator,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let (lines, next) = deeds(app, &wish.filter(), wish.before, ROWS).await?;
    let latest = verify::latest_done(app).await?;
    let is_chain_broken = match &latest {
        Some(run) => verify::found(app, run.id, 0, i64::MAX).await?.iter().any(|found| found.rule == "AUDIT"),
        None => false,
    };
    let now = app.now_ms();
    let checked = latest.map(|run| (run.clone(), ago(run.ended_ms.unwrap_or(now), now)));
    let page = AuditPage { wish, lines, next, checked, is_chain_broken };
    Ok(page::show(HERE, StatusCode::OK, &page, &Frame::of(&door, &operator, HERE).await?))
}

/// Where a file has come to.
struct Place {
    door: Arc<Door>,
    filter: DeedFilter,
    before: Option<i64>,
    left: usize,
}

async fn download(State(door): State<Arc<Door>>, _operator: Operator, Asked(wish): Asked<Wish>) -> Response {
    let place = Place { door, filter: wish.filter(), before: None, left: PAGES_MAX };
    let body = csv::body(HEAD, stream::unfold(place, next));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    let mut answer = (headers, body).into_response();
    answer.extensions_mut().insert(Route(FILE));
    answer
}

async fn next(mut place: Place) -> Option<(Result<Bytes, std::io::Error>, Place)> {
    if place.left == 0 {
        return None;
    }
    place.left -= 1;
    let Ok((lines, next)) = deeds(&place.door.app, &place.filter, place.before, DEEDS_MAX).await else {
        // A file that ends early must not look whole: the connection breaks.
        place.left = 0;
        return Some((Err(std::io::Error::other("the audit log could not be read on")), place));
    };
    place.before = next;
    if next.is_none() {
        place.left = 0;
    }
    let mut text: String = lines.into_iter().map(row).collect();
    if place.left == 0 && next.is_some() {
        text.push_str(csv::CUT);
    }
    Some((Ok(Bytes::from(text)), place))
}

fn row(line: DeedLine) -> String {
    let (before, after) = (line.before.unwrap_or_default(), line.after.unwrap_or_default());
    let at = rfc3339(line.at_ms);
    csv::line([line.seq.to_string(), at, line.who, line.deed, line.subject, line.reason, before, after])
}
