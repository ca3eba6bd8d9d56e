//! Journeys through the pages in a real browser. They need Chromium and Node, so `cargo test` does not run them by
//! itself; `./check` does: `cargo test -p jesusnumber-web --test browser`.

#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/browser.rs"]
mod browser;
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/http.rs"]
mod http;
#[path = "../it/people.rs"]
mod people;
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/world.rs"]
mod world;

use browser::Browser;
use domain::db::EngineKind;
use domain::login::Role;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Command;
use world::World;

/// A house that has as many numbers, the first of which is (202) 555-0100.
async fn house(numbers: u32) -> World {
    let world = World::open(EngineKind::Sqlite).await;
    let numbers: Vec<String> = (0..numbers).map(|n| format!("1202555{:04}", 100 + n)).collect();
    world.numbers(&numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    world
}

/// Moves the house's clock for whoever asks with `GET /MILLISECONDS`.
async fn keep_time(world: &World, asked: TcpListener) {
    loop {
        let (mut wire, _) = asked.accept().await.expect("a call");
        let mut head = [0; 1_024];
        let length = wire.read(&mut head).await.expect("a request");
        let line = String::from_utf8_lossy(&head[..length]);
        let ms = line.trim_start_matches("GET /").split(' ').next().and_then(|ms| ms.parse().ok());
        world.pass_ms(ms.expect("milliseconds"));
        wire.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await.expect("an answer");
    }
}

/// Runs the journeys of one file of `browser/`, in which these people are signed in.
async fn travel(world: World, file: &str, people: &[(&str, &Browser)]) {
    let journeys = concat!(env!("CARGO_MANIFEST_DIR"), "/../../browser/journeys.mjs");
    let base = format!("http://localhost:{}", world.address.port());
    let asked = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let clock = format!("http://{}", asked.local_addr().expect("an address"));
    let cookies: serde_json::Map<_, _> =
        people.iter().map(|(name, browser)| ((*name).to_owned(), browser.cookie().into())).collect();
    let mut node = Command::new("node");
    node.arg(journeys).arg(file).arg(json!({ "base": base, "clock": clock, "people": cookies }).to_string());
    let status = tokio::select! {
        status = node.status() => status.expect("node runs"),
        () = keep_time(&world, asked) => unreachable!("it is kept until the end"),
    };
    assert!(status.success(), "a journey failed; it is told above");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journeys_of_a_customer() {
    let world = house(60).await;
    let ann = people::rich(&world, "ann@example.org", "50.00").await;
    travel(world, "customer", &[("ann", &ann)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_texts() {
    let world = house(60).await;
    let ann = people::rich(&world, "ann@example.org", "50.00").await;
    let olga = people::operator(&world, "olga", Role::Owner).await;
    travel(world, "hostile", &[("ann", &ann), ("olga", &olga)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_day_of_an_operator() {
    let world = World::open(EngineKind::Sqlite).await;
    let ann = people::rich(&world, "ann@example.org", "50.00").await;
    let bob = people::rich(&world, "bob@example.org", "50.00").await;
    let olga = people::operator(&world, "olga", Role::Operator).await;
    travel(world, "operator", &[("ann", &ann), ("bob", &bob), ("olga", &olga)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_do_on_a_phone() {
    let world = house(60).await;
    let ann = people::rich(&world, "ann@example.org", "50.00").await;
    let bob = people::customer(&world, "bob@example.org").await;
    let olga = people::operator(&world, "olga", Role::Operator).await;
    travel(world, "phone", &[("ann", &ann), ("bob", &bob), ("olga", &olga)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_makes_signing_in_safer() {
    let world = house(1).await;
    let ann = people::customer(&world, "ann@example.org").await;
    travel(world, "account", &[("ann", &ann)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passkeys_of_customers_and_operators() {
    let settings = web::Settings { base_url: "http://localhost:0".to_owned(), ..world::quiet() };
    let world = World::open_with(EngineKind::Sqlite, settings).await;
    let ann = people::customer(&world, "ann@example.org").await;
    let olga = people::operator(&world, "olga", Role::Operator).await;
    travel(world, "passkeys", &[("ann", &ann), ("olga", &olga)]).await;
}
