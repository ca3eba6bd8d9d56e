//! The console's pages of orders.

use domain::login::Role;
use domain::policy::deeds;

use crate::browser::Browser;
use crate::http::Answer;
use crate::on_both;
use crate::people::operator;
use crate::world::World;

/// The value of the first field of a name on a page.
fn field(page: &Answer, name: &str) -> String {
    let (_, rest) = page.body.split_once(&format!("name=\"{name}\" value=\"")).expect("a field");
    rest.split('"').next().expect("split yields one part").to_owned()
}

/// A house where ann has paid for an order; the key, the order's id and its number.
async fn paid(world: &World) -> (String, String, String) {
    world.numbers(&["12025550147", "12025550148"]).await;
    let key = world.customer("ann", "5.00").await;
    let (order, number) = world.order(&key, "instagram").await;
    world.text(&number, "482910 is your Instagram code.").await;
    (key, order, number)
}

async fn refund(browser: &mut Browser, order: &str, amount: &str, reason: &str) -> Answer {
    let page = browser.get(&format!("/operator/orders/{order}/")).await;
    let form = format!("form={}&amount={amount}&reason={reason}", field(&page, "form"));
    browser.post(&format!("/operator/orders/{order}/refund/"), &form).await
}

on_both!(an_order_is_found_by_its_id_its_number_and_its_customer, async |world: &World| {
    let (_, order, number) = paid(world).await;
    let mut olga = operator(world, "olga", Role::Auditor).await;
    let place = format!("/operator/orders/{order}/");
    let sent = olga.get(&format!("/operator/orders/?q={}", order.to_lowercase())).await;
    assert_eq!((sent.status, sent.header("location")), (303, Some(place.as_str())));
    let hers = olga.get("/operator/orders/?q=ann").await;
    let hers = hers.header("location").and_then(|to| to.strip_prefix("/operator/orders/")).expect("a list of her own");
    for target in ["", &format!("?q={number}"), hers] {
        let page = olga.get(&format!("/operator/orders/{target}")).await;
        assert!(page.status == 200 && page.body.contains(&format!("href=\"{place}\"")), "{target} {}", page.body);
    }
    assert!(olga.get("/operator/orders/?q=bob").await.body.contains("Nothing was found"));
    assert_eq!(olga.get("/operator/orders/ORD-1/").await.status, 404);
});

on_both!(an_order_that_waits_again_is_said_to_wait, async |world: &World| {
    let (key, order, number) = paid(world).await;
    let mut olga = operator(world, "olga", Role::Auditor).await;
    let places =
        ["/operator/orders/".to_owned(), format!("/operator/orders/{order}/"), "/operator/customers/1/".to_owned()];
    let body = format!(r#"{{"order_id":"{order}"}}"#);
    assert_eq!(world.post(&key, "short-term/again/", &body).await.status, 200);
    for place in &places {
        let page = olga.get(place).await.body;
        assert!(page.contains(">waiting</span>") && !page.contains(">received</span>"), "{place} {page}");
        assert!(!page.contains("482910"));
    }
    world.pass_ms(1_000);
    world.text(&number, "553811 is your Instagram code.").await;
    for place in &places {
        let page = olga.get(place).await.body;
        assert!(page.contains(">received</span>") && !page.contains(">waiting</span>"), "{place} {page}");
    }
});

on_both!(the_newest_rentals_stand_beside_the_newest_orders, async |world: &World| {
    let (key, order, _) = paid(world).await;
    let rental = world.post(&key, "rental/1day/order/", r#"{"service":"whatsapp"}"#).await.text("rental_id");
    let page = operator(world, "olga", Role::Auditor).await.get("/operator/orders/").await.body;
    for id in [order, rental] {
        assert!(page.contains(&format!("href=\"/operator/orders/{id}/\"")), "{id} {page}");
    }
});

on_both!(support_refunds_once_within_its_limit_and_the_customer_sees_it, async |world: &World| {
    let (key, order, _) = paid(world).await;
    let mut sue = operator(world, "sue", Role::Support).await;
    assert_eq!(refund(&mut sue, &order, "0.43", "late").await.status, 422);
    assert_eq!(refund(&mut sue, &order, "0.20", "").await.status, 422);
    let page = sue.get(&format!("/operator/orders/{order}/")).await;
    let form = format!("form={}&amount=0.20&reason=it+came+late", field(&page, "form"));
    for _ in 0..2 {
        let answer = sue.post(&format!("/operator/orders/{order}/refund/"), &form).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
    let page = sue.get(&format!("/operator/orders/{order}/")).await.body;
    assert!(page.contains("it came late") && page.contains("$0.20 came back"), "{page}");
    assert!(world.money(&key).await.contains("4.78"));
    assert!(world.get(&key, "statement/").await.body.contains("refund"));
    assert!(world.get(&key, "events/").await.body.contains("order.refunded"));
});

on_both!(who_may_not_refund_is_told_who_may, async |world: &World| {
    let (_, order, _) = paid(world).await;
    let mut ada = operator(world, "ada", Role::Auditor).await;
    let page = ada.get(&format!("/operator/orders/{order}/")).await.body;
    assert!(!page.contains("/refund/") && !page.contains("/messages/"), "{page}");
    let form = format!("form={}&amount=0.20&reason=why", "0".repeat(32));
    let refused = ada.post(&format!("/operator/orders/{order}/refund/"), &form).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("owner, operator, support"), "{}", refused.body);
});

on_both!(texts_are_read_with_a_reason_that_is_kept, async |world: &World| {
    let (_, order, _) = paid(world).await;
    let mut sue = operator(world, "sue", Role::Support).await;
    let place = format!("/operator/orders/{order}/messages/");
    assert!(!sue.get(&format!("/operator/orders/{order}/")).await.body.contains("482910"));
    let refused = sue.post(&place, "reason=+").await;
    assert!(refused.status == 422 && !refused.body.contains("482910"));
    let read = sue.post(&place, "reason=complaint+12").await;
    assert!(read.status == 200 && read.body.contains("482910 is your Instagram code."), "{}", read.body);
    let filter = deeds::DeedFilter { deed: "message.read".into(), ..deeds::DeedFilter::default() };
    let (kept, _) = deeds::deeds(&world.app, &filter, None, 10).await.expect("read");
    assert_eq!((kept[0].who.as_str(), kept[0].reason.as_str()), ("sue", "complaint 12"));
});

on_both!(a_cancelled_order_ends_no_more, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let key = world.customer("ann", "5.00").await;
    let (order, _) = world.order(&key, "instagram").await;
    let mut olga = operator(world, "olga", Role::Auditor).await;
    let place = format!("/operator/orders/{order}/");
    assert!(olga.get(&place).await.body.contains("<dt>Ends</dt>"));
    world.post(&key, "short-term/cancel/", &format!(r#"{{"order_id":"{order}"}}"#)).await;
    let page = olga.get(&place).await.body;
    assert!(page.contains(">cancelled</span>") && !page.contains("<dt>Ends</dt>") && !page.contains("<dt>Ended</dt>"));
});
