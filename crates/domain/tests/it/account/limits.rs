//! What a key is limited to.

use domain::account::{self, AuthRefusal, Caller, Entry, KEYS_MAX, KeyLimits, KeyLine, KeyRefusal, NewKey, Scope};
use domain::clock::MINUTE_MS;
use domain::money::Usd;
use domain::order::{self, SaleRefusal};
use domain::product::Product;
use domain::rental;
use domain::request::Failure;

use crate::house::{House, START_MS, ask, once};
use crate::on_both;

const TO_MIDNIGHT_MS: i64 = 570 * MINUTE_MS;

async fn key(house: &House, limits: KeyLimits) -> Result<String, KeyRefusal> {
    let new = NewKey { account: "ann".into(), name: "bot".into(), expires_ms: None, limits, by: "test".into() };
    account::create_key(&house.app, new).await
}

/// Ann by a key that may set so many cents aside a day.
async fn capped(house: &House, cents: i32) -> Caller {
    let limits = KeyLimits { daily_cap: Some(Usd::from_cents(cents)), ..KeyLimits::default() };
    let key = key(house, limits).await.expect("a key");
    account::authenticate(&house.app, &key).await.expect("it opens")
}

async fn newest(house: &House) -> KeyLine {
    account::keys(&house.app, "ann").await.expect("listed").swap_remove(0)
}

fn from(address: &str, scope: Scope) -> Entry {
    Entry { address: address.parse().expect("an address"), scope }
}

async fn stocked(house: House, count: usize) -> House {
    let house = House::stocked(house, count).await;
    house.customer("ann", "50.00").await;
    house
}

on_both!(a_key_opens_for_its_scopes_and_networks_alone, async |house: House| {
    house.customer("ann", "0.00").await;
    let networks = vec!["203.0.113.0/24".parse().expect("a network"), "fd00::/8".parse().expect("a network")];
    let limits = KeyLimits { scopes: vec![Scope::Read], networks, daily_cap: None };
    let key = key(&house, limits.clone()).await.expect("a key");
    let enter = |entry| account::enter(&house.app, &key, entry);
    enter(from("203.0.113.9", Scope::Read)).await.expect("it opens");
    enter(from("fd00::1", Scope::Read)).await.expect("it opens");
    assert!(matches!(enter(from("198.51.100.1", Scope::Read)).await, Err(AuthRefusal::Address)));
    assert!(matches!(enter(from("203.0.113.9", Scope::Order)).await, Err(AuthRefusal::Scope(Scope::Order))));
    assert_eq!(newest(&house).await.limits, limits);
});

on_both!(limits_that_are_none_are_refused, async |house: House| {
    house.customer("ann", "0.00").await;
    let all = KeyLimits::default;
    let networks = vec!["10.0.0.0/8".parse().expect("a network"); account::NETWORKS_MAX + 1];
    for limits in [
        KeyLimits { scopes: Vec::new(), ..all() },
        KeyLimits { networks, ..all() },
        KeyLimits { daily_cap: Some(Usd::ZERO), ..all() },
    ] {
        assert!(matches!(key(&house, limits).await, Err(KeyRefusal::BadLimits)));
    }
});

on_both!(of_many_orders_at_once_exactly_those_under_the_cap_are_made, async |house: House| {
    let house = stocked(house, 64).await;
    // Ten at 42 cents, and not quite an eleventh.
    let ann = capped(&house, 461).await;
    let wants = (0..64).map(|_| {
        let app = house.app.clone();
        tokio::spawn(async move { order::place(&app, ann, &ask("instagram"), None).await })
    });
    let mut made = 0_i64;
    for want in wants.collect::<Vec<_>>() {
        match want.await.expect("no panic") {
            Ok(_) => made += 1,
            Err(Failure::Refused(SaleRefusal::LimitReached { retry_after_s })) => assert_eq!(retry_after_s, 34_200),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(made, 10);
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_cap_begins_anew_at_midnight_utc, async |house: House| {
    let house = stocked(house, 3).await;
    let ann = capped(&house, 42).await;
    house.order(ann, "instagram").await;
    house.pass_ms(TO_MIDNIGHT_MS - 1);
    let refused = order::place(&house.app, ann, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::LimitReached { retry_after_s: 1 }))));
    house.pass_ms(1);
    house.order(ann, "instagram").await;
});

on_both!(a_sale_that_is_refused_or_repeated_does_not_count_against_the_cap, async |house: House| {
    let house = stocked(house, 1).await;
    let ann = capped(&house, 84).await;
    for _ in 0..3 {
        order::place(&house.app, ann, &ask("instagram"), once(ann, "one", 1)).await.expect("the same order");
        let refused = order::place(&house.app, ann, &ask("instagram"), None).await;
        assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))));
    }
    house.order(ann, "whatsapp").await;
});

on_both!(rentals_and_their_renewals_count_against_the_cap, async |house: House| {
    let house = stocked(house, 1).await;
    let ann = capped(&house, 2 * 365).await;
    let day = Product::Rental1Day;
    let rented = rental::rent(&house.app, ann, day, &ask("instagram"), None).await.expect("a rental");
    rental::renew(&house.app, ann, (day, rented.rental), None, None).await.expect("renewed");
    assert!(rental::renew(&house.app, ann, (day, rented.rental), None, None).await.is_err());
    assert_eq!(house.money(ann).await.0, "42.70");
});

on_both!(a_key_without_a_cap_spends_what_the_account_has, async |house: House| {
    let house = stocked(house, 2).await;
    let key = key(&house, KeyLimits::default()).await.expect("a key");
    let ann = account::authenticate(&house.app, &key).await.expect("it opens");
    capped(&house, 1).await;
    house.order(ann, "instagram").await;
});

on_both!(when_a_key_was_last_used_is_written_by_the_worker, async |house: House| {
    house.customer("ann", "0.00").await;
    let key = key(&house, KeyLimits::default()).await.expect("a key");
    account::enter(&house.app, &key, from("203.0.113.9", Scope::Read)).await.expect("it opens");
    house.pass_ms(5);
    account::enter(&house.app, &key, from("203.0.113.9", Scope::Order)).await.expect("it opens");
    assert_eq!(newest(&house).await.used_ms, None);
    account::write_used(&house.app).await.expect("written");
    assert_eq!(newest(&house).await.used_ms, Some(START_MS + 5));
    house.pass_ms(MINUTE_MS);
    account::write_used(&house.app).await.expect("written");
    assert_eq!(newest(&house).await.used_ms, Some(START_MS + 5), "it was not used since");
});

fn named(name: &str) -> NewKey {
    let (account, by) = ("ann".to_owned(), "test".to_owned());
    NewKey { account, name: name.to_owned(), expires_ms: None, limits: KeyLimits::default(), by }
}

on_both!(of_many_keys_made_at_once_no_more_than_fifty_are_good, async |house: House| {
    house.customer("ann", "0.00").await;
    let rival = house.rival().await;
    let apps = [house.app.clone(), rival];
    let makers = (0..60).map(|place: usize| {
        let app = apps[place % 2].clone();
        tokio::spawn(async move { account::create_key(&app, named("bot")).await.map(drop) })
    });
    let mut made = 0_i64;
    for maker in makers.collect::<Vec<_>>() {
        match maker.await.expect("it ends well") {
            Ok(()) => made += 1,
            Err(refusal) => assert!(matches!(refusal, KeyRefusal::TooMany), "{refusal}"),
        }
    }
    // The customer had one before.
    assert_eq!(made, KEYS_MAX - 1);
    let keys = account::keys(&house.app, "ann").await.expect("listed");
    account::revoke_key(&house.app, keys[0].id, "test").await.expect("revoked");
    account::create_key(&house.app, named("bot")).await.expect("there is room again");
});

on_both!(a_key_has_a_name_and_does_not_begin_ended, async |house: House| {
    house.customer("ann", "0.00").await;
    for name in ["", " ", "a\nb", &"x".repeat(61)] {
        let refused = account::create_key(&house.app, named(name)).await;
        assert!(matches!(refused, Err(KeyRefusal::BadName)), "{name:?}");
    }
    let ended = NewKey { expires_ms: Some(house.app.now_ms()), ..named("bot") };
    assert!(matches!(account::create_key(&house.app, ended).await, Err(KeyRefusal::Expired)));
});
