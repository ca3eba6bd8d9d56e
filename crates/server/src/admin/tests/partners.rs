//! Houses that buy from us.

use domain::db::{DbError, Lane};
use domain::partner;

use super::house::House;
use super::on_both;

/// A house with stock and one partner, `shop`.
async fn with_shop(house: &House) {
    house.stock().await;
    house.customer("shop", "10").await;
    let (key, push) = (house.file("key", "the-key-of-the-shop\n"), house.file("push", "what-we-push-with\n"));
    let way = format!("--address https://shop.example/push --key-file {key} --push-key-file {push}");
    let said = house.says(&format!("partner add shop --account shop {way} --network 203.0.113.0/24")).await;
    assert_eq!(said, "shop buys with the account shop; it asks at https://house.example/api/partner/\n");
}

on_both!(a_partner_is_made_and_its_keys_are_not_told_back, async |house: House| {
    with_shop(&house).await;
    assert_eq!(house.last_deed().await, "olga partner.add shop");
    let listed = house.json("partner list").await;
    assert_eq!((&listed[0]["partner"], &listed[0]["account"]), (&"shop".into(), &"shop".into()));
    assert_eq!((&listed[0]["address"], &listed[0]["waiting"]), (&"https://shop.example/push".into(), &0.into()));
    assert_eq!(listed[0]["networks"], "203.0.113.0/24");
    for shown in [listed.to_string(), house.says("partner list").await] {
        assert!(!shown.contains("the-key-of") && !shown.contains("what-we-push"), "{shown}");
    }
});

on_both!(a_partner_is_changed_paused_and_resumed_under_audit, async |house: House| {
    with_shop(&house).await;
    let key = house.file("key2", "a-later-long-key\n");
    house.says(&format!("partner set shop --key-file {key} --from-anywhere --reason yearly")).await;
    assert_eq!(house.last_deed().await, "olga partner.set shop yearly");
    let address = "198.51.100.9".parse().expect("an address");
    assert!(partner::enter(&house.app, "a-later-long-key", address).await.expect("let in").is_active);
    house.says("partner pause shop --reason bill").await;
    assert_eq!(house.last_deed().await, "olga partner.state shop bill");
    assert_eq!(house.json("partner list").await[0]["is_active"], false);
    house.says("partner resume shop --reason paid").await;
    assert_eq!(house.json("partner list").await[0]["is_active"], true);
});

on_both!(what_is_wrong_with_a_partner_is_told, async |house: House| {
    with_shop(&house).await;
    house.customer("other", "10").await;
    let (key, push) = (house.file("key3", "another-long-key"), house.file("push3", "another-push-key"));
    let refused = house.refuses("partner add other --account other --address https://a.example").await;
    assert_eq!(refused, "a new partner needs --key-file");
    let refused = house.refuses(&format!("partner add other --account other --key-file {key}")).await;
    assert_eq!(refused, "a new partner needs --address");
    let keys = format!("--key-file {key} --push-key-file {push}");
    let refused = house.refuses(&format!("partner add other --account other --address nowhere {keys}")).await;
    assert!(refused.starts_with("`address` must be an address such as"), "{refused}");
    let refused = house.refuses(&format!("partner add other --account shop --address https://a.example {keys}")).await;
    assert_eq!(refused, "this account is another partner's: make one of its own for this one");
    let refused = house.refuses("partner set shop --reason nothing").await;
    assert!(refused.starts_with("nothing is to be changed"), "{refused}");
    assert_eq!(house.refuses("partner pause nobody --reason x").await, "there is no such partner");
    let refused = house.refuses("partner set shop --address ftp://a.example --reason x").await;
    assert!(refused.starts_with("`address`"), "{refused}");
});

on_both!(what_was_given_up_is_pushed_again_under_audit, async |house: House| {
    with_shop(&house).await;
    let sql =
        "INSERT INTO push (id, partner_id, sms_id, order_id, message_id, state, tries, next_ms, created_ms, settled_ms)
         VALUES (1, 1, 1, 355123, 1, 'given_up', 152, 5, 5, 5), (2, 1, 2, 355124, 2, 'given_up', 152, 5, 5, 5)";
    house.app.db.write::<_, DbError, _>(Lane::Work, |tx| tx.run(sql, &[])).await.expect("written");
    assert_eq!(house.json("partner list").await[0]["given_up_7d"], 2);
    let said = house.says("partner retry shop --order ORD-355124 --reason mended").await;
    assert_eq!(said, "1 SMS are pushed to shop again\n");
    assert_eq!(house.last_deed().await, "olga partner.retry shop mended");
    let listed = house.json("partner list").await;
    assert_eq!((&listed[0]["given_up_7d"], &listed[0]["waiting"]), (&1.into(), &1.into()));
    let refused = house.refuses("partner retry shop --order ORD-355124 --reason mended").await;
    assert_eq!(refused, "nothing of that was given up within the last week");
    let refused = house.refuses("partner retry nobody --reason mended").await;
    assert_eq!(refused, "there is no such partner");
    house.says("partner retry shop --reason mended").await;
    assert_eq!(house.json("partner list").await[0]["given_up_7d"], 0);
});
