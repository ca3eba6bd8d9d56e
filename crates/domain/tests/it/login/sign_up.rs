//! Signing up.

use domain::account::{self, Tier};
use domain::clock::{DAY_MS, HOUR_MS};
use domain::login::{self, Chosen, ConfirmRefusal, PasswordFault, STATEMENT_VERSION, SignUpRefusal};

use super::{PASSWORD, customer, link_in, mail_to, mails, session, visit};
use crate::house::{House, may, why};
use crate::on_both;

on_both!(a_confirmed_address_has_a_new_account_and_its_person_is_in, async |house: House| {
    let entered = customer(&house, "ann@example.org").await;
    let ann = session(&house, &entered.session).await.expect("signed in");
    assert_eq!((ann.name.as_str(), ann.has_second, ann.role), ("ann@example.org", false, None));
    let accounts = account::list(&house.app, 0, 10).await.expect("accounts");
    assert_eq!((Some(accounts[0].id), accounts[0].tier), (ann.account, Tier::New));
});

on_both!(before_the_address_is_confirmed_there_is_no_account, async |house: House| {
    login::sign_up(&house.app, &visit(1), "ann@example.org", STATEMENT_VERSION).await.expect("a mail");
    assert!(account::list(&house.app, 0, 10).await.expect("accounts").is_empty());
});

on_both!(an_address_that_is_known_gets_another_mail, async |house: House| {
    customer(&house, "ann@example.org").await;
    login::sign_up(&house.app, &visit(2), " Ann@Example.org", STATEMENT_VERSION).await.expect("the same answer");
    let body = mail_to(&house, "ann@example.org", "known_already").await;
    assert!(body.contains("/sign-in/") && !body.contains("token="), "{body}");
});

on_both!(a_link_works_once, async |house: House| {
    customer(&house, "ann@example.org").await;
    let link = link_in(&mail_to(&house, "ann@example.org", "sign_up").await);
    let again = login::confirm_sign_up(&house.app, &visit(1), Chosen { link: &link, password: PASSWORD }, "").await;
    assert!(matches!(again, Err(ConfirmRefusal::BadLink)));
});

on_both!(of_two_links_to_one_mailbox_the_first_that_is_used_counts, async |house: House| {
    for _ in 0..2 {
        login::sign_up(&house.app, &visit(1), "ann@example.org", STATEMENT_VERSION).await.expect("a mail");
    }
    let mut links = Vec::new();
    for mail in mails(&house).await {
        links
            .push(link_in(&domain::mail::read(&house.app, mail.id, &why("a test"), &may("test")).await.expect("text")));
    }
    let chosen = |place: usize| Chosen { link: &links[place], password: PASSWORD };
    login::confirm_sign_up(&house.app, &visit(1), chosen(0), "").await.expect("let in");
    let other = login::confirm_sign_up(&house.app, &visit(1), chosen(1), "").await;
    assert!(matches!(other, Err(ConfirmRefusal::BadLink)));
    assert_eq!(account::list(&house.app, 0, 10).await.expect("accounts").len(), 1);
});

on_both!(a_link_lives_for_a_day, async |house: House| {
    login::sign_up(&house.app, &visit(1), "ann@example.org", STATEMENT_VERSION).await.expect("a mail");
    let link = link_in(&mail_to(&house, "ann@example.org", "sign_up").await);
    house.pass_ms(DAY_MS);
    let late = login::confirm_sign_up(&house.app, &visit(1), Chosen { link: &link, password: PASSWORD }, "").await;
    assert!(matches!(late, Err(ConfirmRefusal::BadLink)));
});

on_both!(a_password_that_is_not_taken_leaves_the_link_good, async |house: House| {
    login::sign_up(&house.app, &visit(1), "ann@example.org", STATEMENT_VERSION).await.expect("a mail");
    let link = link_in(&mail_to(&house, "ann@example.org", "sign_up").await);
    let short = login::confirm_sign_up(&house.app, &visit(1), Chosen { link: &link, password: "short" }, "").await;
    assert!(matches!(short, Err(ConfirmRefusal::Password(PasswordFault::Short))));
    login::confirm_sign_up(&house.app, &visit(1), Chosen { link: &link, password: PASSWORD }, "")
        .await
        .expect("let in");
});

on_both!(the_statement_in_force_must_be_accepted, async |house: House| {
    for accepted in ["", "2020-01-01"] {
        let refused = login::sign_up(&house.app, &visit(1), "ann@example.org", accepted).await;
        assert!(matches!(refused, Err(SignUpRefusal::NotAccepted)));
    }
    assert!(mails(&house).await.is_empty());
});

on_both!(a_mailbox_is_not_flooded, async |house: House| {
    for from in 1..=5 {
        login::sign_up(&house.app, &visit(from), "ann@example.org", STATEMENT_VERSION).await.expect("a mail");
    }
    house.pass_ms(HOUR_MS / 2);
    let sixth = login::sign_up(&house.app, &visit(6), "ann@example.org", STATEMENT_VERSION).await;
    assert!(matches!(sixth, Err(SignUpRefusal::MustWait { seconds: 1_800 })));
    login::sign_up(&house.app, &visit(6), "bob@example.org", STATEMENT_VERSION).await.expect("another mailbox");
    house.pass_ms(HOUR_MS / 2);
    login::sign_up(&house.app, &visit(6), "ann@example.org", STATEMENT_VERSION).await.expect("an hour later");
});

on_both!(one_client_does_not_send_mails_to_everybody, async |house: House| {
    for place in 0..20 {
        let email = format!("a{place}@example.org");
        login::sign_up(&house.app, &visit(1), &email, STATEMENT_VERSION).await.expect("a mail");
    }
    let more = login::sign_up(&house.app, &visit(1), "b@example.org", STATEMENT_VERSION).await;
    assert!(matches!(more, Err(SignUpRefusal::MustWait { seconds: 3_600 })));
});
