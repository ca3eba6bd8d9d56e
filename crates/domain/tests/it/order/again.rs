//! Waiting for another code on the same order.

use domain::clock::MINUTE_MS;
use domain::order::{self, AgainRefusal, State};
use domain::request::Failure;

use crate::house::House;
use crate::on_both;

on_both!(an_order_that_waits_again_shows_the_next_code_and_costs_nothing, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.pass_ms(1_000);
    order::again(&house.app, ann, placed.order, None).await.expect("waits again");
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert!(inbox.state == State::Waiting && inbox.answer.is_none() && !inbox.is_cancellable);
    house.pass_ms(1_000);
    house.text(&placed.digits, "32665", "555111 is your Instagram code.").await;
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert_eq!(inbox.messages[inbox.answer.expect("an answer")].code.as_deref(), Some("555111"));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
});

on_both!(an_order_past_its_end_does_not_wait_again, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.pass_ms(20 * MINUTE_MS);
    let refused = order::again(&house.app, ann, placed.order, None).await;
    assert!(matches!(refused, Err(Failure::Refused(AgainRefusal::Expired))));
});

on_both!(a_cancelled_order_does_not_wait_again, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    let refused = order::again(&house.app, ann, placed.order, None).await;
    assert!(matches!(refused, Err(Failure::Refused(AgainRefusal::Cancelled))));
});
