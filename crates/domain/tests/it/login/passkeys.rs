//! Passkeys: added, signed in with, and refused.

use domain::account;
use domain::clock::{MINUTE_MS, SECOND_MS};
use domain::login::{
    self, Asked, Begun, ChangeRefusal, Entered, Kind, NewOperator, NewPasskey, PASSKEYS_MAX, PasskeyRefusal, Role,
    SetUp, Signer,
};
use domain::policy::deeds::{DeedFilter, deeds};

use super::authenticator::Authenticator;
use super::{PASSWORD, code_of, customer, mail_to, mails, session, visit};
use crate::house::{House, may, why};
use crate::on_both;

async fn signer(house: &House, email: &str) -> Signer {
    let entered = customer(house, email).await;
    let session = session(house, &entered.session).await.expect("signed in");
    Signer { login: session.login, session: session.id }
}

async fn begin(house: &House, signer: Signer) -> Begun {
    login::begin_passkey(&house.app, &visit(1), signer, PASSWORD).await.expect("a challenge")
}

async fn add(house: &House, signer: Signer, begun: &Begun, answer: String) -> Result<(), PasskeyRefusal> {
    let new = NewPasskey { signer, ticket: begun.ticket.clone(), name: "  My phone ".into(), answer };
    login::add_passkey(&house.app, &visit(1), new).await
}

/// A device with a passkey of somebody.
async fn device(house: &House, signer: Signer) -> Authenticator {
    let (mut device, begun) = (Authenticator::new(), begin(house, signer).await);
    let answer = device.create(&begun.options);
    add(house, signer, &begun, answer).await.expect("added");
    device
}

fn ask(house: &House, kind: Kind) -> Asked {
    login::ask_passkey(&house.app, kind, &visit(2)).expect("a challenge")
}

async fn send(house: &House, kind: Kind, begun: &Asked, answer: &str) -> Result<Entered, PasskeyRefusal> {
    login::sign_in_with_passkey(&house.app, kind, &visit(2), &begun.ticket, answer).await
}

async fn enter(house: &House, kind: Kind, device: &mut Authenticator) -> Result<Entered, PasskeyRefusal> {
    let begun = ask(house, kind);
    let answer = device.sign(&begun.options);
    send(house, kind, &begun, &answer).await
}

fn is_not_taken<T>(answer: &Result<T, PasskeyRefusal>) -> bool {
    matches!(answer, Err(PasskeyRefusal::NotTaken))
}

fn is_too_late<T>(answer: &Result<T, PasskeyRefusal>) -> bool {
    matches!(answer, Err(PasskeyRefusal::TooLate))
}

on_both!(a_passkey_opens_its_account_alone_and_is_told, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut phone = device(&house, ann).await;
    assert!(mail_to(&house, "ann@example.org", "passkey").await.contains("\"My phone\" opens your account"));
    let entered = enter(&house, Kind::Customer, &mut phone).await.expect("let in");
    let session = session(&house, &entered.session).await.expect("signed in");
    assert_eq!((session.login, session.name.as_str()), (ann.login, "ann@example.org"));
    assert!(mail_to(&house, "ann@example.org", "new_device").await.contains("192.0.2.2"));
    let listed = login::passkeys(&house.app, ann.login).await.expect("a list");
    assert_eq!((listed.len(), listed[0].name.as_str()), (1, "My phone"));
    assert_eq!((listed[0].created_ms, listed[0].used_ms), (house.app.now_ms(), Some(house.app.now_ms())));
});

on_both!(it_stands_for_the_second_factor_too, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let (setup, offer) = login::begin_second(&house.app, &visit(1), ann.login, PASSWORD).await.expect("an offer");
    let code = code_of(&house, &offer);
    let confirmed = login::confirm_second(&house.app, &visit(1), ann.login, &setup, &code).await.expect("asked");
    assert!(confirmed.is_ok());
    let mut phone = device(&house, ann).await;
    let entered = enter(&house, Kind::Customer, &mut phone).await.expect("let in");
    assert!(session(&house, &entered.session).await.expect("signed in").has_second);
});

on_both!(whoever_has_only_the_session_adds_and_removes_none, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let begun = login::begin_passkey(&house.app, &visit(1), ann, "wrong").await;
    assert!(matches!(begun, Err(PasskeyRefusal::Change(ChangeRefusal::Wrong))));
    let mut phone = device(&house, ann).await;
    let id = login::passkeys(&house.app, ann.login).await.expect("a list")[0].id;
    let removed = login::remove_passkey(&house.app, &visit(1), ann.login, id, "wrong").await;
    assert!(matches!(removed, Err(PasskeyRefusal::Change(ChangeRefusal::Wrong))));
    assert!(enter(&house, Kind::Customer, &mut phone).await.is_ok());
});

on_both!(a_challenge_is_answered_once, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut phone = Authenticator::new();
    let begun = begin(&house, ann).await;
    let answer = phone.create(&begun.options);
    add(&house, ann, &begun, answer.clone()).await.expect("added");
    assert!(is_too_late(&add(&house, ann, &begun, answer.clone()).await));
    // The same key cannot be kept twice, nor by another challenge.
    let other = begin(&house, ann).await;
    assert!(is_not_taken(&add(&house, ann, &other, answer).await));
    let begun = ask(&house, Kind::Customer);
    let answer = phone.sign(&begun.options);
    assert!(send(&house, Kind::Customer, &begun, &answer).await.is_ok());
    assert!(is_too_late(&send(&house, Kind::Customer, &begun, &answer).await));
    let other = ask(&house, Kind::Customer);
    assert!(is_not_taken(&send(&house, Kind::Customer, &other, &answer).await));
});

on_both!(a_wrong_answer_uses_the_challenge_up, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut phone = device(&house, ann).await;
    let begun = ask(&house, Kind::Customer);
    assert!(is_not_taken(&send(&house, Kind::Customer, &begun, "{}").await));
    let answer = phone.sign(&begun.options);
    assert!(is_too_late(&send(&house, Kind::Customer, &begun, &answer).await));
    let (mut other, begun) = (Authenticator::new(), begin(&house, ann).await);
    other.verifies = false;
    let answer = other.create(&begun.options);
    assert!(is_not_taken(&add(&house, ann, &begun, answer).await));
    other.verifies = true;
    let answer = other.create(&begun.options);
    assert!(is_too_late(&add(&house, ann, &begun, answer).await));
});

on_both!(a_challenge_lives_for_five_minutes, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut phone = device(&house, ann).await;
    let (begun, asked) = (begin(&house, ann).await, ask(&house, Kind::Customer));
    house.pass_ms(5 * MINUTE_MS);
    let answer = Authenticator::new().create(&begun.options);
    assert!(is_too_late(&add(&house, ann, &begun, answer).await));
    let answer = phone.sign(&asked.options);
    assert!(is_too_late(&send(&house, Kind::Customer, &asked, &answer).await));
});

on_both!(another_origin_or_name_or_nobody_recognised_is_refused, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let phone = device(&house, ann).await;
    let lies: [fn(&mut Authenticator); 4] = [
        |device| device.origin = "https://evil.example".into(),
        |device| device.origin = "http://house.example".into(),
        |device| device.rp_id = "evil.example".into(),
        |device| device.verifies = false,
    ];
    for lie in lies {
        let mut phone = phone.clone();
        lie(&mut phone);
        assert!(is_not_taken(&enter(&house, Kind::Customer, &mut phone).await));
        let (mut fresh, begun) = (Authenticator::new(), begin(&house, ann).await);
        lie(&mut fresh);
        let answer = fresh.create(&begun.options);
        assert!(is_not_taken(&add(&house, ann, &begun, answer).await));
    }
    assert!(enter(&house, Kind::Customer, &mut phone.clone()).await.is_ok());
});

on_both!(another_session_or_person_adds_nothing_with_it, async |house: House| {
    let (ann, bob) = (signer(&house, "ann@example.org").await, signer(&house, "bob@example.org").await);
    let begun = begin(&house, ann).await;
    let answer = Authenticator::new().create(&begun.options);
    for thief in [bob, Signer { session: ann.session + 1_000, ..ann }] {
        assert!(is_too_late(&add(&house, thief, &begun, answer.clone()).await));
    }
    add(&house, ann, &begun, answer).await.expect("its own");
});

on_both!(a_key_opens_no_account_but_its_own, async |house: House| {
    let (ann, bob) = (signer(&house, "ann@example.org").await, signer(&house, "bob@example.org").await);
    let (mut phone, other) = (device(&house, ann).await, device(&house, bob).await);
    let own = std::mem::replace(&mut phone.handle, other.handle);
    assert!(is_not_taken(&enter(&house, Kind::Customer, &mut phone).await));
    // A key that nobody has here, and one of the right id with another secret.
    let mut unknown = Authenticator::new();
    unknown.handle.clone_from(&own);
    phone.handle = own;
    let mut forged = phone.clone();
    forged.change_key();
    for key in [&mut unknown, &mut forged] {
        assert!(is_not_taken(&enter(&house, Kind::Customer, key).await));
    }
    assert!(enter(&house, Kind::Customer, &mut phone).await.is_ok());
    let removed = login::passkeys(&house.app, ann.login).await.expect("a list")[0].id;
    let gone = login::remove_passkey(&house.app, &visit(1), bob.login, removed, PASSWORD).await;
    assert!(matches!(gone, Err(PasskeyRefusal::Gone)));
    let gone = login::rename_passkey(&house.app, bob.login, removed, "Mine").await;
    assert!(matches!(gone, Err(PasskeyRefusal::Gone)));
});

on_both!(a_count_that_does_not_grow_is_a_copy_s, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut phone = device(&house, ann).await;
    let mut copy = phone.clone();
    phone.counter = 7;
    assert!(enter(&house, Kind::Customer, &mut phone).await.is_ok());
    copy.counter = 7;
    assert!(is_not_taken(&enter(&house, Kind::Customer, &mut copy).await));
    copy.counter = 3;
    assert!(is_not_taken(&enter(&house, Kind::Customer, &mut copy).await));
    assert!(enter(&house, Kind::Customer, &mut phone).await.is_ok());
});

on_both!(two_answers_of_one_count_at_once_let_in_once, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let phone = device(&house, ann).await;
    let (mut one, mut two) = (phone.clone(), phone.clone());
    let rival = house.rival().await;
    let (first, second) = (ask(&house, Kind::Customer), ask(&house, Kind::Customer));
    let (answer, other) = (one.sign(&first.options), two.sign(&second.options));
    let at = visit(2);
    let (one, two) = tokio::join!(
        login::sign_in_with_passkey(&house.app, Kind::Customer, &at, &first.ticket, &answer),
        login::sign_in_with_passkey(&rival, Kind::Customer, &at, &second.ticket, &other),
    );
    assert!(one.is_ok() != two.is_ok());
});

on_both!(a_device_that_does_not_count_is_let_in_again, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut phone = device(&house, ann).await;
    phone.counts = false;
    for _ in 0..2 {
        assert!(enter(&house, Kind::Customer, &mut phone).await.is_ok());
    }
});

on_both!(a_removed_passkey_is_refused_and_told, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut phone = device(&house, ann).await;
    let id = login::passkeys(&house.app, ann.login).await.expect("a list")[0].id;
    login::rename_passkey(&house.app, ann.login, id, "Old phone").await.expect("renamed");
    let begun = ask(&house, Kind::Customer);
    let answer = phone.sign(&begun.options);
    login::remove_passkey(&house.app, &visit(1), ann.login, id, PASSWORD).await.expect("removed");
    assert!(is_not_taken(&send(&house, Kind::Customer, &begun, &answer).await));
    assert!(mail_to(&house, "ann@example.org", "passkey").await.contains("\"Old phone\" no longer opens"));
    assert!(login::passkeys(&house.app, ann.login).await.expect("a list").is_empty());
});

on_both!(a_new_password_ends_what_was_begun_and_tells_of_passkeys, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    device(&house, ann).await;
    let begun = begin(&house, ann).await;
    let Signer { login, session } = ann;
    let change = login::NewPassword { login, session, old: PASSWORD.into(), new: "anvil meadow crisp eleven".into() };
    login::change_password(&house.app, &visit(1), change).await.expect("changed");
    let answer = Authenticator::new().create(&begun.options);
    assert!(is_too_late(&add(&house, ann, &begun, answer).await));
    let told = mail_to(&house, "ann@example.org", "password_changed").await;
    assert!(told.contains("https://house.example/account/passkeys/"), "{told}");
});

on_both!(there_are_so_many_and_names_are_short, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    for _ in 0..PASSKEYS_MAX {
        device(&house, ann).await;
    }
    let more = login::begin_passkey(&house.app, &visit(1), ann, PASSWORD).await;
    assert!(matches!(more, Err(PasskeyRefusal::TooMany)));
    let id = login::passkeys(&house.app, ann.login).await.expect("a list")[0].id;
    for name in ["", " ", "a\u{7}", &"a".repeat(51)] {
        let refused = login::rename_passkey(&house.app, ann.login, id, name).await;
        assert!(matches!(refused, Err(PasskeyRefusal::BadName)), "{name:?}");
    }
});

on_both!(a_house_without_a_name_has_none, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let bare = login::Visit { base_url: "http://192.0.2.7:8080".into(), ..visit(1) };
    let begun = login::begin_passkey(&house.app, &bare, ann, PASSWORD).await;
    assert!(matches!(begun, Err(PasskeyRefusal::Nameless)));
    let asked = login::ask_passkey(&house.app, Kind::Customer, &bare);
    assert!(matches!(asked, Err(PasskeyRefusal::Nameless)));
});

on_both!(fifty_sign_ins_from_one_address_in_a_quarter_of_an_hour, async |house: House| {
    for _ in 0..50 {
        assert!(is_not_taken(&send(&house, Kind::Customer, &ask(&house, Kind::Customer), "{}").await));
    }
    let more = send(&house, Kind::Customer, &ask(&house, Kind::Customer), "{}").await;
    assert!(matches!(more, Err(PasskeyRefusal::Change(ChangeRefusal::MustWait { seconds: 900 }))));
    let asked = login::ask_passkey(&house.app, Kind::Customer, &visit(3)).expect("a challenge");
    let elsewhere =
        login::sign_in_with_passkey(&house.app, Kind::Customer, &visit(3), &asked.ticket, "{}").await.map(drop);
    assert!(is_not_taken(&elsewhere));
});

on_both!(however_many_ask_nothing_is_kept_of_them, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut phone = device(&house, ann).await;
    let (early, before) = (ask(&house, Kind::Customer), house.number_of(KEPT).await);
    for _ in 0..1_000 {
        ask(&house, Kind::Customer);
    }
    assert_eq!(house.number_of(KEPT).await, before);
    let answer = phone.sign(&early.options);
    send(&house, Kind::Customer, &early, &answer).await.expect("let in");
    assert_eq!(house.number_of("SELECT COUNT(*) FROM used_ticket").await, 1);
    house.pass_ms(5 * MINUTE_MS);
    login::forget_old(&house.app).await.expect("forgotten");
    assert_eq!(house.number_of("SELECT COUNT(*) FROM used_ticket").await, 0);
});

/// What the sign-in keeps for a while.
const KEPT: &str =
    "SELECT (SELECT COUNT(*) FROM link) + (SELECT COUNT(*) FROM throttle) + (SELECT COUNT(*) FROM used_ticket)";

on_both!(a_ticket_of_one_door_or_of_another_s_making_opens_nothing, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut phone = device(&house, ann).await;
    let asked = ask(&house, Kind::Operator);
    let answer = phone.sign(&asked.options);
    assert!(is_too_late(&send(&house, Kind::Customer, &asked, &answer).await));
    let mut forged = ask(&house, Kind::Customer);
    let answer = phone.sign(&forged.options);
    let first = if forged.ticket.starts_with('A') { "B" } else { "A" };
    forged.ticket.replace_range(..1, first);
    for ticket in [forged.ticket.clone(), String::new(), "~".into(), "A".repeat(100_000)] {
        forged.ticket = ticket;
        assert!(is_too_late(&send(&house, Kind::Customer, &forged, &answer).await));
    }
});

/// An operator who is set up, as who is signed in.
async fn operator(house: &House, name: &str) -> Signer {
    let new = NewOperator { name: name.into(), role: Role::Support, by: may("test") };
    let link = login::create_operator(&house.app, new).await.expect("made");
    set_up(house, link).await
}

async fn set_up(house: &House, link: login::Secret) -> Signer {
    let (_, offer) = login::set_up_offer(&house.app, &link).await.expect("an offer");
    let set = SetUp { link, password: PASSWORD.into(), code: code_of(house, &offer) };
    let entered = login::set_up(&house.app, &visit(1), set).await.expect("set up").0;
    let session = login::session(&house.app, Kind::Operator, &entered.session).await.expect("asked").expect("in");
    house.pass_ms(30 * SECOND_MS);
    Signer { login: session.login, session: session.id }
}

on_both!(an_operator_s_opens_the_console_and_no_account, async |house: House| {
    let olga = operator(&house, "olga").await;
    let mut key = device(&house, olga).await;
    assert!(is_not_taken(&enter(&house, Kind::Customer, &mut key).await));
    let entered = enter(&house, Kind::Operator, &mut key).await.expect("let in");
    let session = login::session(&house.app, Kind::Operator, &entered.session).await.expect("asked").expect("in");
    assert_eq!((session.login, session.role), (olga.login, Some(Role::Support)));
    // A challenge of one door is not taken at the other.
    let begun = ask(&house, Kind::Customer);
    let answer = key.sign(&begun.options);
    assert!(is_too_late(&send(&house, Kind::Operator, &begun, &answer).await));
    let id = login::passkeys(&house.app, olga.login).await.expect("a list")[0].id;
    login::remove_passkey(&house.app, &visit(1), olga.login, id, PASSWORD).await.expect("removed");
    assert_eq!(deeds_of(&house, "olga").await[..1], ["operator.passkey.remove"]);
    assert!(deeds_of(&house, "olga").await.contains(&"operator.passkey.add".to_owned()));
    assert!(mails(&house).await.is_empty(), "an operator's name is no mailbox");
});

async fn deeds_of(house: &House, who: &str) -> Vec<String> {
    let filter = DeedFilter { who: who.to_owned(), ..DeedFilter::default() };
    let (lines, _) = deeds(&house.app, &filter, None, 100).await.expect("the log");
    lines.into_iter().map(|line| line.deed).collect()
}

on_both!(a_stopped_operator_s_is_refused_and_a_recovery_forgets_it, async |house: House| {
    let olga = operator(&house, "olga").await;
    let mut key = device(&house, olga).await;
    login::stop_operator(&house.app, "olga", &why("a test"), &may("test")).await.expect("stopped");
    assert!(is_not_taken(&enter(&house, Kind::Operator, &mut key).await));
    login::resume_operator(&house.app, "olga", &why("a test"), &may("test")).await.expect("goes on");
    assert!(enter(&house, Kind::Operator, &mut key).await.is_ok());
    let link = login::recover_operator(&house.app, "olga", &why("a test"), &may("test")).await.expect("a link");
    assert!(is_not_taken(&enter(&house, Kind::Operator, &mut key).await));
    set_up(&house, link).await;
    assert!(is_not_taken(&enter(&house, Kind::Operator, &mut key).await));
});

on_both!(whoever_knew_the_old_password_is_told_of_when_a_passkey_lets_them_in, async |house: House| {
    let ann = signer(&house, "ann@example.org").await;
    let mut stranger = device(&house, ann).await;
    let known = enter(&house, Kind::Customer, &mut stranger).await.expect("let in").device;
    let Signer { login, session } = ann;
    let change = login::NewPassword { login, session, old: PASSWORD.into(), new: "anvil meadow crisp eleven".into() };
    login::change_password(&house.app, &visit(1), change).await.expect("changed");
    let told = mails(&house).await.len();
    let begun = ask(&house, Kind::Customer);
    let again = login::Visit { known_by: Some(known), ..visit(2) };
    let answer = stranger.sign(&begun.options);
    login::sign_in_with_passkey(&house.app, Kind::Customer, &again, &begun.ticket, &answer).await.expect("let in");
    assert_eq!(mails(&house).await.len(), told + 1);
});

on_both!(passkeys_are_taken_away_where_there_is_no_code_generator, async |house: House| {
    let entered = customer(&house, "ann@example.org").await;
    let session = session(&house, &entered.session).await.expect("signed in");
    let mut phone = device(&house, Signer { login: session.login, session: session.id }).await;
    let account = account::standing(&house.app, session.account.expect("a customer")).await.expect("asked");
    let removal = login::Removal {
        account: account.expect("an account").name,
        reason: why("called back"),
        base_url: "https://house.example".to_owned(),
        by: may("olga"),
    };
    login::remove_second_for(&house.app, removal.clone()).await.expect("taken away");
    assert!(is_not_taken(&enter(&house, Kind::Customer, &mut phone).await));
    let again = login::remove_second_for(&house.app, removal).await;
    assert!(matches!(again, Err(login::NoSecond::NoSecond)));
});
