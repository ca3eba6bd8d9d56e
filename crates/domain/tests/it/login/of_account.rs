//! What an operator sees of who signs in to an account, and does for them.

use domain::login::{self, Kind, PersonRefusal, SignInRefusal};
use domain::policy::reason::Reason;

use super::{PASSWORD, credentials, customer, session, visit};
use crate::house::{House, may};
use crate::on_both;

on_both!(an_operator_ends_the_sessions_of_a_customer, async |house: House| {
    let entered = customer(&house, "ann@example.org").await;
    let account = session(&house, &entered.session).await.expect("signed in").account.expect("hers");
    let person = login::person(&house.app, account).await.expect("read").expect("somebody");
    assert_eq!((person.email.as_str(), person.sessions.len(), person.devices), ("ann@example.org", 1, 1));
    let reason = Reason::parse("she lost her phone").expect("a reason");
    assert_eq!(login::sign_out_account(&house.app, account, &reason, &may("eve")).await.expect("ended"), 1);
    assert_eq!(session(&house, &entered.session).await, None);
});

on_both!(an_operator_lets_somebody_try_again_at_once, async |house: House| {
    let entered = customer(&house, "ann@example.org").await;
    let account = session(&house, &entered.session).await.expect("signed in").account.expect("hers");
    let tries = async |password: &str, last| {
        login::sign_in(&house.app, Kind::Customer, &visit(last), credentials("ann@example.org", password)).await
    };
    for turn in 0..10 {
        assert!(matches!(tries("a wrong password", turn).await, Err(SignInRefusal::Wrong)));
    }
    assert!(matches!(tries(PASSWORD, 20).await, Err(SignInRefusal::MustWait { .. })));
    let person = login::person(&house.app, account).await.expect("read").expect("somebody");
    assert_eq!(person.tries, 10);
    let reason = Reason::parse("she called").expect("a reason");
    login::forgive_account(&house.app, account, &reason, &may("eve")).await.expect("forgotten");
    assert!(tries(PASSWORD, 20).await.is_ok());
});

on_both!(an_account_with_keys_only_has_nobody, async |house: House| {
    let ann = house.customer("ann", "0.00").await;
    assert_eq!(login::person(&house.app, ann.account).await.expect("read"), None);
    let reason = Reason::parse("a test").expect("a reason");
    let nobody = login::sign_out_account(&house.app, ann.account, &reason, &may("eve")).await;
    assert!(matches!(nobody, Err(PersonRefusal::Nobody)));
});
