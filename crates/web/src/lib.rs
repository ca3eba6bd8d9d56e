//! Every wire that reaches the house: one folder an API dialect, one folder a page.

pub mod docs;

mod account;
mod api;
mod asked;
mod assets;
mod client;
mod csv;
mod customer;
mod dashboard;
mod form;
mod guard;
mod health;
mod ingest;
mod limits;
mod live;
mod login;
mod objection;
mod observe;
mod operator;
mod page;
mod passkeys;
mod percent;
mod qr;
mod serve;
mod session;
mod settings;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use domain::App;
use domain::supply::Registry;
use tower_http::compression::CompressionLayer;

pub use client::Peer;
pub use domain::network::Network;
pub use serve::{Connections, serve};
pub use settings::{SettingInForce, Settings};

use limits::Limits;

/// What the web needs of the house.
#[derive(Clone)]
pub struct Web {
    /// The house.
    pub app: App,
    /// The connectors that understand what is pushed to `/ingest/`.
    pub registry: Arc<Registry>,
    /// How the house meets the web.
    pub settings: Settings,
}

/// What every handler shares.
pub(crate) struct Door {
    pub(crate) app: App,
    pub(crate) registry: Arc<Registry>,
    pub(crate) settings: Settings,
    pub(crate) limits: Limits,
    pub(crate) streams: live::Streams,
    pub(crate) imports: operator::Imports,
}

impl Door {
    fn new(web: Web) -> Arc<Self> {
        let limits = Limits::new(&web.settings);
        Arc::new(Self {
            app: web.app,
            registry: web.registry,
            settings: web.settings,
            limits,
            streams: live::Streams::default(),
            imports: operator::Imports::default(),
        })
    }
}

/// Everything that customers and suppliers reach. Its limits count from here on, so make one router a node.
pub fn router(web: Web) -> Router {
    let door = Door::new(web);
    let pages = Router::new()
        .merge(dashboard::routes())
        .merge(login::routes())
        .merge(account::routes())
        .merge(operator::routes());
    let pages = pages
        .layer(from_fn_with_state(Arc::clone(&door), guard::own_pages_only))
        .layer(from_fn(operator::in_its_words));
    let pages = pages.merge(docs::routes::routes()).merge(assets::routes());
    // Only what people load is compressed: an answer of the API is small, and a stream must not wait to be packed.
    let pages = pages.layer(CompressionLayer::new());
    let router = Router::new().merge(api::v1::routes()).merge(api::partner::routes()).merge(ingest::routes());
    let router = router.merge(pages).merge(live::routes());
    let router = router.route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz));
    let router = router.fallback(unknown_path).method_not_allowed_fallback(api::v1::wrong_method);
    router.with_state(door)
}

async fn unknown_path(uri: Uri, headers: HeaderMap) -> Response {
    let answer = page::not_found(&headers);
    if operator::is_here(uri.path()) { page::for_operators(answer) } else { answer }
}

/// What only the operator's own network may reach: the metrics as `render_metrics` writes them, and how ready the
/// house is, in detail.
pub fn private_router(web: Web, render_metrics: Arc<dyn Fn() -> String + Send + Sync>) -> Router {
    let metrics = move || {
        let text = render_metrics();
        async move { health::metrics(text) }
    };
    let router = Router::new().route("/metrics", get(metrics));
    let router = router.route("/healthz", get(health::healthz)).route("/readyz", get(health::readyz_in_detail));
    let router = router.fallback(api::v1::unknown_path).method_not_allowed_fallback(api::v1::wrong_method);
    router.with_state(Door::new(web))
}
