//! Waiting for another code on the same order.

use domain::clock::MINUTE_MS;
use domain::dossier;
use domain::history::{self, Filter};
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

on_both!(who_lists_an_order_that_waits_again_sees_it_wait_until_a_code_comes_or_its_end, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let words = async || {
        let listed = order::list(&house.app, ann.account, order::Which::All, None, 1).await.expect("listed");
        let (past, _) = history::history(&house.app, ann.account, &Filter::default(), None, 1).await.expect("read");
        let newest = dossier::newest(&house.app, None, 1).await.expect("read");
        [listed.lines[0].state.word(), past[0].state, newest[0].0.state]
    };
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    assert_eq!(words().await, ["received"; 3]);
    house.pass_ms(1_000);
    order::again(&house.app, ann, placed.order, None).await.expect("waits again");
    assert_eq!(words().await, ["waiting"; 3]);
    house.text(&placed.digits, "32665", "Instagram says welcome.").await;
    assert_eq!(words().await, ["waiting"; 3]);
    house.text(&placed.digits, "32665", "555111 is your Instagram code.").await;
    assert_eq!(words().await, ["received"; 3]);
    house.pass_ms(1_000);
    order::again(&house.app, ann, placed.order, None).await.expect("waits again");
    assert_eq!(words().await, ["waiting"; 3]);
    house.pass_ms(20 * MINUTE_MS);
    assert_eq!(words().await, ["received"; 3]);
});
