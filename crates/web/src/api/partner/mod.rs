//! The partner protocol, as the farm speaks it: houses that buy our idle numbers ask here for what is for sale, for a
//! number, and say how it ended. What comes in is pushed to them.

mod answer;
mod asked;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use domain::partner::{self, Entered};
use tokio::time::timeout;

use self::answer::Answer;
use self::asked::{Action, Asked};
use crate::Door;
use crate::api::body::{self, ReadError};
use crate::client;
use crate::limits::{Budget, Who};
use crate::observe::Route;

const ROUTE: Route = Route("/api/partner/");

/// The one route of the dialect, with and without its slash.
pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new().route("/api/partner/", post(serve)).route("/api/partner", post(serve))
}

async fn serve(State(door): State<Arc<Door>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut answer = run(door, &parts, body).await.unwrap_or_else(|refused| refused).into_response();
    answer.extensions_mut().insert(ROUTE);
    answer
}

/// An answer, whichever way it is found: what is refused is an answer too.
async fn run(door: Arc<Door>, parts: &Parts, body: Body) -> Result<Answer, Answer> {
    let address = client::address(&door.settings, &parts.headers, &parts.extensions);
    count(&door, Who::Address(address), Budget::Reads)?;
    let bytes = body::read(body, door.settings.body_max, door.settings.request_timeout).await?;
    let asked = Asked::read(&bytes)?;
    let partner = partner::enter(&door.app, &asked.key, address).await?;
    let who = Who::Account(partner.caller.account);
    match asked.action {
        Action::Number(_) => {
            count(&door, Who::Address(address), Budget::Orders)?;
            count(&door, who, Budget::Orders)?;
        }
        Action::Services | Action::Finish(..) => count(&door, who, Budget::Reads)?,
    }
    let patience = door.settings.request_timeout;
    // What was begun is done to its end, even if the partner leaves meanwhile.
    match timeout(patience, tokio::spawn(act(door, partner, asked.action))).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) | Err(_) => Err(Answer::our_fault()),
    }
}

async fn act(door: Arc<Door>, partner: Entered, action: Action) -> Result<Answer, Answer> {
    let app = &door.app;
    match action {
        Action::Services => Ok(Answer::services(&partner::services(app, &partner).await?)),
        Action::Number(wish) => Ok(Answer::number(&partner::number(app, &partner, &wish).await?)),
        Action::Finish(order, how) => {
            partner::finish(app, &partner, order, how).await?;
            Ok(Answer::done())
        }
    }
}

fn count(door: &Door, who: Who, budget: Budget) -> Result<(), Answer> {
    let counted = door.limits.count(who, budget, door.app.now_ms());
    counted.map(drop).map_err(|spent| Answer::too_often(spent.reset_s))
}

impl From<ReadError> for Answer {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge => Self::malformed("the body is too large"),
            ReadError::Broken => Self::malformed("the body did not arrive whole"),
        }
    }
}
