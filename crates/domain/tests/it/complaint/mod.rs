//! A customer reports an order, and is answered.

use domain::account;
use domain::clock::DAY_MS;
use domain::complaint::{self, Answer, AnswerRefusal, Complaint, Kind, NewComplaint, ReportRefusal, State, Which};
use domain::ledger::RefundRefusal;
use domain::login::Role;
use domain::money::Usd;
use domain::number::NumberState;
use domain::phone::Nanp;
use domain::product::Product;
use domain::{event, number, order};

use crate::house::{House, may, why};
use crate::login::{customer, mail_to, session};
use crate::on_both;

fn about(account: i64, order: i64) -> NewComplaint {
    let words = "It said <b>no</b>.".to_owned();
    NewComplaint { account, product: Product::ShortTerm, order, kind: Kind::BadNumber, words }
}

fn answer(complaint: i64) -> Answer {
    let base_url = "https://house.example".to_owned();
    let (text, by, role) = ("Sorry.".to_owned(), "olga".to_owned(), Role::Support);
    Answer { complaint, text, refund: Usd::ZERO, pauses_number: false, base_url, by, role }
}

async fn newest(house: &House, account: i64, order: i64) -> Complaint {
    complaint::about(&house.app, account, order).await.expect("read").expect("a complaint")
}

on_both!(an_order_is_reported_once_until_it_is_answered, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let id = complaint::report(&house.app, about(ann.account, placed.order)).await.expect("reported");
    let again = complaint::report(&house.app, about(ann.account, placed.order)).await;
    assert!(matches!(again, Err(ReportRefusal::Open)));
    let found = newest(&house, ann.account, placed.order).await;
    assert!(found.id == id && found.state == State::Open && found.words == "It said <b>no</b>.");
    complaint::answer(&house.app, answer(id)).await.expect("answered");
    let found = newest(&house, ann.account, placed.order).await;
    assert!(found.state == State::Answered && found.answer.as_deref() == Some("Sorry."));
    let again = complaint::answer(&house.app, answer(id)).await;
    assert!(matches!(again, Err(AnswerRefusal::Answered)));
    complaint::report(&house.app, about(ann.account, placed.order)).await.expect("another one");
});

on_both!(nobody_reports_what_is_not_theirs_or_long_over, async |house: House| {
    let house = House::stocked(house, 3).await;
    let (ann, bob) = (house.customer("ann", "5.00").await, house.customer("bob", "5.00").await);
    let placed = house.order(ann, "instagram").await;
    let by_bob = complaint::report(&house.app, about(bob.account, placed.order)).await;
    assert!(matches!(by_bob, Err(ReportRefusal::NotFound)));
    assert!(complaint::about(&house.app, bob.account, placed.order).await.expect("read").is_none());
    let other = NewComplaint { product: Product::Rental1Day, ..about(ann.account, placed.order) };
    assert!(matches!(complaint::report(&house.app, other).await, Err(ReportRefusal::NotFound)));
    let long = NewComplaint { words: "x".repeat(1_001), ..about(ann.account, placed.order) };
    assert!(matches!(complaint::report(&house.app, long).await, Err(ReportRefusal::TooLong)));
    house.pass_ms(31 * DAY_MS);
    let late = complaint::report(&house.app, about(ann.account, placed.order)).await;
    assert!(matches!(late, Err(ReportRefusal::TooLate)));
});

on_both!(an_account_reports_twenty_orders_a_day, async |house: House| {
    let house = House::stocked(house, 25).await;
    let ann = house.customer("ann", "50.00").await;
    for _ in 0..20 {
        let placed = house.order(ann, "instagram").await;
        complaint::report(&house.app, about(ann.account, placed.order)).await.expect("reported");
    }
    let placed = house.order(ann, "instagram").await;
    let more = complaint::report(&house.app, about(ann.account, placed.order)).await;
    assert!(matches!(more, Err(ReportRefusal::TooMany)));
    house.pass_ms(DAY_MS);
    complaint::report(&house.app, about(ann.account, placed.order)).await.expect("another day");
});

on_both!(an_answer_may_take_the_number_out_of_sale, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let id = complaint::report(&house.app, about(ann.account, placed.order)).await.expect("reported");
    let pausing = |role| Answer { pauses_number: true, role, ..answer(id) };
    let refused = complaint::answer(&house.app, pausing(Role::Support)).await;
    assert!(matches!(refused, Err(AnswerRefusal::NotAllowed)));
    complaint::answer(&house.app, pausing(Role::Operator)).await.expect("answered");
    let number = Nanp::parse(&placed.digits).expect("a number");
    let line = number::show(&house.app, &number).await.expect("read").expect("a number");
    assert_eq!(line.state, NumberState::Paused);
});

on_both!(an_answer_is_told_by_event_and_by_mail, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = session(&house, &customer(&house, "ann@example.org").await.session).await.expect("signed in");
    let standing = account::standing(&house.app, ann.account.expect("hers")).await.expect("read").expect("an account");
    let new = account::NewCredit {
        account: standing.name.clone(),
        amount: Usd::from_cents(500),
        reason: why("a gift"),
        reference: None,
        by: may("test"),
    };
    account::credit(&house.app, new).await.expect("a credit");
    let placed = house.order(standing.caller, "instagram").await;
    let id = complaint::report(&house.app, about(standing.caller.account, placed.order)).await.expect("reported");
    complaint::answer(&house.app, answer(id)).await.expect("answered");
    let events = event::feed(&house.app, standing.caller.account, 0, 100).await.expect("read");
    let told = events.last().expect("an event");
    assert_eq!((told.kind.word(), told.order), ("complaint.answered", Some((Product::ShortTerm, placed.order))));
    let mail = mail_to(&house, "ann@example.org", "complaint_answered").await;
    assert!(mail.contains("Sorry.") && mail.contains("https://house.example/complaints/"), "{mail}");
});

on_both!(who_waits_longest_is_first_and_words_do_not_stay_for_ever, async |house: House| {
    let house = House::stocked(house, 5).await;
    let ann = house.customer("ann", "5.00").await;
    let mut ids = Vec::new();
    for kind in [Kind::NoCode, Kind::BadNumber, Kind::NoCode] {
        let placed = house.order(ann, "instagram").await;
        let new = NewComplaint { kind, ..about(ann.account, placed.order) };
        ids.push(complaint::report(&house.app, new).await.expect("reported"));
        order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    }
    let list = async |state, kind| {
        let lines = complaint::all(&house.app, Which { state, kind }, None, 10).await.expect("read");
        lines.iter().map(|line| line.complaint.id).collect::<Vec<_>>()
    };
    assert_eq!(list(State::Open, None).await, ids);
    assert_eq!(list(State::Open, Some(Kind::NoCode)).await, [ids[0], ids[2]]);
    assert_eq!(complaint::counts(&house.app).await.expect("read").0, 3);
    complaint::answer(&house.app, answer(ids[0])).await.expect("answered");
    assert_eq!(list(State::Answered, None).await, [ids[0]]);
    let (line, _) = complaint::show(&house.app, ids[0]).await.expect("read").expect("a complaint");
    assert!((line.account.as_str(), line.service.as_str()) == ("ann", "instagram") && line.digits.len() == 11);
    house.pass_ms(90 * DAY_MS);
    assert_eq!(complaint::forget_old(&house.app).await.expect("forgotten"), 3, "those that nobody answered, too");
    assert_eq!(complaint::forget_old(&house.app).await.expect("nothing left"), 0);
    let (line, _) = complaint::show(&house.app, ids[0]).await.expect("read").expect("a complaint");
    assert!(line.complaint.words.is_empty() && line.complaint.answer.as_deref() == Some(""));
});

on_both!(an_answer_gives_back_what_was_paid_and_never_more, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    let id = complaint::report(&house.app, about(ann.account, placed.order)).await.expect("reported");
    let early = complaint::answer(&house.app, Answer { refund: Usd::from_cents(42), ..answer(id) }).await;
    assert!(matches!(early, Err(AnswerRefusal::Refund(RefundRefusal::NotPaid))));
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    let above = complaint::answer(&house.app, Answer { refund: Usd::from_cents(43), ..answer(id) }).await;
    assert!(matches!(above, Err(AnswerRefusal::Refund(RefundRefusal::AboveLeft { .. }))));
    let auditor = Answer { refund: Usd::from_cents(42), role: Role::Auditor, ..answer(id) };
    let auditor = complaint::answer(&house.app, auditor).await;
    assert!(matches!(auditor, Err(AnswerRefusal::NotAllowed)));
    assert!(newest(&house, ann.account, placed.order).await.state == State::Open);
    complaint::answer(&house.app, Answer { refund: Usd::from_cents(42), ..answer(id) }).await.expect("answered");
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    assert_eq!(newest(&house, ann.account, placed.order).await.refunded, Usd::from_cents(42));
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(what_was_reported_goes_with_its_order, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    complaint::report(&house.app, about(ann.account, placed.order)).await.expect("reported");
    house.pass_ms(91 * DAY_MS);
    order::expire_due(&house.app).await.expect("expired");
    while domain::policy::kept::forget_records(&house.app).await.expect("forgotten") > 0 {}
    assert_eq!(house.number_of("SELECT COUNT(*) FROM complaint").await, 0);
    assert_eq!(crate::verify::findings(&house).await, []);
});
