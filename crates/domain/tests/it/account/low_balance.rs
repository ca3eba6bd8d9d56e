//! Customers hear of a low balance.

use domain::account::{self, LowRefusal, NewCredit};
use domain::login::{self, Chosen, Invitation, STATEMENT_VERSION};
use domain::money::Usd;

use crate::house::{House, may, why};
use crate::login::{PASSWORD, mails, visit};
use crate::on_both;

/// Gives an account somebody who signs in to it.
pub(crate) async fn person(house: &House, account: &str) {
    let invitation = Invitation {
        account: account.into(),
        email: format!("{account}@example.org"),
        base_url: "https://house.example".into(),
        by: "test".into(),
    };
    let link = login::invite(&house.app, invitation).await.expect("a link");
    let chosen = Chosen { link: &link, password: PASSWORD };
    login::confirm_sign_up(&house.app, &visit(1), chosen, STATEMENT_VERSION).await.expect("in");
}

async fn move_money(house: &House, dollars: &str, is_credit: bool) {
    let amount = Usd::parse(dollars).expect("dollars");
    let (account, reason, by) = ("ann".to_owned(), why("a test"), may("test"));
    let new = NewCredit { account, amount, reason, reference: None, by };
    if is_credit {
        account::credit(&house.app, new).await.expect("booked");
    } else {
        account::debit(&house.app, new).await.expect("booked");
    }
}

async fn told(house: &House) -> usize {
    mails(house).await.iter().filter(|mail| mail.kind == "low_balance").count()
}

on_both!(a_low_balance_is_told_once_until_it_was_above_again, async |house: House| {
    let ann = house.customer("ann", "10.00").await;
    person(&house, "ann").await;
    account::set_low_balance(&house.app, ann.account, Some(Usd::from_cents(500))).await.expect("set");
    assert_eq!(account::tell_low(&house.app).await.expect("looked"), 0);
    move_money(&house, "5.01", false).await;
    for _ in 0..2 {
        account::tell_low(&house.app).await.expect("looked");
        assert_eq!(told(&house).await, 1);
    }
    move_money(&house, "0.01", true).await;
    account::tell_low(&house.app).await.expect("looked");
    move_money(&house, "1.00", false).await;
    account::tell_low(&house.app).await.expect("looked");
    assert_eq!(told(&house).await, 2);
});

on_both!(two_nodes_tell_it_once, async |house: House| {
    let ann = house.customer("ann", "1.00").await;
    person(&house, "ann").await;
    account::set_low_balance(&house.app, ann.account, Some(Usd::from_cents(500))).await.expect("set");
    let rival = house.rival().await;
    let (one, other) = tokio::join!(account::tell_low(&house.app), account::tell_low(&rival));
    one.and(other).expect("looked");
    assert_eq!(told(&house).await, 1);
});

on_both!(what_is_no_amount_is_refused_and_nothing_means_never, async |house: House| {
    let ann = house.customer("ann", "1.00").await;
    person(&house, "ann").await;
    for micros in [0, -10_000, 1, 100_000_010_000] {
        let refused = account::set_low_balance(&house.app, ann.account, Some(Usd::from_micros(micros))).await;
        assert!(matches!(refused, Err(LowRefusal::BadAmount)), "{micros}");
    }
    account::set_low_balance(&house.app, ann.account, Some(Usd::from_cents(500))).await.expect("set");
    account::set_low_balance(&house.app, ann.account, None).await.expect("set");
    assert_eq!(account::low_balance(&house.app, ann.account).await.expect("read"), None);
    assert_eq!(account::tell_low(&house.app).await.expect("looked"), 0);
});
