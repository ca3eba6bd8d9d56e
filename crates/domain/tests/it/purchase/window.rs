//! Numbers that receive for a shorter time than they are sold for.

use domain::order;
use domain::product::Product;
use domain::purchase::{self, Wake, WakeRefusal};
use domain::rental;
use domain::request::Failure;
use domain::supply::{Fault, Opened, Trouble, Window};

use super::market::Market;
use crate::house::{House, ask};
use crate::on_both;

const TEN_MINUTES: i64 = 600_000;

fn count(market: &Market, word: &str) -> usize {
    market.alpha.calls().iter().filter(|call| call.starts_with(word)).count()
}

on_both!(a_short_window_is_opened_again_until_the_order_s_end, async |house: House| {
    let house = House::stocked(house, 0).await;
    let market = Market::bare(house, Product::ShortTerm).await;
    market.alpha.at().window = Window::Reused { ms: TEN_MINUTES };
    market.round().await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    assert_eq!(placed.end_ms - placed.created_ms, 2 * TEN_MINUTES);
    market.later(TEN_MINUTES - 61_000).await;
    assert_eq!(count(&market, "reuse"), 0);
    market.later(3_000).await;
    assert_eq!(count(&market, "reuse"), 1);
    market.later(TEN_MINUTES - 50_000).await;
    assert_eq!(count(&market, "reuse"), 2);
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
});

on_both!(a_number_that_stops_after_a_message_is_opened_for_the_next, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().stops_after_message = true;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    assert_eq!(count(&market, "reuse"), 1);
    order::again(&market.house.app, ann, placed.order, None).await.expect("it waits again");
    market.alpha.text("Your Instagram code is 555123");
    market.later(3_000).await;
    let inbox = order::inbox(&market.house.app, ann.account, placed.order).await.expect("read").expect("an order");
    let codes: Vec<_> = inbox.messages.iter().filter_map(|message| message.code.clone()).collect();
    assert_eq!(codes, ["555123", "482910"]);
});

fn no() -> Result<Opened, Fault> {
    Err(Fault::Unknown(Trouble::new("it did not answer")))
}

on_both!(a_message_that_nobody_has_closes_it_too, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().stops_after_message = true;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.alpha.text("Your WhatsApp code: 123-456");
    market.later(3_000).await;
    assert_eq!(count(&market, "reuse"), 1);
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
    assert_eq!(count(&market, "reuse"), 2);
    market.is_sound().await;
});

on_both!(a_number_that_could_not_be_opened_is_opened_later, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().stops_after_message = true;
    market.alpha.at().opens.extend([no(), no()]);
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    market.later(3_000).await;
    assert_eq!(count(&market, "reuse"), 2);
    market.later(16_000).await;
    market.later(16_000).await;
    assert_eq!(count(&market, "reuse"), 3);
});

on_both!(an_activation_that_failed_is_tried_again_while_somebody_waits, async |house: House| {
    let (market, ann, rental) = rented(house).await;
    market.alpha.at().opens.extend([no(), Ok(Opened::Waking { ready_in_ms: 20_000 })]);
    market.later(1_000).await;
    market.later(16_000).await;
    market.later(16_000).await;
    assert_eq!(count(&market, "activate"), 3);
    let awake = purchase::wake(&market.house.app, ann, (Product::Rental30Day, rental), None).await.expect("awake");
    assert!(matches!(awake, Wake::Awake { .. }), "{awake:?}");
});

async fn rented(house: House) -> (Market, domain::account::Caller, i64) {
    let house = House::stocked(house, 0).await;
    let market = Market::bare(house, Product::Rental30Day).await;
    market.alpha.at().window = Window::Activated { ms: TEN_MINUTES };
    market.round().await;
    let ann = market.house.customer("ann", "50.00").await;
    let rented = rental::rent(&market.house.app, ann, Product::Rental30Day, &ask("instagram"), None).await;
    let rented = rented.expect("a rental").rental;
    (market, ann, rented)
}

on_both!(a_rental_is_activated_when_it_is_ordered, async |house: House| {
    let (market, ann, rental) = rented(house).await;
    market.later(1_000).await;
    assert_eq!(count(&market, "activate"), 1);
    let awake = purchase::wake(&market.house.app, ann, (Product::Rental30Day, rental), None).await.expect("awake");
    assert_eq!(awake, Wake::Awake { ready_ms: market.house.app.now_ms() });
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    let inbox = rental::inbox(&market.house.app, ann.account, Product::Rental30Day, rental).await.expect("read");
    assert_eq!(inbox.expect("a rental").messages.len(), 1);
    // Nobody waits any more: it is left to sleep.
    market.later(TEN_MINUTES).await;
    market.later(TEN_MINUTES).await;
    assert_eq!(count(&market, "activate"), 1);
    market.is_sound().await;
});

on_both!(a_rental_that_sleeps_is_woken, async |house: House| {
    let (market, ann, rental) = rented(house).await;
    market.round().await;
    market.later(2 * TEN_MINUTES).await;
    let waking = purchase::wake(&market.house.app, ann, (Product::Rental30Day, rental), None).await.expect("waking");
    assert_eq!(waking, Wake::Waking { ready_ms: market.house.app.now_ms() + 30_000 });
    market.later(1_000).await;
    assert_eq!(count(&market, "activate"), 2);
    let awake = purchase::wake(&market.house.app, ann, (Product::Rental30Day, rental), None).await.expect("awake");
    assert!(matches!(awake, Wake::Awake { .. }));
});

on_both!(who_waits_for_a_message_keeps_a_rental_awake, async |house: House| {
    let (market, ann, rental) = rented(house).await;
    market.round().await;
    market.later(2 * TEN_MINUTES).await;
    purchase::want(&market.house.app, rental).await.expect("wanted");
    market.later(1_000).await;
    assert_eq!(count(&market, "activate"), 2);
    let bob = market.house.customer("bob", "1.00").await;
    let refused = purchase::wake(&market.house.app, bob, (Product::Rental30Day, rental), None).await;
    assert!(matches!(refused, Err(Failure::Refused(WakeRefusal::NotFound))), "{refused:?}");
    assert!(purchase::wake(&market.house.app, ann, (Product::Rental30Day, rental), None).await.is_ok());
});

on_both!(a_number_of_our_own_is_always_awake, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rental::rent(&house.app, ann, Product::Rental1Day, &ask("instagram"), None).await.expect("a rental");
    let awake = purchase::wake(&house.app, ann, (Product::Rental1Day, rented.rental), None).await.expect("awake");
    assert_eq!(awake, Wake::Awake { ready_ms: house.app.now_ms() });
    house.pass_ms(24 * 3_600_000);
    let ended = purchase::wake(&house.app, ann, (Product::Rental1Day, rented.rental), None).await;
    assert!(matches!(ended, Err(Failure::Refused(WakeRefusal::Ended))), "{ended:?}");
});
