//! Who gets a message: in doubt nobody.

use domain::account;
use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::message::{self, Received};
use domain::phone::Nanp;
use domain::product::Product;
use domain::supply::{self, Line, Part};
use domain::{order, rental};

use crate::house::{House, START_MS, ask, may, part};
use crate::on_both;

const INSTAGRAM: &str = "482910 is your Instagram code.";
const WHATSAPP: &str = "Your WhatsApp code: 739551";
const NOBODY_S: &str = "482910 is your code";

async fn reason(house: &House) -> String {
    message::quarantined(&house.app, i64::MAX, 1).await.expect("listed")[0].reason.clone()
}

on_both!(of_two_orders_on_a_number_each_gets_its_own_service_s_text, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let (hers, _) = (house.order(ann, "instagram").await, house.order(bob, "whatsapp").await);
    assert_eq!(house.text(&hers.digits, "1", WHATSAPP).await, Received::Delivered { account: bob.account });
    assert_eq!(house.text(&hers.digits, "32665", INSTAGRAM).await, Received::Delivered { account: ann.account });
});

on_both!(a_text_of_no_known_service_goes_to_the_only_order, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    assert_eq!(house.text(&placed.digits, "99999", NOBODY_S).await, Received::Delivered { account: ann.account });
});

on_both!(a_text_of_no_known_service_goes_to_nobody_where_two_wait, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let (placed, _) = (house.order(ann, "instagram").await, house.order(bob, "whatsapp").await);
    assert_eq!(house.text(&placed.digits, "99999", NOBODY_S).await, Received::Quarantined);
    assert_eq!(reason(&house).await, "several_leases");
});

on_both!(a_text_of_no_known_service_goes_to_nobody_just_after_another_s_order, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "whatsapp").await;
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    house.order(bob, "instagram").await;
    assert_eq!(house.text(&placed.digits, "99999", NOBODY_S).await, Received::Quarantined);
    assert_eq!(reason(&house).await, "unclassified_after_another_lease");
    house.pass_ms(15 * MINUTE_MS);
    assert_eq!(house.text(&placed.digits, "99999", NOBODY_S).await, Received::Delivered { account: bob.account });
});

on_both!(a_text_after_the_order_s_end_goes_to_nobody, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.pass_ms(20 * MINUTE_MS);
    assert_eq!(house.text(&placed.digits, "32665", INSTAGRAM).await, Received::Quarantined);
    order::expire_due(&house.app).await.expect("expired");
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
});

on_both!(a_text_that_was_sent_before_the_order_goes_to_nobody, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let mut late = part("late", &placed.digits, "32665", INSTAGRAM);
    late.sent_ms = Some(START_MS - HOUR_MS);
    assert_eq!(message::receive(&house.app, 1, late).await.expect("kept"), Received::Quarantined);
    assert_eq!(reason(&house).await, "sent_before_lease");
});

on_both!(a_text_sent_within_the_order_s_first_second_is_delivered, async |house: House| {
    let house = House::stocked(house, 1).await;
    house.pass_ms(700);
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let mut cut_off = part("cut off", &placed.digits, "32665", INSTAGRAM);
    cut_off.sent_ms = Some(START_MS);
    let received = message::receive(&house.app, 1, cut_off).await.expect("kept");
    assert_eq!(received, Received::Delivered { account: ann.account });
});

on_both!(a_text_of_another_source_goes_to_nobody, async |house: House| {
    let house = House::stocked(house, 1).await;
    let other = house.source("other").await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    assert_eq!(house.text_at(other, &placed.digits, "32665", INSTAGRAM).await, Received::Quarantined);
    assert_eq!(reason(&house).await, "unknown_number");
});

on_both!(a_rental_gets_its_service_s_texts_and_unknown_ones_alone, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rental::rent(&house.app, ann, Product::Rental1Day, &ask("instagram"), None).await.expect("rented");
    let delivered = Received::Delivered { account: ann.account };
    assert_eq!(house.text(&rented.digits, "32665", INSTAGRAM).await, delivered);
    assert_eq!(house.text(&rented.digits, "99999", NOBODY_S).await, delivered);
    assert_eq!(house.text(&rented.digits, "1", WHATSAPP).await, Received::Quarantined);
});

on_both!(a_rental_does_not_get_what_is_for_the_customer_before, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "whatsapp").await;
    house.text(&placed.digits, "1", WHATSAPP).await;
    house.pass_ms(DAY_MS);
    let rented = rental::rent(&house.app, bob, Product::Rental1Day, &ask("instagram"), None).await.expect("rented");
    assert_eq!(house.text(&rented.digits, "1", WHATSAPP).await, Received::Quarantined);
    assert!(
        rental::inbox(&house.app, bob.account, Product::Rental1Day, rented.rental)
            .await
            .expect("read")
            .expect("found")
            .messages
            .is_empty()
    );
});

on_both!(a_delivery_in_a_rental_burns_its_number_too, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let rented = rental::rent(&house.app, ann, Product::Rental1Day, &ask("instagram"), None).await.expect("rented");
    house.text(&rented.digits, "32665", INSTAGRAM).await;
    house.pass_ms(3 * DAY_MS);
    order::place(&house.app, bob, &ask("instagram"), None).await.expect_err("burnt");
    house.order(bob, "whatsapp").await;
});

on_both!(a_bank_s_text_is_given_to_nobody_and_ends_the_order, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    assert_eq!(house.text(&placed.digits, "24273", "Chase: your code is 482910").await, Received::Quarantined);
    assert_eq!(reason(&house).await, "denied_bank");
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert!(inbox.state == order::State::Cancelled && inbox.messages.is_empty());
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    assert_eq!(account::find(&house.app, "ann").await.expect("read").expect("found").risk, 1);
});

on_both!(a_denied_text_on_a_number_with_two_orders_of_one_customer_ends_both, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let (first, second) = (house.order(ann, "instagram").await, house.order(ann, "whatsapp").await);
    assert_eq!(first.digits, second.digits);
    assert_eq!(house.text(&first.digits, "24273", "Chase: your code is 482910").await, Received::Quarantined);
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    for placed in [first, second] {
        let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
        assert!(inbox.state == order::State::Cancelled && inbox.messages.is_empty());
    }
    // One text, however many orders it ends.
    assert_eq!(account::find(&house.app, "ann").await.expect("read").expect("found").risk, 1);
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_denied_text_on_a_number_of_two_customers_is_held_against_neither, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let (first, second) = (house.order(ann, "instagram").await, house.order(bob, "whatsapp").await);
    assert_eq!(first.digits, second.digits);
    assert_eq!(house.text(&first.digits, "24273", "Chase: your code is 482910").await, Received::Quarantined);
    for (name, of) in [("ann", ann), ("bob", bob)] {
        assert_eq!(house.money(of).await, ("4.58".to_owned(), "0.42".to_owned()));
        assert_eq!(account::find(&house.app, name).await.expect("read").expect("found").risk, 0);
    }
});

on_both!(a_text_without_a_code_shows_and_captures_nothing, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "Welcome to Instagram!").await;
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert_eq!((inbox.state, inbox.messages.len()), (order::State::Waiting, 1));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(a_link_captures_like_a_code, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let text = "Instagram: tap to verify your account: https://ig.me/verify/AbCdEf";
    house.text(&placed.digits, "32665", text).await;
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
});

on_both!(a_text_with_a_nul_is_kept_and_read, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let received = house.text(&placed.digits, "32665", "482910 is your Instagram code.\0").await;
    assert_eq!(received, Received::Delivered { account: ann.account });
    let inbox = order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found");
    assert!(inbox.messages[0].text.ends_with('\0'));
});

on_both!(a_port_counts_where_its_sim_is_not_mapped, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "5.00").await;
    let hers = house.order(ann, "instagram").await.digits;
    let other = if hers == "12025550100" { "12025550101" } else { "12025550100" };
    for (sim, digits) in [("24.01", hers.as_str()), ("89610300003433465383", other)] {
        let number = Nanp::parse(digits).expect("a number");
        supply::map_sim(&house.app, "simulator", sim, &number, may("olga")).await.expect("mapped");
    }
    let come = async |sim: &str, port: &str| {
        let line = Line { sim: Some(sim.to_owned()), port: Some(port.to_owned()), number: None };
        let part = Part { line, ..part(&format!("{sim} {port}"), "", "32665", INSTAGRAM) };
        message::receive(&house.app, 1, part).await.expect("kept")
    };
    assert_eq!(come("89610300003433465383", "24.01").await, Received::Quarantined);
    assert_eq!(come("89610300003433465399", "24.02").await, Received::Quarantined);
    assert_eq!(reason(&house).await, "unmapped_sim");
    assert_eq!(come("89610300003433465399", "24.01").await, Received::Delivered { account: ann.account });
});

on_both!(a_port_does_not_count_where_another_sim_was_moved_into_it, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let hers = Nanp::parse(&house.order(ann, "instagram").await.digits).expect("a number");
    for sim in ["24.01", "89610300003433465383"] {
        supply::map_sim(&house.app, "simulator", sim, &hers, may("olga")).await.expect("mapped");
    }
    let come = async |sim: &str| {
        let line = Line { sim: Some(sim.to_owned()), port: Some("24.01".to_owned()), number: None };
        message::receive(&house.app, 1, Part { line, ..part(sim, "", "32665", INSTAGRAM) }).await.expect("kept")
    };
    assert_eq!(come("89610300003433465399").await, Received::Quarantined);
    assert_eq!(reason(&house).await, "unmapped_sim");
    assert!(supply::unmap_sim(&house.app, "simulator", "89610300003433465383", may("olga")).await.is_ok());
    assert_eq!(come("89610300003433465398").await, Received::Delivered { account: ann.account });
});

on_both!(a_name_that_no_sim_has_is_kept_for_the_operator, async |house: House| {
    let house = House::stocked(house, 1).await;
    let names = [(Some("89\0"), None), (None, Some("24\0")), (Some("89\n"), None)];
    for (place, (sim, port)) in names.into_iter().enumerate() {
        let line = Line { sim: sim.map(str::to_owned), port: port.map(str::to_owned), number: None };
        let part = Part { line, ..part(&place.to_string(), "", "32665", INSTAGRAM) };
        assert_eq!(message::receive(&house.app, 1, part).await.expect("kept"), Received::Quarantined);
        assert_eq!(reason(&house).await, "unmapped_sim");
    }
});

on_both!(what_nobody_can_read_is_kept_for_the_operator, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let hers = house.order(ann, "instagram").await.digits;
    let sealed = Part { trouble: Some("encrypted"), ..part("1", &hers, "32665", INSTAGRAM) };
    assert_eq!(message::receive(&house.app, 1, sealed).await.expect("kept"), Received::Quarantined);
    assert_eq!(reason(&house).await, "encrypted");
});
