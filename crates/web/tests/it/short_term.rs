//! Orders for one code, as decided beside the published page.

use domain::clock::MINUTE_MS;
use domain::message::Received;
use serde_json::Value;

use crate::on_both;
use crate::world::World;

const ANY: [&str; 2] = ["12025550147", "12125550123"];

on_both!(an_order_past_its_end_is_expired_and_refunded, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, _) = world.order(&ann, "instagram").await;
    world.pass_ms(20 * MINUTE_MS);
    let answer = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await;
    let decided = r#"{"success":false,"error":"order_expired","message":"The order ended without an SMS and was refunded. Order a new number.","status":"expired","code":null,"received_at":null,"refunded":0.42}"#;
    assert_eq!((answer.status, answer.body.as_str()), (200, decided));
    let cancel = world.post(&ann, "short-term/cancel/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    assert_eq!(cancel.refusal(), (400, "order_expired".to_owned()));
    assert!(cancel.body.ends_with(r#","refunded":0.42}"#), "{}", cancel.body);
});

on_both!(cancelling_twice_answers_the_same_twice_and_refunds_once, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, _) = world.order(&ann, "instagram").await;
    let body = format!(r#"{{"order_id":"{order}"}}"#);
    let first = world.post(&ann, "short-term/cancel/", &body).await;
    let second = world.post(&ann, "short-term/cancel/", &body).await;
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    let sms = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await;
    assert_eq!((sms.status, sms.error(), sms.text("status")), (200, "order_cancelled".into(), "cancelled".into()));
    assert!(sms.body.ends_with(r#""code":null,"received_at":null,"refunded":0.42}"#), "{}", sms.body);
    assert_eq!(world.money(&ann).await, r#"{"success":true,"balance":5.00,"held":0.00,"currency":"USD"}"#);
});

on_both!(what_was_received_is_not_cancelled, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    world.text(&digits, "482910 is your Instagram code").await;
    let cancel = world.post(&ann, "short-term/cancel/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    assert_eq!(cancel.refusal(), (400, "already_received".to_owned()));
    assert_eq!(world.money(&ann).await, r#"{"success":true,"balance":4.58,"held":0.00,"currency":"USD"}"#);
});

on_both!(a_text_without_a_code_shows_and_the_wait_goes_on, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    world.text(&digits, "Welcome to Instagram").await;
    let sms = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await;
    let decided = r#"{"success":false,"error":"sms_not_received","message":"No SMS has arrived yet.","status":"waiting","code":null,"received_at":null,"messages":[{"code":null,"message":"Welcome to Instagram","received_at":"2026-05-22T14:30:00Z"}]}"#;
    assert_eq!(sms.body, decided);
});

on_both!(a_link_answers_without_a_code, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    world.text(&digits, "Tap to log in to Instagram: https://ig.me/abcDEF").await;
    let sms = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await;
    assert!(sms.body.starts_with(r#"{"success":true,"code":null,"message":"Tap to log in"#), "{}", sms.body);
    assert_eq!(sms.text("link"), "https://ig.me/abcDEF");
});

on_both!(the_newest_is_at_the_top_and_all_are_in_messages, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    world.text(&digits, "482910 is your Instagram code").await;
    world.pass_ms(MINUTE_MS);
    world.text(&digits, "553811 is your Instagram code").await;
    let sms = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await.json();
    let codes: Vec<_> = sms["messages"].as_array().expect("a list").iter().map(|sms| sms["code"].clone()).collect();
    assert_eq!((sms["code"].as_str(), codes), (Some("553811"), vec!["553811".into(), "482910".into()]));
});

on_both!(an_order_waits_again_for_free, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    world.text(&digits, "482910 is your Instagram code").await;
    world.pass_ms(MINUTE_MS);
    let again = world.post(&ann, "short-term/again/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    let decided =
        format!(r#"{{"success":true,"order_id":"{order}","status":"waiting","expires_at":"2026-05-22T14:50:00Z"}}"#);
    assert_eq!(again.body, decided);
    assert_eq!(world.get(&ann, &format!("short-term/sms/?order_id={order}")).await.error(), "sms_not_received");
    world.text(&digits, "553811 is your Instagram code").await;
    assert_eq!(world.get(&ann, &format!("short-term/sms/?order_id={order}")).await.text("code"), "553811");
    assert_eq!(world.money(&ann).await, r#"{"success":true,"balance":4.58,"held":0.00,"currency":"USD"}"#);
});

on_both!(an_order_that_waits_again_says_so_everywhere, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    let (body, sms) = (format!(r#"{{"order_id":"{order}"}}"#), format!("short-term/sms/?order_id={order}"));
    let line = async || {
        let list = world.get(&ann, "short-term/list/").await.json();
        let line = list["orders"][0].clone();
        (line["status"].clone(), line["code"].clone(), line.get("cancellable_until").is_some())
    };
    assert_eq!(line().await, ("waiting".into(), Value::Null, true));
    world.text(&digits, "482910 is your Instagram code").await;
    assert_eq!(line().await, ("received".into(), "482910".into(), false));
    // Asked for at once, even in the same moment: what has come is no answer.
    for _ in 0..2 {
        assert_eq!(world.post(&ann, "short-term/again/", &body).await.text("status"), "waiting");
        assert_eq!(line().await, ("waiting".into(), Value::Null, false));
        let read = world.get(&ann, &sms).await.json();
        assert_eq!((&read["status"], &read["code"]), (&"waiting".into(), &Value::Null));
        assert_eq!(read["messages"][0]["code"], "482910");
    }
    // The first capture stands.
    assert_eq!(world.post(&ann, "short-term/cancel/", &body).await.refusal(), (400, "already_received".to_owned()));
    world.pass_ms(MINUTE_MS);
    world.text(&digits, "553811 is your Instagram code").await;
    assert_eq!(line().await, ("received".into(), "553811".into(), false));
    assert_eq!(world.get(&ann, &sms).await.text("code"), "553811");
    assert_eq!(world.post(&ann, "short-term/again/", &body).await.status, 200);
    world.pass_ms(20 * MINUTE_MS);
    // Its time is over: the newest code stands.
    let all = world.get(&ann, "short-term/list/?status=all").await.json();
    assert_eq!((&all["orders"][0]["status"], &all["orders"][0]["code"]), (&"received".into(), &"553811".into()));
    let read = world.get(&ann, &sms).await.json();
    assert_eq!((&read["status"], &read["code"]), (&"received".into(), &"553811".into()));
    assert_eq!(world.post(&ann, "short-term/again/", &body).await.refusal(), (400, "order_expired".to_owned()));
    let told = |list: &Value, name: &str, word: &str| -> Vec<String> {
        let all = list[name].as_array().expect("a list").iter();
        all.map(|one| one[word].as_str().expect("a word").to_owned()).collect()
    };
    let statement = told(&world.get(&ann, "statement/").await.json(), "entries", "kind");
    assert_eq!(statement, ["capture", "hold", "credit"]);
    let events = told(&world.get(&ann, "events/").await.json(), "events", "type");
    let once_each = ["order.created", "order.received", "order.waiting_again", "message.received"];
    assert_eq!(events, [&["balance.credited"][..], &once_each, &["order.waiting_again"]].concat());
});

on_both!(a_link_is_the_same_answer_in_the_list, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    world.text(&digits, "482910 is your Instagram code").await;
    world.pass_ms(MINUTE_MS);
    world.text(&digits, "Tap to log in to Instagram: https://ig.me/abcDEF").await;
    let read = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await.json();
    let list = world.get(&ann, "short-term/list/").await.json();
    assert_eq!((&read["code"], &list["orders"][0]["code"]), (&Value::Null, &Value::Null));
});

on_both!(the_same_number_is_had_again_as_a_new_order, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    assert!(matches!(world.text(&digits, "482910 is your Instagram code").await, Received::Delivered { .. }));
    world.pass_ms(40 * MINUTE_MS);
    let reused = world.post(&ann, "short-term/reuse/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    assert_eq!((reused.status, reused.text("number")), (200, digits), "{}", reused.body);
    assert_ne!(reused.text("order_id"), order);
    let running = world.post(&ann, "short-term/reuse/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    assert_eq!(running.refusal(), (400, "no_numbers_available".to_owned()));
});

on_both!(another_s_order_looks_exactly_like_a_missing_one, async |world: &World| {
    world.numbers(&ANY).await;
    let (ann, bob) = (world.customer("ann", "5.00").await, world.customer("bob", "5.00").await);
    let (order, _) = world.order(&ann, "instagram").await;
    for call in ["cancel", "again", "reuse"] {
        let target = format!("short-term/{call}/");
        let foreign = world.post(&bob, &target, &format!(r#"{{"order_id":"{order}"}}"#)).await;
        let missing = world.post(&bob, &target, r#"{"order_id":"ORD-999999"}"#).await;
        assert_eq!((foreign.status, &foreign.body), (404, &missing.body), "{call}");
        assert_eq!(foreign.error(), "not_found");
    }
    let foreign = world.get(&bob, &format!("short-term/sms/?order_id={order}&wait=60")).await;
    let missing = world.get(&bob, "short-term/sms/?order_id=ORD-999999").await;
    assert_eq!((foreign.status, foreign.body), (missing.status, missing.body));
});

on_both!(a_sale_is_refused_with_what_is_needed_to_act, async |world: &World| {
    world.numbers(&ANY[..1]).await;
    let ann = world.customer("ann", "0.10").await;
    let poor = world.post(&ann, "short-term/order/", r#"{"service":"instagram"}"#).await;
    let decided = r#"{"success":false,"error":"insufficient_balance","message":"Add funds to your account.","required":0.42,"balance":0.10}"#;
    assert_eq!((poor.status, poor.body.as_str()), (402, decided));
    let low = world.post(&ann, "short-term/order/", r#"{"service":"instagram","max_price":0.41}"#).await;
    assert_eq!(low.refusal(), (400, "price_above_max".to_owned()));
    assert!(low.body.ends_with(r#","price":0.42}"#), "{}", low.body);
    let unknown = world.post(&ann, "short-term/order/", r#"{"service":"nosuch"}"#).await;
    assert_eq!(unknown.refusal(), (400, "unknown_service".to_owned()));
    let bob = world.customer("bob", "5.00").await;
    let elsewhere = world.post(&bob, "short-term/order/", r#"{"service":"instagram","area_code":"415"}"#).await;
    assert_eq!(elsewhere.refusal(), (400, "no_numbers_available".to_owned()));
    let there = r#"{"service":"InstaGram","area_code":202,"max_price":"0.42"}"#;
    assert_eq!(world.post(&bob, "short-term/order/", there).await.status, 200);
});

on_both!(the_list_goes_on_after_its_cursor, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "5.00").await;
    let (first, _) = world.order(&ann, "instagram").await;
    world.pass_ms(1_000);
    let (second, digits) = world.order(&ann, "instagram").await;
    world.text(&digits, "482910 is your Instagram code").await;
    let page = world.get(&ann, "short-term/list/?limit=1").await;
    let line = format!(
        r#"{{"success":true,"orders":[{{"order_id":"{second}","number":"{digits}","service":"instagram","price":0.42,"status":"received","code":"482910","created_at":"2026-05-22T14:30:01Z","expires_at":"2026-05-22T14:50:01Z"}}],"next_cursor":"#
    );
    assert!(page.body.starts_with(&line), "{}", page.body);
    let rest = world.get(&ann, &format!("short-term/list/?limit=1&cursor={}", page.text("next_cursor"))).await.json();
    assert_eq!(rest["orders"][0]["order_id"], first);
    assert_eq!(rest["orders"][0]["cancellable_until"], "2026-05-22T14:50:00Z");
    assert_eq!(rest["next_cursor"], Value::Null);
    world.pass_ms(30 * MINUTE_MS);
    assert_eq!(world.get(&ann, "short-term/list/").await.json()["orders"].as_array().map(Vec::len), Some(0));
    assert_eq!(world.get(&ann, "short-term/list/?status=all").await.json()["orders"][1]["status"], "expired");
});
