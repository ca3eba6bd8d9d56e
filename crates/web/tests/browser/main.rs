//! Journeys through the pages in a real browser. They need Chromium and Node, so `cargo test` does not run them by
//! itself; `./check` does: `cargo test -p jesusnumber-web --test browser`.

#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/browser.rs"]
mod browser;
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/http.rs"]
mod http;
#[expect(dead_code, reason = "shared with the tests of the API, which use more of it")]
#[path = "../it/world.rs"]
mod world;

use browser::Browser;
use domain::account::{self, NewCredit};
use domain::db::EngineKind;
use domain::mail;
use domain::money::Usd;
use tokio::process::Command;
use world::World;

/// Somebody who signed up, was credited by the operator, and is signed in.
async fn customer(world: &World) -> Browser {
    let mut browser = Browser::new(world);
    let sent = browser.post("/sign-up/", "email=ann%40example.org&accept=2026-11-24").await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    let mails = mail::outbox(&world.app, i64::MAX, 100).await.expect("the outbox");
    let body = mail::read(&world.app, mails[0].id, "a test", "test").await.expect("its text");
    let (_, rest) = body.split_once("token=").expect("a link");
    let token = rest.split_whitespace().next().expect("a token");
    let form = format!("token={token}&password=plover%2Btin%2Bharbour%2Bseven");
    assert_eq!(browser.post("/sign-up/confirm/", &form).await.status, 303);
    let accounts = account::list(&world.app, 0, 500).await.expect("listed");
    let new = NewCredit {
        account: accounts.last().expect("an account").name.clone(),
        amount: Usd::parse("50.00").expect("dollars"),
        reason: "a gift".into(),
        reference: None,
        by: "test".into(),
    };
    account::credit(&world.app, new).await.expect("a credit");
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journeys_of_a_customer() {
    let world = World::open(EngineKind::Sqlite).await;
    let numbers: Vec<String> = (100..160).map(|n| format!("12025550{n}")).collect();
    world.numbers(&numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let ann = customer(&world).await;
    let journeys = concat!(env!("CARGO_MANIFEST_DIR"), "/../../browser/journeys.mjs");
    let mut node = Command::new("node");
    node.arg(journeys).arg(format!("http://localhost:{}", world.address.port())).arg(ann.cookie());
    let status = node.status().await.expect("node runs");
    assert!(status.success(), "a journey failed; it is told above");
    world.close().await;
}
