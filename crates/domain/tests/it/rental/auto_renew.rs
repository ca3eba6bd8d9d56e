//! What the house renews by itself, and what a customer writes down of a rental.

use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::event::{self, Kind};
use domain::money::Usd;
use domain::product::Product;
use domain::rental::{self, AutoRefusal, DescribeRefusal, State};

use crate::account::low_balance::person;
use crate::house::{House, ask};
use crate::login::{mail_to, mails};
use crate::on_both;

const DAY: Product = Product::Rental1Day;

async fn told(house: &House, account: i64, kind: Kind) -> usize {
    let events = event::feed(&house.app, account, 0, 200).await.expect("read");
    events.iter().filter(|event| event.kind == kind).count()
}

on_both!(a_rental_is_renewed_in_its_last_hour_and_once_a_term, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "8.00").await;
    let rented = rental::rent(&house.app, ann, DAY, &ask("instagram"), None).await.expect("rented");
    let most = Some(Usd::from_cents(365));
    person(&house, "ann").await;
    rental::auto_renew(&house.app, ann.account, (DAY, rented.rental), most).await.expect("switched on");
    house.pass_ms(23 * HOUR_MS - 1);
    assert_eq!(rental::auto_renew_due(&house.app).await.expect("looked"), 0);
    house.pass_ms(1);
    assert_eq!(rental::auto_renew_due(&house.app).await.expect("looked"), 1);
    assert_eq!(rental::auto_renew_due(&house.app).await.expect("looked"), 0);
    let inbox = rental::inbox(&house.app, ann.account, DAY, rented.rental).await.expect("read").expect("found");
    assert_eq!((inbox.rental.state, inbox.rental.end_ms), (State::Active, rented.end_ms + DAY_MS));
    assert_eq!(house.money(ann).await, ("0.70".to_owned(), "0.00".to_owned()));
    assert!(mail_to(&house, "ann@example.org", "rental_renewed").await.contains("for $3.65"));
});

on_both!(what_the_balance_does_not_cover_is_told_once_and_tried_again, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "4.00").await;
    person(&house, "ann").await;
    let rented = rental::rent(&house.app, ann, DAY, &ask("instagram"), None).await.expect("rented");
    let most = Some(Usd::from_cents(365));
    rental::auto_renew(&house.app, ann.account, (DAY, rented.rental), most).await.expect("switched on");
    house.pass_ms(23 * HOUR_MS);
    for looked_at in [1, 0] {
        assert_eq!(rental::auto_renew_due(&house.app).await.expect("looked"), looked_at);
    }
    house.pass_ms(10 * MINUTE_MS);
    assert_eq!(rental::auto_renew_due(&house.app).await.expect("looked"), 1);
    assert_eq!(told(&house, ann.account, Kind::RentalNotRenewed).await, 1);
    let letters = mails(&house).await.into_iter().filter(|mail| mail.kind == "rental_not_renewed");
    assert_eq!(letters.count(), 1);
    assert_eq!(house.money(ann).await, ("0.35".to_owned(), "0.00".to_owned()));
});

on_both!(a_price_above_what_was_shown_is_not_paid, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "9.00").await;
    let rented = rental::rent(&house.app, ann, DAY, &ask("instagram"), None).await.expect("rented");
    let most = Some(Usd::from_cents(364));
    rental::auto_renew(&house.app, ann.account, (DAY, rented.rental), most).await.expect("switched on");
    house.pass_ms(23 * HOUR_MS);
    rental::auto_renew_due(&house.app).await.expect("looked");
    assert_eq!(told(&house, ann.account, Kind::RentalRenewed).await, 0);
    assert_eq!(told(&house, ann.account, Kind::RentalNotRenewed).await, 1);
});

on_both!(only_its_customer_switches_and_describes_a_rental, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "9.00").await, house.customer("bob", "9.00").await);
    let rented = rental::rent(&house.app, ann, DAY, &ask("instagram"), None).await.expect("rented");
    let of = (DAY, rented.rental);
    let refused = rental::auto_renew(&house.app, bob.account, of, Some(Usd::from_cents(1))).await;
    assert!(matches!(refused, Err(AutoRefusal::NotFound)));
    let refused = rental::describe(&house.app, bob.account, of, "mine", "").await;
    assert!(matches!(refused, Err(DescribeRefusal::NotFound)));
    let refused = rental::describe(&house.app, ann.account, of, &"x".repeat(61), "").await;
    assert!(matches!(refused, Err(DescribeRefusal::TooLong)));
    rental::describe(&house.app, ann.account, of, " work ", "two\r\nlines").await.expect("described");
    let inbox = rental::inbox(&house.app, ann.account, DAY, rented.rental).await.expect("read").expect("found");
    assert_eq!((inbox.rental.label.as_str(), inbox.rental.note.as_str()), ("work", "two\nlines"));
});
