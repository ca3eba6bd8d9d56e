//! Cancelling an order.

use domain::clock::MINUTE_MS;
use domain::order::{self, CancelRefusal};
use domain::request::Failure;

use crate::house::House;
use crate::on_both;

on_both!(cancelling_twice_answers_the_same_and_pays_once, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let first = order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    let second = order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    assert_eq!(first, second);
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
});

on_both!(an_order_that_has_its_code_is_not_cancelled, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    let refused = order::cancel(&house.app, ann, placed.order, None).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::AlreadyReceived))));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
});

on_both!(an_order_past_its_end_is_not_cancelled_even_before_the_worker_came, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.pass_ms(20 * MINUTE_MS);
    let refused = order::cancel(&house.app, ann, placed.order, None).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::Expired { refunded })) if refunded == placed.price));
});

on_both!(another_customer_s_order_looks_like_a_missing_one, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "instagram").await;
    let foreign = order::cancel(&house.app, bob, placed.order, None).await;
    assert!(matches!(foreign, Err(Failure::Refused(CancelRefusal::NotFound))));
    assert!(order::inbox(&house.app, bob.account, placed.order).await.expect("read").is_none());
});

on_both!(a_code_and_a_cancel_at_once_end_the_hold_once, async |house: House| {
    let house = House::stocked(house, 20).await;
    let ann = house.customer("ann", "50.00").await;
    for _ in 0..20 {
        let placed = house.order(ann, "instagram").await;
        let text = house.text(&placed.digits, "32665", "482910 is your Instagram code.");
        let (_, _) = tokio::join!(text, order::cancel(&house.app, ann, placed.order, None));
    }
    assert_eq!(house.money(ann).await.1, "0.00");
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_late_worker_does_not_free_what_was_leased_again, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "instagram").await;
    house.pass_ms(20 * MINUTE_MS);
    order::reuse(&house.app, ann, placed.order, None, None).await.expect("had again");
    order::expire_due(&house.app).await.expect("expired");
    house.pass_ms(15 * MINUTE_MS);
    let refused = order::place(&house.app, bob, &crate::house::ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(order::SaleRefusal::NoNumbers))));
});
