//! The statement as a file for spreadsheets, sent page by page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::clock::rfc3339;
use domain::ids;
use domain::ledger::{self, Entry, STATEMENT_MAX};
use futures_util::stream;
use serde::Deserialize;

use crate::Door;
use crate::asked::{self, Asked};
use crate::csv;
use crate::customer::Customer;
use crate::observe::Route;
use crate::page::PageError;

/// Pages of one file: 100,000 lines and more are asked for in parts, by days.
const PAGES_MAX: usize = 500;
/// The first line.
const HEAD: &str = "seq,at,kind,amount_usd,to_spend_usd,set_aside_usd,order\r\n";

/// Where a file has come to.
struct Place {
    door: Arc<Door>,
    account: i64,
    before: Option<i64>,
    /// The first place of the list that belongs to it.
    first: i64,
    left: usize,
}

/// The days that are asked for; what is empty does not matter.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

pub(super) async fn download(
    State(door): State<Arc<Door>>,
    customer: Customer,
    Asked(wish): Asked<Wish>,
) -> Result<Response, PageError> {
    let account = customer.account();
    let (from_ms, before_ms) = asked::days(&wish.from, &wish.to);
    let first = match from_ms {
        Some(from_ms) => ledger::statement_place(&door.app, account, from_ms).await?,
        None => 1,
    };
    let before = match before_ms {
        Some(before_ms) => Some(ledger::statement_place(&door.app, account, before_ms).await?),
        None => None,
    };
    let place = Place { door, account, before, first, left: PAGES_MAX };
    let body = csv::body(HEAD, stream::unfold(place, next));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"statement.csv\""),
    ];
    let mut answer = (headers, body).into_response();
    answer.extensions_mut().insert(Route("/statement/statement.csv"));
    Ok(answer)
}

async fn next(mut place: Place) -> Option<(Result<Bytes, std::io::Error>, Place)> {
    if place.left == 0 {
        return None;
    }
    place.left -= 1;
    let page = ledger::statement(&place.door.app, place.account, place.before, STATEMENT_MAX).await;
    let Ok(mut entries) = page else {
        // A file that ends early must not look whole: the connection breaks.
        place.left = 0;
        return Some((Err(std::io::Error::other("the statement could not be read on")), place));
    };
    entries.retain(|entry| entry.seq >= place.first);
    // Entries are numbered without a gap, so the last one tells whether there are more.
    place.before = entries.last().map(|entry| entry.seq).filter(|seq| *seq > place.first);
    let is_more = place.before.is_some();
    if !is_more {
        place.left = 0;
    }
    let mut text: String = entries.iter().map(row).collect();
    if place.left == 0 && is_more {
        text.push_str(csv::CUT);
    }
    Some((Ok(Bytes::from(text)), place))
}

/// The amount has no sign: its kind says which way it went, and a sign would make it a formula.
fn row(entry: &Entry) -> String {
    csv::line([
        entry.seq.to_string(),
        rfc3339(entry.at_ms),
        entry.kind.word().to_owned(),
        entry.amount.to_string(),
        entry.available.to_string(),
        entry.held.to_string(),
        entry.order.map_or_else(String::new, |(product, id)| ids::shown(product, id)),
    ])
}
