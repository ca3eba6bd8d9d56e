//! Why nothing is sold: each refusal tells its true reason, and no advice that cannot help.

use domain::account::{self, Tier};
use domain::clock::MINUTE_MS;
use domain::number::{self, NumberState};
use domain::phone::Nanp;
use domain::policy::limits::Limits;
use domain::policy::stop;

use crate::http::Answer;
use crate::on_both;
use crate::world::{World, may, why};

const ANY: [&str; 2] = ["12025550147", "12125550123"];
const INSTAGRAM: &str = r#"{"service":"instagram"}"#;
const NONE: (u16, &str) = (400, "no_numbers_available");

/// What a refusal must be, and words that must and must not stand in it.
fn tells(answer: &Answer, refusal: (u16, &str), must: &str, must_not: &str) {
    assert_eq!(answer.refusal(), (refusal.0, refusal.1.to_owned()), "{}", answer.body);
    let message = answer.text("message");
    assert!(message.contains(must) && (must_not.is_empty() || !message.contains(must_not)), "{message}");
}

on_both!(a_pause_of_all_sales_is_no_lack_of_numbers, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "50.00").await;
    let rental = world.post(&ann, "rental/1day/order/", INSTAGRAM).await.text("rental_id");
    let (order, _) = world.order(&ann, "whatsapp").await;
    world.pass_ms(40 * MINUTE_MS);
    stop::pause_sales(&world.app, true, &why("a test"), &may("test")).await.expect("paused");
    let (order, rental) = (format!(r#"{{"order_id":"{order}"}}"#), format!(r#"{{"rental_id":"{rental}"}}"#));
    for (call, body) in [
        ("short-term/order/", INSTAGRAM),
        ("short-term/order/", r#"{"service":"instagram","area_code":"202"}"#),
        ("rental/1day/order/", INSTAGRAM),
        ("rental/30day/order/", r#"{"service":"instagram","area_code":"202"}"#),
        ("short-term/reuse/", &order),
        ("rental/1day/renew/", &rental),
    ] {
        tells(&world.post(&ann, call, body).await, NONE, "sales are paused", "area_code");
    }
    stop::pause_sales(&world.app, false, &why("a test"), &may("test")).await.expect("resumed");
    assert_eq!(world.post(&ann, "short-term/reuse/", &order).await.status, 200);
});

on_both!(a_lack_of_numbers_is_told_of_where_it_is, async |world: &World| {
    world.numbers(&ANY[..1]).await;
    let ann = world.customer("ann", "50.00").await;
    let elsewhere = r#"{"service":"instagram","area_code":"415"}"#;
    for call in ["short-term/order/", "rental/1day/order/"] {
        tells(&world.post(&ann, call, elsewhere).await, NONE, "area code 415", "");
    }
    let (order, _) = world.order(&ann, "instagram").await;
    for call in ["short-term/order/", "rental/1day/order/"] {
        tells(&world.post(&ann, call, INSTAGRAM).await, NONE, "in stock", "area");
    }
    let running = world.post(&ann, "short-term/reuse/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    tells(&running, NONE, "of this order", "in stock");
});

on_both!(what_is_not_renewed_says_why, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "50.00").await;
    let rented = world.post(&ann, "rental/1day/order/", INSTAGRAM).await;
    let number = Nanp::parse(&rented.text("number")).expect("a number");
    number::set_state(&world.app, &number, NumberState::Retired, &why("gone"), &may("test")).await.expect("retired");
    let body = format!(r#"{{"rental_id":"{}"}}"#, rented.text("rental_id"));
    let refused = world.post(&ann, "rental/1day/renew/", &body).await;
    tells(&refused, (400, "not_renewable"), "its number leaves us", "");
});

on_both!(a_renewal_beyond_a_limit_is_told_to_wait, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "50.00").await;
    account::set_tier(&world.app, "ann", Tier::New, &why("a test"), &may("test")).await.expect("a tier");
    let own = Limits { day_orders: Some(1), ..Limits::NONE };
    account::set_limits(&world.app, "ann", own, &why("a test"), &may("test")).await.expect("set");
    let rental = world.post(&ann, "rental/1day/order/", INSTAGRAM).await.text("rental_id");
    let refused = world.post(&ann, "rental/1day/renew/", &format!(r#"{{"rental_id":"{rental}"}}"#)).await;
    tells(&refused, (429, "rate_limited"), "a limit", "Too many requests");
    assert_eq!((refused.header("retry-after"), refused.json()["retry_after"].as_i64()), (Some("86400"), Some(86_400)));
});

on_both!(a_cancel_beyond_a_limit_is_told_to_wait_and_the_order_goes_on, async |world: &World| {
    world.numbers(&ANY).await;
    let ann = world.customer("ann", "50.00").await;
    let own = Limits { hour_cancels: Some(0), ..Limits::NONE };
    account::set_limits(&world.app, "ann", own, &why("a test"), &may("test")).await.expect("set");
    let (order, _) = world.order(&ann, "instagram").await;
    let refused = world.post(&ann, "short-term/cancel/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    tells(&refused, (429, "rate_limited"), "cancels", "");
    assert_eq!(world.get(&ann, "short-term/list/").await.json()["orders"][0]["status"], "waiting");
});
