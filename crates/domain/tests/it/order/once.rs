//! Orders under an Idempotency-Key.

use domain::account::Tier;
use domain::clock::{DAY_MS, HOUR_MS};
use domain::order::{self, SaleRefusal};
use domain::request::{self, Failure};

use crate::house::{House, ask, once};
use crate::on_both;

on_both!(the_same_key_again_gets_the_same_answer_and_one_effect, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    let place = async || order::place(&house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    assert_eq!(place().await.expect("an order"), place().await.expect("the same"));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(the_same_key_with_another_body_is_refused, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    order::place(&house.app, ann, &ask("instagram"), once(ann, "k", 1)).await.expect("an order");
    let reused = order::place(&house.app, ann, &ask("whatsapp"), once(ann, "k", 2)).await;
    assert!(matches!(reused, Err(Failure::KeyReused)));
    assert_eq!(house.money(ann).await.1, "0.42");
});

on_both!(another_customer_s_same_key_is_another_key, async |house: House| {
    let house = House::stocked(house, 3).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let first = order::place(&house.app, ann, &ask("instagram"), once(ann, "k", 1)).await.expect("an order");
    let second = order::place(&house.app, bob, &ask("instagram"), once(bob, "k", 1)).await.expect("an order");
    assert_ne!(first.order, second.order);
});

on_both!(a_refusal_is_remembered_like_a_success, async |house: House| {
    let house = House::stocked(house, 0).await;
    let ann = house.customer("ann", "5.00").await;
    let place = async || order::place(&house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    let refused = place().await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))), "{refused:?}");
    house.numbers("simulator", 3).await;
    house.pass_ms(1_000);
    let refused = place().await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))), "{refused:?}");
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
});

on_both!(a_reached_limit_is_not_remembered, async |house: House| {
    let house = House::stocked(house, 10).await;
    let ann = house.customer_of(Tier::New, "ann", "5.00").await;
    let mut placed = Vec::new();
    for _ in 0..3 {
        placed.push(house.order(ann, "instagram").await);
    }
    let place = async || order::place(&house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    assert!(matches!(place().await, Err(Failure::Refused(SaleRefusal::LimitReached { .. }))));
    order::cancel(&house.app, ann, placed[0].order, None).await.expect("cancelled");
    place().await.expect("there is room now");
});

on_both!(the_same_key_32_times_at_once_has_one_effect, async |house: House| {
    let house = House::stocked(house, 40).await;
    let ann = house.customer("ann", "50.00").await;
    let orders = (0..32).map(|_| {
        let app = house.app.clone();
        tokio::spawn(async move { order::place(&app, ann, &ask("instagram"), once(ann, "k", 1)).await })
    });
    let mut ids = std::collections::HashSet::new();
    for order in orders.collect::<Vec<_>>() {
        ids.insert(order.await.expect("no panic").expect("an order").order);
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(house.money(ann).await.1, "0.42");
});

on_both!(a_key_is_forgotten_after_a_day, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    let place = async || order::place(&house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    let first = place().await.expect("an order");
    house.pass_ms(DAY_MS - 1);
    assert_eq!(place().await.expect("remembered"), first);
    house.pass_ms(1);
    assert_ne!(place().await.expect("another order").order, first.order);
});

on_both!(the_worker_forgets_what_is_older_than_a_day, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    order::place(&house.app, ann, &ask("instagram"), once(ann, "old", 1)).await.expect("an order");
    house.pass_ms(23 * HOUR_MS);
    order::place(&house.app, ann, &ask("instagram"), once(ann, "young", 1)).await.expect("an order");
    house.pass_ms(HOUR_MS);
    assert_eq!(request::forget_old(&house.app).await.expect("forgotten"), 1);
});

on_both!(a_cancel_under_a_key_answers_again_after_the_order_s_end, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let first = order::cancel(&house.app, ann, placed.order, once(ann, "k", 1)).await.expect("cancelled");
    house.pass_ms(HOUR_MS);
    let again = order::cancel(&house.app, ann, placed.order, once(ann, "k", 1)).await.expect("the same");
    assert_eq!(first, again);
});
