//! The files that pages load, held in the program. Each has an address that names its content, so that it may be
//! kept for ever.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest as _, Sha256};

use crate::Door;
use crate::observe::Route;
use crate::page;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// A file, as it stands in the folder `assets`.
struct Asset {
    /// Its name without its extension.
    name: &'static str,
    extension: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

/// A line of the list below.
macro_rules! asset {
    ($name:literal, $extension:literal, $content_type:expr) => {
        Asset {
            name: $name,
            extension: $extension,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../assets/", $name, ".", $extension)),
        }
    };
}

const ASSETS: &[Asset] = &[
    asset!("base", "css", CSS),
    asset!("charts", "js", JS),
    asset!("console", "css", CSS),
    asset!("docs", "css", CSS),
    asset!("docs", "js", JS),
    asset!("house", "css", CSS),
    asset!("house", "js", JS),
    asset!("icon", "svg", SVG),
    asset!("passkeys", "js", JS),
    // What others made; `assets/vendor/README.md` says who, and under which licence.
    asset!("vendor/uplot", "css", CSS),
    asset!("vendor/uplot", "js", JS),
];

/// The addresses of the files, in their order.
static URLS: LazyLock<Vec<String>> = LazyLock::new(|| ASSETS.iter().map(address).collect());

fn address(asset: &Asset) -> String {
    let mut hash = String::new();
    for byte in Sha256::digest(asset.bytes).iter().take(6) {
        write!(hash, "{byte:02x}").expect("writing into a string cannot fail");
    }
    format!("/assets/{}.{hash}.{}", asset.name, asset.extension)
}

/// The address of a file of the list, such as `/assets/house.0123456789ab.css` for `house.css`.
///
/// # Panics
/// If the list has no such file, which a test of any page that names it notices.
pub(crate) fn url(file: &str) -> &'static str {
    let is_meant = |asset: &Asset| file.strip_prefix(asset.name) == Some(&format!(".{}", asset.extension));
    let place = ASSETS.iter().position(is_meant).unwrap_or_else(|| panic!("there is no asset {file}"));
    &URLS[place]
}

pub(crate) fn routes() -> Router<Arc<Door>> {
    Router::new().route("/assets/{*name}", get(file))
}

async fn file(request: Request) -> Response {
    let place = URLS.iter().position(|url| url == request.uri().path());
    let Some(asset) = place.map(|place| &ASSETS[place]) else { return page::not_found(request.headers()) };
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    let kind = HeaderValue::from_static(asset.content_type);
    let mut answer = ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, forever)], asset.bytes).into_response();
    answer.extensions_mut().insert(Route("/assets/{name}"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_made_is_as_its_list_says() {
        let list = include_str!("../assets/vendor/README.md");
        let vendored: Vec<&Asset> = ASSETS.iter().filter(|asset| asset.name.starts_with("vendor/")).collect();
        assert_eq!(list.lines().filter(|line| line.starts_with("| `")).count(), vendored.len());
        for asset in vendored {
            let sum: String = Sha256::digest(asset.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let file = format!("| `{}.{}` |", asset.name.trim_start_matches("vendor/"), asset.extension);
            let line = list.lines().find(|line| line.starts_with(&file)).expect(asset.name);
            assert!(line.contains(&sum), "{file} {sum}");
        }
    }

    #[test]
    fn every_file_has_an_address_of_its_own_that_names_its_content() {
        let addresses: std::collections::BTreeSet<&String> = URLS.iter().collect();
        assert_eq!(addresses.len(), ASSETS.len());
        let other = Asset { name: "house", extension: "css", content_type: CSS, bytes: b"other" };
        assert_ne!(address(&other), url("house.css"));
        assert!(url("house.css").starts_with("/assets/house.") && url("house.css").ends_with(".css"));
    }
}
