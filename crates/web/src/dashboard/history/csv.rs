//! The history as a file for spreadsheets, sent page by page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::clock::rfc3339;
use domain::history::{self, Filter, Line, PAGE_MAX};
use domain::ids;
use futures_util::stream;

use super::Wish;
use crate::Door;
use crate::asked::Asked;
use crate::csv;
use crate::customer::Customer;
use crate::observe::Route;
use crate::page::PageError;

/// Pages of one file: 100,000 lines and more are asked for in parts, by days.
const PAGES_MAX: usize = 500;
/// The first line.
const HEAD: &str = "id,kind,service,number,price_usd,refunded_usd,state,created_at,ends_at\r\n";

/// Where a file has come to.
struct Place {
    door: Arc<Door>,
    account: i64,
    filter: Filter,
    before: Option<(i64, i64)>,
    left: usize,
}

pub(super) async fn download(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let place = Place { door, account: customer.account(), filter: wish.filter(), before: None, left: PAGES_MAX };
    let body = csv::body(HEAD, stream::unfold(place, next));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"history.csv\""),
    ];
    let mut answer = (headers, body).into_response();
    answer.extensions_mut().insert(Route("/history/history.csv"));
    Ok(answer)
}

async fn next(mut place: Place) -> Option<(Result<Bytes, std::io::Error>, Place)> {
    if place.left == 0 {
        return None;
    }
    place.left -= 1;
    let page = history::history(&place.door.app, place.account, &place.filter, place.before, PAGE_MAX).await;
    let Ok((lines, next)) = page else {
        // A file that ends early must not look whole: the connection breaks.
        place.left = 0;
        return Some((Err(std::io::Error::other("the history could not be read on")), place));
    };
    place.before = next;
    if next.is_none() {
        place.left = 0;
    }
    let mut text: String = lines.iter().map(row).collect();
    if place.left == 0 && next.is_some() {
        text.push_str(csv::CUT);
    }
    Some((Ok(Bytes::from(text)), place))
}

fn row(line: &Line) -> String {
    csv::line([
        ids::shown(line.product, line.id),
        line.product.word().to_owned(),
        line.service.clone(),
        line.digits.clone(),
        line.price.to_string(),
        line.refunded.to_string(),
        line.state.to_owned(),
        rfc3339(line.created_ms),
        rfc3339(line.end_ms),
    ])
}
