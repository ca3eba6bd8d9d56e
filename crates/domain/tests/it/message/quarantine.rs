//! What nobody got, and what the operator may do with it.

use domain::account::Caller;
use domain::clock::{DAY_MS, MINUTE_MS};
use domain::message::{self, QuarantineRefusal};
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::rental::{self, CancelRefusal};
use domain::request::Failure;
use domain::{number, order};

use crate::house::{House, ask, may, why};
use crate::on_both;

async fn newest(house: &House) -> i64 {
    message::quarantined(&house.app, i64::MAX, 1).await.expect("listed")[0].id
}

/// Two customers wait on one number, and a text tells neither's service.
async fn doubtful(house: House) -> (House, Caller, order::Placed, order::Placed) {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let (hers, his) = (house.order(ann, "instagram").await, house.order(bob, "whatsapp").await);
    house.text(&hers.digits, "99999", "482910 is your code").await;
    (house, ann, hers, his)
}

on_both!(a_released_text_reaches_its_order_and_captures_it, async |house: House| {
    let (house, ann, hers, _) = doubtful(house).await;
    message::release(&house.app, newest(&house).await, hers.order, &why("she asked"), &may("eve"))
        .await
        .expect("released");
    let inbox = order::inbox(&house.app, ann.account, hers.order).await.expect("read").expect("found");
    assert_eq!(inbox.messages[inbox.answer.expect("an answer")].code.as_deref(), Some("482910"));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_text_is_released_once, async |house: House| {
    let (house, _, hers, his) = doubtful(house).await;
    let id = newest(&house).await;
    message::release(&house.app, id, hers.order, &why("she asked"), &may("eve")).await.expect("released");
    let refused = message::release(&house.app, id, his.order, &why("he asked"), &may("eve")).await;
    assert!(matches!(refused, Err(QuarantineRefusal::NoMessage)));
});

on_both!(a_text_is_not_released_to_an_order_that_began_later, async |house: House| {
    let (house, ann, _, _) = doubtful(house).await;
    let id = newest(&house).await;
    house.pass_ms(DAY_MS);
    order::expire_due(&house.app).await.expect("expired");
    let later = house.order(ann, "instagram").await;
    let refused = message::release(&house.app, id, later.order, &why("she asked"), &may("eve")).await;
    assert!(matches!(refused, Err(QuarantineRefusal::NoOrder)));
});

on_both!(a_text_released_after_the_number_was_sold_on_leaves_the_house_sound, async |house: House| {
    let (house, _, hers, _) = doubtful(house).await;
    let id = newest(&house).await;
    house.pass_ms(40 * MINUTE_MS);
    order::expire_due(&house.app).await.expect("expired");
    let carol = house.customer("carol", "5.00").await;
    house.order(carol, "instagram").await;
    message::release(&house.app, id, hers.order, &why("she asked"), &may("eve")).await.expect("released");
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_text_that_waited_for_days_still_finds_its_order, async |house: House| {
    let (house, ann, hers, his) = doubtful(house).await;
    let id = newest(&house).await;
    house.pass_ms(40 * MINUTE_MS);
    order::expire_due(&house.app).await.expect("expired");
    // The number went on being sold: very many leases ended after the two that it could be for.
    for _ in 0..70 {
        let later = house.order(ann, "instagram").await;
        order::cancel(&house.app, ann, later.order, None).await.expect("cancelled");
        house.pass_ms(16 * MINUTE_MS);
    }
    let (_, candidates) = message::held(&house.app, id).await.expect("held");
    let able: Vec<i64> = candidates.iter().filter(|one| one.can_have).map(|one| one.order).collect();
    assert!(able.contains(&hers.order) && able.contains(&his.order), "{able:?}");
    message::release(&house.app, id, hers.order, &why("she asked"), &may("eve")).await.expect("released");
});

on_both!(a_bank_s_text_is_never_released, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "24273", "Chase: your code is 482910").await;
    let refused =
        message::release(&house.app, newest(&house).await, placed.order, &why("she asked"), &may("eve")).await;
    assert!(matches!(refused, Err(QuarantineRefusal::Denied)));
});

on_both!(a_text_released_to_a_rental_ends_its_right_to_cancel, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let rented = rental::rent(&house.app, ann, Product::Rental1Day, &ask("instagram"), None).await.expect("rented");
    house.text(&rented.digits, "1", "Your WhatsApp code: 739551").await;
    message::release(&house.app, newest(&house).await, rented.rental, &why("she asked"), &may("eve"))
        .await
        .expect("released");
    let refused = rental::cancel(&house.app, ann, Product::Rental1Day, rented.rental, None).await;
    assert!(matches!(refused, Err(Failure::Refused(CancelRefusal::AlreadyReceived))));
});

on_both!(reading_a_quarantined_text_is_audited, async |house: House| {
    let (house, ..) = doubtful(house).await;
    let (sender, text) = message::read_quarantined(&house.app, newest(&house).await, &why("a complaint"), &may("eve"))
        .await
        .expect("read");
    assert_eq!((sender.as_str(), text.as_str()), ("99999", "482910 is your code"));
    let audited =
        "SELECT COUNT(*) FROM audit WHERE who = 'eve' AND deed = 'quarantine.read' AND reason = 'a complaint'";
    assert_eq!(house.number_of(audited).await, 1);
});

on_both!(a_dropped_text_is_gone, async |house: House| {
    let (house, _, hers, _) = doubtful(house).await;
    let id = newest(&house).await;
    message::drop_quarantined(&house.app, id, &why("spam"), &may("eve")).await.expect("dropped");
    let refused = message::release(&house.app, id, hers.order, &why("she asked"), &may("eve")).await;
    assert!(matches!(refused, Err(QuarantineRefusal::NoMessage)));
    assert_eq!(number::erase_ended(&house.app).await.expect("looked"), 0);
});

on_both!(a_fault_inside_quarantines_the_text_and_does_not_block_its_wire, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house
        .tamper(&["UPDATE lease SET sealed_key = start_key FROM (SELECT value AS start_key FROM house LIMIT 1) h"])
        .await;
    let received = house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    assert_eq!(received, message::Received::Quarantined);
    assert_eq!(message::quarantined(&house.app, i64::MAX, 1).await.expect("listed")[0].reason, "fault");
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(a_constraint_broken_inside_quarantines_the_text_too, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.tamper(&["UPDATE account SET event_seq = 0"]).await;
    let received = house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    assert_eq!(received, message::Received::Quarantined);
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(the_operator_sees_who_a_text_could_be_for_and_not_what_it_says, async |house: House| {
    let (house, ann, hers, his) = doubtful(house).await;
    let (all, next) = message::in_quarantine(&house.app, "", None, 10).await.expect("listed");
    assert_eq!((all.len(), next), (1, None));
    assert_eq!(all[0].digits.as_deref(), Some(hers.digits.as_str()));
    assert_eq!((all[0].reason.as_str(), all[0].sender.as_deref()), ("several_leases", Some("99…")));
    let (none, _) = message::in_quarantine(&house.app, "no_lease", None, 10).await.expect("listed");
    assert_eq!(none, []);
    let (held, candidates) = message::held(&house.app, all[0].id).await.expect("found");
    assert_eq!(held, all[0]);
    let mut orders: Vec<i64> = candidates.iter().map(|candidate| candidate.order).collect();
    orders.sort_unstable();
    let mut expected = [hers.order, his.order];
    expected.sort_unstable();
    assert_eq!(orders, expected);
    let hers = candidates.iter().find(|candidate| candidate.order == hers.order).expect("hers");
    assert!(hers.can_have && hers.account == ann.account && hers.name == "ann" && hers.service == "instagram");
});

on_both!(what_came_before_an_order_is_not_for_it, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let first = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, first.order, None).await.expect("cancelled");
    house.pass_ms(MINUTE_MS);
    house.text(&first.digits, "99999", "482910 is your code").await;
    house.pass_ms(20 * MINUTE_MS);
    house.order(ann, "whatsapp").await;
    let (_, candidates) = message::held(&house.app, newest(&house).await).await.expect("found");
    let shown: Vec<_> = candidates.iter().map(|candidate| (candidate.order, candidate.can_have)).collect();
    assert_eq!(shown, [(first.order, false)]);
});

on_both!(pages_of_the_quarantine_follow_without_a_gap, async |house: House| {
    let house = House::stocked(house, 1).await;
    for turn in 0..5 {
        house.text("12025550100", "99999", &format!("text {turn}")).await;
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let (page, next) = message::in_quarantine(&house.app, "", before, 2).await.expect("listed");
        seen.extend(page.iter().map(|held| held.id));
        before = next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|one, two| one > two), "{seen:?}");
});

on_both!(an_operator_reads_what_was_delivered_with_a_reason_only, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    let reason = Reason::parse("complaint 1").expect("a reason");
    let read = message::read_delivered(&house.app, placed.order, &reason, &may("eve")).await.expect("read");
    assert!(read[0].text.contains("482910"));
    let audited = "SELECT COUNT(*) FROM audit WHERE who = 'eve' AND deed = 'message.read' AND reason = 'complaint 1'";
    assert_eq!(house.number_of(audited).await, 1);
    let none = message::read_delivered(&house.app, 1, &reason, &may("eve")).await;
    assert!(matches!(none, Err(message::ReadRefusal::NoOrder)));
});

on_both!(where_a_reading_is_not_written_down_nothing_is_read, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.side("ALTER TABLE audit RENAME TO lost").await.expect("renamed");
    let read = message::read_delivered(&house.app, placed.order, &why("complaint 1"), &may("eve")).await;
    assert!(matches!(read, Err(message::ReadRefusal::Db(_))));
});
