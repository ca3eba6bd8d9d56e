//! Rate limits: exact, told in headers, over with the minute.

use domain::clock::MINUTE_MS;
use domain::db::EngineKind;

use crate::http::{Answer, request, send};
use crate::people::rich;
use crate::world::World;

async fn world(settings: web::Settings) -> World {
    World::open_with(EngineKind::Sqlite, settings).await
}

async fn at_once(world: &World, count: usize, bytes: Vec<u8>) -> Vec<Answer> {
    let address = world.address;
    let calls = (0..count).map(|_| {
        let bytes = bytes.clone();
        tokio::spawn(async move { send(address, &bytes).await })
    });
    let mut answers = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        answers.push(call.await.expect("no panic"));
    }
    answers
}

fn passed(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.status != 429).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_200_orders_at_once_exactly_60_pass() {
    let world = world(web::Settings::default()).await;
    let ann = world.customer("ann", "5.00").await;
    let key = format!("Authorization: Bearer {ann}");
    let order = request("POST", "/api/v1/short-term/order/", &[&key], br#"{"service":"nosuch"}"#);
    let answers = at_once(&world, 200, order.clone()).await;
    assert_eq!(passed(&answers), 60);
    let refused = answers.iter().find(|answer| answer.status == 429).expect("140 of them");
    assert_eq!(refused.error(), "rate_limited");
    assert_eq!(refused.json()["retry_after"], 60);
    let headers = ["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"];
    assert_eq!(headers.map(|name| refused.header(name)), [Some("60"), Some("60"), Some("0"), Some("60")]);
    assert_eq!(world.get(&ann, "balance/").await.header("ratelimit-remaining"), Some("599"));
    world.pass_ms(MINUTE_MS);
    assert_eq!(passed(&at_once(&world, 1, order).await), 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_200_reads_at_once_exactly_the_limit_passes() {
    let world = world(web::Settings { reads_per_minute_key: 77, ..web::Settings::default() }).await;
    let ann = world.customer("ann", "5.00").await;
    let read = request("GET", "/api/v1/balance", &[&format!("X-API-Key: {ann}")], b"");
    assert_eq!(passed(&at_once(&world, 200, read).await), 77);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_limited_before_its_key_is_looked_at() {
    let world = world(web::Settings { reads_per_minute_address: 50, ..web::Settings::default() }).await;
    let read = request("GET", "/api/v1/balance/", &["Authorization: Bearer nonsense"], b"");
    let answers = at_once(&world, 200, read).await;
    assert_eq!(passed(&answers), 50);
    assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 50);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_trusted_proxy_each_client_has_its_own_limit() {
    let trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    let settings = web::Settings { reads_per_minute_address: 1, trusted_proxies, ..web::Settings::default() };
    let world = world(settings).await;
    let read = |client: &str| request("GET", "/api/v1/balance/", &[&format!("X-Forwarded-For: {client}")], b"");
    for (client, status) in
        [("203.0.113.1", 401), ("203.0.113.1", 429), ("6.6.6.6, 203.0.113.1", 429), ("203.0.113.2", 401)]
    {
        assert_eq!(world.send(&read(client)).await.status, status, "{client}");
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buttons_that_buy_are_counted_by_account_and_by_address() {
    let world = world(web::Settings { orders_per_minute_key: 2, ..web::Settings::default() }).await;
    let mut ann = rich(&world, "ann@example.org", "5.00").await;
    let form = format!("form={:032x}&service=nosuch&buy=short_term+0.42", 7);
    for status in [409, 409, 429, 429] {
        let answer = ann.post("/numbers/", &form).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(status == 409 || answer.header("retry-after") == Some("60"), "{:?}", answer.header("retry-after"));
    }
    let mut bob = rich(&world, "bob@example.org", "5.00").await;
    assert_eq!(bob.post("/numbers/", &form).await.status, 409);
    assert_eq!(ann.get("/numbers/").await.status, 200);
    world.pass_ms(MINUTE_MS);
    assert_eq!(ann.post("/numbers/", &form).await.status, 409);
    world.close().await;
    let settings = web::Settings { orders_per_minute_address: 1, ..web::Settings::default() };
    let world = self::world(settings).await;
    let mut ann = rich(&world, "ann@example.org", "5.00").await;
    for status in [409, 429] {
        assert_eq!(ann.post("/numbers/", &form).await.status, status);
    }
    world.close().await;
}
