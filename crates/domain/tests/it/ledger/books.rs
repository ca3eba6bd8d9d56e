//! The books as the operator reads them.

use domain::ledger::{self, Move};
use domain::money::Usd;
use domain::order;

use crate::house::House;
use crate::on_both;
use crate::verify::busy;

on_both!(the_books_hold_what_every_single_transfer_put_there, async |house: House| {
    let house = busy(house).await;
    let books = ledger::books(&house.app).await.expect("read");
    let sum = async |book: &str| {
        let sql = format!(
            "SELECT CAST(COALESCE(SUM(CASE WHEN credit = '{book}' THEN amount WHEN debit = '{book}' THEN -amount END), 0)
                    AS BIGINT)
             FROM transfer WHERE '{book}' IN (debit, credit)"
        );
        Usd::from_micros(house.number_of(&sql).await)
    };
    assert_eq!(books.paid_in, sum("funding").await.negated());
    assert_eq!(books.available, sum("available").await);
    assert_eq!(books.held, sum("held").await);
    assert_eq!(books.revenue, sum("revenue").await);
    assert!(books.held > Usd::ZERO && books.revenue > Usd::ZERO);
});

on_both!(a_posting_shows_both_its_sides, async |house: House| {
    let house = House::stocked(house, 3).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    order::cancel(&house.app, ann, placed.order, None).await.expect("cancelled");
    let all = ledger::postings(&house.app, ann.account, None, 10).await.expect("read");
    let shown: Vec<_> = all.iter().map(|posting| (posting.kind, posting.debit.as_str(), posting.resolves)).collect();
    assert_eq!(
        shown,
        [(Move::Release, "held", Some(2)), (Move::Hold, "available", None), (Move::Credit, "funding", None)]
    );
    assert_eq!(all[2].reason.as_deref(), Some("a gift"));
    let older = ledger::postings(&house.app, ann.account, Some(2), 10).await.expect("read");
    assert_eq!(older.len(), 1);
});
