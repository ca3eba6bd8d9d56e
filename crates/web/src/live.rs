//! `GET /live/`: a stream of hints that an account has news. A hint holds nothing but the number of the newest event; the page
//! that hears it fetches itself again.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::account;
use domain::notice::Watch;
use futures_util::stream;
use serde::Deserialize;

use crate::Door;
use crate::asked::Asked;
use crate::observe::Route;
use crate::session::{self, SignedIn};

/// Streams of one account at once: a person's tabs and devices.
const ACCOUNT_MAX: usize = 20;
/// Streams of this node at once.
const NODE_MAX: usize = 5_000;
/// How often a stream looks for itself and says that it lives; the net under the hints, and what ends it soon after
/// its session.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How long a browser waits before it comes again, in ms.
const RETRY: &str = "retry: 2000\n\n";

/// The streams that are open, by account.
#[derive(Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<i64, usize>>>);

/// A stream's place among them, given back when it is dropped.
struct Place {
    streams: Streams,
    account: i64,
}

impl Streams {
    fn enter(&self, account: i64) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = open.values().sum::<usize>() < NODE_MAX;
        let own = open.entry(account).or_insert(0);
        if !has_room || *own >= ACCOUNT_MAX {
            if *own == 0 {
                open.remove(&account);
            }
            return None;
        }
        *own += 1;
        Some(Place { streams: self.clone(), account })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.account) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.account);
            }
        }
    }
}

pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new().route("/live/", get(live))
}

/// From where on news are wanted.
#[derive(Deserialize)]
struct From {
    #[serde(default)]
    after: i64,
}

/// A stream between two hints.
struct Stream {
    door: Arc<Door>,
    headers: HeaderMap,
    account: i64,
    seen: i64,
    watch: Watch,
    is_over: bool,
    _place: Place,
}

async fn live(
    State(door): State<Arc<Door>>,
    signed_in: SignedIn,
    Asked(From { after }): Asked<From>,
    headers: HeaderMap,
) -> Response {
    let Some(place) = door.streams.enter(signed_in.account) else {
        let mut answer = StatusCode::TOO_MANY_REQUESTS.into_response();
        answer.extensions_mut().insert(Route("/live/"));
        return answer;
    };
    // A browser that comes again says what it saw last.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    // Watching begins before the first look, so that nothing falls between the two.
    let watch = door.app.notices.watch(signed_in.account);
    let mut cookies: HeaderMap =
        headers.get_all(header::COOKIE).iter().map(|line| (header::COOKIE, line.clone())).collect();
    // Each later look is the stream's own.
    cookies.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
    let stream = Stream {
        door,
        headers: cookies,
        account: signed_in.account,
        seen: last.unwrap_or(after),
        watch,
        is_over: false,
        _place: place,
    };
    let first = stream::iter([Ok::<_, Infallible>(Bytes::from_static(RETRY.as_bytes()))]);
    let body = Body::from_stream(futures_util::StreamExt::chain(first, stream::unfold(stream, next)));
    let mut answer = ([(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"))], body).into_response();
    answer.extensions_mut().insert(Route("/live/"));
    answer
}

/// The next bytes of a stream: a hint, a comment that it lives, or its end.
async fn next(mut stream: Stream) -> Option<(Result<Bytes, Infallible>, Stream)> {
    if stream.is_over {
        return None;
    }
    let mut must_wait = false;
    loop {
        let mut is_quiet = false;
        if must_wait {
            tokio::select! {
                () = stream.watch.news() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => is_quiet = true,
            }
        }
        must_wait = true;
        if stream.door.app.notices.is_closing() {
            return None;
        }
        let hint = match look(&stream).await {
            // Whatever is wrong, the browser comes again.
            Err(()) => return None,
            Ok(None) => {
                stream.is_over = true;
                "event: end\ndata: \n\n".to_owned()
            }
            Ok(Some(seq)) if seq > stream.seen => {
                stream.seen = seq;
                format!("id: {seq}\ndata: {seq}\n\n")
            }
            Ok(Some(_)) if is_quiet => ":\n\n".to_owned(),
            Ok(Some(_)) => continue,
        };
        return Some((Ok(Bytes::from(hint)), stream));
    }
}

/// The newest event, as long as the session lives.
async fn look(stream: &Stream) -> Result<Option<i64>, ()> {
    let session = session::of_customer(&stream.headers, &stream.door).await.map_err(drop)?;
    if session.is_none_or(|signed_in| signed_in.account != stream.account) {
        return Ok(None);
    }
    let standing = account::standing(&stream.door.app, stream.account).await.map_err(drop)?;
    Ok(standing.map(|standing| standing.event_seq))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_its_places_and_gives_them_back() {
        let streams = Streams::default();
        let mut places: Vec<Place> = (0..ACCOUNT_MAX).map(|_| streams.enter(1).expect("room")).collect();
        assert!(streams.enter(1).is_none());
        assert!(streams.enter(2).is_some());
        places.pop();
        assert!(streams.enter(1).is_some());
        drop(places);
        assert!(streams.0.lock().expect("whole").is_empty());
    }
}
