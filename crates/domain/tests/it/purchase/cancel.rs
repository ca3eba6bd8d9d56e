//! Cancelling what was bought: its house is asked first.

use domain::order::{self, CancelRefusal, Cancelled, State};
use domain::product::Product;
use domain::purchase::{self, Verdict};
use domain::rental;
use domain::request::Failure;
use domain::supply::{Fault, Rejected, Trouble};

use super::doubt::settle;
use super::market::Market;
use super::shop::cents;
use crate::house::{House, ask, once};
use crate::on_both;

async fn cancel(
    market: &Market,
    ann: domain::account::Caller,
    order: i64,
) -> Result<Cancelled, Failure<CancelRefusal>> {
    order::cancel(&market.house.app, ann, order, once(ann, "c", 1)).await
}

fn silence() -> Result<Rejected, Fault> {
    Err(Fault::Unknown(Trouble::new("it did not answer")))
}

on_both!(the_house_takes_it_back_and_so_do_we, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    assert_eq!(cancel(&market, ann, placed.order).await.expect("cancelled").refunded, cents(42));
    assert_eq!(market.states().await, ["rejected"]);
    assert_eq!(market.alpha.at().wallet, cents(10_000));
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    assert_eq!(cancel(&market, ann, placed.order).await.expect("the same").refunded, cents(42));
    assert_eq!(market.alpha.calls().iter().filter(|call| call.starts_with("reject")).count(), 1);
    market.is_sound().await;
});

on_both!(a_message_that_had_come_is_delivered_instead, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    market.alpha.text("Your Instagram code is 482910");
    let refused = cancel(&market, ann, placed.order).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::AlreadyReceived))), "{refused:?}");
    let inbox = order::inbox(&market.house.app, ann.account, placed.order).await.expect("read").expect("an order");
    assert!(inbox.state == State::Received);
    assert_eq!(inbox.messages[0].code.as_deref(), Some("482910"));
    assert_eq!(market.states().await, ["bought"]);
    market.is_sound().await;
});

on_both!(a_house_that_does_not_answer_leaves_it_open_and_is_asked_again, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    market.alpha.at().rejects.push_back(silence());
    let open = cancel(&market, ann, placed.order).await;
    assert!(matches!(open, Err(Failure::Open { order, .. }) if order == placed.order), "{open:?}");
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    market.later(16_000).await;
    assert_eq!(market.states().await, ["rejected"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    assert_eq!(cancel(&market, ann, placed.order).await.expect("cancelled").refunded, cents(42));
    market.is_sound().await;
});

on_both!(what_is_open_still_receives, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    market.alpha.at().rejects.push_back(silence());
    cancel(&market, ann, placed.order).await.expect_err("open");
    market.alpha.text("Your Instagram code is 482910");
    market.later(16_000).await;
    assert_eq!(market.states().await, ["bought"]);
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(where_it_is_too_early_the_customer_is_free_at_once, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    market.alpha.at().rejects.push_back(Ok(Rejected::TooEarly { retry_after_ms: Some(120_000) }));
    assert_eq!(cancel(&market, ann, placed.order).await.expect("cancelled").refunded, cents(42));
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    assert_eq!(market.states().await, ["rejecting"]);
    market.is_sound().await;
    market.later(121_000).await;
    assert_eq!(market.states().await, ["rejected"]);
    assert_eq!(market.alpha.at().wallet, cents(10_000));
    market.is_sound().await;
});

on_both!(nobody_else_s_order_is_taken_back, async |house: House| {
    let market = Market::open(house, 0).await;
    let (ann, bob) = (market.house.customer("ann", "5.00").await, market.house.customer("bob", "5.00").await);
    let placed = market.house.order(ann, "instagram").await;
    let refused = cancel(&market, bob, placed.order).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::NotFound))), "{refused:?}");
    assert_eq!(market.states().await, ["bought"]);
});

/// Ten seconds before a rental cannot be cancelled any more.
const LAST_MOMENT: i64 = 20 * 60_000 - 10_000;

/// A rental that is cancelled so long after its order, at a house that does not answer to that.
async fn cancelled_after(ms: i64, house: House) -> (Market, domain::account::Caller, i64) {
    let house = House::stocked(house, 0).await;
    let market = Market::bare(house, Product::Rental1Day).await;
    market.round().await;
    let ann = market.house.customer("ann", "5.00").await;
    let app = &market.house.app;
    let rented = rental::rent(app, ann, Product::Rental1Day, &ask("instagram"), None).await.expect("a rental");
    market.later(ms).await;
    market.alpha.at().rejects.push_back(silence());
    let open = rental::cancel(app, ann, Product::Rental1Day, rented.rental, None).await;
    assert!(matches!(open, Err(Failure::Open { .. })), "{open:?}");
    (market, ann, rented.rental)
}

on_both!(a_rental_is_taken_back_in_time, async |house: House| {
    let (market, ann, rented) = cancelled_after(0, house).await;
    market.later(16_000).await;
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    assert_eq!(market.states().await, ["rejected"]);
    let same = rental::cancel(&market.house.app, ann, Product::Rental1Day, rented, None).await.expect("cancelled");
    assert_eq!(same.refunded, cents(365));
    market.is_sound().await;
});

on_both!(a_rental_that_was_cancelled_in_time_may_be_taken_back_later, async |house: House| {
    let (market, ann, _) = cancelled_after(LAST_MOMENT, house).await;
    market.later(16_000).await;
    assert_eq!(market.states().await, ["rejected"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(who_cancelled_has_their_price_back_where_a_person_gives_it_up, async |house: House| {
    let (market, ann, _) = cancelled_after(LAST_MOMENT, house).await;
    let app = &market.house.app;
    let id = purchase::list(app, false, None).await.expect("a list")[0].id;
    settle(app, id, Verdict::Lost, "their support is silent").await.expect("settled");
    assert_eq!(market.states().await, ["done"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});
