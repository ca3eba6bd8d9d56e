//! Journeys through the pages in a real browser. They need Chromium and Node, so `cargo test` does not run them by
//! itself; `./check` does: `cargo test -p jesusnumber-web --test browser`.

#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/browser.rs"]
mod browser;
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/http.rs"]
mod http;
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/people.rs"]
mod people;
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/world.rs"]
mod world;

use browser::Browser;
use domain::db::EngineKind;
use serde_json::json;
use tokio::process::Command;
use world::World;

/// A house that has as many numbers, the first of which is (202) 555-0100.
async fn house(numbers: u32) -> World {
    let world = World::open(EngineKind::Sqlite).await;
    let numbers: Vec<String> = (0..numbers).map(|n| format!("1202555{:04}", 100 + n)).collect();
    world.numbers(&numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    world
}

/// Runs the journeys of one file of `browser/`, in which these people are signed in.
async fn travel(world: World, file: &str, people: &[(&str, &Browser)]) {
    let journeys = concat!(env!("CARGO_MANIFEST_DIR"), "/../../browser/journeys.mjs");
    let base = format!("http://localhost:{}", world.address.port());
    let cookies: serde_json::Map<_, _> =
        people.iter().map(|(name, browser)| ((*name).to_owned(), browser.cookie().into())).collect();
    let mut node = Command::new("node");
    node.arg(journeys).arg(file).arg(json!({ "base": base, "people": cookies }).to_string());
    let status = node.status().await.expect("node runs");
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
    travel(world, "hostile", &[("ann", &ann)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_looks_of_the_pages() {
    let world = house(60).await;
    let ann = people::rich(&world, "ann@example.org", "50.00").await;
    travel(world, "looks", &[("ann", &ann)]).await;
}
