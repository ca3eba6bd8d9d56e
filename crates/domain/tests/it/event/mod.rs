//! One list of what happened, without a gap.

use std::time::Duration;

use domain::clock::DAY_MS;
use domain::event::{self, FeedError, Kind};
use domain::{message, order};

use crate::house::House;
use crate::on_both;

async fn kinds(house: &House, account: i64) -> Vec<Kind> {
    let events = event::feed(&house.app, account, 0, 200).await.expect("read");
    events.iter().map(|event| event.kind).collect()
}

on_both!(an_order_tells_its_story, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.text(&placed.digits, "32665", "482911 is your Instagram code.").await;
    let cancelled = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, cancelled.order, None).await.expect("cancelled");
    let told = kinds(&house, ann.account).await;
    use Kind::{BalanceCredited, MessageReceived, OrderCancelled, OrderCreated, OrderReceived};
    assert_eq!(told, [BalanceCredited, OrderCreated, OrderReceived, MessageReceived, OrderCreated, OrderCancelled]);
});

on_both!(a_refusal_tells_nothing, async |house: House| {
    let house = House::stocked(house, 0).await;
    let ann = house.customer("ann", "5.00").await;
    order::place(&house.app, ann, &crate::house::ask("instagram"), None).await.expect_err("sold out");
    assert_eq!(kinds(&house, ann.account).await, [Kind::BalanceCredited]);
});

on_both!(a_reader_misses_nothing_while_32_write_at_once, async |house: House| {
    let house = House::stocked(house, 300).await;
    let ann = house.customer("ann", "50.00").await;
    let writers: Vec<_> = (0..32)
        .map(|_| {
            let app = house.app.clone();
            tokio::spawn(async move {
                let placed = order::place(&app, ann, &crate::house::ask("instagram"), None).await.expect("an order");
                order::cancel(&app, ann, placed.order, None).await.expect("cancelled");
            })
        })
        .collect();
    let mut cursor = 0;
    let mut is_over = false;
    while !is_over {
        // Looked at before the feed, so that the last look comes after the last write.
        is_over = writers.iter().all(tokio::task::JoinHandle::is_finished);
        for event in event::feed(&house.app, ann.account, cursor, 200).await.expect("read") {
            assert_eq!(event.seq, cursor + 1, "the reader missed an event");
            cursor = event.seq;
        }
    }
    for writer in writers {
        writer.await.expect("no panic");
    }
    assert_eq!(cursor, 65);
});

on_both!(a_cursor_before_what_was_deleted_is_told_so, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "5.00").await;
    house.pass_ms(60 * DAY_MS);
    house.order(ann, "instagram").await;
    house.pass_ms(31 * DAY_MS);
    assert_eq!(event::delete_old(&house.app).await.expect("deleted"), 1);
    assert!(matches!(event::feed(&house.app, ann.account, 0, 10).await, Err(FeedError::Expired)));
    let rest = event::feed(&house.app, ann.account, 1, 10).await.expect("read");
    assert_eq!(rest.iter().map(|event| event.seq).collect::<Vec<_>>(), [2]);
});

on_both!(who_waits_is_woken_by_what_happens, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let app = house.app.clone();
    let waiting = tokio::spawn(async move {
        let look = || event::feed(&app, ann.account, 1, 10);
        app.notices.wait(ann.account, Duration::from_secs(30), |events: &Vec<_>| !events.is_empty(), look).await
    });
    house.order(ann, "instagram").await;
    let events = waiting.await.expect("no panic").expect("read");
    assert_eq!(events[0].kind, Kind::OrderCreated);
});

on_both!(events_name_messages_and_never_hold_them, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let received = house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    assert_eq!(received, message::Received::Delivered { account: ann.account });
    let events = event::feed(&house.app, ann.account, 2, 10).await.expect("read");
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert_eq!(events[0].message, Some(inbox.messages[0].id));
});
