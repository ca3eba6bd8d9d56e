//! Owners and the roles that they give.

use domain::login::{self, Kind, NewOperator, OperatorRefusal, Role, Secret, SetUp};

use super::{PASSWORD, code_of, visit};
use crate::house::{House, may, why};
use crate::on_both;

async fn operator(house: &House, name: &str, role: Role) -> Secret {
    let new = NewOperator { name: name.into(), role, by: may("test") };
    let link = login::create_operator(&house.app, new).await.expect("made");
    let (_, offer) = login::set_up_offer(&house.app, &link).await.expect("an offer");
    let set = SetUp { link, password: PASSWORD.into(), code: code_of(house, &offer) };
    login::set_up(&house.app, &visit(1), set).await.expect("set up").0.session
}

async fn role_of(house: &House, secret: &Secret) -> Option<Role> {
    login::session(&house.app, Kind::Operator, secret).await.expect("asked").and_then(|session| session.role)
}

on_both!(another_role_counts_from_the_next_request_on, async |house: House| {
    let session = operator(&house, "olga", Role::Support).await;
    login::set_role(&house.app, "olga", Role::Auditor, &why("a test"), &may("eve")).await.expect("changed");
    assert_eq!(role_of(&house, &session).await, Some(Role::Auditor));
    let nobody = login::set_role(&house.app, "bob", Role::Auditor, &why("a test"), &may("eve")).await;
    assert!(matches!(nobody, Err(OperatorRefusal::NoOperator)));
});

on_both!(the_last_owner_stays, async |house: House| {
    let session = operator(&house, "olga", Role::Owner).await;
    // One who has set nothing up yet could not let anybody in.
    let new = NewOperator { name: "new".into(), role: Role::Owner, by: may("test") };
    login::create_operator(&house.app, new).await.expect("made");
    let demoted = login::set_role(&house.app, "olga", Role::Support, &why("a test"), &may("olga")).await;
    assert!(matches!(demoted, Err(OperatorRefusal::LastOwner)));
    let stopped = login::stop_operator(&house.app, "olga", &why("a test"), &may("olga")).await;
    assert!(matches!(stopped, Err(OperatorRefusal::LastOwner)));
    assert_eq!(role_of(&house, &session).await, Some(Role::Owner));
    operator(&house, "otto", Role::Owner).await;
    login::stop_operator(&house.app, "olga", &why("a test"), &may("otto")).await.expect("stopped");
    assert_eq!(role_of(&house, &session).await, None);
});

on_both!(two_owners_cannot_take_each_other_away_at_once, async |house: House| {
    operator(&house, "olga", Role::Owner).await;
    operator(&house, "otto", Role::Owner).await;
    let rival = house.rival().await;
    for _ in 0..10 {
        let (otto, olga, reason) = (may("otto"), may("olga"), why("a test"));
        let (one, two) = tokio::join!(
            login::stop_operator(&house.app, "olga", &reason, &otto),
            login::set_role(&rival, "otto", Role::Auditor, &reason, &olga),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        login::resume_operator(&house.app, "olga", &why("a test"), &may("test")).await.expect("let in again");
        login::set_role(&house.app, "otto", Role::Owner, &why("a test"), &may("test")).await.expect("an owner again");
    }
});

on_both!(an_operators_sessions_are_ended, async |house: House| {
    let session = operator(&house, "olga", Role::Support).await;
    assert_eq!(login::sign_out_operator(&house.app, "olga", &why("a test"), &may("eve")).await.expect("ended"), 1);
    assert_eq!(role_of(&house, &session).await, None);
});
