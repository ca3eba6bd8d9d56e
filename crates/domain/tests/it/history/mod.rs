//! Everything an account bought, in one list.

use domain::clock::{HOUR_MS, MINUTE_MS};
use domain::history::{self, Filter, Line};
use domain::order;
use domain::product::Product;
use domain::rental;

use crate::house::{House, START_MS, ask};
use crate::on_both;

async fn bought(house: &House, account: i64, filter: &Filter) -> Vec<i64> {
    let (lines, _) = history::history(&house.app, account, filter, None, 50).await.expect("read");
    lines.iter().map(|line| line.id).collect()
}

on_both!(orders_and_rentals_stand_in_one_list_and_a_filter_finds_them, async |house: House| {
    let house = House::stocked(house, 9).await;
    let (ann, bob) = (house.customer("ann", "90.00").await, house.customer("bob", "9.00").await);
    let first = house.order(ann, "instagram").await;
    house.pass_ms(MINUTE_MS);
    let second = rental::rent(&house.app, ann, Product::Rental1Day, &ask("whatsapp"), None).await.expect("rented");
    house.pass_ms(MINUTE_MS);
    let third = house.order(ann, "whatsapp").await;
    order::cancel(&house.app, ann, third.order, None).await.expect("cancelled");
    house.order(bob, "instagram").await;
    house.pass_ms(HOUR_MS);
    let all = bought(&house, ann.account, &Filter::default()).await;
    assert_eq!(all, [third.order, second.rental, first.order]);
    let service = Filter { service: Some("whatsapp".into()), ..Filter::default() };
    assert_eq!(bought(&house, ann.account, &service).await, [third.order, second.rental]);
    let state = Filter { state: Some("expired".into()), ..Filter::default() };
    assert_eq!(bought(&house, ann.account, &state).await, [first.order]);
    let span = (Some(START_MS + MINUTE_MS), Some(START_MS + 2 * MINUTE_MS));
    let span = Filter { from_ms: span.0, before_ms: span.1, ..Filter::default() };
    assert_eq!(bought(&house, ann.account, &span).await, [second.rental]);
});

on_both!(pages_follow_each_other_without_a_gap_or_a_repeat, async |house: House| {
    let house = House::stocked(house, 20).await;
    let ann = house.customer("ann", "90.00").await;
    let mut made = Vec::new();
    for _ in 0..4 {
        made.push(house.order(ann, "instagram").await.order);
        let rented = rental::rent(&house.app, ann, Product::Rental1Day, &ask("instagram"), None).await;
        made.push(rented.expect("rented").rental);
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = history::history(&house.app, ann.account, &Filter::default(), before, 3).await.expect("read");
        let (lines, next): (Vec<Line>, _) = page;
        seen.extend(lines.iter().map(|line| line.id));
        if next.is_none() {
            break;
        }
        before = next;
    }
    // All were made in one moment, so their ids alone tell their order.
    made.sort_unstable();
    made.reverse();
    assert_eq!(seen, made);
});
