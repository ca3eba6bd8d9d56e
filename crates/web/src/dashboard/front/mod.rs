//! The front page: what the house is, what it sells, and what it promises.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::offers::{self, Offers};
use crate::Door;
use crate::asked::Asked;
use crate::customer::Perhaps;
use crate::page::{self, PageError};

pub(super) fn routes() -> Router<Arc<Door>> {
    Router::new().route("/", get(front))
}

/// What was typed into the search.
#[derive(Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    pub(crate) q: String,
}

#[derive(Template)]
#[template(path = "dashboard/front.html")]
struct FrontPage {
    q: String,
    offers: Offers,
    api: String,
    /// Days that orders are kept after their end.
    records_days: i64,
}

impl FrontPage {
    /// Ordering and reading in three lines, to be pasted into a shell.
    fn example(&self) -> String {
        let api = &self.api;
        format!(
            "KEY='Authorization: Bearer YOUR_API_KEY'\n\
             curl -H \"$KEY\" {api}/short-term/order/ -d service=instagram\n\
             curl -H \"$KEY\" \"{api}/short-term/sms/?order_id=ORD-123456&wait=60\""
        )
    }
}

async fn front(
    State(door): State<Arc<Door>>,
    perhaps: Perhaps,
    Asked(Search { q }): Asked<Search>,
) -> Result<Response, PageError> {
    let app = &door.app;
    let offers = offers::search(app, &q, perhaps.0.as_ref().map(|standing| standing.caller.tier)).await?;
    let api = format!("{}/api/v1", door.settings.base_url);
    let page = FrontPage { q, offers, api, records_days: app.kept().records_days };
    Ok(page::show("/", StatusCode::OK, &page, &perhaps.frame("/", &door)))
}
