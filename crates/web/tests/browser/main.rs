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

use domain::db::EngineKind;
use tokio::process::Command;
use world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journeys_of_a_customer() {
    let world = World::open(EngineKind::Sqlite).await;
    let numbers: Vec<String> = (100..160).map(|n| format!("12025550{n}")).collect();
    world.numbers(&numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let ann = people::rich(&world, "ann@example.org", "50.00").await;
    let journeys = concat!(env!("CARGO_MANIFEST_DIR"), "/../../browser/journeys.mjs");
    let mut node = Command::new("node");
    node.arg(journeys).arg(format!("http://localhost:{}", world.address.port())).arg(ann.cookie());
    let status = node.status().await.expect("node runs");
    assert!(status.success(), "a journey failed; it is told above");
    world.close().await;
}
