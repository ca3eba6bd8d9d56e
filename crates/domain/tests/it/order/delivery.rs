//! How often and how fast codes came lately.

use domain::clock::{MINUTE_MS, SECOND_MS};
use domain::order::{self, Delivery};

use crate::house::House;
use crate::on_both;

on_both!(figures_count_what_came_in_time_and_what_did_not, async |house: House| {
    let house = House::stocked(house, 10).await;
    let ann = house.customer("ann", "9.00").await;
    let service = house.service("instagram", "social", &["instagram"]).await;
    let mut placed = Vec::new();
    for _ in 0..5 {
        placed.push(house.order(ann, "instagram").await);
    }
    house.pass_ms(4 * SECOND_MS);
    for order in &placed[..3] {
        house.text(&order.digits, "32665", "482910 is your Instagram code.").await;
    }
    order::cancel(&house.app, ann, placed[3].order, None).await.expect("cancelled");
    house.pass_ms(MINUTE_MS);
    let early = order::delivery(&house.app).await.expect("read");
    assert_eq!(early.get(&service), None, "orders that may still get their code are not counted");
    house.pass_ms(4 * MINUTE_MS);
    let figures = order::delivery(&house.app).await.expect("read");
    assert_eq!(figures.get(&service), Some(&Delivery { orders: 5, percent: 60, median_ms: Some(4_000) }));
});
