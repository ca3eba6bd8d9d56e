//! What comes in, and who gets it.

use domain::account::Caller;
use domain::message::{self, Received};
use domain::order::{self, State};
use domain::product::Product;
use domain::rental;

use crate::house::{House, ask, part};
use crate::on_both;

on_both!(the_code_reaches_the_customer_and_captures_the_hold, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let received = house.text(&placed.digits, "32665", "<#> 482910 is your Instagram code. Don't share it.").await;
    assert_eq!(received, Received::Delivered { account: ann.account });
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert_eq!(inbox.state, State::Received);
    assert_eq!(inbox.messages[inbox.answer.expect("an answer")].code.as_deref(), Some("482910"));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
});

on_both!(the_same_message_told_twice_is_one, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let text = || part("id-1", &placed.digits, "32665", "482910 is your Instagram code.");
    message::receive(&house.app, 1, text()).await.expect("kept");
    assert_eq!(message::receive(&house.app, 1, text()).await.expect("kept"), Received::Repeat);
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert_eq!(inbox.messages.len(), 1);
});

on_both!(another_service_s_text_is_quarantined, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    assert_eq!(house.text(&placed.digits, "12345", "Your WhatsApp code: 739551").await, Received::Quarantined);
    let lines = message::quarantined(&house.app, i64::MAX, 10).await.expect("listed");
    assert_eq!(lines[0].reason, "no_lease");
});

on_both!(a_text_that_came_just_before_a_cancel_and_is_kept_after_it_is_nobody_s, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.pass_ms(10);
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    house.pass_ms(-5);
    let received = house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    assert_eq!(received, Received::Quarantined);
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert!(inbox.state == State::Cancelled && inbox.messages.is_empty());
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
});

on_both!(a_text_that_came_just_before_an_end_and_is_kept_after_it_is_nobody_s, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.pass_ms(placed.end_ms - placed.created_ms);
    assert_eq!(order::expire_due(&house.app).await.expect("ended"), 1);
    house.pass_ms(-5);
    let received = house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    assert_eq!(received, Received::Quarantined);
});

on_both!(a_text_is_not_handed_over_for_a_rental_that_was_refunded_meanwhile, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let ask = ask("instagram");
    let rented = rental::rent(&house.app, ann, Product::Rental1Day, &ask, None).await.expect("rented");
    house.pass_ms(10);
    rental::cancel(&house.app, ann, Product::Rental1Day, rented.rental, None).await.expect("cancelled");
    house.pass_ms(-5);
    let received = house.text(&rented.digits, "32665", "482910 is your Instagram code.").await;
    assert_eq!(received, Received::Quarantined);
});

on_both!(who_shares_a_number_reads_their_own_texts_the_newest_first, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let (of_ann, of_bob) = (house.order(ann, "instagram").await, house.order(bob, "whatsapp").await);
    assert_eq!(of_ann.digits, of_bob.digits);
    // All of them come in one moment: the clock stands still.
    for place in 1..=3 {
        house.text(&of_ann.digits, "Instagram", &format!("10000{place} is your Instagram code")).await;
        house.text(&of_bob.digits, "WhatsApp", &format!("20000{place} is your WhatsApp code")).await;
    }
    let codes = async |caller: Caller, order| -> Vec<String> {
        let inbox = order::inbox(&house.app, caller.account, order).await.expect("read").expect("an order");
        inbox.messages.into_iter().filter_map(|message| message.code).collect()
    };
    assert_eq!(codes(ann, of_ann.order).await, ["100003", "100002", "100001"]);
    assert_eq!(codes(bob, of_bob.order).await, ["200003", "200002", "200001"]);
});
