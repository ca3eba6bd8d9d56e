//! Accounts and their keys.

mod limits;
pub(crate) mod low_balance;
mod search;

use domain::account::{self, AuthRefusal, CreateRefusal, KeyRefusal, NewAccount, NewKey, State, Tier};
use domain::order::{self, SaleRefusal};
use domain::policy::reason::Reason;
use domain::request::Failure;

use crate::house::{House, START_MS, ask, may, why};
use crate::on_both;

on_both!(a_revoked_key_is_refused_on_the_next_request, async |house: House| {
    house.customer("ann", "0.00").await;
    let key = house.key("ann").await;
    let caller = account::authenticate(&house.app, &key).await.expect("it opens");
    account::revoke_key(&house.app, caller.key, "test").await.expect("revoked");
    assert!(matches!(account::authenticate(&house.app, &key).await, Err(AuthRefusal::Unknown)));
});

on_both!(a_key_is_revoked_once, async |house: House| {
    let ann = house.customer("ann", "0.00").await;
    account::revoke_key(&house.app, ann.key, "test").await.expect("revoked");
    assert!(matches!(account::revoke_key(&house.app, ann.key, "test").await, Err(KeyRefusal::NoKey)));
});

on_both!(an_expired_key_is_refused_from_its_last_moment, async |house: House| {
    house.customer("ann", "0.00").await;
    let new = NewKey {
        account: "ann".into(),
        name: "short".into(),
        expires_ms: Some(START_MS + 1_000),
        limits: account::KeyLimits::default(),
        by: "test".into(),
    };
    let key = account::create_key(&house.app, new).await.expect("a key");
    house.pass_ms(999);
    account::authenticate(&house.app, &key).await.expect("it still opens");
    house.pass_ms(1);
    assert!(matches!(account::authenticate(&house.app, &key).await, Err(AuthRefusal::Unknown)));
});

on_both!(a_well_formed_key_that_nobody_has_is_refused, async |house: House| {
    let elsewhere = House::open(house.app.db.kind()).await;
    elsewhere.customer("ann", "0.00").await;
    let key = elsewhere.key("ann").await;
    assert!(matches!(account::authenticate(&house.app, &key).await, Err(AuthRefusal::Unknown)));
});

on_both!(a_suspended_account_is_refused_on_the_next_request, async |house: House| {
    house.customer("ann", "0.00").await;
    let key = house.key("ann").await;
    account::set_state(&house.app, "ann", State::Suspended, &why("late"), &may("test")).await.expect("suspended");
    assert!(matches!(account::authenticate(&house.app, &key).await, Err(AuthRefusal::Suspended)));
    account::set_state(&house.app, "ann", State::Active, &why("paid"), &may("test")).await.expect("active");
    account::authenticate(&house.app, &key).await.expect("it opens again");
});

on_both!(an_account_stopped_while_it_orders_does_not_spend, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    account::set_state(&house.app, "ann", State::Frozen, &why("odd"), &may("test")).await.expect("frozen");
    let refused = order::place(&house.app, ann, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::Suspended))));
    assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
});

on_both!(what_a_stopped_account_has_open_still_receives, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    let placed = house.order(ann, "instagram").await;
    account::set_state(&house.app, "ann", State::Suspended, &why("late"), &may("test")).await.expect("suspended");
    house.text(&placed.digits, "32665", "482910 is your Instagram code.").await;
    assert_eq!(house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
});

on_both!(a_name_is_used_once, async |house: House| {
    house.customer("ann", "0.00").await;
    let new = NewAccount { name: "ann".into(), tier: Tier::Business, by: "test".into() };
    assert!(matches!(account::create(&house.app, new).await, Err(CreateRefusal::Taken)));
});

on_both!(a_tier_holds_from_the_next_request, async |house: House| {
    house.customer_of(Tier::New, "ann", "0.00").await;
    let key = house.key("ann").await;
    account::set_tier(&house.app, "ann", Tier::Verified, &Reason::parse("a test").expect("a reason"), &may("test"))
        .await
        .expect("changed");
    assert_eq!(account::authenticate(&house.app, &key).await.expect("it opens").tier, Tier::Verified);
});
