//! Refunds that operators decide.

use domain::account::Caller;
use domain::clock::DAY_MS;
use domain::event::{self, Kind};
use domain::history::{self, Filter};
use domain::ledger::{self, Move, NewRefund, RefundRefusal, Refunded};
use domain::login::Role;
use domain::money::Usd;
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::rental;
use domain::request::{Failure, Once};

use crate::house::{House, ask};
use crate::on_both;

fn refund_of(order: i64, cents: i32, role: Role) -> NewRefund {
    NewRefund {
        product: Product::ShortTerm,
        order,
        amount: Usd::from_cents(cents),
        reason: Reason::parse("the code was of another service").expect("a reason"),
        by: role.word().to_owned(),
        role,
    }
}

async fn refund(house: &House, order: i64, cents: i32) -> Result<Refunded, RefundRefusal> {
    told(ledger::refund(&house.app, refund_of(order, cents, Role::Operator), None).await)
}

fn told<T>(answer: Result<T, Failure<RefundRefusal>>) -> Result<T, RefundRefusal> {
    answer.map_err(|failure| match failure {
        Failure::Refused(refusal) => refusal,
        Failure::KeyReused | Failure::Open { .. } | Failure::Upstream | Failure::Db(_) => panic!("{failure}"),
    })
}

async fn refunded_of(house: &House, of: Caller, order: i64) -> Usd {
    ledger::refunded_of(&house.app, of.account, order).await.expect("read")
}

/// An order for 0.42 that was paid.
async fn paid(house: &House, caller: Caller) -> i64 {
    let placed = house.order(caller, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    placed.order
}

on_both!(a_captured_order_is_refunded_in_parts_and_never_above_its_price, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let order = paid(&house, ann).await;
    let left = |cents| Ok(Refunded { amount: Usd::from_cents(20), left: Usd::from_cents(cents) });
    assert_eq!(refund(&house, order, 20).await, left(22));
    assert_eq!(refund(&house, order, 20).await, left(2));
    assert_eq!(refund(&house, order, 3).await, Err(RefundRefusal::AboveLeft { left: Usd::from_cents(2) }));
    assert_eq!(house.money(ann).await, ("4.98".to_owned(), "0.00".to_owned()));
    let line = ledger::statement(&house.app, ann.account, None, 1).await.expect("read").remove(0);
    assert_eq!((line.kind, line.order), (Move::Refund, Some((Product::ShortTerm, order))));
    let events = event::feed(&house.app, ann.account, 0, 200).await.expect("read");
    assert_eq!(events.iter().filter(|event| event.kind == Kind::OrderRefunded).count(), 2);
    let (lines, _) = history::history(&house.app, ann.account, &Filter::default(), None, 10).await.expect("read");
    assert_eq!(lines[0].refunded, Usd::from_cents(40));
    assert_eq!(refunded_of(&house, ann, order).await, Usd::from_cents(40));
    let bob = house.customer("bob", "5.00").await;
    assert_eq!(refunded_of(&house, bob, order).await, Usd::ZERO);
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(what_was_not_paid_does_not_come_back, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    assert_eq!(refund(&house, placed.order, 42).await, Err(RefundRefusal::NotPaid));
    assert_eq!(refunded_of(&house, ann, placed.order).await, Usd::ZERO);
    assert_eq!(refund(&house, placed.order + 1, 42).await, Err(RefundRefusal::NotFound));
    assert_eq!(refund(&house, placed.order, 0).await, Err(RefundRefusal::BadAmount));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(one_form_refunds_once, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let order = paid(&house, ann).await;
    let once = Some(Once { account: 1, route: "refund", name: "form".into(), body_hash: [1; 32] });
    let new = refund_of(order, 10, Role::Operator);
    let (one, other) = tokio::join!(
        ledger::refund(&house.app, new.clone(), once.clone()),
        ledger::refund(&house.app, new.clone(), once.clone())
    );
    assert_eq!(told(one), told(other));
    assert_eq!(house.money(ann).await.0, "4.68");
});

on_both!(many_at_once_give_back_no_more_than_was_paid, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let order = paid(&house, ann).await;
    let all = (0..16).map(|_| {
        let app = house.app.clone();
        tokio::spawn(async move { ledger::refund(&app, refund_of(order, 10, Role::Operator), None).await.is_ok() })
    });
    let mut done = 0;
    for one in all.collect::<Vec<_>>() {
        done += usize::from(one.await.expect("it ends"));
    }
    assert_eq!(done, 4);
    assert_eq!(house.money(ann).await, ("4.98".to_owned(), "0.00".to_owned()));
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(each_role_gives_back_within_its_limits, async |house: House| {
    let house = House::stocked(house, 6).await;
    let ann = house.customer("ann", "200.00").await;
    let mut rentals = Vec::new();
    for _ in 0..6 {
        let rented = rental::rent(&house.app, ann, Product::Rental30Day, &ask("whatsapp"), None).await.expect("rented");
        rentals.push(rented.rental);
    }
    let of = |rental, cents, role| NewRefund { product: Product::Rental30Day, ..refund_of(rental, cents, role) };
    let try_it = async |new: NewRefund| told(ledger::refund(&house.app, new, None).await);
    assert_eq!(try_it(of(rentals[0], 100, Role::Auditor)).await, Err(RefundRefusal::NotAllowed));
    let most = Usd::from_cents(2_500);
    assert_eq!(try_it(of(rentals[0], 2_501, Role::Support)).await, Err(RefundRefusal::AboveLimit { most }));
    for rental in &rentals[..5] {
        try_it(of(*rental, 1_999, Role::Support)).await.expect("within the limits");
    }
    let most = Usd::from_cents(10_000);
    assert_eq!(try_it(of(rentals[5], 6, Role::Support)).await, Err(RefundRefusal::AboveDay { most }));
    try_it(of(rentals[5], 5, Role::Support)).await.expect("what is left of the day");
    try_it(of(rentals[5], 1_000, Role::Operator)).await.expect("another role has its own limits");
    house.pass_ms(DAY_MS);
    try_it(of(rentals[5], 6, Role::Support)).await.expect("another day");
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_rental_is_refunded_by_its_payments_and_its_cancel_gives_back_the_rest, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "20.00").await;
    let product = Product::Rental1Day;
    let rent = async || rental::rent(&house.app, ann, product, &ask("whatsapp"), None).await.expect("rented").rental;
    let give = async |rental, cents| {
        let new = NewRefund { product, ..refund_of(rental, cents, Role::Operator) };
        told(ledger::refund(&house.app, new, None).await)
    };
    let cancelled = rent().await;
    give(cancelled, 100).await.expect("some comes back");
    let answer = rental::cancel(&house.app, ann, product, cancelled, None).await.expect("in time");
    assert_eq!(answer.refunded, Usd::from_cents(365), "the price came back in all");
    assert_eq!(house.money(ann).await.0, "20.00");
    assert_eq!(refunded_of(&house, ann, cancelled).await, Usd::from_cents(365));
    let renewed = rent().await;
    rental::renew(&house.app, ann, (product, renewed), None, None).await.expect("renewed");
    let left = Usd::from_cents(365);
    assert_eq!(give(renewed, 366).await, Err(RefundRefusal::AboveLeft { left }));
    give(renewed, 365).await.expect("the renewal");
    give(renewed, 365).await.expect("the first term");
    assert!(give(renewed, 1).await.is_err());
    assert_eq!(refunded_of(&house, ann, renewed).await, Usd::from_cents(730));
    assert_eq!(house.money(ann).await.0, "20.00");
    assert_eq!(crate::verify::findings(&house).await, []);
});
