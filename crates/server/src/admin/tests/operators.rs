//! Operators and the outbox.

use domain::login::{self, STATEMENT_VERSION, Visit};
use serde_json::json;

use super::house::House;
use super::on_both;

on_both!(an_operator_is_made_by_a_link_and_recovered_by_another, async |house: House| {
    let link = house.says("operator create ann --role support").await;
    assert!(link.starts_with("https://house.example/operator/set-up/?token="), "{link}");
    assert_eq!(house.last_deed().await, "olga operator.create ann");
    let other = house.says("operator recover ann --reason lost").await;
    assert_ne!(link, other);
    assert_eq!(house.last_deed().await, "olga operator.recover ann lost");
    house.says("operator role ann auditor --reason audits").await;
    assert_eq!(house.last_deed().await, "olga operator.role ann audits");
    house.says("operator role ann support --reason answers").await;
    house.says("operator stop ann --reason left").await;
    let listed = house.json("operator list").await;
    assert_eq!(listed, json!([{"id": 1, "name": "ann", "role": "support", "set_up": false, "stopped": true}]));
    assert_eq!(house.refuses("operator recover bob --reason lost").await, "there is no such operator");
});

on_both!(a_mail_is_listed_without_its_text_and_its_reading_is_audited, async |house: House| {
    let visit = Visit {
        base_url: "https://house.example".to_owned(),
        address: [192, 0, 2, 1].into(),
        device: String::new(),
        known_by: None,
    };
    login::sign_up(&house.app, &visit, "ann@example.org", STATEMENT_VERSION).await.expect("a mail");
    let listed = house.says("mail list").await;
    assert!(listed.contains("ann@example.org") && !listed.contains("token="), "{listed}");
    let shown = house.says("mail show 1 --reason ticket").await;
    assert!(shown.contains("https://house.example/sign-up/confirm/?token="), "{shown}");
    assert_eq!(house.last_deed().await, "olga mail.read mail 1 ticket");
});

on_both!(an_account_gets_a_sign_in_by_a_link, async |house: House| {
    house.says("account create bob").await;
    let link = house.says("account login bob --email bob@example.org").await;
    assert!(link.starts_with("https://house.example/sign-up/confirm/?token="), "{link}");
    assert_eq!(house.last_deed().await, "olga account.invite bob");
    let listed = house.json("mail list").await;
    assert_eq!((&listed[0]["kind"], &listed[0]["to"]), (&json!("invite"), &json!("bob@example.org")));
    assert_eq!(house.refuses("account login eve --email eve@example.org").await, "there is no such account");
});

on_both!(a_second_factor_that_nobody_has_is_not_taken_away, async |house: House| {
    house.says("account create bob").await;
    let refused = house.refuses("account second-factor remove bob --reason ticket").await;
    assert_eq!(refused, "nobody signs in to this account with a second factor or a passkey");
});
