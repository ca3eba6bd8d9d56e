//! Customers as the operator looks for them and at them.

use domain::account::{self, CustomerFilter, NoteRefusal, State, Tier};
use domain::order;

use crate::house::{House, may, why};
use crate::login::customer;
use crate::on_both;

/// The names of who is found, in their order.
async fn found(house: &House, filter: CustomerFilter) -> Vec<String> {
    let (lines, _) = account::search(&house.app, &filter, None, 100).await.expect("found");
    lines.into_iter().map(|line| line.account.name).collect()
}

fn text(text: &str) -> CustomerFilter {
    CustomerFilter { text: text.to_owned(), ..CustomerFilter::default() }
}

on_both!(a_customer_is_found_by_name_address_id_and_key, async |house: House| {
    let ann = house.customer_of(Tier::New, "Ann & Co", "0.00").await;
    house.customer_of(Tier::Verified, "bob_100%", "0.00").await;
    customer(&house, "carol@example.org").await;
    assert_eq!(found(&house, text("")).await, ["customer-3", "bob_100%", "Ann & Co"]);
    assert_eq!(found(&house, text(" ANN ")).await, ["Ann & Co"]);
    assert_eq!(found(&house, text("0%")).await, ["bob_100%"]);
    assert_eq!(found(&house, text("carol@")).await, ["customer-3"]);
    assert_eq!(found(&house, text(&ann.account.to_string())).await, ["bob_100%", "Ann & Co"]);
    let key = house.key("Ann & Co").await;
    assert_eq!(found(&house, text(&key)).await, ["Ann & Co"]);
    assert_eq!(found(&house, text("nobody")).await, [""; 0]);
    account::set_state(&house.app, "Ann & Co", State::Frozen, &why("a test"), &may("eve")).await.expect("frozen");
    let frozen = CustomerFilter { state: Some(State::Frozen), ..text("") };
    assert_eq!(found(&house, frozen).await, ["Ann & Co"]);
    let verified = CustomerFilter { tier: Some(Tier::Verified), ..text("a") };
    assert_eq!(found(&house, verified).await, [""; 0]);
});

on_both!(letters_beyond_a_to_z_are_found_as_they_are_written_on_both_engines, async |house: House| {
    house.customer_of(Tier::New, "\u{c9}milie Ltd", "0.00").await;
    assert_eq!(found(&house, text("MILIE ltd")).await.len(), 1);
    assert_eq!(found(&house, text("\u{c9}MILIE")).await.len(), 1);
    assert_eq!(found(&house, text("\u{e9}milie")).await, [""; 0]);
});

on_both!(pages_of_customers_follow_without_a_gap, async |house: House| {
    for turn in 0..5 {
        house.customer_of(Tier::New, &format!("shop {turn}"), "0.00").await;
    }
    for filter in [text(""), text("shop")] {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let (page, next) = account::search(&house.app, &filter, before, 2).await.expect("found");
            seen.extend(page.iter().map(|line| line.account.id));
            before = next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
    }
});

on_both!(a_profile_tells_what_was_ordered_and_how_far_its_limits_are_used, async |house: House| {
    let house = House::stocked(house, 20).await;
    let ann = house.customer_of(Tier::Verified, "ann", "20.00").await;
    for turn in 0..6 {
        let placed = house.order(ann, "instagram").await;
        match turn {
            0 => drop(house.text(&placed.digits, "32665", "482910 is your Instagram code.").await),
            1..=4 => drop(order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled")),
            _ => {}
        }
    }
    let profile = account::profile(&house.app, ann.account).await.expect("read").expect("an account");
    assert_eq!((profile.lately.orders, profile.lately.settled, profile.lately.received), (6, 5, 1));
    assert_eq!(profile.month.unused_percent(), Some(80));
    let used = profile.used.expect("this tier has some");
    assert_eq!((used.open, used.day_orders, used.hour_cancels), (1, 6, 4));
    assert_eq!((profile.limits.open, profile.limits.day_orders), (Some(10), Some(100)));
    assert_eq!(account::profile(&house.app, 999).await.expect("read"), None);
});

on_both!(a_note_is_kept_and_what_stood_there_is_in_the_log, async |house: House| {
    let ann = house.customer("ann", "0.00").await;
    account::set_note(&house.app, ann.account, " Calls on\r\nMondays. ", &may("eve")).await.expect("kept");
    account::set_note(&house.app, ann.account, "Calls no more.", &may("eve")).await.expect("kept");
    let profile = account::profile(&house.app, ann.account).await.expect("read").expect("an account");
    assert_eq!(profile.note, "Calls no more.");
    let audited = "SELECT COUNT(*) FROM audit WHERE deed = 'account.note' AND subject = 'ann'";
    assert_eq!(house.number_of(audited).await, 2);
    let long = account::set_note(&house.app, ann.account, &"x".repeat(2_001), &may("eve")).await;
    assert!(matches!(long, Err(NoteRefusal::TooLong)));
});
