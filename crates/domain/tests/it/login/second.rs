//! The second factor, and operators, who always have one.

use domain::account;
use domain::clock::SECOND_MS;
use domain::login::{
    self, ChangeRefusal, Entered, Kind, NewOperator, NewPassword, NoSecond, Offer, OperatorRefusal, Removal, Role,
    Secret, SetUp, SignIn, SignInRefusal,
};

use super::{PASSWORD, code_of, credentials, customer, enter, mail_to, session, visit};
use crate::house::{House, may, why};
use crate::on_both;

/// Somebody with a second factor in force: its offer and the recovery codes.
async fn with_second(house: &House, email: &str) -> (i64, Offer, Vec<String>) {
    let entered = customer(house, email).await;
    let login = session(house, &entered.session).await.expect("signed in").login;
    let (setup, offer) = login::begin_second(&house.app, &visit(1), login, PASSWORD).await.expect("an offer");
    let code = code_of(house, &offer);
    let confirmed = login::confirm_second(&house.app, &visit(1), login, &setup, &code).await.expect("asked");
    let Ok(codes) = confirmed else { panic!("the code is the generator's") };
    house.pass_ms(30 * SECOND_MS);
    (login, offer, codes)
}

async fn ticket(house: &House, kind: Kind, name: &str) -> Secret {
    match login::sign_in(&house.app, kind, &visit(1), credentials(name, PASSWORD)).await.expect("right") {
        SignIn::NeedsCode(ticket) => ticket,
        SignIn::Entered(_) => panic!("let in without a code"),
    }
}

async fn with_code(house: &House, ticket: &Secret, code: &str) -> Result<Entered, ChangeRefusal> {
    login::sign_in_with_code(&house.app, Kind::Customer, &visit(1), ticket, code).await
}

on_both!(a_code_is_asked_for_and_works_once, async |house: House| {
    let (_, offer, _) = with_second(&house, "ann@example.org").await;
    let first = ticket(&house, Kind::Customer, "ann@example.org").await;
    assert!(matches!(with_code(&house, &first, "000000").await, Err(ChangeRefusal::Wrong)));
    let code = code_of(&house, &offer);
    let entered = with_code(&house, &first, &code).await.expect("let in");
    assert!(session(&house, &entered.session).await.expect("signed in").has_second);
    let second = ticket(&house, Kind::Customer, "ann@example.org").await;
    assert!(matches!(with_code(&house, &second, &code).await, Err(ChangeRefusal::Wrong)));
    house.pass_ms(30 * SECOND_MS);
    assert!(with_code(&house, &second, &code_of(&house, &offer)).await.is_ok());
    assert!(matches!(with_code(&house, &second, &code_of(&house, &offer)).await, Err(ChangeRefusal::BadLink)));
});

on_both!(a_recovery_code_stands_in_once, async |house: House| {
    let (login, _, codes) = with_second(&house, "ann@example.org").await;
    assert_eq!(codes.len(), 10);
    let first = ticket(&house, Kind::Customer, "ann@example.org").await;
    assert!(with_code(&house, &first, &codes[3].to_uppercase()).await.is_ok());
    assert_eq!(login::recovery_left(&house.app, login).await.expect("a count"), 9);
    let second = ticket(&house, Kind::Customer, "ann@example.org").await;
    assert!(matches!(with_code(&house, &second, &codes[3]).await, Err(ChangeRefusal::Wrong)));
    let fresh = login::renew_recovery(&house.app, &visit(1), login, PASSWORD).await.expect("others");
    assert!(matches!(with_code(&house, &second, &codes[4]).await, Err(ChangeRefusal::Wrong)));
    assert!(with_code(&house, &second, &fresh[0]).await.is_ok());
});

on_both!(ten_codes_in_a_quarter_of_an_hour, async |house: House| {
    let (_, offer, _) = with_second(&house, "ann@example.org").await;
    for _ in 0..9 {
        // The set-up itself was one try.
        let ticket = ticket(&house, Kind::Customer, "ann@example.org").await;
        assert!(matches!(with_code(&house, &ticket, "000000").await, Err(ChangeRefusal::Wrong)));
    }
    let ticket = ticket(&house, Kind::Customer, "ann@example.org").await;
    let more = with_code(&house, &ticket, &code_of(&house, &offer)).await;
    assert!(matches!(more, Err(ChangeRefusal::MustWait { seconds: 870 })));
});

on_both!(a_ticket_lives_for_ten_minutes, async |house: House| {
    let (_, offer, _) = with_second(&house, "ann@example.org").await;
    let ticket = ticket(&house, Kind::Customer, "ann@example.org").await;
    house.pass_ms(600 * SECOND_MS);
    assert!(matches!(with_code(&house, &ticket, &code_of(&house, &offer)).await, Err(ChangeRefusal::BadLink)));
});

on_both!(a_second_factor_is_in_force_with_its_first_code_only, async |house: House| {
    let entered = customer(&house, "ann@example.org").await;
    let login = session(&house, &entered.session).await.expect("signed in").login;
    let (setup, offer) = login::begin_second(&house.app, &visit(1), login, PASSWORD).await.expect("an offer");
    let wrong = login::confirm_second(&house.app, &visit(1), login, &setup, "000000").await.expect("asked");
    assert_eq!(wrong.expect_err("the offer again").secret, offer.secret);
    assert!(!session(&house, &entered.session).await.expect("signed in").has_second);
    let bob = customer(&house, "bob@example.org").await;
    let bob = session(&house, &bob.session).await.expect("signed in").login;
    let stolen = login::confirm_second(&house.app, &visit(1), bob, &setup, &code_of(&house, &offer)).await;
    assert!(matches!(stolen, Err(ChangeRefusal::BadLink)));
});

on_both!(it_is_taken_away_with_the_password_and_told, async |house: House| {
    let (login, _, _) = with_second(&house, "ann@example.org").await;
    let wrong = login::remove_second(&house.app, &visit(1), login, "wrong").await;
    assert!(matches!(wrong, Err(ChangeRefusal::Wrong)));
    login::remove_second(&house.app, &visit(1), login, PASSWORD).await.expect("taken away");
    enter(&house, "ann@example.org", &visit(1)).await;
    assert!(mail_to(&house, "ann@example.org", "second_factor").await.contains("is off now"));
});

fn removal(account: &str, reason: &str) -> Removal {
    let (base_url, by) = ("https://house.example".to_owned(), may("olga"));
    Removal { account: account.to_owned(), reason: why(reason), base_url, by }
}

async fn account_of(house: &House, entered: &Entered) -> String {
    let id = session(house, &entered.session).await.and_then(|session| session.account).expect("a customer");
    account::standing(&house.app, id).await.expect("asked").expect("an account").name
}

on_both!(who_lost_everything_is_let_in_by_an_operator_and_told, async |house: House| {
    with_second(&house, "ann@example.org").await;
    let ticket = ticket(&house, Kind::Customer, "ann@example.org").await;
    let accounts = account::list(&house.app, 0, 10).await.expect("accounts");
    let name = &accounts[0].name;
    login::remove_second_for(&house.app, removal(name, "called back")).await.expect("taken away");
    assert!(matches!(with_code(&house, &ticket, "000000").await, Err(ChangeRefusal::BadLink)));
    let entered = enter(&house, "ann@example.org", &visit(1)).await;
    assert_eq!(&account_of(&house, &entered).await, name);
    let told = mail_to(&house, "ann@example.org", "second_factor").await;
    assert!(told.contains("took the second factor") && !told.contains("was short"), "{told}");
    let again = login::remove_second_for(&house.app, removal(name, "called back")).await;
    assert!(matches!(again, Err(NoSecond::NoSecond)));
    let nobody = login::remove_second_for(&house.app, removal("nobody", "called back")).await;
    assert!(matches!(nobody, Err(NoSecond::NoAccount)));
});

on_both!(a_short_password_goes_with_the_second_factor, async |house: House| {
    let (login, _, _) = with_second(&house, "ann@example.org").await;
    let change = NewPassword { login, session: 0, old: PASSWORD.into(), new: "plv-tn-hb".into() };
    login::change_password(&house.app, &visit(1), change).await.expect("short beside a code");
    let name = account::list(&house.app, 0, 10).await.expect("accounts")[0].name.clone();
    login::remove_second_for(&house.app, removal(&name, "called back")).await.expect("taken away");
    let who = credentials("ann@example.org", "plv-tn-hb");
    let refused = login::sign_in(&house.app, Kind::Customer, &visit(1), who).await;
    assert!(matches!(refused, Err(SignInRefusal::Wrong)));
    assert!(mail_to(&house, "ann@example.org", "second_factor").await.contains("https://house.example/reset/"));
});

on_both!(whoever_has_only_the_session_changes_no_second_factor, async |house: House| {
    let (login, _, _) = with_second(&house, "ann@example.org").await;
    let refused = login::begin_second(&house.app, &visit(1), login, "wrong").await;
    assert!(matches!(refused, Err(ChangeRefusal::Wrong)));
});

async fn operator(house: &House, name: &str) -> (Entered, Offer) {
    let new = NewOperator { name: name.into(), role: Role::Support, by: may("test") };
    let link = login::create_operator(&house.app, new).await.expect("made");
    set_up(house, &link).await
}

async fn set_up(house: &House, link: &Secret) -> (Entered, Offer) {
    let (_, offer) = login::set_up_offer(&house.app, link).await.expect("an offer");
    let set = SetUp { link: link.clone(), password: PASSWORD.into(), code: code_of(house, &offer) };
    let (entered, codes) = login::set_up(&house.app, &visit(1), set).await.expect("set up");
    assert_eq!(codes.len(), 10);
    house.pass_ms(30 * SECOND_MS);
    (entered, offer)
}

async fn operator_session(house: &House, secret: &Secret) -> Option<Role> {
    login::session(&house.app, Kind::Operator, secret).await.expect("asked").and_then(|session| session.role)
}

on_both!(an_operator_sets_both_factors_by_a_link_and_signs_in_with_both, async |house: House| {
    let (entered, offer) = operator(&house, "olga").await;
    assert_eq!(operator_session(&house, &entered.session).await, Some(Role::Support));
    assert_eq!(session(&house, &entered.session).await, None);
    let ticket = ticket(&house, Kind::Operator, "olga").await;
    let code = code_of(&house, &offer);
    assert!(matches!(with_code(&house, &ticket, &code).await, Err(ChangeRefusal::BadLink)));
    let again = login::sign_in_with_code(&house.app, Kind::Operator, &visit(1), &ticket, &code).await;
    assert_eq!(operator_session(&house, &again.expect("let in").session).await, Some(Role::Support));
});

on_both!(an_operators_session_ends_after_an_hour_unused, async |house: House| {
    let (entered, _) = operator(&house, "olga").await;
    house.pass_ms(3_600 * SECOND_MS);
    assert_eq!(operator_session(&house, &entered.session).await, None);
});

on_both!(a_stopped_operator_is_refused_on_the_next_request, async |house: House| {
    let (entered, _) = operator(&house, "olga").await;
    login::stop_operator(&house.app, "olga", &why("a test"), &may("test")).await.expect("stopped");
    assert_eq!(operator_session(&house, &entered.session).await, None);
    let refused = login::sign_in(&house.app, Kind::Operator, &visit(1), credentials("olga", PASSWORD)).await;
    assert!(matches!(refused, Err(SignInRefusal::Wrong)));
    login::resume_operator(&house.app, "olga", &why("a test"), &may("test")).await.expect("goes on");
    ticket(&house, Kind::Operator, "olga").await;
});

on_both!(a_recovery_ends_sessions_and_its_link_works_once, async |house: House| {
    let (entered, _) = operator(&house, "olga").await;
    let link = login::recover_operator(&house.app, "olga", &why("a test"), &may("test")).await.expect("a link");
    assert_eq!(operator_session(&house, &entered.session).await, None);
    set_up(&house, &link).await;
    assert!(matches!(login::set_up_offer(&house.app, &link).await, Err(OperatorRefusal::BadLink)));
    let new = NewOperator { name: "olga".into(), role: Role::Owner, by: may("test") };
    assert!(matches!(login::create_operator(&house.app, new).await, Err(OperatorRefusal::Taken)));
});

on_both!(a_wrong_code_or_a_weak_password_leaves_the_link_good, async |house: House| {
    let new = NewOperator { name: "olga".into(), role: Role::Owner, by: may("test") };
    let link = login::create_operator(&house.app, new).await.expect("made");
    for (password, code) in [(PASSWORD, "000000"), ("short", "000000")] {
        let set = SetUp { link: link.clone(), password: password.into(), code: code.into() };
        assert!(login::set_up(&house.app, &visit(1), set).await.is_err());
    }
    set_up(&house, &link).await;
    assert!(login::operators(&house.app).await.expect("a list")[0].is_set_up);
});
