//! What a new customer may do in an hour and a day.

use domain::account::{Caller, Tier};
use domain::clock::{DAY_MS, HOUR_MS};
use domain::order::{self, CancelRefusal, SaleRefusal};
use domain::request::Failure;

use crate::house::{House, ask};
use crate::on_both;

async fn turn(house: &House, ann: Caller, service: &str) -> Result<(), i64> {
    match order::place(&house.app, ann, &ask(service), None).await {
        Ok(placed) => {
            order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
            Ok(())
        }
        Err(Failure::Refused(SaleRefusal::LimitReached { retry_after_s })) => Err(retry_after_s),
        Err(other) => panic!("{other:?}"),
    }
}

on_both!(a_new_account_orders_one_service_five_times_an_hour, async |house: House| {
    let house = House::stocked(house, 20).await;
    let ann = house.customer_of(Tier::New, "ann", "9.00").await;
    for _ in 0..5 {
        turn(&house, ann, "instagram").await.expect("an order");
    }
    assert_eq!(turn(&house, ann, "instagram").await, Err(3_600));
    turn(&house, ann, "whatsapp").await.expect("another service");
    house.pass_ms(HOUR_MS);
    turn(&house, ann, "instagram").await.expect("an hour later");
});

on_both!(a_new_account_orders_ten_times_a_day, async |house: House| {
    let house = House::stocked(house, 20).await;
    let ann = house.customer_of(Tier::New, "ann", "9.00").await;
    for place in 0..10 {
        turn(&house, ann, if place < 5 { "instagram" } else { "whatsapp" }).await.expect("an order");
    }
    house.pass_ms(2 * HOUR_MS);
    assert_eq!(turn(&house, ann, "instagram").await, Err(86_400));
    house.pass_ms(DAY_MS);
    turn(&house, ann, "instagram").await.expect("a day later");
});

on_both!(a_refused_order_changes_nothing, async |house: House| {
    let house = House::stocked(house, 20).await;
    let ann = house.customer_of(Tier::New, "ann", "9.00").await;
    for _ in 0..5 {
        turn(&house, ann, "instagram").await.expect("an order");
    }
    turn(&house, ann, "instagram").await.expect_err("refused");
    assert_eq!(house.money(ann).await, ("9.00".to_owned(), "0.00".to_owned()));
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_new_account_cancels_twenty_times_an_hour, async |house: House| {
    let house = House::stocked(house, 20).await;
    let ann = house.customer_of(Tier::New, "ann", "9.00").await;
    let placed = house.order(ann, "instagram").await;
    let copies = "INSERT INTO orders
           (id, account_id, service_id, number_id, digits, price, state, hold, created_ms, end_ms)
         WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 20)
         SELECT n, o.account_id, o.service_id, o.number_id, o.digits, o.price, 'cancelled', o.hold, o.created_ms, o.end_ms
         FROM orders o CROSS JOIN counted";
    house.side(copies).await.expect("twenty were cancelled");
    let refused = order::cancel(&house.app, ann, placed.order, None).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::LimitReached { retry_after_s: 3_600 }))));
});
