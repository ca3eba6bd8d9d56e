//! SMS on their way to partners.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::account::Caller;
use domain::alert::{self, Kind, Watch};
use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use domain::db::{DbOptions, Tap, Val};
use domain::order;
use domain::partner::{self, Entered, Pushed, Sms};
use domain::product::Product;
use domain::rental;

use super::{KEY, PATIENCE, Told, enter, listed, new, push, served, shop, wish};
use crate::house::{House, ask, may, part, why};
use crate::on_both;

/// The house once more, with the statements that it runs.
async fn watched(house: &House) -> (domain::App, Arc<Mutex<Vec<String>>>) {
    let statements: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&statements);
    let tap: Tap = Arc::new(move |sql: &str, _: &[Val]| kept.lock().expect("whole").push(sql.to_owned()));
    (house.rival_by(&DbOptions { tap: Some(tap), ..house.options.clone() }).await, statements)
}

fn texts(courier: &Told) -> Vec<String> {
    courier.pushed().into_iter().map(|sms| sms.text).collect()
}

fn ids(courier: &Told) -> Vec<i64> {
    courier.pushed().into_iter().map(|sms| sms.id).collect()
}

fn later(words: &str) -> Pushed {
    Pushed::Later(words.into())
}

on_both!(an_sms_is_pushed_once_with_its_number_and_sender, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    let (_, digits) = served(&house, &shop).await;
    assert_eq!((push(&house).await, push(&house).await), (1, 0));
    let pushed = courier.pushed();
    let Sms { id, digits: number, sender, text } = &pushed[0];
    assert_eq!((*id, number, sender.as_str()), (1, &digits, "instagram"));
    assert_eq!(text, "instagram code 482910");
    let listed = listed(&house).await;
    assert_eq!((listed.taken, listed.waiting, listed.lost), (1, 0, 0));
});

on_both!(every_sms_of_an_order_is_pushed_and_nobody_else_s, async |house: House| {
    let (house, courier, shop) = shop(house, 3, "50.00").await;
    let ann: Caller = house.customer("ann", "5.00").await;
    let hers = house.order(ann, "instagram").await;
    house.text(&hers.digits, "instagram", "instagram code 111111").await;
    let (_, digits) = served(&house, &shop).await;
    house.text(&digits, "instagram", "instagram says hello").await;
    // A rental is none of the protocol's, although it is on the same account.
    let rented =
        rental::rent(&house.app, shop.caller, Product::Rental1Day, &ask("whatsapp"), None).await.expect("rented");
    house.text(&rented.digits, "whatsapp", "whatsapp code 222222").await;
    push(&house).await;
    let mut told = texts(&courier);
    told.sort();
    assert_eq!(told, ["instagram code 482910", "instagram says hello"]);
});

on_both!(what_is_not_taken_is_told_again_after_ten_seconds_and_then_more_seldom, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    courier.answers([later("status 500"), later("the host is not known")]);
    served(&house, &shop).await;
    assert_eq!((push(&house).await, push(&house).await), (1, 0));
    let waits = listed(&house).await;
    assert_eq!((waits.waiting, waits.waiting_since_ms), (1, Some(house.now_ms())));
    assert_eq!(waits.fault.as_deref(), Some("status 500"));
    house.pass_ms(9 * SECOND_MS);
    assert_eq!(push(&house).await, 0);
    house.pass_ms(SECOND_MS);
    assert_eq!(push(&house).await, 1);
    house.pass_ms(10 * SECOND_MS);
    assert_eq!((push(&house).await, push(&house).await), (1, 0));
    assert_eq!(ids(&courier), [1, 1, 1], "a repeat has the same id");
    assert_eq!((listed(&house).await.taken, listed(&house).await.fault), (1, None));
});

on_both!(a_house_that_is_down_for_an_hour_gets_its_sms_then, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    served(&house, &shop).await;
    let end_ms = house.now_ms() + HOUR_MS;
    let mut tries = 0;
    while house.now_ms() < end_ms {
        courier.answers([later("nobody answers")]);
        tries += push(&house).await;
        house.pass_ms(10 * SECOND_MS);
        // Nothing is tried that is not due, so no answer is left over.
        courier.0.lock().expect("whole").answers.clear();
    }
    assert!((10..=16).contains(&tries), "{tries}");
    house.pass_ms(10 * MINUTE_MS);
    assert_eq!((push(&house).await, listed(&house).await.taken), (1, 1));
});

on_both!(after_a_day_an_sms_is_given_up, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    served(&house, &shop).await;
    for _ in 0..200 {
        courier.answers([later("nobody answers")]);
        push(&house).await;
        house.pass_ms(10 * MINUTE_MS);
    }
    let listed = listed(&house).await;
    assert_eq!((listed.waiting, listed.lost), (0, 1));
    assert_eq!(listed.fault.as_deref(), Some("nobody answers"));
    house.pass_ms(8 * DAY_MS);
    assert_eq!(partner::forget_old(&house.app).await.expect("forgotten"), 1);
});

on_both!(what_a_partner_does_not_want_is_not_told_again, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    courier.answers([Pushed::Refused("NO_OPERATION".into())]);
    served(&house, &shop).await;
    push(&house).await;
    house.pass_ms(HOUR_MS);
    assert_eq!(push(&house).await, 0);
    assert_eq!((listed(&house).await.lost, listed(&house).await.fault.as_deref()), (1, Some("NO_OPERATION")));
});

on_both!(an_sms_that_cannot_be_opened_holds_up_no_other, async |house: House| {
    let (house, courier, shop) = shop(house, 2, "5.00").await;
    served(&house, &shop).await;
    served(&house, &shop).await;
    house.tamper(&["UPDATE message SET sealed = (SELECT sealed FROM message WHERE id = 2) WHERE id = 1"]).await;
    push(&house).await;
    assert_eq!(courier.pushed().len(), 1);
    let listed = listed(&house).await;
    assert_eq!((listed.taken, listed.lost, listed.waiting), (1, 1, 0));
});

on_both!(an_sms_that_cannot_be_opened_holds_up_no_other_of_its_order, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    let (_, digits) = served(&house, &shop).await;
    house.text(&digits, "instagram", "instagram code 482911").await;
    house.tamper(&["UPDATE message SET sealed = (SELECT sealed FROM message WHERE id = 2) WHERE id = 1"]).await;
    push(&house).await;
    assert_eq!(texts(&courier), ["instagram code 482911"]);
    let listed = listed(&house).await;
    assert_eq!((listed.taken, listed.lost, listed.waiting), (1, 1, 0));
});

on_both!(an_sms_that_breaks_the_push_holds_up_no_other_and_is_given_up, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    let placed = partner::number(&house.app, &shop, &wish("instagram")).await.expect("a number");
    for text in ["instagram code 482910", "instagram poison", "instagram code 482911"] {
        house.text(&placed.digits, "instagram", text).await;
    }
    assert_eq!(push(&house).await, 3);
    assert_eq!(courier.pushed().len(), 2);
    assert_eq!(listed(&house).await.fault.as_deref(), Some("the push broke off"));
    house.pass_ms(DAY_MS);
    push(&house).await;
    let listed = listed(&house).await;
    assert_eq!((listed.waiting, listed.taken, listed.lost), (0, 2, 1));
});

on_both!(a_text_that_is_erased_is_not_pushed, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    courier.answers([later("nobody answers")]);
    served(&house, &shop).await;
    push(&house).await;
    house.pass_ms(2 * DAY_MS);
    domain::number::erase_ended(&house.app).await.expect("erased");
    push(&house).await;
    assert_eq!(listed(&house).await.fault.as_deref(), Some("its text is erased"));
    assert_eq!(courier.pushed().len(), 1);
});

on_both!(a_partner_that_hangs_holds_up_no_other, async |house: House| {
    let (house, courier) = (House::stocked(house, 2).await, Told::default());
    house.app.push_by(Box::new(courier.clone()), partner::PATIENCE);
    courier.hangs("https://shop.example/push");
    for (slug, key) in [("shop", KEY), ("other", "another-long-key")] {
        house.customer(slug, "5.00").await;
        partner::add(&house.app, new(slug, slug, key)).await.expect("a partner");
        let entered = enter(&house, key).await;
        served(&house, &entered).await;
    }
    // On a busy machine the other's push may take more than one round.
    for _ in 0..30 {
        push(&house).await;
        if !courier.pushed().is_empty() {
            break;
        }
    }
    assert_eq!(courier.pushed().len(), 1, "the other has its own");
});

/// As many SMS come for the partner, on numbers of which each gets at most five.
async fn served_many(house: &House, shop: &Entered, count: usize) {
    let mut digits = String::new();
    for turn in 0..count {
        if turn % 5 == 0 {
            digits = partner::number(&house.app, shop, &wish("instagram")).await.expect("a number").digits;
        }
        house.text(&digits, "instagram", &format!("instagram code 4829{turn:02}")).await;
    }
}

on_both!(a_new_sms_does_not_wait_behind_those_that_failed, async |house: House| {
    let (house, courier, shop) = shop(house, 5, "5.00").await;
    served_many(&house, &shop, 15).await;
    courier.answers(vec![later("status 500"); 15]);
    assert_eq!((push(&house).await, push(&house).await), (8, 7));
    house.pass_ms(10 * SECOND_MS);
    courier.answers(vec![later("status 500"); 4]);
    served(&house, &shop).await;
    // Four of the old are in hand at once, and the new one beside them.
    assert_eq!(push(&house).await, 5);
    assert!(ids(&courier)[15..].contains(&16), "{:?}", ids(&courier));
});

on_both!(those_that_failed_get_their_turn_though_new_ones_come, async |house: House| {
    let (house, courier, shop) = shop(house, 5, "5.00").await;
    served_many(&house, &shop, 4).await;
    courier.answers(vec![later("status 500"); 4]);
    assert_eq!(push(&house).await, 4);
    house.pass_ms(10 * SECOND_MS);
    served_many(&house, &shop, 20).await;
    assert_eq!(push(&house).await, 12);
    let mut old: Vec<i64> = ids(&courier)[4..].iter().copied().filter(|id| *id <= 4).collect();
    old.sort_unstable();
    assert_eq!(old, [1, 2, 3, 4]);
});

on_both!(an_sms_that_hangs_holds_up_no_other_of_its_partner, async |house: House| {
    let (house, courier) = (House::stocked(house, 2).await, Told::default());
    house.app.push_by(Box::new(courier.clone()), partner::PATIENCE);
    courier.hangs("482910");
    house.customer("shop", "5.00").await;
    partner::add(&house.app, new("shop", "shop", KEY)).await.expect("a partner");
    let shop = enter(&house, KEY).await;
    let (_, digits) = served(&house, &shop).await;
    assert_eq!(push(&house).await, 0, "nobody has answered");
    house.text(&digits, "instagram", "instagram code 555111").await;
    // On a busy machine it may take more than one round.
    for _ in 0..30 {
        push(&house).await;
        if !courier.pushed().is_empty() {
            break;
        }
    }
    assert_eq!(texts(&courier), ["instagram code 555111"]);
});

on_both!(what_is_wrong_with_one_partner_is_told_although_another_hangs, async |house: House| {
    let (house, courier) = (House::stocked(house, 2).await, Told::default());
    house.app.push_by(Box::new(courier.clone()), Duration::ZERO);
    courier.hangs("https://other.example/push");
    for (slug, key) in [("shop", KEY), ("other", "another-long-key")] {
        house.customer(slug, "5.00").await;
        partner::add(&house.app, new(slug, slug, key)).await.expect("a partner");
        let entered = enter(&house, key).await;
        served(&house, &entered).await;
    }
    house.tamper(&["UPDATE event SET kind = 'nonsense' WHERE account_id = 1"]).await;
    let told = partner::push_due(&house.app).await.expect_err("told");
    assert!(told.to_string().contains("an event's kind"), "{told}");
});

on_both!(a_round_with_nothing_to_do_is_two_reads_and_counts_nothing, async |house: House| {
    let (house, courier, shop) = shop(house, 2, "5.00").await;
    courier.answers([later("nobody answers")]);
    served(&house, &shop).await;
    push(&house).await;
    let (watched, statements) = watched(&house).await;
    watched.push_by(Box::new(courier.clone()), PATIENCE);
    let round = async || {
        statements.lock().expect("whole").clear();
        partner::push_due(&watched).await.expect("looked");
        statements.lock().expect("whole").clone()
    };
    let counts = |statements: &[String]| statements.iter().filter(|sql| sql.contains("COUNT(*)")).count();
    assert_eq!(counts(&round().await), 1, "it is told how many wait");
    for _ in 0..9 {
        let idle = round().await;
        assert_eq!((idle.len(), counts(&idle)), (2, 0), "{idle:#?}");
        house.pass_ms(SECOND_MS);
    }
    house.pass_ms(SECOND_MS);
    assert_eq!(counts(&round().await), 1, "ten seconds later it is told again");
    assert_eq!(courier.pushed().len(), 2, "what became due was pushed");
});

on_both!(what_came_before_it_was_a_partner_is_not_pushed, async |house: House| {
    let house = House::stocked(house, 2).await;
    let courier = Told::default();
    house.app.push_by(Box::new(courier.clone()), PATIENCE);
    let caller = house.customer("shop", "5.00").await;
    let placed = order::place(&house.app, caller, &ask("instagram"), None).await.expect("an order");
    house.text(&placed.digits, "instagram", "instagram code 111111").await;
    partner::add(&house.app, new("shop", "shop", KEY)).await.expect("a partner");
    push(&house).await;
    assert!(courier.pushed().is_empty());
    house.text(&placed.digits, "instagram", "instagram code 222222").await;
    push(&house).await;
    assert_eq!(texts(&courier), ["instagram code 222222"]);
});

on_both!(a_late_part_is_pushed_as_an_sms_of_its_own, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    let placed = partner::number(&house.app, &shop, &wish("instagram")).await.expect("a number");
    let place = |seq| domain::supply::Concat::new(domain::supply::ConcatKind::Ref8, 7, 2, seq);
    let first =
        domain::supply::Part { concat: place(1), ..part("a", &placed.digits, "instagram", "instagram code 482910 ") };
    let second = domain::supply::Part { concat: place(2), ..part("b", &placed.digits, "instagram", "is for you") };
    domain::message::receive(&house.app, 1, first).await.expect("kept");
    house.pass_ms(11 * SECOND_MS);
    domain::message::tell_incomplete(&house.app).await.expect("told");
    push(&house).await;
    domain::message::receive(&house.app, 1, second).await.expect("kept");
    push(&house).await;
    let pushed = courier.pushed();
    assert_eq!(pushed.iter().map(|sms| sms.id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(pushed[1].text, "instagram code 482910 is for you");
});

on_both!(two_nodes_push_an_sms_once, async |house: House| {
    let (house, courier, shop) = shop(house, 4, "5.00").await;
    let rival = house.rival().await;
    rival.push_by(Box::new(courier.clone()), PATIENCE);
    for _ in 0..4 {
        served(&house, &shop).await;
    }
    let (one, two) = tokio::join!(partner::push_due(&house.app), partner::push_due(&rival));
    assert_eq!(one.expect("pushed") + two.expect("pushed"), 4);
    let mut ids = ids(&courier);
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3, 4]);
});

on_both!(a_partner_sees_in_an_id_how_many_it_got_and_nothing_of_others, async |house: House| {
    let (house, courier, shop) = shop(house, 6, "5.00").await;
    house.customer("other", "5.00").await;
    partner::add(&house.app, new("other", "other", "another-long-key")).await.expect("a partner");
    let other = enter(&house, "another-long-key").await;
    for buyer in [&other, &shop, &other, &other, &shop] {
        served(&house, buyer).await;
        push(&house).await;
    }
    assert_eq!(ids(&courier), [1, 1, 2, 3, 2], "each partner's own are counted");
});

on_both!(ids_that_were_told_stay_and_no_later_one_is_equal_to_them, async |house: House| {
    let (house, courier, shop) = shop(house, 4, "5.00").await;
    courier.answers([Pushed::Taken, later("nobody answers")]);
    for _ in 0..2 {
        served(&house, &shop).await;
        push(&house).await;
    }
    // As it was before ids were counted for each partner: by one count of the house, which others had a part in.
    let before = "DROP INDEX push_sms;
        DROP INDEX push_fresh;
        DROP INDEX push_again;
        DROP INDEX push_given_up;
        CREATE INDEX push_waiting ON push (partner_id, next_ms, id) WHERE state = 'waiting';
        ALTER TABLE push DROP COLUMN sms_id;
        ALTER TABLE partner DROP COLUMN sms_seq;
        UPDATE push SET id = 40 + id;
        UPDATE counter SET next = 50 WHERE name = 'push';
        DELETE FROM migration WHERE version = 26";
    house.side(before).await.expect("taken back");
    let house = house.next_life().await;
    house.app.push_by(Box::new(courier.clone()), PATIENCE);
    served(&house, &shop).await;
    house.pass_ms(10 * SECOND_MS);
    push(&house).await;
    let mut later = ids(&courier).split_off(2);
    later.sort_unstable();
    assert_eq!(later, [42, 50]);
});

on_both!(a_partner_that_takes_nothing_is_an_alert_until_it_does, async |house: House| {
    let (house, courier, shop) = shop(house, 40, "5.00").await;
    house.app.watch_by(Watch {
        to: Vec::new(),
        base_url: "https://sms.example.org".into(),
        stock_low: 0,
        space: Box::new(|| None),
    });
    served(&house, &shop).await;
    let alerts = async || {
        alert::look(&house.app).await.expect("a look");
        alert::open(&house.app).await.expect("read")
    };
    for _ in 0..6 {
        assert_eq!(alerts().await, []);
        courier.answers([later("nobody answers")]);
        push(&house).await;
        house.pass_ms(2 * MINUTE_MS);
    }
    let open = alerts().await;
    assert_eq!((open.len(), open[0].kind, open[0].subject.as_str()), (1, Kind::PartnerBehind, "shop"));
    assert_eq!(open[0].words, "shop: 1 wait after many tries, 0 given up within a day");
    push(&house).await;
    house.pass_ms(10 * MINUTE_MS);
    assert_eq!(alerts().await, []);
});

on_both!(what_came_for_a_paused_partner_is_pushed, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    let placed = partner::number(&house.app, &shop, &wish("instagram")).await.expect("a number");
    partner::set_state(&house.app, "shop", false, &why("a test"), &may("olga")).await.expect("paused");
    house.text(&placed.digits, "instagram", "instagram code 482910").await;
    push(&house).await;
    assert_eq!(courier.pushed().len(), 1);
});

on_both!(the_outbox_keeps_no_text, async |house: House| {
    let (house, courier, shop) = shop(house, 1, "5.00").await;
    courier.answers([later("status 500")]);
    served(&house, &shop).await;
    push(&house).await;
    let raw = house.raw().await;
    assert!(!raw.windows(6).any(|bytes| bytes == b"482910"));
});
