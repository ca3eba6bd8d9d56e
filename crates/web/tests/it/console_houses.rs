//! The console's pages of other houses: purchases, offers, and days.

use std::sync::atomic::Ordering;

use domain::login::Role;
use domain::policy::deeds::{DeedFilter, deeds};

use crate::on_both;
use crate::people::operator;
use crate::upstream::{ORDER, shop};
use crate::world::World;

on_both!(a_purchase_in_doubt_is_settled_with_a_reason_and_the_price_comes_back, async |world: &World| {
    let (shop, _) = shop(world).await;
    shop.loses.store(true, Ordering::SeqCst);
    let ann = world.customer("ann", "5.00").await;
    let order = world.post(&ann, "short-term/order/", ORDER).await.text("order_id");
    let mut olga = operator(world, "olga", Role::Operator).await;
    let list = olga.get("/operator/houses/").await.body;
    let one = "/operator/houses/purchases/1/";
    assert!(list.contains(&format!("href=\"{one}\"")) && list.contains("in doubt") && list.contains(&order), "{list}");
    assert!(!list.contains("to be settled"));
    assert!(!list.contains("/operator/orders/ORD"), "no order came of it, so there is none to look at");
    assert!(!olga.get(one).await.body.contains("/operator/orders/ORD"));
    assert!(!olga.get("/operator/houses/days/").await.body.contains("/operator/orders/ORD"));
    world.pass_ms(86_400_000);
    let mut olga = operator(world, "otto", Role::Operator).await;
    assert!(olga.get("/operator/houses/").await.body.contains("to be settled"));
    for (form, why) in [
        ("reason=x", "choose what you found out"),
        ("verdict=bought&reason=x", "type the id"),
        ("verdict=not_bought&reason=+", "say why"),
    ] {
        let refused = olga.post(one, form).await;
        assert!(refused.status == 422 && refused.body.contains(why), "{form} {}", refused.body);
    }
    assert!(world.money(&ann).await.contains("4.58"), "the price stays set aside");
    let done = olga.post(one, "verdict=not_bought&reason=%3Cb%3Ethey+say+so").await;
    assert_eq!((done.status, done.header("location")), (303, Some(one)));
    let page = olga.get(one).await.body;
    assert!(
        page.contains("not bought") && page.contains("&#60;b&#62;they say so") && !page.contains("verdict"),
        "{page}"
    );
    assert!(world.money(&ann).await.contains("5.00"));
    let again = olga.post(one, "verdict=lost&reason=x").await;
    assert!(again.status == 422 && again.body.contains("settled already"));
    assert!(olga.get("/operator/houses/").await.body.contains("Nothing is in doubt"));
    assert!(olga.get("/operator/houses/?show=all").await.body.contains(one));
    let filter = DeedFilter { deed: "purchase.settle".to_owned(), ..DeedFilter::default() };
    let (told, _) = deeds(&world.app, &filter, None, 10).await.expect("read");
    assert_eq!((told.len(), told[0].who.as_str(), told[0].reason.as_str()), (1, "otto", "<b>they say so"));
    assert_eq!(olga.get("/operator/houses/purchases/2/").await.status, 404);
});

on_both!(what_is_bought_there_is_shown_with_its_price_changed_and_taken_away, async |world: &World| {
    shop(world).await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let offers = "/operator/houses/offers/";
    let source = olga.get("/operator/sources/shop/").await.body;
    assert!(source.contains(&format!("href=\"{offers}?q=shop\"")) && !source.contains("Its SIMs"), "{source}");
    let page = olga.get(offers).await.body;
    assert!(page.contains("<td class=\"num\">$0.20</td><td class=\"num\">$0.42</td>"), "{page}");
    let theirs = olga.get("/operator/houses/offers/theirs/?source=shop&like=INSTA").await.body;
    assert!(theirs.contains("$0.20") && theirs.contains("?source=shop&amp;code=ig"), "{theirs}");
    assert!(olga.get("/operator/houses/offers/theirs/?source=shop&like=tele").await.body.contains("Nothing fits"));
    assert_eq!(olga.get("/operator/houses/offers/theirs/?source=nobody").await.status, 404);
    assert!(olga.get(&format!("{offers}?source=shop&code=%3Cb%3E")).await.body.contains("value=\"&#60;b&#62;\""));
    let form = "source=shop&service=telegram&product=rental_1day";
    let refused = olga.post(offers, &format!("{form}&code=")).await;
    assert!(refused.status == 422 && refused.body.contains("a house&#39;s code is 1 to"), "{}", refused.body);
    assert_eq!(olga.post(offers, &format!("{form}&code=tg&short_ok=yes")).await.status, 303);
    let page = olga.get(&format!("{offers}?q=tele&done=mapped")).await.body;
    assert!(page.contains("may be shorter") && page.contains("not yet") && !page.contains(">ig<"), "{page}");
    assert_eq!(olga.post(&format!("{offers}unmap/"), form).await.status, 303);
    let gone = olga.post(&format!("{offers}unmap/"), form).await;
    assert!(gone.status == 422 && gone.body.contains("nothing is mapped so"));
    let filter = DeedFilter { who: "olga".to_owned(), ..DeedFilter::default() };
    let (told, _) = deeds(&world.app, &filter, None, 10).await.expect("read");
    let told: Vec<&str> = told.iter().map(|deed| deed.deed.as_str()).collect();
    assert_eq!(told[..2], ["offer.unmap", "offer.map"]);
});

on_both!(a_day_says_what_a_house_charged_and_what_does_not_fit, async |world: &World| {
    let (shop, source) = shop(world).await;
    let mut ada = operator(world, "ada", Role::Auditor).await;
    assert!(ada.get("/operator/houses/days/").await.body.contains("No house was asked"));
    let ann = world.customer("ann", "5.00").await;
    let order = world.post(&ann, "short-term/order/", ORDER).await.text("order_id");
    *shop.text.lock().expect("no panic") = Some("482910 is your Instagram code.".to_owned());
    world.pass_ms(3_000);
    domain::purchase::round(&world.app, source).await.expect("a round");
    let page = ada.get("/operator/houses/days/").await.body;
    assert!(
        page.contains("<td class=\"num\">$0.20</td><td class=\"num\">$0.00</td><td class=\"num\">$0.42</td>"),
        "{page}"
    );
    assert!(page.contains("Everything fits"), "{page}");
    let page = ada.get(&format!("/operator/orders/{order}/")).await.body;
    assert!(page.contains("href=\"/operator/houses/purchases/1/\""), "{page}");
    shop.loses.store(true, Ordering::SeqCst);
    let order = world.post(&ann, "short-term/order/", ORDER).await.text("order_id");
    let page = ada.get("/operator/houses/days/").await.body;
    assert!(page.contains("it is not known whether it was bought") && page.contains(&order), "{page}");
    let refused = ada.get("/operator/houses/days/?from=2026-05-02&to=2026-01-01").await;
    assert!(refused.status == 422 && refused.body.contains("Choose 1 to 92 days"));
    let mut olga = operator(world, "olga", Role::Operator).await;
    let settled = olga.post("/operator/houses/purchases/2/", "verdict=not_bought&reason=they+say+so").await;
    assert_eq!(settled.status, 303, "{}", settled.body);
});

on_both!(a_house_without_others_says_how_to_connect_one, async |world: &World| {
    let mut ada = operator(world, "ada", Role::Auditor).await;
    for place in ["", "offers/", "days/"] {
        assert_eq!(ada.get(&format!("/operator/houses/{place}")).await.status, 200, "{place}");
    }
    assert!(ada.get("/operator/houses/").await.body.contains("No other house is connected"));
    assert_eq!(ada.get("/operator/houses/offers/theirs/?source=wire").await.status, 403);
});
