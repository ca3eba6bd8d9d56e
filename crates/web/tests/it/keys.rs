//! Where a key may be, which place decides, and the two forms of every path.

use domain::account::{self, KeyLimits, NewKey, Scope, State};
use domain::money::Usd;

use crate::http::request;
use crate::on_both;
use crate::people::{between, customer};
use crate::world::{World, may, why};

const WRONG: &str = "jn_live_000000000000000000000000000000000000";

async fn status(world: &World, method: &str, target: &str, headers: &[&str], body: &str) -> u16 {
    world.send(&request(method, target, headers, body.as_bytes())).await.status
}

on_both!(a_key_is_found_in_each_of_its_places, async |world: &World| {
    let ann = world.customer("ann", "5.00").await;
    let balance = "/api/v1/balance/";
    assert_eq!(status(world, "GET", balance, &[&format!("Authorization: Bearer {ann}")], "").await, 200);
    assert_eq!(status(world, "GET", balance, &[&format!("authorization: bearer  {ann}")], "").await, 200);
    assert_eq!(status(world, "GET", balance, &[&format!("X-API-Key: {ann}")], "").await, 200);
    assert_eq!(status(world, "GET", &format!("{balance}?api_key={ann}"), &[], "").await, 200);
    let cancel = "/api/v1/short-term/cancel/";
    let json = format!(r#"{{"api_key":"{ann}","order_id":"ORD-999999"}}"#);
    assert_eq!(status(world, "POST", cancel, &["Content-Type: application/json"], &json).await, 404);
    assert_eq!(status(world, "POST", cancel, &[], &json).await, 404);
    let form = format!("order_id=ORD-999999&api_key={ann}");
    let kind = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
    assert_eq!(status(world, "POST", cancel, &[kind], &form).await, 404);
    assert_eq!(status(world, "POST", cancel, &[kind], &json).await, 404);
    let in_query = format!("{cancel}?api_key={ann}");
    assert_eq!(status(world, "POST", &in_query, &[], r#"{"order_id":"ORD-999999"}"#).await, 401);
});

on_both!(the_first_place_decides_even_if_it_is_wrong, async |world: &World| {
    let ann = world.customer("ann", "5.00").await;
    let (good, wrong) = (format!("Authorization: Bearer {ann}"), format!("Authorization: Bearer {WRONG}"));
    let other = format!("X-API-Key: {ann}");
    let balance = format!("/api/v1/balance/?api_key={ann}");
    assert_eq!(status(world, "GET", &balance, &[&wrong, &other], "").await, 401);
    assert_eq!(status(world, "GET", &balance, &["Authorization: Bearer", &other], "").await, 401);
    assert_eq!(status(world, "GET", &balance, &[&format!("X-API-Key: {WRONG}")], "").await, 401);
    assert_eq!(status(world, "GET", &balance, &["Authorization: Basic YTpi"], "").await, 200);
    assert_eq!(status(world, "GET", "/api/v1/balance/", &[&good, &wrong], "").await, 401);
    assert_eq!(status(world, "GET", "/api/v1/balance/", &[&good, &good], "").await, 200);
    // A wrong key in a header is refused before the body is looked at.
    assert_eq!(status(world, "POST", "/api/v1/short-term/order/", &[&wrong], "{").await, 401);
});

on_both!(no_key_and_a_stopped_account_are_told_apart, async |world: &World| {
    let ann = world.customer("ann", "5.00").await;
    let nobody = world.send(&request("GET", "/api/v1/balance/", &[], b"")).await;
    assert_eq!(nobody.refusal(), (401, "unauthorized".to_owned()));
    account::set_state(&world.app, "ann", State::Suspended, &why("a test"), &may("test")).await.expect("suspended");
    assert_eq!(world.get(&ann, "balance/").await.refusal(), (401, "account_suspended".to_owned()));
});

on_both!(a_revoked_key_is_refused_on_the_next_request, async |world: &World| {
    let ann = world.customer("ann", "5.00").await;
    assert_eq!(world.get(&ann, "balance/").await.status, 200);
    let keys = account::keys(&world.app, "ann").await.expect("listed");
    account::revoke_key(&world.app, keys[0].id, "test").await.expect("revoked");
    assert_eq!(world.get(&ann, "balance/").await.refusal(), (401, "unauthorized".to_owned()));
});

on_both!(both_forms_of_a_path_are_served_the_same, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "5.00").await;
    for target in
        ["balance", "services", "statement", "events", "short-term/list", "rental/1day/list", "rental/30day/list"]
    {
        let (with, without) = (world.get(&ann, &format!("{target}/")).await, world.get(&ann, target).await);
        assert_eq!((with.status, with.body), (200, without.body), "{target}");
    }
    let placed = world.post(&ann, "short-term/order", r#"{"service":"instagram"}"#).await;
    assert_eq!(placed.status, 200);
    let body = format!(r#"{{"order_id":"{}"}}"#, placed.text("order_id"));
    assert_eq!(world.post(&ann, "short-term/cancel", &body).await.status, 200);
});

on_both!(every_answer_has_an_id_and_is_not_kept, async |world: &World| {
    let ann = world.customer("ann", "5.00").await;
    let answers = [world.get(&ann, "balance/").await, world.get("", "balance/").await, world.get("", "nosuch/").await];
    for answer in &answers {
        assert_eq!(answer.header("x-request-id").map(str::len), Some(32));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    }
    assert_ne!(answers[0].header("x-request-id"), answers[1].header("x-request-id"));
    assert_eq!(answers[2].refusal(), (404, "not_found".to_owned()));
});

async fn limited_key(world: &World, limits: KeyLimits) -> String {
    let new = NewKey { account: "ann".into(), name: "bot".into(), expires_ms: None, limits, by: "test".into() };
    account::create_key(&world.app, new).await.expect("a key")
}

on_both!(a_key_does_only_what_its_scopes_say, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    world.customer("ann", "5.00").await;
    let order = r#"{"service":"instagram"}"#;
    let reads = limited_key(world, KeyLimits { scopes: vec![Scope::Read], ..KeyLimits::default() }).await;
    assert_eq!(world.get(&reads, "balance/").await.status, 200);
    let refused = world.post(&reads, "short-term/order/", order).await;
    assert_eq!(refused.refusal(), (401, "unauthorized".to_owned()));
    assert!(refused.text("message").contains("scope `order`"), "{}", refused.body);
    let orders = limited_key(world, KeyLimits { scopes: vec![Scope::Order], ..KeyLimits::default() }).await;
    assert_eq!(world.get(&orders, "balance/").await.refusal(), (401, "unauthorized".to_owned()));
    assert_eq!(world.post(&orders, "short-term/order/", order).await.status, 200);
});

on_both!(a_key_is_used_only_from_its_networks, async |world: &World| {
    world.customer("ann", "5.00").await;
    for (network, status) in [("127.0.0.0/8", 200), ("203.0.113.9", 401)] {
        let networks = vec![network.parse().expect("a network")];
        let key = limited_key(world, KeyLimits { networks, ..KeyLimits::default() }).await;
        let answer = world.get(&key, "balance/").await;
        assert_eq!(answer.status, status, "{network}");
        assert!(status == 200 || answer.text("message").contains("your address"), "{}", answer.body);
    }
});

on_both!(a_key_over_its_daily_cap_waits_for_the_next_day, async |world: &World| {
    world.numbers(&["12025550147", "13105550198"]).await;
    world.customer("ann", "5.00").await;
    let daily_cap = Some(Usd::from_cents(50));
    let key = limited_key(world, KeyLimits { daily_cap, ..KeyLimits::default() }).await;
    let order = r#"{"service":"instagram"}"#;
    assert_eq!(world.post(&key, "short-term/order/", order).await.status, 200);
    let refused = world.post(&key, "short-term/order/", order).await;
    assert_eq!(refused.refusal(), (429, "rate_limited".to_owned()));
    // From 14:30 to midnight.
    assert_eq!((refused.json()["retry_after"].as_i64(), refused.header("retry-after")), (Some(34_200), Some("34200")));
    assert_eq!(world.get(&key, "balance/").await.status, 200);
});

on_both!(a_key_is_made_on_the_page_with_its_limits, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let form = "name=my+server&read=1&networks=127.0.0.0%2F8%2C+203.0.113.9&cap=20&days=30";
    let page = ann.post("/keys/", form).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let key = between(&page.body, "id=\"fresh-key\">", "<").to_owned();
    assert_eq!(world.get(&key, "balance/").await.status, 200);
    let refused = world.post(&key, "short-term/order/", r#"{"service":"instagram"}"#).await;
    assert!(refused.text("message").contains("scope `order`"), "{}", refused.body);
    let list = ann.get("/keys/").await.body;
    assert!(!list.contains(&key) && list.contains("203.0.113.9/32") && list.contains("$20.00"), "{list}");
    assert!(list.contains("<small>looks</small>"), "{list}");
    let mails = domain::mail::outbox(&world.app, i64::MAX, 10).await.expect("the outbox");
    assert_eq!((mails[0].kind.as_str(), mails[0].to.as_str()), ("new_key", "ann@example.org"));
});

on_both!(a_key_that_is_refused_keeps_what_was_typed, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    for (form, told) in [
        ("name=&read=1", "1 to 60 characters"),
        ("name=x", "at least one thing"),
        ("name=x&read=1&networks=%3Cb%3E", "is not an address"),
        ("name=x&read=1&cap=0", "may spend something"),
        ("name=x&read=1&days=0", "from the list"),
    ] {
        let page = ann.post("/keys/", form).await;
        assert!(page.status == 400 && page.body.contains(told), "{form}: {}", page.body);
        assert!(!page.body.contains("`<b>`") && !page.body.contains("fresh-key"), "{form}");
    }
    let page = ann.post("/keys/", "name=my+server&read=1&networks=nonsense&cap=7.50").await;
    for typed in [r#"value="my server""#, r#"value="nonsense""#, r#"value="7.50""#] {
        assert!(page.body.contains(typed), "{typed}: {}", page.body);
    }
});

on_both!(the_documentation_shows_its_reader_the_beginning_of_their_own_key, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    assert!(ann.get("/api-docs").await.body.contains("Bearer YOUR_API_KEY"));
    let page = ann.post("/keys/", "name=x&read=1").await;
    let key = between(&page.body, "id=\"fresh-key\">", "<").to_owned();
    let docs = ann.get("/api-docs").await;
    assert_eq!((docs.header("cache-control"), docs.header("vary")), (Some("private, no-store"), Some("cookie")));
    assert!(docs.body.contains(&format!("Bearer {}…", &key[..14])), "{}", docs.body);
    assert!(!docs.body.contains(&key) && !docs.body.contains("YOUR_API_KEY"), "{}", docs.body);
    let nobody = world.send(&request("GET", "/api-docs", &[], b"")).await;
    assert!(nobody.body.contains("Bearer YOUR_API_KEY") && !nobody.body.contains(&key[..14]));
    let keys = account::keys(&world.app, &account::list(&world.app, 0, 9).await.expect("listed")[0].name).await;
    account::revoke_key(&world.app, keys.expect("listed")[0].id, "test").await.expect("revoked");
    assert!(ann.get("/api-docs").await.body.contains("Bearer YOUR_API_KEY"));
});
