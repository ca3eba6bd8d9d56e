//! What a new customer may do in an hour and a day.

use domain::account::{self, Caller, LimitsRefusal, Tier};
use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::event::{self, Kind};
use domain::money::Usd;
use domain::order::{self, CancelRefusal, SaleRefusal};
use domain::policy::limits::Limits;
use domain::product::Product;
use domain::rental::{self, RenewRefusal};
use domain::request::Failure;

use crate::house::{House, ask, may, why};
use crate::on_both;

const DAY: Product = Product::Rental1Day;

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

/// Sets limits for ann alone; tells her as a caller who comes after that.
async fn limited(house: &House, ann: Caller, own: Limits) -> Caller {
    account::set_limits(&house.app, "ann", own, &why("asked"), &may("eve")).await.expect("set");
    account::standing(&house.app, ann.account).await.expect("asked").expect("an account").caller
}

on_both!(what_is_set_for_one_account_goes_before_its_tier, async |house: House| {
    let house = House::stocked(house, 20).await;
    let ann = house.customer_of(Tier::New, "ann", "9.00").await;
    let ann = limited(&house, ann, Limits { hour_same_service: Some(6), ..Limits::NONE }).await;
    for _ in 0..6 {
        turn(&house, ann, "instagram").await.expect("an order");
    }
    assert_eq!(turn(&house, ann, "instagram").await, Err(3_600));
    // The rest is the tier's.
    for _ in 0..4 {
        turn(&house, ann, "whatsapp").await.expect("another service");
    }
    assert_eq!(turn(&house, ann, "whatsapp").await, Err(86_400));
    let ann = limited(&house, ann, Limits::NONE).await;
    assert!(!ann.has_own_limits);
    let told = "SELECT COUNT(*) FROM audit
         WHERE deed = 'account.limits' AND who = 'eve' AND reason = 'asked'
           AND before = 'hour_same_service 6' AND after = 'none'";
    assert_eq!(house.number_of(told).await, 1);
});

on_both!(an_account_without_a_tiers_limits_can_have_its_own, async |house: House| {
    let house = House::stocked(house, 20).await;
    let ann = house.customer_of(Tier::Business, "ann", "9.00").await;
    let ann = limited(&house, ann, Limits { open: Some(1), hour_cancels: Some(0), ..Limits::NONE }).await;
    let placed = house.order(ann, "instagram").await;
    let second = order::place(&house.app, ann, &ask("instagram"), None).await;
    assert!(matches!(second, Err(Failure::Refused(SaleRefusal::LimitReached { retry_after_s: 60 }))));
    let cancelled = order::cancel(&house.app, ann, placed.order, None).await;
    assert!(matches!(cancelled, Err(Failure::Refused(CancelRefusal::LimitReached { retry_after_s: 3_600 }))));
});

on_both!(limits_that_are_none_are_not_set, async |house: House| {
    house.customer("ann", "0.00").await;
    let bad = Limits { open: Some(-1), ..Limits::NONE };
    let refused = account::set_limits(&house.app, "ann", bad, &why("asked"), &may("eve")).await;
    assert!(matches!(refused, Err(LimitsRefusal::BadLimits)));
    let nobody = account::set_limits(&house.app, "bob", Limits::NONE, &why("asked"), &may("eve")).await;
    assert!(matches!(nobody, Err(LimitsRefusal::NoAccount)));
});

async fn rent(house: &House, ann: Caller) -> Result<i64, i64> {
    match rental::rent(&house.app, ann, DAY, &ask("instagram"), None).await {
        Ok(rented) => Ok(rented.rental),
        Err(Failure::Refused(SaleRefusal::LimitReached { retry_after_s })) => Err(retry_after_s),
        Err(other) => panic!("{other:?}"),
    }
}

async fn renew(house: &House, ann: Caller, rental: i64) -> Result<(), i64> {
    match rental::renew(&house.app, ann, (DAY, rental), None, None).await {
        Ok(_) => Ok(()),
        Err(Failure::Refused(RenewRefusal::Sale(SaleRefusal::LimitReached { retry_after_s }))) => Err(retry_after_s),
        Err(other) => panic!("{other:?}"),
    }
}

on_both!(a_new_account_spends_twenty_dollars_a_day_on_renewals_too, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer_of(Tier::New, "ann", "50.00").await;
    let rental = rent(&house, ann).await.expect("a rental");
    for _ in 0..4 {
        renew(&house, ann, rental).await.expect("within the day's twenty dollars");
    }
    assert_eq!(renew(&house, ann, rental).await, Err(86_400));
    assert_eq!(rent(&house, ann).await, Err(86_400));
    assert_eq!(house.money(ann).await, ("31.75".to_owned(), "0.00".to_owned()));
    turn(&house, ann, "instagram").await.expect("an order is within it");
    house.pass_ms(DAY_MS);
    renew(&house, ann, rental).await.expect("a day later");
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_renewal_counts_among_the_orders_of_a_day_and_an_hour, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "50.00").await;
    let rental = rent(&house, ann).await.expect("a rental");
    let by_day = limited(&house, ann, Limits { day_orders: Some(2), ..Limits::NONE }).await;
    renew(&house, by_day, rental).await.expect("the second of the day");
    assert_eq!(renew(&house, by_day, rental).await, Err(86_400));
    assert_eq!(turn(&house, by_day, "instagram").await, Err(86_400));
    let by_hour = limited(&house, ann, Limits { hour_orders: Some(2), ..Limits::NONE }).await;
    assert_eq!(renew(&house, by_hour, rental).await, Err(3_600));
    house.pass_ms(HOUR_MS);
    renew(&house, by_hour, rental).await.expect("an hour later");
});

on_both!(a_renewal_takes_no_number_more, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "50.00").await;
    let ann = limited(&house, ann, Limits { open: Some(1), hour_same_service: Some(1), ..Limits::NONE }).await;
    let rental = rent(&house, ann).await.expect("a rental");
    assert_eq!(rent(&house, ann).await, Err(3_600));
    renew(&house, ann, rental).await.expect("the same number for longer");
});

on_both!(the_house_renews_nothing_beyond_a_limit, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "50.00").await;
    let rental = rent(&house, ann).await.expect("a rental");
    limited(&house, ann, Limits { day_spend: Some(Usd::from_cents(700)), ..Limits::NONE }).await;
    let most = Some(Usd::from_cents(365));
    rental::auto_renew(&house.app, ann.account, (DAY, rental), most).await.expect("switched on");
    house.pass_ms(23 * HOUR_MS);
    assert_eq!(rental::auto_renew_due(&house.app).await.expect("looked"), 1);
    assert_eq!(house.money(ann).await, ("46.35".to_owned(), "0.00".to_owned()));
    let events = event::feed(&house.app, ann.account, 0, 200).await.expect("read");
    assert_eq!(events.iter().filter(|event| event.kind == Kind::RentalNotRenewed).count(), 1);
    limited(&house, ann, Limits::NONE).await;
    house.pass_ms(10 * MINUTE_MS);
    assert_eq!(rental::auto_renew_due(&house.app).await.expect("looked"), 1);
    assert_eq!(house.money(ann).await, ("42.70".to_owned(), "0.00".to_owned()));
});
