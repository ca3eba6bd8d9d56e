//! What customers and operators see of renewing a number that another house rents out.

use std::sync::atomic::Ordering;

use domain::clock::{DAY_MS, MINUTE_MS};
use domain::login::Role;
use domain::policy::deeds::{DeedFilter, deeds};
use domain::product::Product;
use domain::purchase::{self, NewMapping};

use crate::dashboard::field;
use crate::on_both;
use crate::people::{operator, rich};
use crate::upstream::{ORDER, Shop, shop};
use crate::world::{World, may};

/// A shop that rents numbers out by the day as well, with its list just read.
async fn rents(world: &World) -> (Shop, i64) {
    let (shop, source) = shop(world).await;
    let (name, service, code, by) = ("shop".into(), "instagram".into(), "ig".into(), may("test"));
    let new = NewMapping { source: name, service, product: Product::Rental1Day, code, short_ok: false, by };
    purchase::map(&world.app, new).await.expect("mapped");
    pass(world, source, MINUTE_MS).await;
    (shop, source)
}

/// Time passes, and the shop is looked after.
async fn pass(world: &World, source: i64, ms: i64) {
    world.pass_ms(ms);
    purchase::round(&world.app, source).await.expect("a round");
    // What is known of offers is two seconds old at most.
    world.pass_ms(3_000);
}

const RENEW: &str = "rental/1day/renew/";

on_both!(a_bought_rental_is_renewed_like_our_own_once_it_cannot_be_cancelled, async |world: &World| {
    let (shop, source) = rents(world).await;
    let ann = world.customer("ann", "20.00").await;
    let rented = world.post(&ann, "rental/1day/order/", ORDER).await;
    let body = format!(r#"{{"rental_id":"{}"}}"#, rented.text("rental_id"));
    let key = &["Idempotency-Key: one"];
    let early = world.post_with(&ann, RENEW, &body, key).await;
    assert_eq!(early.refusal(), (400, "not_renewable".to_owned()));
    assert!(early.body.contains("once it cannot be cancelled"), "{}", early.body);
    pass(world, source, 20 * MINUTE_MS).await;
    shop.refuses.store(true, Ordering::SeqCst);
    let refused = world.post_with(&ann, RENEW, &body, &["Idempotency-Key: no"]).await;
    assert_eq!(refused.refusal(), (400, "not_renewable".to_owned()));
    assert!(refused.body.contains("its number leaves us"), "{}", refused.body);
    shop.refuses.store(false, Ordering::SeqCst);
    let renewed = world.post_with(&ann, RENEW, &body, key).await;
    assert_eq!((renewed.status, renewed.text("rental_id")), (200, rented.text("rental_id")));
    assert!(renewed.body.contains(r#""price":3.65,"expires_at":"2026-05-24T14:31:0"#), "{}", renewed.body);
    let again = world.post_with(&ann, RENEW, &body, key).await;
    assert_eq!((again.status, &again.body), (200, &renewed.body));
    let balance = world.get(&ann, "balance/").await.body;
    assert_eq!(balance, r#"{"success":true,"balance":12.70,"held":0.00,"currency":"USD"}"#);
    assert!(world.get(&ann, "events/").await.body.contains(r#""type":"rental.renewed""#));
});

on_both!(a_renewal_in_doubt_is_told_with_its_rental_and_settled_in_the_console, async |world: &World| {
    let (shop, source) = rents(world).await;
    let ann = world.customer("ann", "20.00").await;
    let rental = world.post(&ann, "rental/1day/order/", ORDER).await.text("rental_id");
    let body = format!(r#"{{"rental_id":"{rental}"}}"#);
    pass(world, source, 20 * MINUTE_MS).await;
    shop.loses.store(true, Ordering::SeqCst);
    let key = &["Idempotency-Key: one"];
    for _ in 0..2 {
        let open = world.post_with(&ann, RENEW, &body, key).await;
        assert_eq!((open.refusal(), open.text("rental_id")), ((500, "server_error".to_owned()), rental.clone()));
    }
    let balance = world.get(&ann, "balance/").await.body;
    assert_eq!(balance, r#"{"success":true,"balance":12.70,"held":3.65,"currency":"USD"}"#);
    let mut olga = operator(world, "olga", Role::Operator).await;
    let list = olga.get("/operator/houses/").await.body;
    let one = "/operator/houses/purchases/2/";
    assert!(list.contains(&format!("href=\"{one}\">2</a> <small>renewal</small>")) && list.contains(&rental), "{list}");
    let page = olga.get(one).await.body;
    assert!(page.contains("<h1>Renewal 2</h1>") && page.contains("value=\"renewed\""), "{page}");
    assert!(!page.contains("value=\"bought\"") && !page.contains("their-id"), "{page}");
    let wrong = olga.post(one, "verdict=bought&their_id=7&reason=x").await;
    assert!(wrong.status == 422 && wrong.body.contains("it is a renewal"), "{}", wrong.body);
    let days = olga.get("/operator/houses/days/").await.body;
    assert!(days.contains("it is not known whether it was renewed"), "{days}");
    let done = olga.post(one, "verdict=renewed&reason=they+say+so").await;
    assert_eq!((done.status, done.header("location")), (303, Some(one)));
    assert!(olga.get(one).await.body.contains("renewed and paid"));
    let renewed = world.post_with(&ann, RENEW, &body, key).await;
    assert!(renewed.status == 200 && renewed.body.contains(r#""price":3.65"#), "{}", renewed.body);
    let page = olga.get(&format!("/operator/orders/{rental}/")).await.body;
    assert!(page.contains(&format!("href=\"{one}\">renewal 2</a>")), "{page}");
    assert!(page.contains("$0.40 in all") && page.contains("$0.20 for its first term"), "{page}");
    assert!(page.contains("$0.20 for the one of <time") && !page.contains("its lease costs"), "{page}");
    let filter = DeedFilter { deed: "purchase.settle".to_owned(), ..DeedFilter::default() };
    let (told, _) = deeds(&world.app, &filter, None, 10).await.expect("read");
    assert_eq!((told.len(), told[0].subject.as_str()), (1, "renewal 2"));
});

on_both!(a_page_says_that_a_renewal_is_not_known_yet_and_later_shows_the_new_end, async |world: &World| {
    let (shop, source) = rents(world).await;
    let mut ann = rich(world, "ann@example.org", "20.00").await;
    let page = ann.get("/numbers/").await;
    let form = format!("form={}&service=instagram&buy=rental_1day+3.65", field(&page, "form"));
    let place = ann.post("/numbers/", &form).await.header("location").expect("a rental").to_owned();
    pass(world, source, 20 * MINUTE_MS).await;
    shop.loses.store(true, Ordering::SeqCst);
    let page = ann.get(&place).await;
    let renew = format!("{}renew/", place.split('?').next().expect("a path"));
    let form = format!("form={}&price=3.65", field(&page, "form"));
    let told = ann.post(&renew, &form).await;
    assert!(told.status == 409 && told.body.contains("We cannot tell yet"), "{}", told.body);
    assert!(told.body.contains("$3.65 held"), "{}", told.body);
    purchase::settle(&world.app, 2, purchase::Verdict::Renewed, &crate::world::why("seen"), &may("test"))
        .await
        .expect("settled");
    let page = ann.get(&place).await.body;
    assert!(page.contains("2026-05-24") && !page.contains("$3.65 held"), "{page}");
    world.pass_ms(DAY_MS);
    assert!(ann.get(&place).await.body.contains("2026-05-24"));
});
