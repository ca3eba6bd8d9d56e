//! A house that never answers costs its own order some time, and nobody else anything.

use std::time::Duration;

use domain::account::Caller;
use domain::order::{self, Placed, SaleRefusal};
use domain::request::Failure;
use tokio::task::JoinHandle;

use super::market::Market;
use super::shop::Mood;
use crate::house::{House, ask, once};
use crate::on_both;

/// How long an order waits for all houses together, instead of ten seconds.
const PATIENCE: Duration = Duration::from_secs(2);

type Answered = Result<Placed, Failure<SaleRefusal>>;

/// An order that is on its way: a house was asked for it and says nothing.
async fn asking(market: &Market, caller: Caller) -> JoinHandle<Answered> {
    market.alpha.will(&[Mood::Waits]);
    let before = market.alpha.calls().len();
    let app = market.house.app.clone();
    let order = tokio::spawn(async move { order::place(&app, caller, &ask("instagram"), once(caller, "k", 1)).await });
    while market.alpha.calls().len() == before {
        tokio::task::yield_now().await;
    }
    order
}

on_both!(another_house_serves_the_order_in_the_time_that_is_left, async |house: House| {
    let market = Market::patient(house, 0, PATIENCE).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = asking(&market, ann).await.await.expect("it ran").expect("an order");
    assert_eq!(placed.digits, "14155550100");
    assert_eq!(market.states().await, ["in_doubt", "bought"]);
    market.is_sound().await;
});

on_both!(nobody_else_waits_for_it, async |house: House| {
    let market = Market::patient(house, 1, PATIENCE).await;
    let (ann, bob) = (market.house.customer("ann", "5.00").await, market.house.customer("bob", "5.00").await);
    assert_eq!(market.house.order(bob, "instagram").await.digits, "12025550100");
    let hanging = asking(&market, ann).await;
    // Another customer's order asks the same house, one's own texts come in, and money and lists are read.
    assert_eq!(market.house.order(bob, "instagram").await.digits, "13125550100");
    market.house.text("12025550100", "Instagram", "482910 is your Instagram code").await;
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    market.round().await;
    assert!(!hanging.is_finished(), "the house is still silent");
    assert_eq!(hanging.await.expect("it ran").expect("an order").digits, "14155550100");
    market.is_sound().await;
});

on_both!(where_no_other_has_any_it_is_told_that_the_order_is_open, async |house: House| {
    let market = Market::patient(house, 0, PATIENCE).await;
    market.beta.will(&[Mood::HasNone]);
    let ann = market.house.customer("ann", "5.00").await;
    let refused = asking(&market, ann).await.await.expect("it ran");
    let Err(Failure::Open { order: open, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    let again = order::place(&market.house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    assert!(matches!(again, Err(Failure::Open { order, .. }) if order == open), "{again:?}");
    // Its list says in the end that nothing was bought: the price comes back.
    market.round().await;
    market.later(80_000).await;
    assert_eq!(market.states().await, ["refused", "refused"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(two_that_hang_take_no_longer_than_one_order_may, async |house: House| {
    let market = Market::patient(house, 0, PATIENCE).await;
    market.beta.will(&[Mood::Waits]);
    let ann = market.house.customer("ann", "5.00").await;
    let hanging = asking(&market, ann).await;
    // Ten times as long, for a machine that is busy with other tests.
    let refused = tokio::time::timeout(PATIENCE * 10, hanging).await.expect("in time").expect("it ran");
    assert!(matches!(refused, Err(Failure::Open { .. })), "{refused:?}");
    assert_eq!(market.states().await, ["in_doubt", "in_doubt"]);
    market.is_sound().await;
});

on_both!(one_that_is_paid_by_bill_is_refused_at_once, async |house: House| {
    let market = Market::patient(house, 0, PATIENCE).await;
    market.alpha.at().is_by_bill = true;
    market.beta.will(&[Mood::HasNone]);
    let ann = market.house.customer("ann", "5.00").await;
    let refused = asking(&market, ann).await.await.expect("it ran");
    assert!(matches!(refused, Err(Failure::Upstream)), "{refused:?}");
    assert_eq!(market.states().await, ["refused", "refused"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});
