//! What suppliers push.

use crate::http::request;
use crate::on_both;
use crate::world::World;

on_both!(what_is_pushed_reaches_the_customer_once, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    let body = format!("{digits} 482910 is your Instagram code");
    let push = request("PUT", "/ingest/wire/a%20b/c?x=1", &[], body.as_bytes());
    for _ in 0..2 {
        let answer = world.send(&push).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "PUT a%20b/c x=1"));
    }
    let sms = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await.json();
    assert_eq!((sms["code"].as_str(), sms["messages"].as_array().map(Vec::len)), (Some("482910"), Some(1)));
});

on_both!(a_refusal_of_the_connector_is_passed_on, async |world: &World| {
    for target in ["/ingest/wire/", "/ingest/wire"] {
        let answer = world.send(&request("POST", target, &[], b"nonsense")).await;
        assert_eq!(answer.refusal(), (401, "unauthorized".to_owned()));
    }
});

on_both!(a_sender_that_proves_itself_only_when_it_is_asked_to_is_asked, async |world: &World| {
    let first = world.send(&request("POST", "/ingest/wire/locked/", &[], b"12025550147 hello")).await;
    assert_eq!((first.status, first.header("www-authenticate")), (401, Some("Basic realm=\"house\"")));
    let proof = ["authorization: Basic aG91c2U6b3Blbg=="];
    let second = world.send(&request("POST", "/ingest/wire/locked/", &proof, b"12025550147 hello")).await;
    assert_eq!((second.status, second.header("www-authenticate")), (200, None));
});

on_both!(a_source_that_does_not_exist_is_not_found, async |world: &World| {
    let answer = world.send(&request("POST", "/ingest/nosuch/", &[], b"12025550147 hello")).await;
    assert_eq!(answer.refusal(), (404, "not_found".to_owned()));
});

on_both!(too_large_a_push_is_refused, async |world: &World| {
    let body = [b"12025550147 ".as_slice(), &vec![b'a'; 256 * 1024]].concat();
    let answer = world.send(&request("POST", "/ingest/wire/", &[], &body)).await;
    assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()));
});
