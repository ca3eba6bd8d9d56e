//! Floods: somebody pumps traffic, and nobody shall earn by it.

use domain::account::{self, State};
use domain::clock::HOUR_MS;
use domain::message::{self, Received};
use domain::order;
use domain::product::Product;
use domain::rental;

use crate::house::{House, ask};
use crate::on_both;

async fn reason(house: &House) -> String {
    message::quarantined(&house.app, i64::MAX, 1).await.expect("listed")[0].reason.clone()
}

on_both!(an_order_takes_ten_texts, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    for _ in 0..10 {
        let received = house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
        assert_eq!(received, Received::Delivered { account: ann.account });
    }
    assert_eq!(house.text(&placed.digits, "32665", "482910 is your Instagram code.").await, Received::Quarantined);
    assert_eq!(reason(&house).await, "lease_ended_or_full");
});

on_both!(a_number_takes_sixty_texts_an_hour, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rental::rent(&house.app, ann, Product::Rental1Day, &ask("instagram"), None).await.expect("rented");
    let text = || house.text(&rented.digits, "32665", "482910 is your Instagram code.");
    for _ in 0..60 {
        assert_eq!(text().await, Received::Delivered { account: ann.account });
    }
    assert_eq!(text().await, Received::Quarantined);
    assert_eq!(reason(&house).await, "number_cap");
    house.pass_ms(HOUR_MS);
    assert_eq!(text().await, Received::Delivered { account: ann.account });
});

on_both!(a_sender_that_reaches_many_numbers_of_one_customer_freezes_the_account, async |house: House| {
    let house = House::stocked(house, 21).await;
    let ann = house.customer("ann", "50.00").await;
    let mut last = Received::Repeat;
    for _ in 0..21 {
        let placed = house.order(ann, "instagram").await;
        last = house.text(&placed.digits, "99999", "482910 is your code").await;
    }
    assert_eq!(last, Received::Quarantined);
    assert_eq!(reason(&house).await, "sender_floods_account");
    assert_eq!(account::find(&house.app, "ann").await.expect("read").expect("found").state, State::Frozen);
    order::place(&house.app, ann, &ask("instagram"), None).await.expect_err("frozen");
    assert_eq!(crate::verify::findings(&house).await, []);
});
