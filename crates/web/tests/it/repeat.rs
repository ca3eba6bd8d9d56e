//! The same request sent twice counts once, and is answered with the same bytes.

use domain::product::Product;

use crate::on_both;
use crate::world::World;

const KEY: &[&str] = &["Idempotency-Key: signup-8841"];
const ORDER: &str = "short-term/order/";
const INSTAGRAM: &str = r#"{"service":"instagram"}"#;

on_both!(a_repeated_order_is_one_order, async |world: &World| {
    world.numbers(&["12025550147", "13105550198"]).await;
    let ann = world.customer("ann", "5.00").await;
    let first = world.post_with(&ann, ORDER, INSTAGRAM, KEY).await;
    world.price("instagram", Product::ShortTerm, 99).await;
    world.pass_ms(60_000);
    let again = world.post_with(&ann, "short-term/order", INSTAGRAM, KEY).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(world.money(&ann).await, r#"{"success":true,"balance":4.58,"held":0.42,"currency":"USD"}"#);
});

on_both!(the_same_key_with_another_body_is_refused, async |world: &World| {
    world.numbers(&["12025550147", "13105550198"]).await;
    let ann = world.customer("ann", "5.00").await;
    world.post_with(&ann, ORDER, INSTAGRAM, KEY).await;
    let other = world.post_with(&ann, ORDER, r#"{"service":"whatsapp"}"#, KEY).await;
    assert_eq!(other.refusal(), (400, "idempotency_key_reused".to_owned()));
    assert_eq!(world.money(&ann).await, r#"{"success":true,"balance":4.58,"held":0.42,"currency":"USD"}"#);
});

on_both!(the_same_key_on_another_route_or_account_is_another_key, async |world: &World| {
    world.numbers(&["12025550147", "13105550198", "13105550199"]).await;
    let (ann, bob) = (world.customer("ann", "50.00").await, world.customer("bob", "5.00").await);
    assert_eq!(world.post_with(&ann, ORDER, INSTAGRAM, KEY).await.status, 200);
    assert_eq!(world.post_with(&ann, "rental/1day/order/", r#"{"service":"telegram"}"#, KEY).await.status, 200);
    assert_eq!(world.post_with(&bob, ORDER, r#"{"service":"whatsapp"}"#, KEY).await.status, 200);
});

on_both!(a_refusal_is_remembered_like_a_success, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "0.10").await;
    let poor = world.post_with(&ann, ORDER, INSTAGRAM, KEY).await;
    assert_eq!(poor.refusal(), (402, "insufficient_balance".to_owned()));
    world.price("instagram", Product::ShortTerm, 5).await;
    world.pass_ms(60_000);
    let again = world.post_with(&ann, ORDER, INSTAGRAM, KEY).await;
    assert_eq!((poor.status, poor.body), (again.status, again.body));
    assert_eq!(world.post(&ann, ORDER, INSTAGRAM).await.status, 200);
});

on_both!(every_post_of_an_order_s_life_may_be_repeated, async |world: &World| {
    world.numbers(&["12025550147", "13105550198"]).await;
    let ann = world.customer("ann", "50.00").await;
    let order = world.order(&ann, "instagram").await.0;
    let rental = world.post(&ann, "rental/1day/order/", r#"{"service":"telegram"}"#).await.text("rental_id");
    let (order, rental) = (format!(r#"{{"order_id":"{order}"}}"#), format!(r#"{{"rental_id":"{rental}"}}"#));
    for (target, body) in [
        ("short-term/again/", &order),
        ("rental/1day/renew/", &rental),
        ("rental/1day/wake/", &rental),
        ("rental/1day/cancel/", &rental),
        ("short-term/reuse/", &order),
        ("short-term/cancel/", &order),
    ] {
        let first = world.post_with(&ann, target, body, KEY).await;
        world.pass_ms(1_000);
        let again = world.post_with(&ann, target, body, KEY).await;
        assert_eq!((first.status, &first.body), (again.status, &again.body), "{target}");
        let other = world.post_with(&ann, target, &format!("{body} "), KEY).await;
        assert_eq!(other.refusal(), (400, "idempotency_key_reused".to_owned()), "{target}");
    }
    let statement = world.get(&ann, "statement/").await.json();
    let kinds: Vec<_> =
        statement["entries"].as_array().expect("a list").iter().rev().map(|e| e["kind"].clone()).collect();
    assert_eq!(kinds, ["credit", "hold", "hold", "capture", "hold", "capture", "refund", "refund", "release"]);
});
