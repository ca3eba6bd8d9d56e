//! The published examples, to the byte: keys, their order and values, in compact JSON. Further fields may follow where
//! the page shows the start of an answer; ids are normalised.

use domain::clock::MINUTE_MS;

use crate::on_both;
use crate::world::World;

const NUMBERS: [(&str, &str); 3] =
    [("instagram", "12025550147"), ("whatsapp", "13105550198"), ("telegram", "17325550164")];

async fn number(world: &World, service: &str) -> String {
    let digits = NUMBERS.iter().find(|(slug, _)| *slug == service).expect("a service of the page").1;
    world.numbers(&[digits]).await;
    world.customer("ann", "50.00").await
}

/// The body with the id in the place of which the page prints another one.
fn with_id(body: &str, id: &str, printed: &str) -> String {
    let digits = id.rsplit('-').next().expect("digits");
    assert!(digits.len() >= 6 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    assert!(body.contains(&format!("\"{id}\"")), "{body}");
    body.replace(id, printed)
}

/// Whether a body is the published one, or goes on after it.
fn begins(body: &str, published: &str) {
    let open = published.strip_suffix('}').expect("an object");
    let rest = body.strip_prefix(open).unwrap_or_else(|| panic!("{body}\nis not\n{published}"));
    assert!(rest == "}" || rest.starts_with(','), "{body}");
}

on_both!(an_order_is_answered_as_published, async |world: &World| {
    let ann = number(world, "instagram").await;
    let answer = world.post(&ann, "short-term/order/", r#"{"service":"instagram"}"#).await;
    let body = with_id(&answer.body, &answer.text("order_id"), "ORD-123456");
    let published =
        r#"{"success":true,"number":"12025550147","order_id":"ORD-123456","price":0.42,"expires_in":"20 minutes"}"#;
    begins(&body, published);
    assert!(body.contains(r#","cancellable_until":"2026-05-22T14:50:00Z""#), "{body}");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
});

on_both!(an_sms_is_answered_as_published, async |world: &World| {
    let ann = number(world, "instagram").await;
    let (order, digits) = world.order(&ann, "instagram").await;
    world.text(&digits, "<#> 482910 is your code. Don't share it.").await;
    let answer = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await;
    let published = r#"{"success":true,"code":"482910","message":"<#> 482910 is your code. Don't share it.","received_at":"2026-05-22T14:30:00Z"}"#;
    begins(&answer.body, published);
    let all = r#""messages":[{"code":"482910","message":"<#> 482910 is your code. Don't share it.","received_at":"2026-05-22T14:30:00Z"}]"#;
    assert!(answer.body.contains(all), "{}", answer.body);
});

on_both!(a_cancel_is_answered_as_published, async |world: &World| {
    let ann = number(world, "instagram").await;
    let (order, _) = world.order(&ann, "instagram").await;
    let answer = world.post(&ann, "short-term/cancel/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"success":true,"refunded":0.42}"#));
});

on_both!(waiting_is_answered_as_decided, async |world: &World| {
    let ann = number(world, "instagram").await;
    let (order, _) = world.order(&ann, "instagram").await;
    let answer = world.get(&ann, &format!("short-term/sms/?order_id={order}")).await;
    let decided = r#"{"success":false,"error":"sms_not_received","message":"No SMS has arrived yet.","status":"waiting","code":null,"received_at":null}"#;
    assert_eq!((answer.status, answer.body.as_str()), (200, decided));
});

on_both!(a_30_day_rental_is_answered_as_published, async |world: &World| {
    let ann = number(world, "whatsapp").await;
    let answer = world.post(&ann, "rental/30day/order/", r#"{"service":"whatsapp"}"#).await;
    let rental = answer.text("rental_id");
    let published = r#"{"success":true,"number":"13105550198","rental_id":"RNT-789012","price":19.99,"expires_at":"2026-06-22T00:00:00Z"}"#;
    begins(&with_id(&answer.body, &rental, "RNT-789012"), published);
    assert!(answer.body.contains(r#","cancellable_until":"2026-05-22T14:50:00Z""#), "{}", answer.body);
    let list = world.get(&ann, "rental/30day/list/").await;
    let published = r#"{"success":true,"rentals":[{"rental_id":"RNT-789012","number":"13105550198","service":"whatsapp","expires_at":"2026-06-22T00:00:00Z","status":"active"}]}"#;
    assert_eq!(with_id(&list.body, &rental, "RNT-789012"), published);
    world.pass_ms(30 * MINUTE_MS);
    world.text("13105550198", "Your WhatsApp code: 739551").await;
    let sms = world.get(&ann, &format!("rental/30day/sms/?rental_id={rental}")).await;
    let published = r#"{"success":true,"messages":[{"code":"739551","message":"Your WhatsApp code: 739551","received_at":"2026-05-22T15:00:00Z"}]}"#;
    assert_eq!(sms.body, published);
});

on_both!(a_1_day_rental_is_answered_as_published, async |world: &World| {
    let ann = number(world, "telegram").await;
    let answer = world.post(&ann, "rental/1day/order/", r#"{"service":"telegram"}"#).await;
    let rental = answer.text("rental_id");
    let published = r#"{"success":true,"number":"17325550164","rental_id":"RNT-1D-345678","price":3.65,"expires_at":"2026-05-23T14:30:00Z"}"#;
    begins(&with_id(&answer.body, &rental, "RNT-1D-345678"), published);
    world.pass_ms(90 * MINUTE_MS);
    world.text("17325550164", "104882 is your Telegram code.").await;
    let sms = world.get(&ann, &format!("rental/1day/sms/?rental_id={rental}")).await;
    let published = r#"{"success":true,"messages":[{"code":"104882","message":"104882 is your Telegram code.","received_at":"2026-05-22T16:00:00Z"}]}"#;
    assert_eq!(sms.body, published);
});
