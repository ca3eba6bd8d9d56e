//! Making and changing partners, and who is let in.

use domain::partner::{self, Changes, EnterRefusal, PartnerRefusal};
use domain::policy::deeds::{DeedFilter, deeds};
use domain::supply::Settings;

use super::{KEY, enter, new, refused, shop};
use crate::house::{House, may, why};
use crate::on_both;

on_both!(a_partner_is_let_in_by_its_key_alone, async |house: House| {
    let (house, _, shop) = shop(house, 1, "5.00").await;
    assert!(shop.slug == "shop" && shop.is_active);
    let address = "203.0.113.9".parse().expect("an address");
    for wrong in ["", "the-key-of-the-sho", &format!("{KEY}x"), &"x".repeat(10_000)] {
        let refused = partner::enter(&house.app, wrong, address).await.expect_err("refused");
        assert!(matches!(refused, EnterRefusal::Unknown), "{refused}");
    }
});

on_both!(a_partner_calls_from_its_networks_alone, async |house: House| {
    let (house, _, _) = shop(house, 1, "5.00").await;
    let networks = Some(vec!["198.51.100.0/24".parse().expect("a network")]);
    let changes = Changes { networks, ..Changes::default() };
    partner::change(&house.app, "shop", changes, &why("they moved"), &may("olga")).await.expect("changed");
    let from = async |address: &str| partner::enter(&house.app, KEY, address.parse().expect("an address")).await;
    assert!(from("198.51.100.7").await.is_ok());
    assert!(matches!(from("203.0.113.9").await, Err(EnterRefusal::Address)));
});

on_both!(one_account_and_one_key_are_one_partner_s, async |house: House| {
    let (house, _, _) = shop(house, 1, "5.00").await;
    house.customer("other", "0").await;
    let key = "another-long-key";
    assert!(matches!(refused(&house, new("shop", "other", key)).await, PartnerRefusal::Taken));
    assert!(matches!(refused(&house, new("two", "shop", key)).await, PartnerRefusal::AccountTaken));
    assert!(matches!(refused(&house, new("two", "other", KEY)).await, PartnerRefusal::KeyTaken));
    assert!(matches!(refused(&house, new("two", "nobody", key)).await, PartnerRefusal::NoAccount));
    assert!(matches!(refused(&house, new("Two", "other", key)).await, PartnerRefusal::BadSlug));
    for wrong in ["short", "with spaces in the key", &"k".repeat(201)] {
        assert!(matches!(refused(&house, new("two", "other", wrong)).await, PartnerRefusal::BadKey));
    }
    let nowhere = partner::NewPartner { to: Settings::default(), ..new("two", "other", key) };
    assert_eq!(refused(&house, nowhere).await.to_string(), "`address` is missing");
    partner::add(&house.app, new("two", "other", key)).await.expect("another partner");
    let changes = Changes { key: Some(KEY.into()), ..Changes::default() };
    let taken = partner::change(&house.app, "two", changes, &why("a test"), &may("olga")).await;
    assert!(matches!(taken, Err(PartnerRefusal::KeyTaken)));
});

on_both!(keys_change_are_sealed_and_never_told, async |house: House| {
    let (house, _, _) = shop(house, 1, "5.00").await;
    let push_key = ("push_key".to_owned(), "a-later-push-key".to_owned());
    let changes = Changes { key: Some("a-later-long-key".into()), to: [push_key].into(), ..Changes::default() };
    partner::change(&house.app, "shop", changes, &why("the yearly change"), &may("olga")).await.expect("changed");
    assert!(enter(&house, "a-later-long-key").await.is_active);
    let old = partner::enter(&house.app, KEY, "203.0.113.9".parse().expect("an address")).await;
    assert!(matches!(old, Err(EnterRefusal::Unknown)));
    let (deeds, _) = deeds(&house.app, &DeedFilter::default(), None, 2).await.expect("the log");
    let told = (deeds[0].deed.as_str(), deeds[0].reason.as_str(), deeds[0].after.as_deref());
    assert_eq!(told, ("partner.set", "the yearly change", Some("key, push_key")));
    let listed = format!("{:?}{deeds:?}", partner::list(&house.app).await.expect("listed"));
    let raw = house.raw().await;
    for secret in [KEY, "a-later-long-key", "what-we-push-with", "a-later-push-key"] {
        assert!(!listed.contains(secret), "{listed}");
        assert!(!raw.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret} is kept in the clear");
    }
    assert!(listed.contains("https://shop.example/push"));
});

on_both!(a_partner_whose_settings_do_not_open_is_listed_and_can_be_set_again, async |house: House| {
    let (house, _, _) = shop(house, 1, "5.00").await;
    house.customer("other", "0").await;
    partner::add(&house.app, new("other", "other", "another-long-key")).await.expect("another partner");
    house.tamper(&["UPDATE partner SET settings = key_hash WHERE slug = 'shop'"]).await;
    let listed = partner::list(&house.app).await.expect("listed");
    let told = |line: &partner::Partner| (line.slug.clone(), line.address.clone(), line.fault.clone());
    let fault = "its settings do not open: set its address and push key again".to_owned();
    assert_eq!(told(&listed[0]), ("other".to_owned(), "https://other.example/push".to_owned(), None));
    assert_eq!(told(&listed[1]), ("shop".to_owned(), String::new(), Some(fault)));
    let set = async |to: &[(&str, &str)]| {
        let to = to.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let changes = Changes { to, ..Changes::default() };
        partner::change(&house.app, "shop", changes, &why("they were lost"), &may("olga")).await
    };
    let push_key = ("push_key", "a-later-push-key");
    let half = set(&[push_key]).await.expect_err("refused");
    assert_eq!(half.to_string(), "`address` is missing");
    set(&[push_key, ("address", "https://shop.example/again")]).await.expect("set again");
    let listed = partner::list(&house.app).await.expect("listed");
    assert_eq!(told(&listed[1]), ("shop".to_owned(), "https://shop.example/again".to_owned(), None));
});

on_both!(a_paused_partner_is_let_in_and_sold_nothing, async |house: House| {
    let (house, _, _) = shop(house, 1, "5.00").await;
    partner::set_state(&house.app, "shop", false, &why("they do not pay"), &may("olga")).await.expect("paused");
    let shop = enter(&house, KEY).await;
    assert!(!shop.is_active && partner::services(&house.app, &shop).await.expect("read").is_empty());
    partner::set_state(&house.app, "shop", true, &why("they paid"), &may("olga")).await.expect("resumed");
    assert!(enter(&house, KEY).await.is_active);
    let nobody = partner::set_state(&house.app, "nobody", true, &why("a test"), &may("olga")).await;
    assert!(matches!(nobody, Err(PartnerRefusal::NoPartner)));
});
