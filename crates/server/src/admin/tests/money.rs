//! Accounts, keys and credit.

use domain::account::{self, AuthRefusal};
use serde_json::json;

use super::house::House;
use super::on_both;

on_both!(an_account_is_made_and_shown, async |house: House| {
    assert_eq!(house.says("account create ann").await, "made account ann (business)\n");
    assert_eq!(house.last_deed().await, "olga account.create ann");
    let shown = house.json("account show ann").await;
    assert_eq!(shown["tier"], "business");
    assert_eq!(shown["available"], "0.00");
    assert_eq!(shown["created_at"], "2026-05-22T14:30:00Z");
    assert!(house.says("account list").await.starts_with("ID  NAME  STATE"));
});

on_both!(a_name_is_used_once, async |house: House| {
    house.says("account create ann").await;
    assert_eq!(house.refuses("account create ann").await, "an account of this name exists already");
    assert_eq!(house.refuses("account show bob").await, "there is no account `bob`");
});

on_both!(a_suspended_account_is_refused_until_it_is_resumed, async |house: House| {
    house.says("account create ann").await;
    let key = house.says("key create ann --name laptop").await;
    house.says("account suspend ann --reason chargeback").await;
    assert_eq!(house.last_deed().await, "olga account.state ann chargeback");
    let refused = account::authenticate(&house.app, key.trim()).await;
    assert!(matches!(refused, Err(AuthRefusal::Suspended)));
    house.says("account resume ann --reason settled").await;
    assert!(account::authenticate(&house.app, key.trim()).await.is_ok());
});

on_both!(a_tier_is_changed, async |house: House| {
    house.says("account create ann --tier new").await;
    assert_eq!(house.json("account tier ann verified --reason paid").await, json!({"name": "ann", "tier": "verified"}));
    assert_eq!(house.last_deed().await, "olga account.tier ann paid");
});

on_both!(limits_of_one_account_are_set_and_cleared, async |house: House| {
    house.says("account create ann --tier verified").await;
    let refused = house.refuses("account limits ann --open 50").await;
    assert_eq!(refused, "say why, with --reason");
    let set = house.json("account limits ann --open 50 --day-spend 500.00 --reason asked").await;
    assert_eq!((&set["open"], &set["day_orders"], &set["day_spend"]), (&50.into(), &100.into(), &"500.00".into()));
    assert_eq!(house.last_deed().await, "olga account.limits ann asked");
    // What is not named stays.
    let more = house.json("account limits ann --hour-cancels 3 --reason shy").await;
    assert_eq!(more["own"], "open 50, hour_cancels 3, day_spend $500.00");
    let cleared = house.json("account limits ann --clear --open 20 --reason less").await;
    assert_eq!((&cleared["open"], &cleared["own"]), (&20.into(), &"open 20".into()));
    assert_eq!(house.json("account limits ann").await, cleared);
    assert_eq!(house.refuses("account limits bob").await, "there is no account `bob`");
});

on_both!(the_texts_of_an_account_are_kept_for_less, async |house: House| {
    house.says("account create ann").await;
    let set = house.json("account retention ann 1 --reason asked").await;
    assert_eq!(set, json!({"name": "ann", "retention_hours": 1}));
    assert_eq!(house.last_deed().await, "olga account.retention ann asked");
    assert_eq!(house.refuses("account retention bob 1 --reason asked").await, "there is no such account");
});

on_both!(a_key_is_shown_once_and_alone, async |house: House| {
    house.says("account create ann").await;
    let key = house.says("key create ann --name laptop --expires 2027-01-31").await;
    assert!(key.starts_with("jn_live_") && key.ends_with('\n') && key.len() == 45, "the key and nothing else");
    let listed = house.json("key list ann").await;
    assert_eq!(listed[0]["prefix"], key[..14]);
    assert_eq!(listed[0]["expires_at"], "2027-01-31T00:00:00Z");
    assert!(!listed.to_string().contains(key.trim()));
    assert!(!house.audit().await.join("\n").contains(key.trim()));
});

on_both!(a_revoked_key_is_refused, async |house: House| {
    house.says("account create ann").await;
    let made = house.json("key create ann --name laptop").await;
    let key = made["key"].as_str().expect("a key");
    house.says("key revoke 1 --reason published").await;
    assert!(matches!(account::authenticate(&house.app, key).await, Err(AuthRefusal::Unknown)));
    assert_eq!(
        house.refuses("key revoke 1 --reason published").await,
        "there is no such key, or it is revoked already"
    );
});

on_both!(a_key_that_is_over_already_is_not_made, async |house: House| {
    house.says("account create ann").await;
    let refused = house.refuses("key create ann --name laptop --expires 2026-05-22").await;
    assert_eq!(refused, "the key would be expired already: its end must be in the future");
});

on_both!(money_is_added_and_taken_back, async |house: House| {
    house.says("account create ann").await;
    let added = house.says("credit add ann 25.00 --reason transfer --reference bank-1").await;
    assert_eq!(added, "25.00 added to ann, who can spend 25.00 now\n");
    let taken = house.json("credit take ann 5.5 --reason twice").await;
    assert_eq!(taken, json!({"account": "ann", "amount": "5.50", "available": "19.50"}));
    assert_eq!(house.last_deed().await, "olga debit ann twice");
    let statement = house.json("credit statement ann").await;
    assert_eq!(statement[0]["amount"], "-5.50");
    assert_eq!(statement[1]["available"], "25.00");
});

on_both!(a_payment_counts_once, async |house: House| {
    house.says("account create ann").await;
    house.says("credit add ann 25 --reason transfer --reference bank-1").await;
    let refused = house.refuses("credit add ann 25 --reason transfer --reference bank-1").await;
    assert_eq!(refused, "this reference was booked already");
    assert_eq!(house.json("account show ann").await["available"], "25.00");
});

on_both!(more_than_is_there_is_not_taken, async |house: House| {
    house.says("account create ann").await;
    house.says("credit add ann 1 --reason gift").await;
    assert_eq!(house.refuses("credit take ann 1.01 --reason error").await, "only 1.00 is available");
});

on_both!(a_key_is_made_with_limits_and_listed_with_them, async |house: House| {
    house.says("account create ann").await;
    let limits = "--scope read --allow-ip 203.0.113.0/24 --allow-ip fd00::1 --daily-cap 20.00";
    house.says(&format!("key create ann --name bot {limits}")).await;
    let listed = house.json("key list ann").await;
    assert_eq!(listed[0]["scopes"], "read");
    assert_eq!(listed[0]["networks"], "203.0.113.0/24 fd00::1/128");
    assert_eq!((&listed[0]["daily_cap"], &listed[0]["used_at"]), (&json!("20.00"), &json!(null)));
    house.says("key create ann --name laptop").await;
    let listed = house.json("key list ann").await;
    assert_eq!((&listed[0]["scopes"], &listed[0]["networks"]), (&json!("read order"), &json!("")));
    assert!(
        house.refuses("key create ann --name bot --daily-cap 0.00").await.contains("daily cap of more than nothing")
    );
});

on_both!(what_was_paid_comes_back_with_a_reason, async |house: House| {
    house.stock().await;
    let ann = house.customer("ann", "10").await;
    let placed = house.order(ann).await;
    let id = format!("ORD-{}", placed.order);
    assert_eq!(house.refuses(&format!("refund {id} 0.10 --reason late")).await, "nothing was paid for it");
    house.text(&placed.digits, "Telegram code: 48291").await;
    let told = house.json(&format!("refund {id} 0.10 --reason late")).await;
    assert_eq!((&told["account"], &told["amount"]), (&json!("ann"), &json!("0.10")));
    assert_eq!(house.last_deed().await, format!("olga refund {id} late"));
    let listed = house.json("credit statement ann --limit 1").await;
    assert_eq!((&listed[0]["kind"], &listed[0]["amount"]), (&json!("refund"), &json!("0.10")));
    assert_eq!(listed[0]["order_id"], id.as_str());
    assert!(house.says("credit statement ann").await.contains(&id));
    let other = format!("RNT-{}", placed.order);
    assert_eq!(house.refuses(&format!("refund {other} 0.10 --reason late")).await, "there is no such order");
    assert_eq!(house.refuses("refund ORD-100001 0.10 --reason late").await, "there is no such order");
});
