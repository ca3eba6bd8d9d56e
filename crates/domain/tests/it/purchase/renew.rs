//! Renewing a rental whose number another house sold: that house is asked once for the term, and paid only for one that
//! the customer has.

use domain::account::Caller;
use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::event::{self, Kind};
use domain::order::SaleRefusal;
use domain::product::Product;
use domain::purchase::{self, Day};
use domain::rental::{self, RenewRefusal, Renewed, State};
use domain::request::Failure;
use domain::supply::{Rejected, Trouble};

use super::market::Market;
use super::shop::{Term, cents};
use crate::house::{House, ask, once};
use crate::on_both;

pub(super) const DAY: Product = Product::Rental1Day;

/// A customer with a bought rental of a day, which cannot be cancelled any more.
pub(super) struct Tenant {
    pub(super) market: Market,
    pub(super) ann: Caller,
    pub(super) rental: i64,
    pub(super) end_ms: i64,
}

impl Tenant {
    /// With so many dollars before the rental, which costs 3.65.
    pub(super) async fn of(house: House, dollars: &str) -> Self {
        let house = House::stocked(house, 0).await;
        let market = Market::bare(house, DAY).await;
        market.alpha.at().end_ms = Some(market.house.app.now_ms() + DAY_MS);
        market.round().await;
        let ann = market.house.customer("ann", dollars).await;
        let rented = rental::rent(&market.house.app, ann, DAY, &ask("instagram"), None).await.expect("a rental");
        market.later(20 * MINUTE_MS).await;
        Self { market, ann, rental: rented.rental, end_ms: rented.end_ms }
    }

    pub(super) async fn renew(&self, key: &str) -> Result<Renewed, Failure<RenewRefusal>> {
        rental::renew(&self.market.house.app, self.ann, (DAY, self.rental), None, once(self.ann, key, 1)).await
    }

    /// How often the first house was asked for a term.
    pub(super) fn asked(&self) -> usize {
        self.market.alpha.calls().iter().filter(|call| call.starts_with("renew")).count()
    }

    pub(super) async fn money(&self) -> (String, String) {
        self.market.house.money(self.ann).await
    }

    pub(super) async fn has(&self, available: &str, held: &str) {
        assert_eq!(self.money().await, (available.to_owned(), held.to_owned()));
    }

    /// When the rental ends, and whether it runs.
    pub(super) async fn end(&self) -> (i64, State) {
        let inbox = rental::inbox(&self.market.house.app, self.ann.account, DAY, self.rental).await.expect("read");
        let rental = inbox.expect("a rental").rental;
        (rental.end_ms, rental.state)
    }

    pub(super) async fn told(&self, kind: Kind) -> usize {
        let events = event::feed(&self.market.house.app, self.ann.account, 0, 200).await.expect("read");
        events.iter().filter(|event| event.kind == kind).count()
    }
}

async fn today(market: &Market) -> Vec<Day> {
    let from = market.house.app.now_ms().div_euclid(DAY_MS) * DAY_MS;
    purchase::report(&market.house.app, from, from + DAY_MS).await.expect("a report")
}

on_both!(a_term_is_bought_of_the_house_and_paid_once, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    let renewed = tenant.renew("k").await.expect("renewed");
    assert_eq!(renewed, Renewed { price: cents(365), end_ms: tenant.end_ms + DAY_MS });
    assert_eq!(tenant.renew("k").await.expect("the same"), renewed);
    assert_eq!((tenant.asked(), tenant.end().await), (1, (renewed.end_ms, State::Active)));
    tenant.has("12.70", "0.00").await;
    assert_eq!(tenant.market.states().await, ["bought", "done"]);
    assert_eq!(tenant.told(Kind::RentalRenewed).await, 1);
    tenant.market.is_sound().await;
    // It receives in the new term as well.
    tenant.market.later(DAY_MS).await;
    tenant.market.alpha.text("Your Instagram code is 482910");
    tenant.market.later(3_000).await;
    let inbox = rental::inbox(&tenant.market.house.app, tenant.ann.account, DAY, tenant.rental).await.expect("read");
    assert_eq!(inbox.expect("a rental").messages.len(), 1);
    let second = tenant.renew("l").await.expect("renewed again");
    assert_eq!(second.end_ms, tenant.end_ms + 2 * DAY_MS);
    tenant.market.is_sound().await;
});

on_both!(a_house_that_says_no_gives_the_price_back, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.alpha.at().terms.push_back(Term::Refuses);
    for _ in 0..2 {
        let refused = tenant.renew("k").await;
        assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::NotRenewable))), "{refused:?}");
    }
    tenant.has("16.35", "0.00").await;
    assert_eq!(tenant.asked(), 1);
    assert_eq!(tenant.end().await, (tenant.end_ms, State::Active));
    assert_eq!(tenant.market.states().await, ["bought", "refused"]);
    tenant.market.is_sound().await;
    // Another wish asks again.
    assert!(tenant.renew("l").await.is_ok());
    tenant.market.is_sound().await;
});

on_both!(a_house_that_could_not_is_our_trouble_and_the_same_request_is_made_anew, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    for trouble in [Term::WantsMoney, Term::IsAway] {
        tenant.market.alpha.at().terms.push_back(trouble);
        let failed = tenant.renew("k").await;
        assert!(matches!(failed, Err(Failure::Upstream)), "{failed:?}");
        tenant.has("16.35", "0.00").await;
    }
    assert!(tenant.renew("k").await.is_ok());
    assert_eq!(tenant.market.states().await, ["bought", "refused", "refused", "done"]);
    tenant.market.is_sound().await;
});

on_both!(nothing_is_asked_for_that_the_customer_cannot_or_will_not_pay, async |house: House| {
    let tenant = Tenant::of(house, "4.00").await;
    let poor = tenant.renew("k").await;
    let Err(Failure::Refused(RenewRefusal::Sale(SaleRefusal::Insufficient { .. }))) = poor else { panic!("{poor:?}") };
    let (app, of) = (&tenant.market.house.app, (DAY, tenant.rental));
    let dear = rental::renew(app, tenant.ann, of, Some(cents(364)), None).await;
    let Err(Failure::Refused(RenewRefusal::Sale(SaleRefusal::PriceAboveMax { .. }))) = dear else { panic!("{dear:?}") };
    let bob = tenant.market.house.customer("bob", "9.00").await;
    let foreign = rental::renew(app, bob, of, None, None).await;
    assert!(matches!(foreign, Err(Failure::Refused(RenewRefusal::NotFound))), "{foreign:?}");
    assert_eq!(tenant.asked(), 0);
    tenant.market.is_sound().await;
});

on_both!(a_term_that_costs_more_than_its_customer_pays_is_not_bought, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.alpha.at().price = cents(366);
    tenant.market.later(MINUTE_MS).await;
    tenant.market.house.pass_ms(3_000);
    let refused = tenant.renew("k").await;
    assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::NotRenewable))), "{refused:?}");
    assert_eq!(tenant.asked(), 0);
    tenant.market.is_sound().await;
});

on_both!(a_price_that_nobody_confirmed_for_long_is_not_paid, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.house.pass_ms(30 * MINUTE_MS);
    let refused = tenant.renew("k").await;
    assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::NotRenewable))), "{refused:?}");
    tenant.market.later(0).await;
    tenant.market.house.pass_ms(3_000);
    assert!(tenant.renew("l").await.is_ok());
});

on_both!(what_is_not_bought_there_any_more_is_not_renewed, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    let app = &tenant.market.house.app;
    purchase::unmap(app, "alpha", "instagram", DAY, &crate::house::may("test")).await.expect("unmapped");
    let refused = tenant.renew("k").await;
    assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::NotRenewable))), "{refused:?}");
    assert_eq!(tenant.asked(), 0);
});

on_both!(as_long_as_it_can_be_cancelled_no_term_is_bought_that_would_be_lost, async |house: House| {
    let house = House::stocked(house, 0).await;
    let market = Market::bare(house, DAY).await;
    market.round().await;
    let ann = market.house.customer("ann", "20.00").await;
    let app = &market.house.app;
    let rented = rental::rent(app, ann, DAY, &ask("instagram"), None).await.expect("a rental");
    let of = (DAY, rented.rental);
    let early = rental::renew(app, ann, of, None, once(ann, "k", 1)).await;
    assert!(matches!(early, Err(Failure::Refused(RenewRefusal::NotYet))), "{early:?}");
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    assert!(rental::renew(app, ann, of, None, once(ann, "k", 1)).await.is_ok());
    market.is_sound().await;
});

on_both!(a_cancelled_rental_is_not_renewed_nor_one_that_is_being_given_back, async |house: House| {
    let house = House::stocked(house, 0).await;
    let market = Market::bare(house, DAY).await;
    market.round().await;
    let ann = market.house.customer("ann", "20.00").await;
    let app = &market.house.app;
    let rented = rental::rent(app, ann, DAY, &ask("instagram"), None).await.expect("a rental");
    let silent = Err(domain::supply::Fault::Unknown(Trouble::new("it did not answer")));
    market.alpha.at().rejects.extend([silent, Ok(Rejected::Done)]);
    rental::cancel(app, ann, DAY, rented.rental, None).await.expect_err("open");
    for ms in [20 * MINUTE_MS, 0] {
        market.house.pass_ms(ms);
        let refused = rental::renew(app, ann, (DAY, rented.rental), None, None).await;
        assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::NotRenewable))), "{refused:?}");
        market.round().await;
    }
    assert!(!market.alpha.calls().iter().any(|call| call.starts_with("renew")));
});

on_both!(a_rental_that_ends_in_a_moment_is_not_renewed, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.later(DAY_MS - 20 * MINUTE_MS - 30_000).await;
    tenant.market.house.pass_ms(2_000);
    let refused = tenant.renew("k").await;
    assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::NotRenewable))), "{refused:?}");
    assert_eq!(tenant.asked(), 0);
});

on_both!(a_house_that_charges_more_is_paid_and_listed, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.alpha.at().terms.push_back(Term::IsDear);
    assert!(tenant.renew("k").await.is_ok());
    let days = today(&tenant.market).await;
    assert_eq!((days[0].asked, days[0].bought, days[0].renewed), (2, 1, 1));
    assert_eq!((days[0].charged, days[0].captured), (cents(47), cents(730)));
    let difference = &days[0].differences[0];
    assert_eq!((difference.what, difference.purchase), ("it cost more than it was offered for", 3));
    tenant.market.is_sound().await;
});

on_both!(the_end_is_the_house_s_where_its_term_is_shorter, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.alpha.at().term_ms = 20 * HOUR_MS;
    let renewed = tenant.renew("k").await.expect("renewed");
    assert_eq!(renewed.end_ms, tenant.end_ms + 20 * HOUR_MS);
    tenant.market.is_sound().await;
});

on_both!(one_wish_is_asked_for_at_a_time_and_its_repeat_waits, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.alpha.at().terms.push_back(Term::Waits);
    let (app, ann, of) = (tenant.market.house.app.clone(), tenant.ann, (DAY, tenant.rental));
    let first = tokio::spawn({
        let app = app.clone();
        async move { rental::renew(&app, ann, of, None, once(ann, "k", 1)).await }
    });
    while tenant.asked() == 0 {
        tokio::task::yield_now().await;
    }
    let other = rental::renew(&app, ann, of, None, None).await;
    assert!(matches!(other, Err(Failure::Open { .. })), "{other:?}");
    tenant.has("12.70", "3.65").await;
    tenant.market.is_sound().await;
    let repeat = tokio::spawn(async move { rental::renew(&app, ann, of, None, once(ann, "k", 1)).await });
    tenant.market.alpha.gate.notify_one();
    let (first, repeat) = (first.await.expect("it ran"), repeat.await.expect("it ran"));
    assert_eq!(first.expect("renewed"), repeat.expect("the same"));
    assert_eq!(tenant.asked(), 1);
    tenant.has("12.70", "0.00").await;
    tenant.market.is_sound().await;
});

on_both!(who_leaves_while_the_house_is_asked_has_the_term, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.alpha.at().terms.push_back(Term::Waits);
    let (app, ann, of) = (tenant.market.house.app.clone(), tenant.ann, (DAY, tenant.rental));
    let asking = tokio::spawn(async move { rental::renew(&app, ann, of, None, once(ann, "k", 1)).await });
    while tenant.asked() == 0 {
        tokio::task::yield_now().await;
    }
    asking.abort();
    tenant.market.alpha.gate.notify_one();
    while tenant.told(Kind::RentalRenewed).await == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(tenant.end().await, (tenant.end_ms + DAY_MS, State::Active));
    assert!(tenant.renew("k").await.is_ok());
    assert_eq!(tenant.asked(), 1);
});
