//! Many who want a number at once: two processes on one PostgreSQL never sell one number twice, and nobody is told that
//! there are none while there are.

use std::future::poll_fn;
use std::task::Poll;

use domain::App;
use domain::account::Caller;
use domain::clock::MINUTE_MS;
use domain::db::EngineKind;
use domain::order::{self, SaleRefusal};
use domain::request::Failure;

use super::second::{self, Second};
use crate::house::{House, ask};
use crate::on_both;

const ROUNDS: usize = 1_000;
const RUSHES: usize = 30;
const CALLERS: usize = 64;

/// Everybody wants the one number at once; tells how many of them got it.
pub(super) async fn round(app: &App, callers: &[Caller]) -> usize {
    let wants = callers.iter().map(|caller| {
        let (app, caller) = (app.clone(), *caller);
        tokio::spawn(async move { order::place(&app, caller, &ask("instagram"), None).await })
    });
    let mut sold = 0;
    for want in wants.collect::<Vec<_>>() {
        match want.await.expect("no panic") {
            Ok(_) => sold += 1,
            Err(Failure::Refused(SaleRefusal::NoNumbers)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    sold
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_number_that_64_want_on_two_processes_is_sold_once() {
    if second::is_meant() {
        return second::sell().await;
    }
    let house = House::stocked(House::open(EngineKind::Postgres).await, 1).await;
    let (mut callers, mut keys) = (Vec::new(), Vec::new());
    for place in 0..CALLERS / 2 {
        callers.push(house.customer(&format!("customer {place}"), "5.00").await);
        let name = format!("customer {place} of the second process");
        house.customer(&name, "5.00").await;
        keys.push(house.key(&name).await);
    }
    let mut second =
        Second::start("number::race::one_number_that_64_want_on_two_processes_is_sold_once", &house, &keys).await;
    let mut of_second = 0;
    for turn in 0..ROUNDS {
        second.begin(house.now_ms()).await;
        let ours = round(&house.app, &callers).await;
        let theirs = second.sold().await;
        assert_eq!(ours + theirs, 1, "round {turn}");
        of_second += theirs;
        house.pass_ms(20 * MINUTE_MS);
        assert_eq!(order::expire_due(&house.app).await.expect("expired"), 1);
        house.pass_ms(15 * MINUTE_MS);
    }
    assert!((1..ROUNDS).contains(&of_second), "both were in the race, and the second sold {of_second}");
    while domain::number::erase_ended(&house.app).await.expect("erased") > 0 {}
    assert_eq!(crate::verify::findings(&house).await, []);
}

/// Everybody wants a number at once; tells how many were sold, having seen that all others were told `no numbers`.
async fn rush(house: &House, callers: &[Caller]) -> usize {
    let wants = callers.iter().map(|caller| {
        let (app, caller) = (house.app.clone(), *caller);
        tokio::spawn(async move { order::place(&app, caller, &ask("instagram"), None).await })
    });
    let mut sold = std::collections::HashSet::new();
    for want in wants.collect::<Vec<_>>() {
        match want.await.expect("no panic") {
            Ok(placed) => assert!(sold.insert(placed.digits), "sold twice"),
            Err(Failure::Refused(SaleRefusal::NoNumbers)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    sold.len()
}

/// Rounds in which all of `numbers` must be sold to 64 who want one at once.
async fn rush_again_and_again(house: House, numbers: usize, rounds: usize) {
    let house = House::stocked(house, numbers).await;
    let mut callers = Vec::new();
    for place in 0..CALLERS {
        callers.push(house.customer(&format!("customer {place}"), "50.00").await);
    }
    for turn in 0..rounds {
        assert_eq!(rush(&house, &callers).await, numbers, "round {turn}");
        house.pass_ms(20 * MINUTE_MS);
        while order::expire_due(&house.app).await.expect("expired") > 0 {}
        house.pass_ms(15 * MINUTE_MS);
    }
    while domain::number::erase_ended(&house.app).await.expect("erased") > 0 {}
    assert_eq!(crate::verify::findings(&house).await, []);
}

on_both!(the_64_numbers_that_64_want_are_all_sold, async |house: House| {
    rush_again_and_again(house, CALLERS, RUSHES).await;
});

on_both!(the_10_numbers_that_64_want_are_all_sold_and_the_others_are_told, async |house: House| {
    rush_again_and_again(house, 10, RUSHES).await;
});

on_both!(a_caller_who_leaves_keeps_no_number_from_others, async |house: House| {
    let house = House::stocked(house, 17).await;
    let (ann, bob) = (house.customer("ann", "50.00").await, house.customer("bob", "50.00").await);
    house.order(ann, "instagram").await;
    let wanted = ask("instagram");
    let mut is_under_way = false;
    // A quick machine may have answered at the first look: then that caller did not leave.
    for _ in 0..8 {
        let mut left = Box::pin(order::place(&house.app, ann, &wanted, None));
        is_under_way = poll_fn(|context| Poll::Ready(left.as_mut().poll(context).is_pending())).await;
        if is_under_way {
            break;
        }
    }
    assert!(is_under_way, "candidates are in its hands");
    while order::place(&house.app, bob, &ask("instagram"), None).await.is_ok() {}
    // What was begun may or may not have been done to its end, but nothing has got lost.
    assert_eq!(house.number_of("SELECT COUNT(*) FROM orders").await, 17);
});
