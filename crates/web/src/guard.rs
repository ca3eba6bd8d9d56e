//! Changes are made from our own pages only: another site's form or script changes nothing. And no page is asked for with
//! a NUL in its address, which no text in the house has.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::page::PageError;
use crate::{Door, page};

/// Lets reading through, and changes that a page of ours asks for.
pub(crate) async fn own_pages_only(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|address| address.as_str().contains("%00")) {
        return PageError::BadForm.into_response();
    }
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_reading || is_own(request.headers(), &door.settings.base_url) {
        return next.run(request).await;
    }
    page::message(
        StatusCode::FORBIDDEN,
        "This was not asked from our own page",
        "Nothing was changed. Open the page here and do it again; if it happens again, your browser or a proxy removes \
         the headers that tell where a form comes from.",
    )
}

/// Whether the browser says that one of our pages sent this. Browsers write these headers themselves; no page can.
fn is_own(headers: &HeaderMap, base_url: &str) -> bool {
    let one = |name| {
        let mut all = headers.get_all(name).iter();
        (all.next(), all.next().is_none())
    };
    match (one("sec-fetch-site"), one(header::ORIGIN.as_str())) {
        ((Some(site), true), _) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        ((None, _), (Some(origin), true)) => origin.as_bytes() == origin_of(base_url).as_bytes(),
        _ => false,
    }
}

/// The origin of an address: `https://sms.example.com:8443`.
pub(crate) fn origin_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |place| place + 3);
    let end = url[host..].find('/').map_or(url.len(), |place| host + place);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(lines: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a header"));
        }
        is_own(&headers, "https://sms.example.com/numbers")
    }

    #[test]
    fn the_browser_s_word_decides() {
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[("sec-fetch-site", "none")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "https://sms.example.com")]));
        assert!(!own(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn without_it_the_origin_does() {
        assert!(own(&[("origin", "https://sms.example.com")]));
        assert!(!own(&[("origin", "http://sms.example.com")]));
        assert!(!own(&[("origin", "https://evil.example")]));
        assert!(!own(&[("origin", "null")]));
        assert!(!own(&[]));
    }

    #[test]
    fn an_origin_ends_before_the_path() {
        assert_eq!(origin_of("http://localhost:8080"), "http://localhost:8080");
        assert_eq!(origin_of("https://a.example/x/y"), "https://a.example");
    }
}
