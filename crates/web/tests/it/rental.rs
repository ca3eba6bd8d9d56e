//! Rentals, as decided beside the published page.

use domain::clock::{DAY_MS, MINUTE_MS};

use crate::on_both;
use crate::world::World;

async fn rent(world: &World, key: &str, kind: &str) -> String {
    world.post(key, &format!("rental/{kind}/order/"), r#"{"service":"whatsapp"}"#).await.text("rental_id")
}

on_both!(a_rental_is_refunded_in_time_and_only_then, async |world: &World| {
    world.numbers(&["13105550198", "13105550199"]).await;
    let ann = world.customer("ann", "50.00").await;
    let (first, second) = (rent(world, &ann, "30day").await, rent(world, &ann, "30day").await);
    let early = world.post(&ann, "rental/30day/cancel/", &format!(r#"{{"rental_id":"{first}"}}"#)).await;
    assert_eq!((early.status, early.body.as_str()), (200, r#"{"success":true,"refunded":19.99}"#));
    let twice = world.post(&ann, "rental/30day/cancel/", &format!(r#"{{"rental_id":"{first}"}}"#)).await;
    assert_eq!(twice.body, early.body);
    world.pass_ms(20 * MINUTE_MS);
    let late = world.post(&ann, "rental/30day/cancel/", &format!(r#"{{"rental_id":"{second}"}}"#)).await;
    assert_eq!(late.refusal(), (400, "not_cancellable".to_owned()));
});

on_both!(a_renewed_rental_is_refunded_in_full_within_its_twenty_minutes, async |world: &World| {
    world.numbers(&["13105550198"]).await;
    let ann = world.customer("ann", "50.00").await;
    let rental = rent(world, &ann, "30day").await;
    let body = format!(r#"{{"rental_id":"{rental}"}}"#);
    world.post(&ann, "rental/30day/renew/", &body).await;
    let inbox = world.get(&ann, &format!("rental/30day/sms/?rental_id={rental}")).await;
    assert_eq!(inbox.body, r#"{"success":true,"messages":[],"cancellable_until":"2026-05-22T14:50:00Z"}"#);
    world.pass_ms(20 * MINUTE_MS - 1);
    for _ in 0..2 {
        let cancelled = world.post(&ann, "rental/30day/cancel/", &body).await;
        assert_eq!((cancelled.status, cancelled.body.as_str()), (200, r#"{"success":true,"refunded":39.98}"#));
    }
    let renewed = world.post(&ann, "rental/30day/renew/", &body).await;
    assert_eq!(renewed.refusal(), (400, "not_renewable".to_owned()));
    let balance = world.get(&ann, "balance/").await.body;
    assert_eq!(balance, r#"{"success":true,"balance":50.00,"held":0.00,"currency":"USD"}"#);
    let statement = world.get(&ann, "statement/").await.body;
    assert_eq!(statement.matches(r#""kind":"refund","amount":19.99"#).count(), 2, "{statement}");
});

on_both!(a_rental_with_an_sms_is_not_cancelled, async |world: &World| {
    world.numbers(&["13105550198"]).await;
    let ann = world.customer("ann", "50.00").await;
    let rental = rent(world, &ann, "1day").await;
    let inbox = world.get(&ann, &format!("rental/1day/sms/?rental_id={rental}")).await;
    assert_eq!(inbox.body, r#"{"success":true,"messages":[],"cancellable_until":"2026-05-22T14:50:00Z"}"#);
    world.text("13105550198", "Your WhatsApp code: 739551").await;
    let cancel = world.post(&ann, "rental/1day/cancel/", &format!(r#"{{"rental_id":"{rental}"}}"#)).await;
    assert_eq!(cancel.refusal(), (400, "already_received".to_owned()));
});

on_both!(a_number_of_the_house_s_own_is_awake, async |world: &World| {
    world.numbers(&["13105550198"]).await;
    let (ann, bob) = (world.customer("ann", "50.00").await, world.customer("bob", "50.00").await);
    let body = format!(r#"{{"rental_id":"{}"}}"#, rent(world, &ann, "1day").await);
    let awake = world.post(&ann, "rental/1day/wake/", &body).await;
    let decided = r#"{"success":true,"status":"awake","ready_at":"2026-05-22T14:30:00Z"}"#;
    assert_eq!((awake.status, awake.body.as_str()), (200, decided));
    assert_eq!(world.post(&bob, "rental/1day/wake/", &body).await.refusal(), (404, "not_found".to_owned()));
    world.pass_ms(DAY_MS);
    assert_eq!(world.post(&ann, "rental/1day/wake/", &body).await.refusal(), (400, "order_expired".to_owned()));
});

on_both!(a_renewal_runs_on_from_the_paid_end, async |world: &World| {
    world.numbers(&["13105550198"]).await;
    let ann = world.customer("ann", "50.00").await;
    let rental = rent(world, &ann, "30day").await;
    let renewed = world.post(&ann, "rental/30day/renew/", &format!(r#"{{"rental_id":"{rental}"}}"#)).await;
    let decided =
        format!(r#"{{"success":true,"rental_id":"{rental}","price":19.99,"expires_at":"2026-07-22T00:00:00Z"}}"#);
    assert_eq!(renewed.body, decided);
    let poor = world.post(&ann, "rental/30day/renew/", &format!(r#"{{"rental_id":"{rental}"}}"#)).await;
    assert_eq!(poor.refusal(), (402, "insufficient_balance".to_owned()));
});

on_both!(an_ended_rental_shows_only_among_all_and_is_not_renewed, async |world: &World| {
    world.numbers(&["13105550198"]).await;
    let ann = world.customer("ann", "50.00").await;
    let rental = rent(world, &ann, "1day").await;
    world.pass_ms(DAY_MS);
    assert_eq!(world.get(&ann, "rental/1day/list/").await.body, r#"{"success":true,"rentals":[]}"#);
    let all = world.get(&ann, "rental/1day/list/?status=all").await.json();
    assert_eq!(
        (&all["rentals"][0]["rental_id"], &all["rentals"][0]["status"]),
        (&rental.clone().into(), &"expired".into())
    );
    let renew = world.post(&ann, "rental/1day/renew/", &format!(r#"{{"rental_id":"{rental}"}}"#)).await;
    assert_eq!(renew.refusal(), (400, "not_renewable".to_owned()));
});

on_both!(a_rental_of_another_kind_or_customer_is_missing, async |world: &World| {
    world.numbers(&["13105550198"]).await;
    let (ann, bob) = (world.customer("ann", "50.00").await, world.customer("bob", "5.00").await);
    let rental = rent(world, &ann, "1day").await;
    let foreign = world.get(&bob, &format!("rental/1day/sms/?rental_id={rental}")).await;
    let other_kind = world.get(&ann, &format!("rental/30day/sms/?rental_id={rental}")).await;
    let missing = world.get(&ann, "rental/1day/sms/?rental_id=RNT-1D-999999").await;
    assert_eq!(foreign.refusal(), (404, "not_found".to_owned()));
    assert_eq!((&foreign.body, &other_kind.body), (&missing.body, &missing.body));
});

on_both!(a_long_list_of_rentals_has_a_cursor, async |world: &World| {
    world.numbers(&["13105550198", "13105550199"]).await;
    let ann = world.customer("ann", "50.00").await;
    let first = rent(world, &ann, "1day").await;
    world.pass_ms(1_000);
    rent(world, &ann, "1day").await;
    let page = world.get(&ann, "rental/1day/list/?limit=1").await;
    let rest = world.get(&ann, &format!("rental/1day/list/?limit=1&cursor={}", page.text("next_cursor"))).await.json();
    assert_eq!(rest["rentals"][0]["rental_id"], first);
    assert!(rest.get("next_cursor").is_none());
});

on_both!(a_renewal_costs_no_more_than_its_caller_will_pay, async |world: &World| {
    world.numbers(&["13105550198"]).await;
    let ann = world.customer("ann", "50.00").await;
    let rental = rent(world, &ann, "1day").await;
    let body = |most: &str| format!(r#"{{"rental_id":"{rental}","max_price":{most}}}"#);
    let refused = world.post(&ann, "rental/1day/renew/", &body("3.64")).await;
    assert_eq!(refused.refusal(), (400, "price_above_max".to_owned()));
    assert_eq!(world.post(&ann, "rental/1day/renew/", &body("3.65")).await.status, 200);
});
