//! The same number again.

use domain::clock::{DAY_MS, MINUTE_MS};
use domain::order::{self, ReuseRefusal, SaleRefusal};
use domain::request::Failure;

use crate::house::{House, ask};
use crate::on_both;

on_both!(a_number_that_i_burnt_i_can_have_again, async |house: House| {
    let house = House::stocked(house, 5).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.pass_ms(20 * MINUTE_MS);
    let again = order::reuse(&house.app, ann, placed.order, None, None).await.expect("had again");
    assert_eq!(again.digits, placed.digits);
    house.text(&placed.digits, "32665", "482911 is your Instagram code.").await;
    assert_eq!(house.money(ann).await, ("4.16".to_owned(), "0.00".to_owned()));
});

on_both!(a_burnt_number_is_never_sold_for_its_service_again, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.pass_ms(400 * DAY_MS);
    let refused = order::place(&house.app, bob, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))));
});

on_both!(a_number_that_another_customer_burnt_i_cannot_have_again, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    house.pass_ms(15 * MINUTE_MS);
    let next = house.order(bob, "instagram").await;
    house.text(&next.digits, "32665", "482910 is your Instagram code.").await;
    house.pass_ms(DAY_MS);
    let refused = order::reuse(&house.app, ann, placed.order, None, None).await;
    assert!(matches!(refused, Err(Failure::Refused(ReuseRefusal::Sale(SaleRefusal::NoNumbers)))));
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
});

on_both!(a_number_is_not_had_again_while_the_order_runs, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let refused = order::reuse(&house.app, ann, placed.order, None, None).await;
    assert!(matches!(refused, Err(Failure::Refused(ReuseRefusal::Sale(SaleRefusal::NoNumbers)))));
});

on_both!(another_customer_s_number_is_not_had_again, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "instagram").await;
    let refused = order::reuse(&house.app, bob, placed.order, None, None).await;
    assert!(matches!(refused, Err(Failure::Refused(ReuseRefusal::NotFound))));
});
