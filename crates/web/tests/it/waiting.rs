//! Answers that are held open until there is news.

use std::time::Duration;

use domain::account;

use crate::http::{request, send};
use crate::on_both;
use crate::world::World;

const PATIENCE: Duration = Duration::from_secs(30);

/// Begins a request and lets the server come to its wait.
///
/// Time is not what this waits for, so the patience only bounds a test that would otherwise never end.
async fn begin(world: &World, key: &str, target: &str) -> tokio::task::JoinHandle<crate::http::Answer> {
    let bytes = request("GET", &format!("/api/v1/{target}"), &[&format!("X-API-Key: {key}")], b"");
    let address = world.address;
    let call = tokio::spawn(async move { send(address, &bytes).await });
    let is_asleep = async {
        while world.app.notices.asleep() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, is_asleep).await.expect("the server comes to its wait");
    call
}

on_both!(a_code_wakes_who_waits_for_it, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    let call = begin(world, &ann, &format!("short-term/sms/?order_id={order}&wait=60")).await;
    world.text(&digits, "482910 is your Instagram code").await;
    assert_eq!(call.await.expect("answered").text("code"), "482910");
});

on_both!(a_cancel_ends_the_wait, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, _) = world.order(&ann, "instagram").await;
    let call = begin(world, &ann, &format!("short-term/sms/?order_id={order}&wait=60")).await;
    world.post(&ann, "short-term/cancel/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    assert_eq!(call.await.expect("answered").error(), "order_cancelled");
});

on_both!(a_rental_waits_for_what_is_newer, async |world: &World| {
    world.numbers(&["13105550198"]).await;
    let ann = world.customer("ann", "5.00").await;
    let rental = world.post(&ann, "rental/1day/order/", r#"{"service":"telegram"}"#).await.text("rental_id");
    let first = begin(world, &ann, &format!("rental/1day/sms/?rental_id={rental}&wait=60")).await;
    world.text("13105550198", "104882 is your Telegram code.").await;
    let first = first.await.expect("answered").json();
    let seen = first["messages"][0]["received_at"].as_str().expect("a time").to_owned();
    world.pass_ms(1_000);
    let target = format!("rental/1day/sms/?rental_id={rental}&wait=60&after={seen}");
    let second = begin(world, &ann, &target).await;
    world.text("13105550198", "204882 is your Telegram code.").await;
    let second = second.await.expect("answered").json();
    assert_eq!(
        (second["messages"][0]["code"].as_str(), second["messages"].as_array().map(Vec::len)),
        (Some("204882"), Some(2))
    );
});

on_both!(an_event_wakes_the_feed, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "5.00").await;
    let call = begin(world, &ann, "events/?after=1&wait=60").await;
    let (order, _) = world.order(&ann, "instagram").await;
    assert_eq!(call.await.expect("answered").json()["events"][0]["order_id"], order);
});

on_both!(revoking_a_key_ends_its_waits, async |world: &World| {
    let ann = world.customer("ann", "5.00").await;
    let call = begin(world, &ann, "events/?after=1&wait=60").await;
    let keys = account::keys(&world.app, "ann").await.expect("listed");
    account::revoke_key(&world.app, keys[0].id, "test").await.expect("revoked");
    assert_eq!(call.await.expect("answered").refusal(), (401, "unauthorized".to_owned()));
});

/// The answer to a wait, when the house closes at once.
async fn answer_at_the_end(engine: domain::db::EngineKind) -> crate::http::Answer {
    let world = World::open(engine).await;
    let ann = world.customer("ann", "5.00").await;
    let call = begin(&world, &ann, "events/?after=1&wait=60").await;
    world.close().await;
    call.await.expect("answered")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_closes_answers_who_waits() {
    let answer = answer_at_the_end(domain::db::EngineKind::Sqlite).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"success":true,"events":[],"next_after":1}"#));
}
