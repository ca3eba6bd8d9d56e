//! Accounts that an operator made get a sign-in.

use domain::account;
use domain::clock::DAY_MS;
use domain::login::{self, Chosen, ConfirmRefusal, Invitation, InviteRefusal, STATEMENT_VERSION, Secret};

use super::{PASSWORD, customer, link_in, mail_to, session, visit};
use crate::house::House;
use crate::on_both;

fn to(account: &str, email: &str) -> Invitation {
    Invitation {
        account: account.to_owned(),
        email: email.to_owned(),
        base_url: "https://house.example".to_owned(),
        by: "olga".to_owned(),
    }
}

fn chosen(link: &Secret) -> Chosen<'_> {
    Chosen { link, password: PASSWORD }
}

on_both!(an_invited_person_signs_in_to_the_account_that_was_there, async |house: House| {
    let ann = house.customer("ann", "5.00").await;
    let link = login::invite(&house.app, to("ann", " Ann@Example.org")).await.expect("a link");
    assert!(link == link_in(&mail_to(&house, "ann@example.org", "invite").await));
    let entered = login::confirm_sign_up(&house.app, &visit(1), chosen(&link), STATEMENT_VERSION).await.expect("in");
    let found = session(&house, &entered.session).await.expect("signed in");
    assert_eq!((found.name.as_str(), found.account), ("ann@example.org", Some(ann.account)));
    assert_eq!(account::list(&house.app, 0, 10).await.expect("accounts").len(), 1);
});

on_both!(an_invited_person_accepts_the_statement_with_the_password, async |house: House| {
    house.customer("ann", "0.00").await;
    let link = login::invite(&house.app, to("ann", "ann@example.org")).await.expect("a link");
    assert!(login::must_accept(&house.app, &link).await.expect("a good link"));
    for accepted in ["", "2020-01-01"] {
        let refused = login::confirm_sign_up(&house.app, &visit(1), chosen(&link), accepted).await;
        assert!(matches!(refused, Err(ConfirmRefusal::NotAccepted)));
    }
    login::confirm_sign_up(&house.app, &visit(1), chosen(&link), STATEMENT_VERSION).await.expect("the link is good");
});

on_both!(an_account_has_one_person, async |house: House| {
    house.customer("ann", "0.00").await;
    let link = login::invite(&house.app, to("ann", "ann@example.org")).await.expect("a link");
    login::confirm_sign_up(&house.app, &visit(1), chosen(&link), STATEMENT_VERSION).await.expect("in");
    let again = login::invite(&house.app, to("ann", "bob@example.org")).await;
    assert!(matches!(again, Err(InviteRefusal::HasLogin)));
});

on_both!(another_invitation_takes_the_first_one_back, async |house: House| {
    house.customer("ann", "5.00").await;
    let wrong = login::invite(&house.app, to("ann", "stranger@example.org")).await.expect("a link");
    let right = login::invite(&house.app, to("ann", "ann@example.org")).await.expect("another");
    let stranger = login::confirm_sign_up(&house.app, &visit(2), chosen(&wrong), STATEMENT_VERSION).await;
    assert!(matches!(stranger, Err(ConfirmRefusal::BadLink)));
    login::confirm_sign_up(&house.app, &visit(1), chosen(&right), STATEMENT_VERSION).await.expect("in");
});

on_both!(an_invitation_names_an_account_and_a_free_address, async |house: House| {
    house.customer("bob", "0.00").await;
    customer(&house, "ann@example.org").await;
    let refused = |account: &str, email: &str| login::invite(&house.app, to(account, email));
    assert!(matches!(refused("nobody", "bob@example.org").await, Err(InviteRefusal::NoAccount)));
    assert!(matches!(refused("bob", "bob").await, Err(InviteRefusal::BadEmail)));
    assert!(matches!(refused("bob", "ann@example.org").await, Err(InviteRefusal::Taken)));
});

on_both!(an_invitation_is_good_for_a_day, async |house: House| {
    house.customer("ann", "0.00").await;
    let link = login::invite(&house.app, to("ann", "ann@example.org")).await.expect("a link");
    house.pass_ms(DAY_MS);
    assert!(matches!(login::must_accept(&house.app, &link).await, Err(ConfirmRefusal::BadLink)));
    let late = login::confirm_sign_up(&house.app, &visit(1), chosen(&link), STATEMENT_VERSION).await;
    assert!(matches!(late, Err(ConfirmRefusal::BadLink)));
});
