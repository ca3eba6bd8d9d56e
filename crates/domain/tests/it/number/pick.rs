//! Finding what is for sale.

use domain::order::{self, SaleRefusal};
use domain::request::Failure;

use crate::house::{House, ask};
use crate::on_both;

on_both!(the_only_free_number_among_many_burnt_ones_is_found, async |house: House| {
    let house = House::stocked(house, 1_000).await;
    let burn = "INSERT INTO number_use (number_id, service_id, free_ms, burnt, account_id)
         SELECT id, 1, 0, 1, 99 FROM number WHERE id <> 613";
    house.side(burn).await.expect("burnt");
    let ann = house.customer("ann", "5.00").await;
    house.order(ann, "instagram").await;
    assert_eq!(house.number_of("SELECT number_id FROM orders").await, 613);
    let refused = order::place(&house.app, ann, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))));
    house.order(ann, "whatsapp").await;
});

on_both!(every_number_is_sold_once_and_then_no_more, async |house: House| {
    let house = House::stocked(house, 50).await;
    let ann = house.customer("ann", "50.00").await;
    let mut sold = std::collections::HashSet::new();
    for _ in 0..50 {
        assert!(sold.insert(house.order(ann, "instagram").await.digits), "sold twice");
    }
    let refused = order::place(&house.app, ann, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))));
});

on_both!(one_number_serves_two_services_at_once, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    assert_eq!(house.order(ann, "instagram").await.digits, house.order(bob, "whatsapp").await.digits);
    assert_eq!(crate::verify::findings(&house).await, []);
});
