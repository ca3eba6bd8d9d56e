//! The ledger, and what the schema itself refuses.

mod books;
mod model;
mod refund;

use domain::account::{self, CreditRefusal, NewCredit};
use domain::ledger::{Move, statement};
use domain::money::Usd;
use domain::{message, order};

use crate::house::{House, may, why};
use crate::on_both;

fn credit(dollars: &str, reference: Option<&str>) -> NewCredit {
    NewCredit {
        account: "ann".into(),
        amount: Usd::parse(dollars).expect("dollars"),
        reason: why("paid"),
        reference: reference.map(str::to_owned),
        by: may("test"),
    }
}

on_both!(the_schema_refuses_to_change_a_transfer, async |house: House| {
    house.customer("ann", "5.00").await;
    let said = house.side("UPDATE transfer SET amount = 20000").await.expect_err("refused");
    assert!(said.contains("never changed"), "{said}");
});

on_both!(the_schema_refuses_to_delete_a_transfer, async |house: House| {
    house.customer("ann", "5.00").await;
    let said = house.side("DELETE FROM transfer").await.expect_err("refused");
    assert!(said.contains("write another one"), "{said}");
});

on_both!(the_schema_refuses_a_balance_below_nothing, async |house: House| {
    house.customer("ann", "5.00").await;
    house.side("UPDATE account SET available = -1").await.expect_err("refused");
});

on_both!(the_schema_refuses_a_part_of_a_cent, async |house: House| {
    house.customer("ann", "5.00").await;
    let insert = "INSERT INTO transfer
           (account_id, seq, kind, debit, credit, amount, available_after, held_after, at_ms)
         VALUES (1, 2, 'credit', 'funding', 'available', 1, 1, 0, 0)";
    house.side(insert).await.expect_err("refused");
});

on_both!(the_schema_refuses_books_that_do_not_fit_the_kind, async |house: House| {
    house.customer("ann", "5.00").await;
    let insert = "INSERT INTO transfer
           (account_id, seq, kind, debit, credit, amount, available_after, held_after, at_ms)
         VALUES (1, 2, 'credit', 'held', 'available', 10000, 1, 0, 0)";
    house.side(insert).await.expect_err("refused");
});

on_both!(a_sum_that_would_overflow_is_an_error_and_changes_nothing, async |house: House| {
    house.customer("ann", "5.00").await;
    house.side("UPDATE account SET available = 9223372036854770000").await.expect("set");
    let refused = account::credit(&house.app, credit("1.00", None)).await;
    assert!(matches!(refused, Err(CreditRefusal::Db(_))), "{refused:?}");
    assert_eq!(house.number_of("SELECT available FROM account").await, 9_223_372_036_854_770_000);
});

on_both!(a_payment_told_twice_counts_once, async |house: House| {
    let ann = house.customer("ann", "0.00").await;
    account::credit(&house.app, credit("5.00", Some("pay-1"))).await.expect("credited");
    let again = account::credit(&house.app, credit("5.00", Some("pay-1"))).await;
    assert!(matches!(again, Err(CreditRefusal::Repeated)));
    assert_eq!(house.money(ann).await.0, "5.00");
});

on_both!(a_payment_told_at_once_by_many_counts_once, async |house: House| {
    let ann = house.customer("ann", "0.00").await;
    let tellers = (0..16).map(|_| {
        let app = house.app.clone();
        tokio::spawn(async move { account::credit(&app, credit("5.00", Some("pay-1"))).await })
    });
    let mut counted = 0;
    for teller in tellers.collect::<Vec<_>>() {
        match teller.await.expect("no panic") {
            Ok(_) => counted += 1,
            Err(CreditRefusal::Repeated) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((counted, house.money(ann).await.0), (1, "5.00".to_owned()));
});

on_both!(a_debit_is_never_above_what_is_available, async |house: House| {
    let ann = house.customer("ann", "5.00").await;
    let refused = account::debit(&house.app, credit("5.01", None)).await;
    assert!(matches!(refused, Err(CreditRefusal::Insufficient { .. })));
    account::debit(&house.app, credit("5.00", None)).await.expect("taken back");
    assert_eq!(house.money(ann).await.0, "0.00");
});

on_both!(a_statement_tells_each_step_with_its_balances, async |house: House| {
    let house = House::stocked(house, 2).await;
    let ann = house.customer("ann", "5.00").await;
    let (kept, cancelled) = (house.order(ann, "instagram").await, house.order(ann, "instagram").await);
    order::cancel(&house.app, ann, cancelled.order, None).await.expect("cancelled");
    house.text(&kept.digits, "32665", "482910 is your Instagram code.").await;
    let lines = statement(&house.app, ann.account, None, 10).await.expect("read");
    let told: Vec<_> =
        lines.iter().map(|line| (line.kind, line.available.to_string(), line.held.to_string())).collect();
    let line = |kind, available: &str, held: &str| (kind, available.to_owned(), held.to_owned());
    assert_eq!(
        told,
        [
            line(Move::Capture, "4.58", "0.00"),
            line(Move::Release, "4.58", "0.42"),
            line(Move::Hold, "4.16", "0.84"),
            line(Move::Hold, "4.58", "0.42"),
            line(Move::Credit, "5.00", "0.00"),
        ]
    );
    assert_eq!(lines[0].order, Some((domain::product::Product::ShortTerm, kept.order)));
});

on_both!(a_statement_comes_in_pages_without_a_gap, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    for _ in 0..3 {
        let placed = house.order(ann, "instagram").await;
        order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
        house.pass_ms(15 * domain::clock::MINUTE_MS);
    }
    let (mut seqs, mut before) = (Vec::new(), None);
    loop {
        let page = statement(&house.app, ann.account, before, 3).await.expect("read");
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        seqs.extend(page.iter().map(|line| line.seq));
    }
    assert_eq!(seqs, (1..=7).rev().collect::<Vec<_>>());
});

on_both!(a_second_text_does_not_capture_again, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    for code in ["482910", "482911"] {
        let received = house.text(&placed.digits, "32665", &format!("{code} is your Instagram code.")).await;
        assert_eq!(received, message::Received::Delivered { account: ann.account });
    }
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
});
