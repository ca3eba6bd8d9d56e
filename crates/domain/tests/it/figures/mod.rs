//! What the house did, counted.

use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::db::{Lane, Tx};
use domain::figures::{self, Report, Span, Sums};
use domain::ledger::{self, NewRefund};
use domain::login::Role;
use domain::money::Usd;
use domain::order;
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::rental;
use domain::values;

use crate::house::{House, START_MS, ask};
use crate::on_both;

/// Counts until nothing is left to count, a minute later, and reads.
async fn counted(house: &House, span: Span) -> Report {
    house.pass_ms(MINUTE_MS);
    while figures::count_due(&house.app).await.expect("counted") > 0 {}
    (*figures::report(&house.app, span).await.expect("a report")).clone()
}

on_both!(a_day_is_counted_with_its_money, async |house: House| {
    let house = House::stocked(house, 4).await;
    let ann = house.customer("ann", "50.00").await;
    let paid = house.order(ann, "instagram").await;
    house.pass_ms(7_000);
    house.text(&paid.digits, "32665", "482910 is your Instagram code.").await;
    let cancelled = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, cancelled.order, None).await.expect("cancelled");
    house.order(ann, "whatsapp").await;
    rental::rent(&house.app, ann, Product::Rental1Day, &ask("whatsapp"), None).await.expect("rented");
    let refund = NewRefund {
        product: Product::ShortTerm,
        order: paid.order,
        amount: Usd::from_cents(12),
        reason: Reason::parse("a test").expect("a reason"),
        by: "test".into(),
        role: Role::Owner,
    };
    ledger::refund(&house.app, refund, None).await.expect("refunded");
    let report = counted(&house, Span::Day).await;
    let sums = Sums {
        orders: 3,
        delivered: 1,
        given_up: 1,
        rentals: 1,
        revenue: Usd::from_cents(407),
        released: Usd::from_cents(42),
        refunded: Usd::from_cents(12),
        cost: Usd::ZERO,
    };
    assert_eq!((report.sums, report.sums.rate()), (sums, Some(50)));
    assert_eq!(report.median_ms, Some(7_000));
    assert_eq!((report.slices.len(), report.slices[23].sums), (24, sums));
    assert_eq!(report.slices[23].services.values().copied().collect::<Vec<_>>(), [2, 2]);
    assert_eq!((report.services.lines.len(), report.services.all), (2, 2));
    assert_eq!((report.sources.lines.len(), report.sources.all), (1, 1));
});

on_both!(an_order_that_ends_later_is_counted_where_it_began, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    house.order(ann, "instagram").await;
    // The clock starts at half past.
    assert_eq!(counted(&house, Span::Day).await.slices[23].sums.given_up, 0);
    house.pass_ms(40 * MINUTE_MS);
    order::expire_due(&house.app).await.expect("expired");
    let report = counted(&house, Span::Day).await;
    assert_eq!((report.slices[22].sums.orders, report.slices[22].sums.given_up), (1, 1));
    assert_eq!(report.slices[23].sums, Sums::default());
});

on_both!(an_hour_is_not_final_while_an_order_of_it_waits_to_be_marked, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    house.order(ann, "instagram").await;
    // The house was closed: its workers all begin at once, and this one is the first.
    house.pass_ms(2 * HOUR_MS);
    counted(&house, Span::Day).await;
    order::expire_due(&house.app).await.expect("expired");
    assert_eq!(counted(&house, Span::Day).await.sums.given_up, 1);
});

on_both!(what_is_final_stays_and_days_are_told_for_a_month, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    house.order(ann, "instagram").await;
    house.pass_ms(30 * MINUTE_MS);
    order::expire_due(&house.app).await.expect("expired");
    house.pass_ms(3 * DAY_MS);
    house.order(ann, "instagram").await;
    let report = counted(&house, Span::Month).await;
    assert_eq!((report.slices[26].sums.orders, report.slices[29].sums.orders), (1, 1));
    house.pass_ms(30 * MINUTE_MS);
    order::expire_due(&house.app).await.expect("expired");
    house.pass_ms(2 * DAY_MS);
    house.pass_ms(HOUR_MS);
    assert_eq!(counted(&house, Span::Month).await.sums.given_up, 2);
    assert_eq!(counted(&house, Span::Day).await.sums, Sums::default());
});

on_both!(a_node_that_comes_within_the_minute_does_not_count_again, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    assert_eq!(counted(&house, Span::Day).await.sums.orders, 0);
    house.order(ann, "instagram").await;
    figures::count_due(&house.app).await.expect("not its turn");
    house.pass_ms(30_000);
    assert_eq!(figures::report(&house.app, Span::Day).await.expect("read").sums.orders, 0);
    assert_eq!(counted(&house, Span::Day).await.sums.orders, 1);
});

on_both!(the_numbers_that_deliver_worst_are_told, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "50.00").await;
    for _ in 0..6 {
        let placed = house.order(ann, "instagram").await;
        order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
        house.pass_ms(16 * MINUTE_MS);
    }
    let worst = counted(&house, Span::Day).await.worst;
    assert!(!worst.is_empty() && worst.iter().all(|number| number.orders >= 3 && number.delivered == 0), "{worst:?}");
});

on_both!(totals_count_what_the_lists_have_no_room_for, async |house: House| {
    let house = House::stocked(house, 4).await;
    let ann = house.customer("ann", "50.00").await;
    house.order(ann, "instagram").await;
    counted(&house, Span::Day).await;
    // A house of many services on many sources, one order of each in each of six hours.
    let sql = "INSERT INTO figure
           (hour_ms, service_id, source_id, orders, delivered, given_up, rentals, revenue, released, refunded, cost)
         WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n < 11999)
         SELECT CAST($1 AS BIGINT) - 3600000 * (1 + n % 6), 1000 + (n / 6) % 200, 500 + n / 1200, 1, 1, 0, 0, 420000, 0, 0, 10000
         FROM place";
    let hour = START_MS / HOUR_MS * HOUR_MS;
    let insert = move |tx: &mut Tx<'_>| tx.run(sql, values![hour]);
    assert_eq!(house.app.db.write(Lane::Work, insert).await.expect("figures"), 12_000);
    let report = counted(&house, Span::Day).await;
    assert_eq!((report.sums.orders, report.sums.revenue), (12_001, Usd::from_cents(12_000 * 42)));
    assert_eq!((report.services.lines.len(), report.services.all), (25, 201));
    assert_eq!((report.services.unlisted(), report.sources.unlisted()), (176, 0));
    let sold: i64 = report.slices.iter().map(|slice| slice.sums.orders).sum();
    assert_eq!(sold, 12_001);
    assert_eq!(report.slices[22].services.len(), 25);
});

on_both!(a_lease_costs_once_and_its_renewals_nothing, async |house: House| {
    let house = House::stocked(house, 4).await;
    let cost = |tx: &mut Tx<'_>| tx.run("UPDATE number SET cost = 50000", &[]);
    assert_eq!(house.app.db.write(Lane::Work, cost).await.expect("costs"), 4);
    let ann = house.customer("ann", "50.00").await;
    let cancelled = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, cancelled.order, None).await.expect("cancelled");
    let rented = rental::rent(&house.app, ann, Product::Rental1Day, &ask("whatsapp"), None).await.expect("rented");
    // Once within the hour and once in a later one.
    rental::renew(&house.app, ann, (rented.product, rented.rental), None, None).await.expect("renewed");
    house.pass_ms(3 * HOUR_MS);
    rental::renew(&house.app, ann, (rented.product, rented.rental), None, None).await.expect("renewed");
    let report = counted(&house, Span::Day).await;
    assert_eq!((report.sums.rentals, report.sums.cost), (3, Usd::from_cents(10)));
    assert_eq!((report.slices[20].sums.cost, report.slices[23].sums.cost), (Usd::from_cents(10), Usd::ZERO));
});

on_both!(figures_without_their_mark_are_counted_again, async |house: House| {
    let house = House::stocked(house, 4).await;
    let ann = house.customer("ann", "50.00").await;
    let paid = house.order(ann, "instagram").await;
    house.text(&paid.digits, "32665", "482910 is your Instagram code.").await;
    rental::rent(&house.app, ann, Product::Rental1Day, &ask("whatsapp"), None).await.expect("rented");
    house.pass_ms(20 * HOUR_MS);
    house.order(ann, "instagram").await;
    let before = counted(&house, Span::Week).await;
    house.side("UPDATE figure SET cost = 990000; DELETE FROM figure_mark").await.expect("changed");
    let again = counted(&house, Span::Week).await;
    assert_eq!(again.sums, before.sums);
    assert!(again.sums.revenue > Usd::ZERO);
});
