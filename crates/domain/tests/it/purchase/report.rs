//! What houses took and gave back, against what customers did.

use domain::clock::DAY_MS;
use domain::ledger::{self, NewRefund};
use domain::login::Role;
use domain::order;
use domain::product::Product;
use domain::purchase::{self, Day, Difference};
use domain::rental;
use domain::supply::{Rejected, Trouble};

use super::market::Market;
use super::renew::{DAY, Tenant};
use super::shop::{Mood, cents};
use crate::house::{House, ask, why};
use crate::on_both;

async fn today(market: &Market) -> Vec<Day> {
    let from = market.house.app.now_ms().div_euclid(DAY_MS) * DAY_MS;
    purchase::report(&market.house.app, from, from + DAY_MS).await.expect("a report")
}

on_both!(a_day_without_differences_adds_up, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    let second = market.house.order(ann, "instagram").await;
    order::cancel(&market.house.app, ann, second.order, None).await.expect("cancelled");
    let days = today(&market).await;
    let alpha = Day {
        day: "2026-05-22".to_owned(),
        source: "alpha".to_owned(),
        asked: 2,
        bought: 2,
        renewed: 0,
        charged: cents(40),
        refunded: cents(20),
        captured: cents(42),
        released: cents(42),
        spent_besides: cents(0),
        added_besides: cents(0),
        differences: Vec::new(),
        difference_count: 0,
    };
    assert_eq!(days, [alpha]);
});

on_both!(what_only_the_balance_tells_is_told_too, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    // It took more than it said, and the operator pays in.
    market.alpha.at().wallet = cents(9_973);
    market.later(61_000).await;
    market.alpha.at().wallet = cents(14_973);
    market.later(61_000).await;
    market.later(61_000).await;
    let days = today(&market).await;
    let besides =
        days.iter().map(|day| (day.source.as_str(), day.spent_besides, day.added_besides)).collect::<Vec<_>>();
    assert_eq!(besides, [("alpha", cents(7), cents(5_000))]);
    assert_eq!(days[0].charged, cents(20));
    market.is_sound().await;
});

on_both!(what_was_paid_for_nothing_is_listed, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    market.alpha.at().rejects.push_back(Ok(Rejected::NotPossible(Trouble::new("it keeps the price"))));
    order::cancel(&market.house.app, ann, placed.order, None).await.expect("cancelled");
    let days = today(&market).await;
    let difference = &days[0].differences[0];
    assert_eq!(difference.what, "its house was paid, and the customer paid nothing");
    assert_eq!((difference.paid, difference.earned), (cents(20), cents(0)));
    market.is_sound().await;
});

/// Gives a customer back what was paid for one term of a rental: the newest that is not given back yet.
async fn give_back(market: &Market, rental: i64, amount: i32) {
    let (by, role) = ("eve".to_owned(), Role::Operator);
    let new = NewRefund { product: DAY, order: rental, amount: cents(amount), reason: why("unhappy"), by, role };
    ledger::refund(&market.house.app, new, None).await.expect("refunded");
}

const LOST: &str = "its house was paid, and the customer paid nothing";

on_both!(a_refund_of_one_term_is_of_that_term_alone, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    let market = &tenant.market;
    // A number on which nothing came is given back at its end, and costs nothing.
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    tenant.renew("k").await.expect("renewed");
    let from = market.house.app.now_ms().div_euclid(DAY_MS) * DAY_MS;
    let day = async || purchase::report(&market.house.app, from, from + DAY_MS).await.expect("a report").remove(0);
    give_back(market, tenant.rental, 365).await;
    market.later(2 * DAY_MS).await;
    rental::expire_due(&market.house.app).await.expect("expired");
    market.round().await;
    let of_term = Difference {
        purchase: 3,
        order: (Product::Rental1Day, tenant.rental),
        what: LOST,
        paid: cents(20),
        earned: cents(0),
    };
    let seen = day().await;
    assert_eq!((seen.charged, seen.captured, seen.released), (cents(40), cents(730), cents(365)));
    assert_eq!(seen.differences, std::slice::from_ref(&of_term));
    give_back(market, tenant.rental, 365).await;
    let seen = day().await;
    assert_eq!((seen.captured, seen.released), (cents(730), cents(730)));
    assert_eq!(seen.differences, [Difference { purchase: 1, ..of_term.clone() }, of_term]);
    market.is_sound().await;
});

on_both!(a_refund_of_a_part_of_a_term_is_no_difference, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.renew("k").await.expect("renewed");
    give_back(&tenant.market, tenant.rental, 364).await;
    let seen = today(&tenant.market).await.remove(0);
    assert_eq!((seen.captured, seen.released, seen.difference_count), (cents(730), cents(364), 0));
});

on_both!(a_corrupted_cost_is_found, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.is_sound().await;
    market.house.tamper(&["UPDATE purchase SET charged = charged + 10000"]).await;
    let findings = domain::verify::verify(&market.house.app, &|_| {}).await.expect("looked");
    assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["L9"]);
});

on_both!(a_search_that_nobody_decides_is_found, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::LosesAnswer]);
    market.beta.will(&[Mood::HasNone]);
    let ann = market.house.customer("ann", "5.00").await;
    order::place(&market.house.app, ann, &ask("instagram"), None).await.expect_err("in doubt");
    market.is_sound().await;
    market.house.tamper(&["UPDATE purchase SET state = 'refused', ended_ms = 1 WHERE state = 'in_doubt'"]).await;
    let findings = domain::verify::verify(&market.house.app, &|_| {}).await.expect("looked");
    assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["L7"]);
});
