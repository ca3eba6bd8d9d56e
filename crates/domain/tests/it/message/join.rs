//! Long messages and their parts.

use domain::App;
use domain::clock::{DAY_MS, SECOND_MS};
use domain::event::{self, Kind};
use domain::message::{self, Received};
use domain::order::{self, State};
use domain::supply::{Concat, ConcatKind, End, Part, Seam, Start};

use crate::house::{House, part};
use crate::on_both;

/// A part of a long message of `total` parts with reference 7.
fn piece(digits: &str, (seq, total): (u8, u8), text: &str) -> Part {
    let mut piece = part(&format!("{:032x}", rand::random::<u128>()), digits, "32665", text);
    piece.concat = Concat::new(ConcatKind::Ref8, 7, total, seq);
    piece
}

async fn receive(app: &App, piece: Part) -> Received {
    message::receive(app, 1, piece).await.expect("kept")
}

const TEXTS: [&str; 3] = ["482910 is your ", "Instagram code. ", "Do not share it."];

async fn waiting(house: House) -> (House, domain::account::Caller, order::Placed) {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    (house, ann, placed)
}

async fn inbox(house: &House, ann: domain::account::Caller, placed: &order::Placed) -> order::Inbox {
    order::inbox(&house.app, ann.account, placed.order).await.expect("read").expect("found")
}

on_both!(parts_join_in_whatever_order_they_come, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    for seq in [3_u8, 1] {
        let text = TEXTS[usize::from(seq) - 1];
        assert_eq!(receive(&house.app, piece(&placed.digits, (seq, 3), text)).await, Received::Joining);
    }
    let last = receive(&house.app, piece(&placed.digits, (2, 3), TEXTS[1])).await;
    assert_eq!(last, Received::Delivered { account: ann.account });
    let inbox = inbox(&house, ann, &placed).await;
    assert_eq!(inbox.messages[0].text, TEXTS.concat());
    assert!(inbox.messages[0].is_complete && inbox.state == State::Received);
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(parts_join_across_a_restart, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    receive(&house.app, piece(&placed.digits, (1, 2), TEXTS[0])).await;
    let restarted = house.rival().await;
    let last = receive(&restarted, piece(&placed.digits, (2, 2), TEXTS[1])).await;
    assert_eq!(last, Received::Delivered { account: ann.account });
});

on_both!(parts_that_come_all_at_once_join, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    let texts = ["482910 ", "is ", "your ", "Instagram ", "code."];
    let total = u8::try_from(texts.len()).expect("few");
    let tasks: Vec<_> = (1..=total)
        .map(|seq| {
            let (app, piece) = (house.app.clone(), piece(&placed.digits, (seq, total), texts[usize::from(seq) - 1]));
            tokio::spawn(async move { receive(&app, piece).await })
        })
        .collect();
    let mut delivered = 0;
    for task in tasks {
        delivered += usize::from(task.await.expect("no panic") != Received::Joining);
    }
    assert_eq!(delivered, 1);
    assert_eq!(inbox(&house, ann, &placed).await.messages[0].text, "482910 is your Instagram code.");
});

on_both!(a_character_that_was_cut_in_two_is_whole_again, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    let sewn = |seq, text: &str, start, end| {
        let mut piece = piece(&placed.digits, (seq, 3), text);
        piece.concat.as_mut().expect("a part").seam = Seam { start, end, torn: None };
        piece
    };
    let (high, low) = (End::Surrogate(0xD83D), Start::Surrogate(0xDE00));
    receive(&house.app, sewn(3, "e. Instagram", Some(Start::Escaped('€')), None)).await;
    receive(&house.app, sewn(1, "482910 \u{FFFD}", None, Some(high))).await;
    receive(&house.app, sewn(2, "\u{FFFD} for 5 ", Some(low), Some(End::Escape))).await;
    assert_eq!(inbox(&house, ann, &placed).await.messages[0].text, "482910 😀 for 5€. Instagram");
});

on_both!(a_character_whose_half_is_missing_is_not_made_up, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    let mut first = piece(&placed.digits, (1, 3), "482910 Instagram \u{FFFD}");
    first.concat.as_mut().expect("a part").seam.end = Some(End::Surrogate(0xD83D));
    let mut last = piece(&placed.digits, (3, 3), "\u{FFFD}.");
    last.concat.as_mut().expect("a part").seam.start = Some(Start::Surrogate(0xDE00));
    receive(&house.app, first).await;
    receive(&house.app, last).await;
    house.pass_ms(10 * SECOND_MS);
    message::tell_incomplete(&house.app).await.expect("told");
    assert_eq!(inbox(&house, ann, &placed).await.messages[0].text, "482910 Instagram \u{FFFD}…\u{FFFD}.");
});

on_both!(a_part_that_is_told_twice_is_one, async |house: House| {
    let (house, _, placed) = waiting(house).await;
    receive(&house.app, piece(&placed.digits, (1, 2), TEXTS[0])).await;
    assert_eq!(receive(&house.app, piece(&placed.digits, (1, 2), TEXTS[0])).await, Received::Repeat);
});

on_both!(the_next_message_may_begin_as_the_last_one_did, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    let beginning = piece(&placed.digits, (1, 2), "Instagram: your code is ");
    receive(&house.app, beginning.clone()).await;
    receive(&house.app, piece(&placed.digits, (2, 2), "482910.")).await;
    assert_eq!(receive(&house.app, beginning.clone()).await, Received::Repeat);
    let next = Part { reference: b"another".to_vec(), ..beginning };
    assert_eq!(receive(&house.app, next).await, Received::Joining);
    let last = receive(&house.app, piece(&placed.digits, (2, 2), "555111.")).await;
    assert_eq!(last, Received::Delivered { account: ann.account });
    let texts: Vec<String> =
        inbox(&house, ann, &placed).await.messages.into_iter().map(|message| message.text).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts.contains(&"Instagram: your code is 482910.".to_owned()));
    assert!(texts.contains(&"Instagram: your code is 555111.".to_owned()));
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_later_part_is_known_after_its_group_is_closed, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    receive(&house.app, piece(&placed.digits, (1, 2), TEXTS[0])).await;
    let last = piece(&placed.digits, (2, 2), "Instagram code.");
    assert_eq!(receive(&house.app, last.clone()).await, Received::Delivered { account: ann.account });
    house.pass_ms(DAY_MS);
    message::tell_incomplete(&house.app).await.expect("closed");
    assert_eq!(house.number_of("SELECT COUNT(*) FROM message_part").await, 0);
    assert_eq!(receive(&house.app, last).await, Received::Repeat);
    assert_eq!(house.number_of("SELECT COUNT(*) FROM message").await, 1);
});

on_both!(the_same_reference_with_other_bytes_is_another_message, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    receive(&house.app, piece(&placed.digits, (1, 2), "482910 is your Instagram code. ")).await;
    receive(&house.app, piece(&placed.digits, (1, 2), "555111 is your Instagram code. ")).await;
    receive(&house.app, piece(&placed.digits, (2, 2), "Bye.")).await;
    let texts: Vec<String> =
        inbox(&house, ann, &placed).await.messages.into_iter().map(|message| message.text).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts.contains(&"555111 is your Instagram code. Bye.".to_owned()));
    assert!(texts.contains(&"482910 is your Instagram code. …".to_owned()));
});

on_both!(a_message_with_a_missing_part_is_told_after_ten_seconds, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    receive(&house.app, piece(&placed.digits, (1, 2), "482910 is your Instagram code. ")).await;
    house.pass_ms(10 * SECOND_MS - 1);
    assert_eq!(message::tell_incomplete(&house.app).await.expect("looked"), 0);
    house.pass_ms(1);
    assert_eq!(message::tell_incomplete(&house.app).await.expect("told"), 1);
    let inbox = inbox(&house, ann, &placed).await;
    assert!(!inbox.messages[0].is_complete && inbox.state == State::Received);
});

on_both!(a_late_part_completes_the_text_and_captures_nothing_again, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    receive(&house.app, piece(&placed.digits, (1, 2), "482910 is your Instagram code. ")).await;
    house.pass_ms(10 * SECOND_MS);
    message::tell_incomplete(&house.app).await.expect("told");
    let late = receive(&house.app, piece(&placed.digits, (2, 2), "Bye.")).await;
    assert_eq!(late, Received::Delivered { account: ann.account });
    let inbox = inbox(&house, ann, &placed).await;
    assert_eq!((inbox.messages.len(), inbox.messages[0].is_complete), (1, true));
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
    let events = event::feed(&house.app, ann.account, 3, 10).await.expect("read");
    assert_eq!(events.iter().map(|event| event.kind).collect::<Vec<_>>(), [Kind::MessageUpdated]);
});

on_both!(a_message_whose_last_part_comes_after_the_end_is_the_first_part_s_lease_s, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    house.pass_ms(20 * 60 * SECOND_MS - 1);
    receive(&house.app, piece(&placed.digits, (1, 2), TEXTS[0])).await;
    house.pass_ms(2 * SECOND_MS);
    let last = receive(&house.app, piece(&placed.digits, (2, 2), TEXTS[1])).await;
    assert_eq!(last, Received::Delivered { account: ann.account });
});

on_both!(a_group_that_no_worker_told_for_a_day_is_told_before_its_place_is_taken, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    receive(&house.app, piece(&placed.digits, (1, 2), "482910 is your Instagram code. ")).await;
    house.pass_ms(DAY_MS);
    receive(&house.app, piece(&placed.digits, (1, 2), "Later. ")).await;
    assert_eq!(inbox(&house, ann, &placed).await.messages.len(), 1);
    house.pass_ms(2 * 60 * SECOND_MS);
    message::tell_incomplete(&house.app).await.expect("told");
    assert_eq!(house.number_of("SELECT COUNT(*) FROM message WHERE state = 'joining'").await, 0);
});

on_both!(a_message_whose_parts_do_not_open_is_quarantined_and_holds_up_no_other, async |house: House| {
    let (house, ann, placed) = waiting(house).await;
    let other = house.order(ann, "instagram").await;
    receive(&house.app, piece(&placed.digits, (1, 2), TEXTS[0])).await;
    house.tamper(&["UPDATE message_part SET sealed = digest"]).await;
    receive(&house.app, piece(&other.digits, (1, 2), "482910 is your Instagram code. ")).await;
    house.pass_ms(10 * SECOND_MS);
    assert_eq!(message::tell_incomplete(&house.app).await.expect("told"), 2);
    assert_eq!(message::tell_incomplete(&house.app).await.expect("none left"), 0);
    assert_eq!(message::quarantined(&house.app, i64::MAX, 5).await.expect("listed")[0].reason, "fault");
    assert_eq!(inbox(&house, ann, &other).await.messages.len(), 1);
});
