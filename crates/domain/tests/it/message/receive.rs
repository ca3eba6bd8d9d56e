//! What comes in, and who gets it.

use domain::message::{self, Received};
use domain::order::{self, State};

use crate::house::{House, part};
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
