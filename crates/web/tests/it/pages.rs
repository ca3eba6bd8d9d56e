//! The page, its assets, the document and the probes.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::routing::get;
use domain::catalog::seed::{Sale, seed};
use domain::clock::SECOND_MS;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::http::{self, request, send};
use crate::on_both;
use crate::world::{World, may};

/// Bytes of the front page with everything that it loads, as they travel to a browser that was never here: about a second
/// on a slow line.
const FRONT_MAX: usize = 60_000;

on_both!(the_page_and_what_it_loads_are_served, async |world: &World| {
    let page = world.send(&request("GET", "/api-docs", &[], b"")).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'self'")));
    let assets: Vec<&str> = page.body.split('"').filter(|text| text.starts_with("/assets/")).collect();
    assert_eq!(assets.len(), 4);
    for asset in assets {
        let answer = world.send(&request("GET", asset, &[], b"")).await;
        assert_eq!((answer.status, answer.header("x-content-type-options")), (200, Some("nosniff")));
        assert!(answer.header("cache-control").is_some_and(|value| value.contains("immutable")));
    }
    assert_eq!(world.send(&request("GET", "/assets/nosuch.js", &[], b"")).await.status, 404);
    let document = world.send(&request("GET", "/api-docs/openapi.json", &[], b"")).await;
    assert_eq!(document.json()["openapi"], "3.1.0");
});

on_both!(the_front_page_shows_prices_and_finds_services, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let page = world.send(&request("GET", "/", &[], b"")).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.body.contains("$0.42") && page.body.contains("Telegram"));
    let found = world.send(&request("GET", "/?q=insta", &[], b"")).await.body;
    assert!(found.contains("Instagram") && !found.contains("Telegram"));
    let none = world.send(&request("GET", "/?q=%3Cscript%3Ealert(1)", &[], b"")).await.body;
    assert!(none.contains("&#60;script&#62;alert(1)") && !none.contains("<script>alert"));
});

on_both!(a_page_travels_packed_and_an_answer_of_the_api_does_not, async |world: &World| {
    let key = world.customer("ann", "0.00").await;
    let head = [&format!("Authorization: Bearer {key}"), "Accept-Encoding: gzip"];
    let answer = world.send(&request("GET", "/api/v1/services/", &head, b"")).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (200, None));
    let (page, _) = http::packed(world.address, &request("GET", "/", &["Accept-Encoding: gzip"], b"")).await;
    assert!(page.to_lowercase().contains("content-encoding: gzip"), "{page}");
});

on_both!(the_front_page_and_all_it_loads_are_light, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    seed(&world.app, Sale::Now, &may("olga")).await.expect("the shipped catalogue");
    world.pass_ms(SECOND_MS * 2);
    let page = world.send(&request("GET", "/", &[], b"")).await.body;
    assert!(page.matches("<tr>").count() > 50, "the page has the whole catalogue");
    let files: BTreeSet<&str> = page.split('"').filter(|text| text.starts_with("/assets/")).collect();
    let mut kinds: Vec<&str> = files.iter().filter_map(|file| file.rsplit('.').next()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["css", "css", "js", "svg"], "styles, script and icon: {files:?}");
    let mut total = 0;
    for target in files.into_iter().chain(["/"]) {
        let (head, bytes) = http::packed(world.address, &request("GET", target, &["Accept-Encoding: gzip"], b"")).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{target}: {head}");
        total += bytes;
    }
    assert!(total < FRONT_MAX, "{total} bytes");
});

on_both!(who_reads_pages_is_told_in_a_page_and_a_program_in_json, async |world: &World| {
    let page = world.send(&request("GET", "/nosuch/", &["Accept: text/html,*/*;q=0.8"], b"")).await;
    assert_eq!((page.status, page.header("content-type")), (404, Some("text/html; charset=utf-8")));
    let program = world.send(&request("GET", "/nosuch/", &[], b"")).await;
    assert_eq!(program.refusal(), (404, "not_found".to_owned()));
});

on_both!(the_probes_answer, async |world: &World| {
    for target in ["/healthz", "/readyz"] {
        assert_eq!(world.send(&request("GET", target, &[], b"")).await.status, 200);
    }
    assert_eq!(world.send(&request("GET", "/metrics", &[], b"")).await.status, 404);
});

/// Serves a router until the word is given.
async fn serving(world: &World, router: axum::Router) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = world.app.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let shutdown = async { stopped.await.unwrap_or(()) };
        web::serve(&app, listener, router, None, web::Connections::default(), shutdown).await;
    });
    (address, stop, server)
}

on_both!(a_page_that_panics_leads_back_to_where_its_reader_was, async |world: &World| {
    async fn panics() -> &'static str {
        panic!("as the test wishes")
    }
    let router = axum::Router::new().route("/orders/", get(panics)).route("/operator/orders/", get(panics));
    let (address, stop, server) = serving(world, router).await;
    let load = async |path| send(address, &request("GET", path, &["Accept: text/html"], b"")).await;
    let (customers, operators) = (load("/orders/").await, load("/operator/orders/").await);
    assert_eq!((customers.status, operators.status), (500, 500));
    assert!(customers.body.contains("href=\"/orders/\"") && !customers.body.contains("To the console"));
    assert!(operators.body.contains("href=\"/operator/\"") && !operators.body.contains("href=\"/orders/\""));
    assert!(operators.body.contains("Look whether what you asked was done"), "{}", operators.body);
    let program = send(address, &request("GET", "/operator/orders/", &[], b"")).await;
    assert_eq!(program.refusal(), (500, "server_error".to_owned()));
    stop.send(()).expect("the server runs");
    server.await.expect("the server ends well");
});

on_both!(the_operator_s_listener_shows_more, async |world: &World| {
    let registry = Arc::default();
    let web = web::Web { app: world.app.clone(), registry, settings: web::Settings::default() };
    let router = web::private_router(web, Arc::new(|| "http_requests_total 1\n".to_owned()));
    let (address, stop, server) = serving(world, router).await;
    assert_eq!(send(address, &request("GET", "/metrics", &[], b"")).await.body, "http_requests_total 1\n");
    let ready = send(address, &request("GET", "/readyz", &[], b"")).await.json();
    assert_eq!((ready["ready"].as_bool(), ready["waiting"].as_i64()), (Some(true), Some(0)));
    stop.send(()).expect("the server runs");
    server.await.expect("the server ends well");
});
