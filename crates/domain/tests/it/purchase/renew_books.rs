//! What renewals of bought rentals are to the figures, the limits and the records of the house.

use domain::account;
use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::dossier;
use domain::figures::{self, Span};
use domain::order::{self, ReuseRefusal, SaleRefusal};
use domain::policy::kept;
use domain::policy::limits::Limits;
use domain::purchase::PaidTerm;
use domain::rental;
use domain::request::Failure;

use super::market::Market;
use super::renew::{DAY, Tenant};
use super::shop::{Term, cents};
use crate::house::{House, ask, may, why};
use crate::on_both;

on_both!(a_term_costs_the_house_what_was_charged_in_the_hour_of_its_payment, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    let app = &tenant.market.house.app;
    tenant.market.later(HOUR_MS).await;
    tenant.market.alpha.at().terms.push_back(Term::IsDear);
    tenant.market.house.pass_ms(3_000);
    tenant.renew("k").await.expect("renewed");
    tenant.market.house.pass_ms(MINUTE_MS);
    while figures::count_due(app).await.expect("counted") > 0 {}
    let sums = figures::report(app, Span::Day).await.expect("a report").sums;
    assert_eq!((sums.rentals, sums.revenue, sums.cost), (2, cents(730), cents(47)));
});

on_both!(each_term_of_a_rental_is_told_with_its_cost, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    let told = async || dossier::dossier(&tenant.market.house.app, tenant.rental).await.expect("read").expect("known");
    assert_eq!((told().await.terms, told().await.cost_in_all()), (Vec::new(), cents(20)));
    tenant.market.alpha.at().terms.extend([Term::Refuses, Term::IsDear]);
    tenant.renew("k").await.expect_err("refused");
    tenant.renew("l").await.expect("renewed");
    let at_ms = tenant.market.house.now_ms();
    let dear = PaidTerm { renewal: 4, at_ms, cost: cents(27) };
    assert_eq!((told().await.terms, told().await.cost), (vec![dear], cents(20)));
    tenant.market.house.pass_ms(MINUTE_MS);
    tenant.renew("m").await.expect("renewed");
    let same = PaidTerm { renewal: 5, at_ms: at_ms + MINUTE_MS, cost: cents(20) };
    assert_eq!((told().await.terms, told().await.cost_in_all()), (vec![dear, same], cents(67)));
});

on_both!(a_term_in_doubt_counts_against_the_limits, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    let app = &tenant.market.house.app;
    tenant.market.alpha.at().terms.push_back(Term::LosesAnswer);
    tenant.renew("k").await.expect_err("in doubt");
    let own = Limits { day_spend: Some(cents(1_094)), ..Limits::NONE };
    account::set_limits(app, "ann", own, &why("asked"), &may("eve")).await.expect("set");
    let ann = account::standing(app, tenant.ann.account).await.expect("read").expect("an account").caller;
    let refused = rental::rent(app, ann, DAY, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::LimitReached { .. }))), "{refused:?}");
    let own = Limits { day_spend: Some(cents(1_095)), ..Limits::NONE };
    account::set_limits(app, "ann", own, &why("asked"), &may("eve")).await.expect("set");
    assert!(rental::rent(app, ann, DAY, &ask("instagram"), None).await.is_ok());
});

on_both!(renewals_are_forgotten_with_their_rental_and_not_while_one_is_open, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    let market = &tenant.market;
    let app = &market.house.app;
    tenant.renew("k").await.expect("renewed");
    market.alpha.at().terms.push_back(Term::LosesQuestion);
    tenant.renew("l").await.expect_err("in doubt");
    market.alpha.at().lists = false;
    market.later(3 * DAY_MS).await;
    rental::expire_due(app).await.expect("expired");
    market.round().await;
    market.alpha.at().is_silent = true;
    market.house.pass_ms(91 * DAY_MS);
    domain::number::erase_ended(app).await.expect("erased");
    let count = async || market.house.number_of("SELECT COUNT(*) FROM renewal").await;
    while kept::forget_records(app).await.expect("looked") > 0 {}
    assert_eq!(count().await, 2);
    market.alpha.at().is_silent = false;
    for ms in [0, 80_000, 20_000] {
        market.later(ms).await;
    }
    while kept::forget_records(app).await.expect("forgotten") > 0 {
        market.is_sound().await;
    }
    assert_eq!(count().await, 0);
    market.is_sound().await;
});

on_both!(the_bought_number_of_an_order_that_is_over_is_not_had_again, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    market.later(20 * MINUTE_MS).await;
    let app = &market.house.app;
    order::expire_due(app).await.expect("expired");
    let refused = order::reuse(app, ann, placed.order, None, None).await;
    let Err(Failure::Refused(ReuseRefusal::Sale(SaleRefusal::NoNumbers))) = refused else { panic!("it was sold") };
    assert!(!market.alpha.calls().iter().any(|call| call.starts_with("reuse")));
    market.is_sound().await;
});
