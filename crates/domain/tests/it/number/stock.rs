//! How many numbers are for sale.

use domain::clock::MINUTE_MS;
use domain::{number, supply};

use crate::house::{House, may, why};
use crate::on_both;

on_both!(what_is_used_of_a_paused_source_takes_nothing_from_the_others, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "5.00").await;
    house.order(ann, "instagram").await;
    let other = house.source("other").await;
    house
        .side(&format!("UPDATE number SET source_id = {other} WHERE id NOT IN (SELECT number_id FROM orders)"))
        .await
        .expect("moved");
    let service = house.number_of("SELECT service_id FROM orders").await;
    let left = async || {
        house.pass_ms(MINUTE_MS);
        number::available(&house.app, &[service]).await.expect("counted")[&service]
    };
    assert_eq!(left().await, (1, 1));
    supply::set_source_state(&house.app, "simulator", false, &why("a test"), &may("test")).await.expect("paused");
    assert_eq!(left().await, (1, 1));
});
