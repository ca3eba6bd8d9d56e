//! Resetting and changing passwords, and changing the address.

use domain::account::{self, NewCredit, Tier};
use domain::clock::{DAY_MS, HOUR_MS};
use domain::login::{
    self, ChangeRefusal, Chosen, ConfirmRefusal, Kind, NewPassword, STATEMENT_VERSION, SignIn, SignInRefusal, Visit,
};
use domain::money::Usd;

use super::{PASSWORD, credentials, customer, enter, link_in, mail_to, session, visit};
use crate::house::{House, may, why};
use crate::on_both;

const OTHER: &str = "anvil meadow crisp eleven";

on_both!(a_reset_lets_its_person_in_whatever_strangers_try, async |house: House| {
    customer(&house, "ann@example.org").await;
    let wrong = async |from: u8| {
        let who = credentials("ann@example.org", "wrong");
        login::sign_in(&house.app, Kind::Customer, &visit(from), who).await.err().expect("refused")
    };
    for from in 1..=10 {
        wrong(from).await;
    }
    login::ask_reset(&house.app, &visit(20), "ann@example.org").await.expect("a mail");
    let link = link_in(&mail_to(&house, "ann@example.org", "reset").await);
    let device = login::reset(&house.app, &visit(20), Chosen { link: &link, password: OTHER }).await.expect("changed");
    assert!(matches!(wrong(30).await, SignInRefusal::Wrong));
    for from in 31..=39 {
        wrong(from).await;
    }
    let known = Visit { known_by: Some(device), ..visit(20) };
    let entered = login::sign_in(&house.app, Kind::Customer, &known, credentials("ann@example.org", OTHER)).await;
    assert!(matches!(entered, Ok(SignIn::Entered(_))));
});

on_both!(a_forgotten_password_is_replaced_and_every_session_ends, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    login::ask_reset(&house.app, &visit(1), "Ann@example.org").await.expect("a mail");
    let link = link_in(&mail_to(&house, "ann@example.org", "reset").await);
    let short = login::reset(&house.app, &visit(1), Chosen { link: &link, password: "short" }).await;
    assert!(matches!(short, Err(ConfirmRefusal::Password(_))));
    login::reset(&house.app, &visit(1), Chosen { link: &link, password: OTHER }).await.expect("changed");
    assert_eq!(session(&house, &ann.session).await, None);
    let old = login::sign_in(&house.app, Kind::Customer, &visit(1), credentials("ann@example.org", PASSWORD)).await;
    assert!(matches!(old, Err(SignInRefusal::Wrong)));
    let new = login::sign_in(&house.app, Kind::Customer, &visit(1), credentials("ann@example.org", OTHER)).await;
    assert!(new.is_ok());
    let again = login::reset(&house.app, &visit(1), Chosen { link: &link, password: PASSWORD }).await;
    assert!(matches!(again, Err(ConfirmRefusal::BadLink)));
    mail_to(&house, "ann@example.org", "password_changed").await;
});

on_both!(a_reset_s_link_lives_for_an_hour_and_fits_nothing_else, async |house: House| {
    customer(&house, "ann@example.org").await;
    login::ask_reset(&house.app, &visit(1), "ann@example.org").await.expect("a mail");
    let link = link_in(&mail_to(&house, "ann@example.org", "reset").await);
    let other = login::confirm_sign_up(&house.app, &visit(1), Chosen { link: &link, password: OTHER }, "").await;
    assert!(matches!(other, Err(ConfirmRefusal::BadLink)));
    assert!(matches!(login::confirm_email(&house.app, &visit(1), &link).await, Err(ChangeRefusal::BadLink)));
    house.pass_ms(HOUR_MS);
    let late = login::reset(&house.app, &visit(1), Chosen { link: &link, password: OTHER }).await;
    assert!(matches!(late, Err(ConfirmRefusal::BadLink)));
});

on_both!(an_unknown_address_is_told_the_same_and_gets_another_mail, async |house: House| {
    login::ask_reset(&house.app, &visit(1), "bob@example.org").await.expect("the same answer");
    let body = mail_to(&house, "bob@example.org", "no_account").await;
    assert!(body.contains("/sign-up/") && !body.contains("token="), "{body}");
});

on_both!(what_is_written_does_not_tell_whether_an_address_is_known, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    let person = session(&house, &ann.session).await.expect("signed in").login;
    let mut before = written(&house).await;
    let mut grown = async || {
        let now = written(&house).await;
        let grown: Vec<i64> = now.iter().zip(&before).map(|(now, before)| now - before).collect();
        before = now;
        grown
    };
    for (place, email) in ["ann@example.org", "bob@example.org"].iter().enumerate() {
        let visit = visit(u8::try_from(place).expect("few") + 1);
        login::ask_reset(&house.app, &visit, email).await.expect("the same answer");
        assert_eq!(grown().await, [1, 1], "a reset for {email}");
        login::sign_up(&house.app, &visit, email, STATEMENT_VERSION).await.expect("the same answer");
        assert_eq!(grown().await, [1, 1], "a sign-up for {email}");
        // The old address hears of it, too.
        login::ask_email(&house.app, &visit, person, PASSWORD, email).await.expect("the same answer");
        assert_eq!(grown().await, [1, 2], "a change to {email}");
    }
});

/// How many links and mails there are.
async fn written(house: &House) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["link", "mail"] {
        counts.push(house.number_of(&format!("SELECT COUNT(*) FROM {table}")).await);
    }
    counts
}

on_both!(a_changed_password_ends_the_other_sessions_and_links, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    let other = enter(&house, "ann@example.org", &visit(2)).await;
    login::ask_reset(&house.app, &visit(1), "ann@example.org").await.expect("a mail");
    let link = link_in(&mail_to(&house, "ann@example.org", "reset").await);
    let here = session(&house, &ann.session).await.expect("signed in");
    let change =
        NewPassword { login: here.login, session: here.id, old: "wrong wrong wrong".into(), new: OTHER.into() };
    let wrong = login::change_password(&house.app, &visit(1), change.clone()).await;
    assert!(matches!(wrong, Err(ChangeRefusal::Wrong)));
    let change = NewPassword { old: PASSWORD.into(), ..change };
    login::change_password(&house.app, &visit(1), change).await.expect("changed");
    assert!(session(&house, &ann.session).await.is_some());
    assert_eq!(session(&house, &other.session).await, None);
    let reset = login::reset(&house.app, &visit(1), Chosen { link: &link, password: PASSWORD }).await;
    assert!(matches!(reset, Err(ConfirmRefusal::BadLink)));
});

on_both!(a_new_address_counts_once_it_is_confirmed_and_both_hear_of_it, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    let login = session(&house, &ann.session).await.expect("signed in").login;
    login::ask_email(&house.app, &visit(1), login, PASSWORD, "new@example.org").await.expect("mails");
    mail_to(&house, "ann@example.org", "email_asked").await;
    assert_eq!(session(&house, &ann.session).await.expect("signed in").name, "ann@example.org");
    let link = link_in(&mail_to(&house, "new@example.org", "email_confirm").await);
    login::confirm_email(&house.app, &visit(1), &link).await.expect("changed");
    assert_eq!(session(&house, &ann.session).await.expect("signed in").name, "new@example.org");
    for to in ["ann@example.org", "new@example.org"] {
        mail_to(&house, to, "email_changed").await;
    }
    enter(&house, "new@example.org", &visit(1)).await;
});

on_both!(an_address_that_has_an_account_is_neither_taken_nor_told, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    customer(&house, "bob@example.org").await;
    let login = session(&house, &ann.session).await.expect("signed in").login;
    login::ask_email(&house.app, &visit(1), login, PASSWORD, "bob@example.org").await.expect("the same answer");
    assert!(!mail_to(&house, "bob@example.org", "known_already").await.contains("token="));
});

on_both!(an_address_that_was_taken_meanwhile_stays_with_who_has_it, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    let login = session(&house, &ann.session).await.expect("signed in").login;
    login::ask_email(&house.app, &visit(1), login, PASSWORD, "new@example.org").await.expect("mails");
    let link = link_in(&mail_to(&house, "new@example.org", "email_confirm").await);
    customer(&house, "new@example.org").await;
    assert!(matches!(login::confirm_email(&house.app, &visit(1), &link).await, Err(ChangeRefusal::BadLink)));
    assert_eq!(session(&house, &ann.session).await.expect("signed in").name, "ann@example.org");
});

on_both!(the_first_payment_of_somebody_confirmed_makes_them_verified, async |house: House| {
    customer(&house, "ann@example.org").await;
    house.customer_of(Tier::New, "nobody", "1.00").await;
    let accounts = account::list(&house.app, 0, 10).await.expect("accounts");
    let credit = NewCredit {
        account: accounts[0].name.clone(),
        amount: Usd::parse("5.00").expect("dollars"),
        reason: why("paid"),
        reference: None,
        by: may("test"),
    };
    account::credit(&house.app, credit).await.expect("booked");
    let tiers: Vec<Tier> =
        account::list(&house.app, 0, 10).await.expect("accounts").iter().map(|account| account.tier).collect();
    assert_eq!(tiers, [Tier::Verified, Tier::New]);
});

on_both!(what_is_over_is_forgotten_and_what_counts_is_not, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    login::ask_reset(&house.app, &visit(1), "ann@example.org").await.expect("a mail");
    assert_eq!(login::forget_old(&house.app).await.expect("forgotten"), 0);
    house.pass_ms(2 * DAY_MS);
    // The reset's link, and the tries of one mailbox and one client.
    assert_eq!(login::forget_old(&house.app).await.expect("forgotten"), 3);
    assert!(session(&house, &ann.session).await.is_some());
});
