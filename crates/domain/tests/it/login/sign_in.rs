//! Signing in with a password, and what a session is worth afterwards.

use domain::clock::{DAY_MS, MINUTE_MS};
use domain::login::{self, Kind, SignInRefusal, Visit};

use super::{PASSWORD, credentials, customer, enter, mail_to, mails, session, visit};
use crate::house::{House, START_MS};
use crate::on_both;

async fn refused(house: &House, visit: &Visit, name: &str, password: &str) -> SignInRefusal {
    match login::sign_in(&house.app, Kind::Customer, visit, credentials(name, password)).await {
        Ok(_) => panic!("{name} was let in"),
        Err(refusal) => refusal,
    }
}

on_both!(the_right_password_lets_in_and_each_time_with_another_secret, async |house: House| {
    let first = customer(&house, "ann@example.org").await;
    let second = enter(&house, " ANN@example.org ", &visit(1)).await;
    assert!(first.session != second.session);
    let (one, other) = (session(&house, &first.session).await, session(&house, &second.session).await);
    assert_eq!(one.expect("signed in").login, other.expect("signed in").login);
});

on_both!(a_wrong_password_and_an_unknown_address_are_refused_alike, async |house: House| {
    customer(&house, "ann@example.org").await;
    for name in ["ann@example.org", "bob@example.org", "no address", ""] {
        assert!(matches!(refused(&house, &visit(1), name, "another password").await, SignInRefusal::Wrong), "{name}");
    }
});

on_both!(a_customer_is_no_operator, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    assert_eq!(login::session(&house.app, Kind::Operator, &ann.session).await.expect("asked"), None);
    let who = credentials("ann@example.org", PASSWORD);
    let refusal = login::sign_in(&house.app, Kind::Operator, &visit(1), who).await;
    assert!(matches!(refusal, Err(SignInRefusal::Wrong)));
});

on_both!(ten_tries_for_a_name_in_a_quarter_of_an_hour_from_wherever, async |house: House| {
    customer(&house, "ann@example.org").await;
    for from in 1..=10 {
        assert!(matches!(refused(&house, &visit(from), "ann@example.org", "wrong").await, SignInRefusal::Wrong));
    }
    house.pass_ms(5 * MINUTE_MS);
    let eleventh = refused(&house, &visit(11), "ann@example.org", PASSWORD).await;
    assert!(matches!(eleventh, SignInRefusal::MustWait { seconds: 600 }));
    house.pass_ms(10 * MINUTE_MS);
    enter(&house, "ann@example.org", &visit(11)).await;
});

on_both!(a_browser_that_is_known_is_not_locked_out_by_strangers, async |house: House| {
    let entered = customer(&house, "ann@example.org").await;
    let known = Visit { known_by: Some(entered.device), ..visit(99) };
    for from in 1..=10 {
        refused(&house, &visit(from), "ann@example.org", "wrong").await;
    }
    let stranger = refused(&house, &visit(11), "ann@example.org", PASSWORD).await;
    assert!(matches!(stranger, SignInRefusal::MustWait { .. }));
    // A cookie of another person's browser opens nothing.
    let bob = customer(&house, "bob@example.org").await;
    let his = Visit { known_by: Some(bob.device), ..visit(12) };
    assert!(matches!(refused(&house, &his, "ann@example.org", PASSWORD).await, SignInRefusal::MustWait { .. }));
    enter(&house, "ann@example.org", &known).await;
    // Nor may tries go on in it for ever.
    for _ in 1..=10 {
        assert!(matches!(refused(&house, &known, "ann@example.org", "wrong").await, SignInRefusal::Wrong));
    }
    assert!(matches!(refused(&house, &known, "ann@example.org", PASSWORD).await, SignInRefusal::MustWait { .. }));
});

on_both!(an_unknown_name_is_counted_like_a_known_one, async |house: House| {
    for from in 1..=10 {
        assert!(matches!(refused(&house, &visit(from), "bob@example.org", "wrong").await, SignInRefusal::Wrong));
    }
    let eleventh = refused(&house, &visit(11), "bob@example.org", "wrong").await;
    assert!(matches!(eleventh, SignInRefusal::MustWait { seconds: 900 }));
});

on_both!(the_right_password_forgives_the_wrong_ones, async |house: House| {
    customer(&house, "ann@example.org").await;
    for _ in 0..3 {
        for _ in 0..9 {
            assert!(matches!(refused(&house, &visit(1), "ann@example.org", "wrong").await, SignInRefusal::Wrong));
        }
        enter(&house, "ann@example.org", &visit(2)).await;
    }
});

on_both!(one_client_does_not_try_all_names, async |house: House| {
    for place in 0..50 {
        let name = format!("a{place}@example.org");
        assert!(matches!(refused(&house, &visit(1), &name, "wrong").await, SignInRefusal::Wrong));
    }
    let more = refused(&house, &visit(1), "b@example.org", "wrong").await;
    assert!(matches!(more, SignInRefusal::MustWait { seconds: 900 }));
});

on_both!(a_new_browser_is_told_to_its_person_and_a_known_one_is_not, async |house: House| {
    let first = customer(&house, "ann@example.org").await;
    let known = Visit { known_by: Some(first.device), ..visit(1) };
    enter(&house, "ann@example.org", &known).await;
    assert!(mails(&house).await.iter().all(|mail| mail.kind != "new_device"));
    let other = enter(&house, "ann@example.org", &visit(9)).await;
    let known = Visit { known_by: Some(other.device), ..visit(9) };
    enter(&house, "ann@example.org", &known).await;
    let told: Vec<_> = mails(&house).await.into_iter().filter(|mail| mail.kind == "new_device").collect();
    assert_eq!((told.len(), told[0].to.as_str()), (1, "ann@example.org"));
    let body = mail_to(&house, "ann@example.org", "new_device").await;
    assert!(body.contains("Firefox on Linux from 192.0.2.9"), "{body}");
});

on_both!(a_session_ends_when_its_person_signs_out, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    let other = enter(&house, "ann@example.org", &visit(2)).await;
    let found = session(&house, &ann.session).await.expect("signed in");
    assert!(login::sign_out(&house.app, found.login, found.id).await.expect("ended"));
    assert_eq!(session(&house, &ann.session).await, None);
    assert!(session(&house, &other.session).await.is_some());
    assert!(!login::sign_out(&house.app, found.login, found.id).await.expect("asked"));
});

on_both!(nobody_ends_another_ones_session, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    let bob = customer(&house, "bob@example.org").await;
    let (ann_session, bob_session) = (session(&house, &ann.session).await, session(&house, &bob.session).await);
    let (ann_session, bob_session) = (ann_session.expect("signed in"), bob_session.expect("signed in"));
    assert!(!login::sign_out(&house.app, bob_session.login, ann_session.id).await.expect("asked"));
    assert!(session(&house, &ann.session).await.is_some());
});

on_both!(signing_out_everywhere_may_leave_one, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    let other = enter(&house, "ann@example.org", &visit(2)).await;
    let found = session(&house, &ann.session).await.expect("signed in");
    assert_eq!(login::sign_out_everywhere(&house.app, found.login, Some(found.id)).await.expect("ended"), 1);
    assert!(session(&house, &ann.session).await.is_some());
    assert_eq!(session(&house, &other.session).await, None);
    assert_eq!(login::sign_out_everywhere(&house.app, found.login, None).await.expect("ended"), 1);
    assert_eq!(session(&house, &ann.session).await, None);
});

on_both!(an_unused_session_ends_after_two_weeks, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    house.pass_ms(14 * DAY_MS - 1);
    assert!(session(&house, &ann.session).await.is_some());
    house.pass_ms(14 * DAY_MS);
    assert_eq!(session(&house, &ann.session).await, None);
});

on_both!(a_used_session_ends_after_ninety_days, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    for _ in 0..8 {
        house.pass_ms(11 * DAY_MS);
        assert!(session(&house, &ann.session).await.is_some());
    }
    house.pass_ms(2 * DAY_MS);
    assert_eq!(session(&house, &ann.session).await, None);
});

on_both!(the_list_tells_each_session_with_its_browser, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    house.pass_ms(MINUTE_MS);
    let phone = Visit { device: "Safari on iPhone".to_owned(), ..visit(7) };
    enter(&house, "ann@example.org", &phone).await;
    let login = session(&house, &ann.session).await.expect("signed in").login;
    let all = login::sessions(&house.app, Kind::Customer, login).await.expect("a list");
    let lines: Vec<_> = all.iter().map(|line| (line.device.as_str(), line.address.as_str(), line.created_ms)).collect();
    let later = START_MS + MINUTE_MS;
    assert_eq!(lines, [("Safari on iPhone", "192.0.2.7", later), ("Firefox on Linux", "192.0.2.1", START_MS)]);
    assert_eq!(all[1].seen_ms, later);
});

on_both!(fifty_sessions_at_most_and_the_oldest_goes, async |house: House| {
    let ann = customer(&house, "ann@example.org").await;
    let login = session(&house, &ann.session).await.expect("signed in").login;
    for _ in 0..50 {
        house.pass_ms(MINUTE_MS);
        enter(&house, "ann@example.org", &visit(2)).await;
    }
    assert_eq!(session(&house, &ann.session).await, None);
    assert_eq!(login::sessions(&house.app, Kind::Customer, login).await.expect("a list").len(), 50);
});
