//! What is kept of people goes with age, and nothing else does.

use domain::clock::{DAY_MS, HOUR_MS};
use domain::ledger::statement;
use domain::policy::kept::{self, Kept};
use domain::{message, number, order, rental};

use crate::house::{House, ask};
use crate::on_both;
use crate::verify::{busy, findings};

/// The workers do what is due.
async fn work(house: &House) {
    while order::expire_due(&house.app).await.expect("expired") > 0 {}
    while rental::expire_due(&house.app).await.expect("expired") > 0 {}
    message::tell_incomplete(&house.app).await.expect("told");
    message::erase_days(&house.app).await.expect("erased");
    while number::erase_ended(&house.app).await.expect("erased") > 0 {}
}

async fn forget(house: &House) -> u64 {
    let mut gone = 0;
    loop {
        let round = kept::forget_records(&house.app).await.expect("forgotten");
        gone += round;
        if round == 0 {
            return gone;
        }
        assert_eq!(findings(house).await, [], "every round leaves a sound house");
    }
}

async fn rows(house: &House, table: &str) -> i64 {
    house.number_of(&format!("SELECT COUNT(*) FROM {table}")).await
}

on_both!(what_ended_ninety_days_ago_is_gone_but_for_the_ledger, async |house: House| {
    let house = busy(house).await;
    let transfers = rows(&house, "transfer").await;
    house.pass_ms(DAY_MS);
    work(&house).await;
    house.pass_ms(89 * DAY_MS - HOUR_MS);
    work(&house).await;
    assert_eq!(forget(&house).await, 0);
    house.pass_ms(3 * DAY_MS);
    work(&house).await;
    assert!(forget(&house).await > 0);
    for table in ["orders", "rental", "lease", "message", "message_part", "message_part_ref", "message_join"] {
        assert_eq!(rows(&house, table).await, 0, "{table}");
    }
    assert!(rows(&house, "transfer").await >= transfers);
    assert_eq!(statement(&house.app, 1, None, 100).await.expect("read").last().map(|line| line.seq), Some(1));
    assert_eq!(findings(&house).await, []);
});

on_both!(who_had_a_number_is_forgotten_and_not_that_it_delivered, async |house: House| {
    let house = House::stocked(house, 1).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "instagram").await;
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    house.pass_ms(91 * DAY_MS);
    work(&house).await;
    forget(&house).await;
    assert_eq!(house.number_of("SELECT account_id FROM number_use WHERE burnt = 1").await, 0);
    for caller in [ann, bob] {
        order::place(&house.app, caller, &ask("instagram"), None).await.expect_err("it is not sold for it again");
    }
    order::place(&house.app, bob, &ask("whatsapp"), None).await.expect("it is for another service");
});

on_both!(what_still_runs_stays_with_its_messages, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "199.00").await;
    let product = domain::product::Product::Rental30Day;
    let rented = rental::rent(&house.app, ann, product, &ask("instagram"), None).await.expect("rented");
    house.text(&rented.digits, "32665", "482910 is your Instagram code.").await;
    for _ in 0..4 {
        house.pass_ms(29 * DAY_MS);
        rental::renew(&house.app, ann, (product, rented.rental), None, None).await.expect("renewed");
        work(&house).await;
    }
    assert_eq!(forget(&house).await, 0);
    let inbox =
        rental::inbox(&house.app, ann.account, product, rented.rental).await.expect("read").expect("it is there");
    assert_eq!(inbox.messages.len(), 1);
});

on_both!(a_rental_with_very_many_messages_goes_in_several_rounds, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let product = domain::product::Product::Rental1Day;
    let rented = rental::rent(&house.app, ann, product, &ask("instagram"), None).await.expect("rented");
    house.text(&rented.digits, "32665", "482910 is your Instagram code.").await;
    for turn in 0..12_i64 {
        let more = 1_i64 << turn;
        let double = format!(
            "INSERT INTO message (id, source_id, ref, state, number_id, order_id, account_id, complete, received_ms, sealed)
             SELECT id + {more} * 100000, source_id + {more}, ref, state, number_id, order_id, account_id, complete,
               received_ms, sealed
             FROM message"
        );
        house.side(&double).await.expect("as many again");
    }
    house.side("UPDATE lease SET messages = 4096").await.expect("counted");
    house.pass_ms(92 * DAY_MS);
    work(&house).await;
    kept::forget_records(&house.app).await.expect("some are forgotten");
    let left = rows(&house, "message").await;
    assert!(left > 0 && left < 4_096, "{left}");
    assert_eq!(rows(&house, "rental").await, 1);
    forget(&house).await;
    assert_eq!((rows(&house, "message").await, rows(&house, "rental").await), (0, 0));
});

/// As many earlier orders and searches as go in one story, each with a purchase that its house still has to take back.
async fn unsettled(house: &House, searches: &str) {
    let copies = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)";
    let orders = format!(
        "{copies} INSERT INTO orders (id, account_id, service_id, number_id, digits, price, state, hold, created_ms, end_ms)
         SELECT id + i, account_id, service_id, number_id, digits, price, state, hold, created_ms - i, end_ms FROM orders, n"
    );
    let searches = format!(
        "INSERT INTO sourcing (order_id, account_id, service_id, product, price, hold, keep_ms, state, choice, created_ms,
           end_ms, decided_ms)
         SELECT id, account_id, service_id, 'short_term', price, hold, 0, '{searches}', '', created_ms, end_ms, created_ms
         FROM orders"
    );
    let purchases =
        "INSERT INTO purchase (id, order_id, source_id, service_id, product, code, state, asked, manner, their_id,
           created_ms, deadline_ms)
         SELECT id, id, 1, service_id, 'short_term', 'ig', 'rejecting', 0, 'whole', digits || id, created_ms, created_ms
         FROM orders WHERE created_ms < (SELECT MAX(created_ms) FROM orders)";
    for sql in [&orders, &searches, purchases] {
        house.side(sql).await.expect("copied");
    }
}

on_both!(orders_that_a_house_has_not_settled_keep_no_other_from_going, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    unsettled(&house, "made").await;
    house.pass_ms(91 * DAY_MS);
    kept::forget_records(&house.app).await.expect("forgotten");
    assert_eq!(house.number_of(&format!("SELECT COUNT(*) FROM orders WHERE id = {}", placed.order)).await, 0);
    assert_eq!(rows(&house, "orders").await, 100, "the others stay until they are settled");
});

on_both!(searches_that_a_house_has_not_settled_keep_no_other_from_going, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    unsettled(&house, "given_up").await;
    house.side("DELETE FROM orders").await.expect("they came to nothing");
    house.pass_ms(91 * DAY_MS);
    kept::forget_records(&house.app).await.expect("forgotten");
    assert_eq!(house.number_of(&format!("SELECT COUNT(*) FROM sourcing WHERE order_id = {}", placed.order)).await, 0);
    assert_eq!(rows(&house, "sourcing").await, 100, "the others stay until they are settled");
});

on_both!(records_are_kept_as_long_as_the_house_is_told, async |house: House| {
    house.app.keep(Kept { records_days: 40, ..Kept::DEFAULT });
    let house = busy(house).await;
    house.pass_ms(43 * DAY_MS);
    work(&house).await;
    domain::event::delete_old(&house.app).await.expect("deleted");
    forget(&house).await;
    assert_eq!(rows(&house, "orders").await, 0);
    assert_eq!(house.number_of("SELECT COUNT(*) FROM event WHERE order_id IS NULL").await, 0);
    assert_eq!(findings(&house).await, []);
});

on_both!(an_order_that_vanished_before_its_time_is_told, async |house: House| {
    let house = busy(house).await;
    house.pass_ms(92 * DAY_MS);
    work(&house).await;
    forget(&house).await;
    let bob = house.customer("carol", "5.00").await;
    let placed = house.order(bob, "whatsapp").await;
    order::cancel(&house.app, bob, placed.order, None).await.expect("cancelled");
    house.tamper(&["DELETE FROM orders", "DELETE FROM lease"]).await;
    let told: Vec<_> = findings(&house).await.into_iter().map(|finding| finding.rule).collect();
    assert_eq!(told, ["L7", "L7"], "its hold and its release");
});

/// A house whose audit log has days that are too old and days that are not.
async fn audited(house: House) -> House {
    house.customer("ann", "5.00").await;
    house.pass_ms(DAY_MS);
    house.customer("bob", "5.00").await;
    house.pass_ms(399 * DAY_MS + HOUR_MS);
    house.customer("carol", "5.00").await;
    house
}

on_both!(what_people_did_is_forgotten_after_400_days_and_the_log_says_so, async |house: House| {
    let house = audited(house).await;
    let before = rows(&house, "audit").await;
    assert_eq!(kept::forget_audit(&house.app).await.expect("forgotten"), 0, "a day goes as a whole");
    house.pass_ms(DAY_MS);
    let gone = kept::forget_audit(&house.app).await.expect("forgotten");
    assert!(gone > 0);
    assert_eq!(rows(&house, "audit").await, before - i64::try_from(gone).expect("few") + 1);
    assert_eq!(kept::forget_audit(&house.app).await.expect("forgotten"), 0);
    assert_eq!(findings(&house).await, []);
    // All of them, and then those that tell of it.
    for _ in 0..3 {
        house.pass_ms(401 * DAY_MS);
        kept::forget_audit(&house.app).await.expect("forgotten");
        assert_eq!(findings(&house).await, []);
    }
    house.customer("dora", "5.00").await;
    assert_eq!(findings(&house).await, []);
});

on_both!(a_log_that_was_cut_at_its_beginning_is_told, async |house: House| {
    let house = audited(house).await;
    let cut = "UPDATE audit_mark SET upto = 2, hash = (SELECT hash FROM audit WHERE seq = 2);
         DELETE FROM audit WHERE seq <= 2";
    house.side(cut).await.expect("whoever has the address can do it");
    let told: Vec<_> = findings(&house).await.into_iter().map(|finding| (finding.rule, finding.row)).collect();
    assert_eq!(told, [("AUDIT", "audit".to_owned())]);
});
