//! What operators are told of an order.

use domain::dossier;
use domain::ledger::Move;
use domain::money::Usd;
use domain::order;
use domain::product::Product;
use domain::rental;

use crate::house::{House, ask};
use crate::on_both;

fn kinds(dossier: &dossier::Dossier) -> Vec<Move> {
    dossier.transfers.iter().map(|posting| posting.kind).collect()
}

on_both!(an_order_is_told_with_its_money_and_its_messages, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.text(&placed.digits, "32665", "Your Instagram code is 111222").await;
    let told = dossier::dossier(&house.app, placed.order).await.expect("read").expect("an order");
    assert_eq!((told.customer.as_str(), told.source, told.facts.state), ("ann", 1, "received"));
    assert_eq!(kinds(&told), [Move::Hold, Move::Capture]);
    assert_eq!((told.payments[0].amount, told.payments[0].left()), (Usd::from_cents(42), Usd::from_cents(42)));
    assert_eq!(told.arrivals.len(), 2);
    assert!(dossier::dossier(&house.app, placed.order + 1).await.expect("read").is_none());
});

on_both!(an_order_that_gave_its_price_back_has_no_payment, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    let told = dossier::dossier(&house.app, placed.order).await.expect("read").expect("an order");
    assert_eq!(kinds(&told), [Move::Hold, Move::Release]);
    assert_eq!((told.payments.len(), told.arrivals.len()), (0, 0));
});

on_both!(a_rental_is_told_with_its_renewals, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "20.00").await;
    let product = Product::Rental1Day;
    let rented = rental::rent(&house.app, ann, product, &ask("whatsapp"), None).await.expect("rented").rental;
    rental::renew(&house.app, ann, (product, rented), None, None).await.expect("renewed");
    let told = dossier::dossier(&house.app, rented).await.expect("read").expect("a rental");
    assert_eq!((told.facts.product, told.facts.state), (product, "active"));
    assert_eq!((kinds(&told).len(), told.payments.len()), (2, 2));
});

on_both!(a_number_s_orders_and_the_newest_of_all_are_listed, async |house: House| {
    let house = House::stocked(house, 3).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let first = house.order(ann, "instagram").await;
    house.pass_ms(1_000);
    let second = house.order(bob, "whatsapp").await;
    let newest = dossier::newest(&house.app, None, 50).await.expect("read");
    let names: Vec<&str> = newest.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!((names, newest[0].0.id), (vec!["bob", "ann"], second.order));
    let place = Some((newest[0].0.created_ms, newest[0].0.id));
    assert_eq!(dossier::newest(&house.app, place, 50).await.expect("read")[0].0.id, first.order);
    let of_number = dossier::of_number(&house.app, &first.digits).await.expect("read");
    assert!(of_number.iter().any(|(facts, name)| facts.id == first.order && name == "ann"));
    assert!(dossier::of_number(&house.app, "12025550199").await.expect("read").is_empty());
});

on_both!(orders_and_rentals_of_all_are_one_list_that_is_read_by_pages, async |house: House| {
    let house = House::stocked(house, 4).await;
    let (ann, bob) = (house.customer("ann", "20.00").await, house.customer("bob", "30.00").await);
    let rent = async |who, product| {
        rental::rent(&house.app, who, product, &ask("whatsapp"), None).await.expect("rented").rental
    };
    // The first two are made at one time, so that their ids decide.
    let made = [rent(ann, Product::Rental1Day).await, house.order(bob, "instagram").await.order];
    let mut all = made.to_vec();
    all.sort_unstable();
    house.pass_ms(1_000);
    all.push(house.order(ann, "instagram").await.order);
    house.pass_ms(1_000);
    all.push(rent(bob, Product::Rental30Day).await);
    all.reverse();
    let mut seen = Vec::new();
    let mut before = None;
    while let Some((facts, _)) = dossier::newest(&house.app, before, 1).await.expect("read").pop() {
        before = Some((facts.created_ms, facts.id));
        seen.push(facts.id);
    }
    assert_eq!(seen, all);
    let page = dossier::newest(&house.app, None, 3).await.expect("read");
    let ids: Vec<i64> = page.iter().map(|(facts, _)| facts.id).collect();
    assert_eq!((ids.as_slice(), page[0].0.product, page[0].1.as_str()), (&all[..3], Product::Rental30Day, "bob"));
});
