//! What is wrong with the house, and how it is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::alert::{self, Kind, Space, Watch};
use domain::clock::MINUTE_MS;
use domain::order;
use domain::{figures, mail, supply};

use crate::house::{House, may, why};
use crate::on_both;

/// Tells alerts to one mailbox; the disk has as many per cent free as the answer says.
fn watched(house: &House) -> Arc<AtomicU64> {
    let free = Arc::new(AtomicU64::new(50));
    let seen = Arc::clone(&free);
    let space = move || Some(Space { free: seen.load(Ordering::SeqCst), total: 100 });
    let to = vec!["olga@example.org".to_owned()];
    let base_url = "https://sms.example.org".to_owned();
    house.app.watch_by(Watch { to, base_url, stock_low: 20, space: Box::new(space) });
    free
}

async fn look(house: &House) -> Vec<Kind> {
    alert::look(&house.app).await.expect("a look");
    alert::open(&house.app).await.expect("read").iter().map(|alert| alert.kind).collect()
}

/// The subjects of the mails, oldest first.
async fn told(house: &House) -> Vec<String> {
    let mails = mail::outbox(&house.app, i64::MAX, 500).await.expect("the outbox");
    mails.into_iter().rev().filter(|mail| mail.kind == "alert").map(|mail| mail.subject).collect()
}

on_both!(an_alert_is_told_once_and_again_when_it_is_over, async |house: House| {
    let house = House::stocked(house, 40).await;
    let free = watched(&house);
    assert_eq!(look(&house).await, []);
    free.store(9, Ordering::SeqCst);
    assert_eq!(look(&house).await, [Kind::DiskFull]);
    house.pass_ms(MINUTE_MS);
    free.store(8, Ordering::SeqCst);
    assert_eq!(look(&house).await, [Kind::DiskFull]);
    assert_eq!(told(&house).await, ["The disk fills up: 9 % are free, 0 MB"]);
    assert!(alert::open(&house.app).await.expect("read")[0].words.starts_with("8 %"));
    free.store(50, Ordering::SeqCst);
    assert_eq!(look(&house).await, []);
    assert_eq!(told(&house).await.len(), 1);
    house.pass_ms(10 * MINUTE_MS);
    assert_eq!(look(&house).await, []);
    assert_eq!(told(&house).await[1..], ["Over: The disk fills up"]);
    free.store(9, Ordering::SeqCst);
    look(&house).await;
    assert_eq!(told(&house).await.len(), 3);
});

on_both!(what_comes_and_goes_is_told_once, async |house: House| {
    let house = House::stocked(house, 40).await;
    let free = watched(&house);
    for percent in [9, 50, 9, 50, 9] {
        free.store(percent, Ordering::SeqCst);
        look(&house).await;
        house.pass_ms(MINUTE_MS);
    }
    assert_eq!(told(&house).await.len(), 1);
});

on_both!(a_service_that_runs_out_of_numbers_is_told, async |house: House| {
    let house = House::stocked(house, 19).await;
    watched(&house);
    assert_eq!(look(&house).await, [Kind::StockLow, Kind::StockLow]);
    let words: Vec<String> = alert::open(&house.app).await.expect("read").into_iter().map(|one| one.words).collect();
    assert_eq!(words, ["instagram: 19 are left to sell", "whatsapp: 19 are left to sell"]);
    assert_eq!(told(&house).await, ["2 things are wrong with the house"]);
});

on_both!(a_paused_source_is_told_once_and_not_each_service_that_lacks_its_numbers, async |house: House| {
    let house = House::stocked(house, 40).await;
    watched(&house);
    assert_eq!(look(&house).await, []);
    supply::set_source_state(&house.app, "simulator", false, &why("a test"), &may("test")).await.expect("paused");
    house.pass_ms(MINUTE_MS);
    assert_eq!(look(&house).await, [Kind::SourcePaused]);
    let words = "simulator: without its numbers 2 services have few left to sell";
    assert_eq!(alert::open(&house.app).await.expect("read")[0].words, words);
    assert_eq!(told(&house).await, [format!("A source is paused: {words}")]);
    supply::set_source_state(&house.app, "simulator", true, &why("a test"), &may("test")).await.expect("sold again");
    house.pass_ms(MINUTE_MS);
    assert_eq!(look(&house).await, []);
});

on_both!(a_service_that_runs_out_is_told_although_a_source_is_paused, async |house: House| {
    let house = House::stocked(house, 10).await;
    watched(&house);
    house.source("other").await;
    supply::set_source_state(&house.app, "simulator", false, &why("a test"), &may("test")).await.expect("paused");
    house.pass_ms(MINUTE_MS);
    assert_eq!(look(&house).await, [Kind::StockLow, Kind::StockLow], "with its ten they had few as well");
});

on_both!(how_few_numbers_are_too_few_is_set, async |house: House| {
    let house = House::stocked(house, 4).await;
    let watch = Watch { to: Vec::new(), base_url: String::new(), stock_low: 5, space: Box::new(|| None) };
    house.app.watch_by(watch);
    assert_eq!(look(&house).await, [Kind::StockLow, Kind::StockLow]);
    let rival = house.rival().await;
    rival.watch_by(Watch { to: Vec::new(), base_url: String::new(), stock_low: 4, space: Box::new(|| None) });
    house.pass_ms(MINUTE_MS);
    alert::look(&rival).await.expect("a look");
    assert_eq!(alert::open(&rival).await.expect("read"), []);
});

on_both!(a_source_that_delivers_nothing_is_told, async |house: House| {
    let house = House::stocked(house, 40).await;
    watched(&house);
    let ann = house.customer("ann", "50.00").await;
    for _ in 0..10 {
        house.order(ann, "instagram").await;
    }
    house.pass_ms(21 * MINUTE_MS);
    order::expire_due(&house.app).await.expect("expired");
    figures::count_due(&house.app).await.expect("counted");
    assert_eq!(look(&house).await, [Kind::SourceSilent]);
    assert_eq!(told(&house).await.len(), 1);
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.pass_ms(MINUTE_MS);
    figures::count_due(&house.app).await.expect("counted");
    assert_eq!(look(&house).await, []);
});

on_both!(two_nodes_tell_an_alert_once, async |house: House| {
    let house = House::stocked(house, 40).await;
    let rival = house.rival().await;
    watched(&house).store(9, Ordering::SeqCst);
    let space = || Some(Space { free: 9, total: 100 });
    let to = vec!["olga@example.org".to_owned()];
    rival.watch_by(Watch { to, base_url: String::new(), stock_low: 20, space: Box::new(space) });
    let (one, other) = tokio::join!(alert::look(&house.app), alert::look(&rival));
    one.and(other).expect("both look");
    assert_eq!(told(&house).await.len(), 1);
});
