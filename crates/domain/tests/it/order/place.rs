//! Ordering, and what a customer has then.

use domain::account::{self, NewCredit, Tier};
use domain::clock::MINUTE_MS;
use domain::money::Usd;
use domain::order::{self, SaleRefusal};
use domain::request::{Failure, Once};

use crate::house::{House, ask, may, why};
use crate::on_both;

on_both!(an_order_holds_its_price_and_names_a_number, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "Instagram").await;
    assert_eq!(placed.price, Usd::from_cents(42));
    assert_eq!(placed.end_ms - placed.created_ms, 20 * MINUTE_MS);
    assert!(placed.digits.starts_with("120255501"));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(no_stock_gives_the_money_back, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    house.order(ann, "instagram").await;
    let refused = order::place(&house.app, ann, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(a_balance_for_ten_buys_exactly_ten_of_64_at_once, async |house: House| {
    let house = House::stocked(house, 100).await;
    let ann = house.customer("ann", "4.20").await;
    let orders = (0..64).map(|_| {
        let app = house.app.clone();
        tokio::spawn(async move { order::place(&app, ann, &ask("instagram"), None).await })
    });
    let mut sold = 0;
    for order in orders.collect::<Vec<_>>() {
        match order.await.expect("no panic") {
            Ok(_) => sold += 1,
            Err(Failure::Refused(SaleRefusal::Insufficient { .. })) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(sold, 10);
    assert_eq!(house.money(ann).await, ("0.00".to_owned(), "4.20".to_owned()));
});

on_both!(a_new_account_has_three_open_orders, async |house: House| {
    let house = House::stocked(house, 10).await;
    let ann = house.customer_of(Tier::New, "ann", "5.00").await;
    for _ in 0..3 {
        house.order(ann, "instagram").await;
    }
    let refused = order::place(&house.app, ann, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::LimitReached { retry_after_s: 60 }))));
});

on_both!(a_refusal_is_remembered_under_its_key, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "0.10").await;
    let once = Once { account: ann.account, route: "order", name: "k-1".into(), body_hash: [0; 32] };
    let short = |refused| matches!(refused, Err(Failure::Refused(SaleRefusal::Insufficient { .. })));
    assert!(short(order::place(&house.app, ann, &ask("instagram"), Some(once.clone())).await));
    let gift = NewCredit {
        account: "ann".into(),
        amount: Usd::from_cents(500),
        reason: why("a gift"),
        reference: None,
        by: may("test"),
    };
    account::credit(&house.app, gift).await.expect("a credit");
    assert!(short(order::place(&house.app, ann, &ask("instagram"), Some(once)).await));
    order::place(&house.app, ann, &ask("instagram"), None).await.expect("another request is served");
});

on_both!(a_limit_is_not_remembered_under_a_key, async |house: House| {
    let house = House::stocked(house, 10).await;
    let ann = house.customer_of(Tier::New, "ann", "5.00").await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(house.order(ann, "instagram").await.order);
    }
    let once = Once { account: ann.account, route: "order", name: "k-1".into(), body_hash: [0; 32] };
    let refused = order::place(&house.app, ann, &ask("instagram"), Some(once.clone())).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::LimitReached { .. }))));
    order::cancel(&house.app, ann, orders[0], None).await.expect("cancelled");
    order::place(&house.app, ann, &ask("instagram"), Some(once)).await.expect("there is room now");
});

on_both!(an_order_that_ends_without_a_code_costs_nothing, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.pass_ms(20 * MINUTE_MS);
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert_eq!(inbox.state, order::State::Expired);
    assert_eq!(order::expire_due(&house.app).await.expect("expired"), 1);
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
});

on_both!(a_number_rests_before_the_next_customer_for_the_same_service, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    house.pass_ms(15 * MINUTE_MS - 1);
    let refused = order::place(&house.app, bob, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))));
    house.order(bob, "whatsapp").await;
    house.pass_ms(1);
    house.order(bob, "instagram").await;
});
