//! Numbers of one's own for a day or for thirty.

mod auto_renew;

use domain::account::{Caller, Tier};
use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, parse_rfc3339, rfc3339};
use domain::event::{self, Kind};
use domain::ledger::{self, NewRefund};
use domain::login::Role;
use domain::money::Usd;
use domain::number::{self, NumberState};
use domain::order::{self, SaleRefusal, Which};
use domain::phone::Nanp;
use domain::product::Product;
use domain::rental::{self, CancelRefusal, RenewRefusal, Rented, State};
use domain::request::Failure;

use crate::house::{House, ask, may, once, why};
use crate::on_both;

const DAY: Product = Product::Rental1Day;

async fn rent(house: &House, caller: Caller, product: Product) -> Rented {
    rental::rent(&house.app, caller, product, &ask("instagram"), None).await.expect("rented")
}

async fn sold_out(house: &House, caller: Caller, service: &str) -> bool {
    let order = order::place(&house.app, caller, &ask(service), None).await;
    matches!(order, Err(Failure::Refused(SaleRefusal::NoNumbers)))
}

on_both!(a_rental_is_paid_at_once, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rent(&house, ann, DAY).await;
    assert_eq!(rented.end_ms - rented.created_ms, DAY_MS);
    assert_eq!(house.money(ann).await, ("1.35".to_owned(), "0.00".to_owned()));
});

on_both!(a_rental_of_thirty_days_ends_at_midnight, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "50.00").await;
    let rented = rent(&house, ann, Product::Rental30Day).await;
    assert_eq!(rfc3339(rented.end_ms), "2026-06-22T00:00:00Z");
    assert_eq!(parse_rfc3339("2026-06-22T00:00:00Z"), Some(rented.end_ms));
});

on_both!(nothing_else_is_sold_on_a_rented_number_until_a_day_after, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    rent(&house, ann, DAY).await;
    assert!(sold_out(&house, bob, "whatsapp").await);
    house.pass_ms(2 * DAY_MS - 1);
    rental::expire_due(&house.app).await.expect("expired");
    assert!(sold_out(&house, bob, "whatsapp").await);
    house.pass_ms(MINUTE_MS);
    house.order(bob, "whatsapp").await;
});

on_both!(the_last_number_is_rented_although_all_others_on_the_shelf_are_taken, async |house: House| {
    const NUMBERS: usize = 150;
    let house = House::stocked(house, NUMBERS).await;
    let ann = house.customer_of(Tier::Business, "ann", "500.00").await;
    // The shelf of rentals is filled here, and hears nothing of what is ordered for codes.
    rent(&house, ann, DAY).await;
    for _ in 0..NUMBERS - 2 {
        house.order(ann, "whatsapp").await;
    }
    rent(&house, ann, DAY).await;
    let refused = rental::rent(&house.app, ann, DAY, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))));
});

on_both!(a_number_with_an_order_is_not_rented_until_its_pause_is_over, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    house.order(ann, "whatsapp").await;
    let refused = rental::rent(&house.app, bob, DAY, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))));
    assert_eq!(house.money(bob).await, ("5.00".to_owned(), "0.00".to_owned()));
    house.pass_ms(35 * MINUTE_MS);
    rent(&house, bob, DAY).await;
});

on_both!(a_renewal_runs_on_from_the_paid_end, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "9.00").await;
    let rented = rent(&house, ann, DAY).await;
    house.pass_ms(23 * HOUR_MS);
    let renewed = rental::renew(&house.app, ann, (DAY, rented.rental), None, None).await.expect("renewed");
    assert_eq!(renewed.end_ms, rented.end_ms + DAY_MS);
    assert_eq!(house.money(ann).await, ("1.70".to_owned(), "0.00".to_owned()));
    house.pass_ms(20 * HOUR_MS);
    let received = house.text(&rented.digits, "32665", "482910 is your Instagram code.").await;
    assert_eq!(received, domain::message::Received::Delivered { account: ann.account });
});

on_both!(a_renewal_under_a_key_is_paid_once, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "20.00").await;
    let rented = rent(&house, ann, DAY).await;
    let renew = || rental::renew(&house.app, ann, (DAY, rented.rental), None, once(ann, "k", 1));
    assert_eq!(renew().await.expect("renewed"), renew().await.expect("the same"));
    assert_eq!(house.money(ann).await.0, "12.70");
});

on_both!(a_rental_that_is_over_is_not_renewed, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "9.00").await;
    let rented = rent(&house, ann, DAY).await;
    house.pass_ms(DAY_MS);
    let refused = rental::renew(&house.app, ann, (DAY, rented.rental), None, None).await;
    assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::NotRenewable))));
});

on_both!(a_retired_number_is_not_renewed, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "9.00").await;
    let rented = rent(&house, ann, DAY).await;
    let number = Nanp::parse(&rented.digits).expect("a number");
    number::set_state(&house.app, &number, NumberState::Retired, &why("gone"), &may("test")).await.expect("retired");
    let refused = rental::renew(&house.app, ann, (DAY, rented.rental), None, None).await;
    assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::NotRenewable))));
});

on_both!(a_renewal_that_is_not_covered_changes_nothing, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rent(&house, ann, DAY).await;
    let refused = rental::renew(&house.app, ann, (DAY, rented.rental), None, None).await;
    assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::Sale(SaleRefusal::Insufficient { .. })))));
    let inbox = rental::inbox(&house.app, ann.account, DAY, rented.rental).await.expect("read").expect("found");
    assert_eq!(inbox.rental.end_ms, rented.end_ms);
});

on_both!(a_rental_cancelled_in_time_is_refunded_in_full, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rent(&house, ann, DAY).await;
    house.pass_ms(20 * MINUTE_MS - 1);
    for _ in 0..2 {
        rental::cancel(&house.app, ann, DAY, rented.rental, None).await.expect("cancelled");
    }
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_renewed_rental_is_refunded_in_full_as_well, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "20.00").await;
    let rented = rent(&house, ann, DAY).await;
    for _ in 0..2 {
        rental::renew(&house.app, ann, (DAY, rented.rental), None, None).await.expect("renewed");
    }
    let inbox = rental::inbox(&house.app, ann.account, DAY, rented.rental).await.expect("read").expect("found");
    assert_eq!(inbox.cancellable_until_ms, Some(rented.cancellable_until_ms));
    house.pass_ms(20 * MINUTE_MS - 1);
    for _ in 0..2 {
        let cancelled = rental::cancel(&house.app, ann, DAY, rented.rental, None).await.expect("cancelled");
        assert_eq!(cancelled.refunded, Usd::from_cents(3 * 365));
    }
    assert_eq!(house.money(ann).await, ("20.00".to_owned(), "0.00".to_owned()));
    let payments = ledger::payments(&house.app, DAY, rented.rental).await.expect("read");
    assert!(payments.len() == 3 && payments.iter().all(|payment| payment.left() == Usd::ZERO));
    let events = event::feed(&house.app, ann.account, 0, 200).await.expect("read");
    let told: Vec<_> = events.iter().filter(|event| event.kind == Kind::RentalCancelled).collect();
    assert_eq!(told.iter().map(|event| event.amount).collect::<Vec<_>>(), [Some(Usd::from_cents(3 * 365))]);
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(what_an_operator_gave_back_of_a_renewal_comes_back_once, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "20.00").await;
    let rented = rent(&house, ann, DAY).await;
    rental::renew(&house.app, ann, (DAY, rented.rental), None, None).await.expect("renewed");
    let new = NewRefund {
        product: DAY,
        order: rented.rental,
        amount: Usd::from_cents(100),
        reason: why("a bad day"),
        by: "olga".into(),
        role: Role::Owner,
    };
    ledger::refund(&house.app, new, None).await.expect("refunded");
    let cancelled = rental::cancel(&house.app, ann, DAY, rented.rental, None).await.expect("cancelled");
    assert_eq!(cancelled.refunded, Usd::from_cents(2 * 365));
    assert_eq!(house.money(ann).await, ("20.00".to_owned(), "0.00".to_owned()));
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_renewed_rental_is_not_cancelled_later, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "20.00").await;
    let rented = rent(&house, ann, DAY).await;
    house.pass_ms(20 * MINUTE_MS - 1);
    rental::renew(&house.app, ann, (DAY, rented.rental), None, None).await.expect("renewed");
    house.pass_ms(1);
    let refused = rental::cancel(&house.app, ann, DAY, rented.rental, None).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::TooLate))));
});

on_both!(a_rental_is_not_cancelled_after_twenty_minutes, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rent(&house, ann, DAY).await;
    house.pass_ms(20 * MINUTE_MS);
    let refused = rental::cancel(&house.app, ann, DAY, rented.rental, None).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::TooLate))));
});

on_both!(a_rental_is_not_cancelled_once_a_text_came, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rent(&house, ann, DAY).await;
    house.text(&rented.digits, "32665", "482910 is your Instagram code.").await;
    let refused = rental::cancel(&house.app, ann, DAY, rented.rental, None).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::AlreadyReceived))));
});

on_both!(a_day_s_rental_is_not_found_among_those_of_thirty, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rent(&house, ann, DAY).await;
    let refused = rental::cancel(&house.app, ann, Product::Rental30Day, rented.rental, None).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::NotFound))));
});

on_both!(a_rental_past_its_end_is_over_before_the_worker_came, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rent(&house, ann, DAY).await;
    house.pass_ms(DAY_MS);
    let inbox = rental::inbox(&house.app, ann.account, DAY, rented.rental).await.expect("read").expect("found");
    assert_eq!(inbox.rental.state, State::Expired);
    assert_eq!(rental::expire_due(&house.app).await.expect("expired"), 1);
    assert_eq!(rental::expire_due(&house.app).await.expect("expired"), 0);
    let (active, _) = rental::list(&house.app, ann.account, DAY, Which::Active, None, 10).await.expect("listed");
    assert!(active.is_empty());
});

on_both!(a_renewed_rental_is_not_ended_by_a_late_worker, async |house: House| {
    let house = House::stocked(house, 2).await;
    let (ann, bob) = (house.customer("ann", "9.00").await, house.customer("bob", "9.00").await);
    let (short, long) = (rent(&house, ann, DAY).await, rent(&house, bob, DAY).await);
    rental::renew(&house.app, bob, (DAY, long.rental), None, None).await.expect("renewed");
    house.pass_ms(DAY_MS);
    assert_eq!(rental::expire_due(&house.app).await.expect("expired"), 1);
    assert_eq!(
        house.number_of(&format!("SELECT COUNT(*) FROM rental WHERE id = {} AND state = 'active'", long.rental)).await,
        1
    );
    assert_eq!(
        house
            .number_of(&format!("SELECT COUNT(*) FROM rental WHERE id = {} AND state = 'expired'", short.rental))
            .await,
        1
    );
});

on_both!(a_renewal_costs_no_more_than_was_shown, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "20.00").await;
    let rented = rental::rent(&house.app, ann, DAY, &ask("instagram"), None).await.expect("rented");
    let renew = |cents| rental::renew(&house.app, ann, (DAY, rented.rental), Some(Usd::from_cents(cents)), None);
    let refused = renew(364).await;
    let above = SaleRefusal::PriceAboveMax { price: Usd::from_cents(365) };
    assert!(matches!(refused, Err(Failure::Refused(RenewRefusal::Sale(refusal))) if refusal == above));
    assert_eq!(house.money(ann).await, ("16.35".to_owned(), "0.00".to_owned()));
    renew(365).await.expect("renewed");
});
