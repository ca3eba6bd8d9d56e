//! Sources and quarantine.

use super::house::House;
use super::on_both;

on_both!(connectors_tell_what_they_ask_for, async |house: House| {
    let told = house.json("source connectors").await;
    let rows = told.as_array().expect("rows");
    assert!(rows.iter().any(|row| row["connector"] == "jesusnumber" && row["setting"] == "secret"));
    assert!(house.says("source connectors").await.contains("whsec_"));
});

on_both!(a_secret_is_read_from_a_file_and_never_shown, async |house: House| {
    let file = house.file("secret", "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n");
    house.says(&format!("source add rack-1 --connector jesusnumber --set-file secret={file}")).await;
    assert_eq!(house.last_deed().await, "olga source.add rack-1");
    let listed = house.json("source list").await;
    assert_eq!(listed[0]["source"], "rack-1");
    assert!(!listed.to_string().contains("whsec_"));
});

on_both!(a_new_source_says_where_it_is_pushed_to, async |house: House| {
    let file = house.file("word", "aLongWord1234567\n");
    let said = house.says(&format!("source add box1 --connector ejoin --set-file word={file}")).await;
    assert!(said.trim_end().ends_with("pushed to at /ingest/box1/WORD/, where WORD is its setting `word`"), "{said}");
    let secret = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
    let said = house.says(&format!("source add box2 --connector jesusnumber --set secret={secret}")).await;
    assert!(said.trim_end().ends_with("pushed to at /ingest/box2/"), "{said}");
    let fields = "--set word_header=x-word --set text_field=a --set sender_field=b --set port_field=c";
    let said = house.says(&format!("source add box3 --connector template --set-file word={file} {fields}")).await;
    assert!(said.trim_end().ends_with("pushed to at /ingest/box3/"), "{said}");
});

on_both!(a_wrong_setting_is_told, async |house: House| {
    let refused = house.refuses("source add rack --connector jesusnumber").await;
    assert!(refused.starts_with("`secret` is missing"), "{refused}");
    let refused = house.refuses("source add rack --connector jesusnumber --set secret=a --set secret=b").await;
    assert_eq!(refused, "the setting `secret` is given twice");
    let refused = house.refuses("source add rack --connector pigeon").await;
    assert_eq!(refused, "there is no connector `pigeon`; `admin source connectors` lists them");
    let refused = house.refuses("source add rack --connector jesusnumber --set-file secret=/nowhere").await;
    assert!(refused.starts_with("the file of the setting `secret`, /nowhere, cannot be read"), "{refused}");
});

on_both!(settings_of_a_source_change_and_its_secrets_are_not_told_back, async |house: House| {
    let settings = "--set hosts=127.0.0.1:2775 --set system_id=house --set window=10 --set password=openSesame";
    house.says(&format!("source add smsc --connector smpp {settings}")).await;
    let file = house.file("password", "openBarley\n");
    let change = format!("--set window=50 --set tls= --set-file password={file} --reason yearly");
    let said = house.says(&format!("source set smsc {change}")).await;
    assert!(said.starts_with("source smsc has the settings from now on"), "{said}");
    // The audit log has the names of what changed and why, and no value; what is unset already does not change.
    assert_eq!(house.last_deed().await, "olga source.settings smsc yearly");
    let told = house.json("source settings smsc").await;
    let of = |name: &str| {
        let rows = told.as_array().expect("rows");
        rows.iter().find(|row| row["setting"] == name).expect("a setting").clone()
    };
    assert_eq!((&of("window")["value"], &of("system_id")["value"]), (&"50".into(), &"house".into()));
    assert_eq!((&of("password")["is_set"], &of("password")["value"]), (&true.into(), &"".into()));
    assert_eq!((&of("tls")["is_set"], &of("window")["is_secret"]), (&false.into(), &false.into()));
    for shown in [told.to_string(), house.says("source settings smsc").await, said] {
        assert!(!shown.contains("openBarley") && !shown.contains("openSesame"), "{shown}");
    }
    house.says("source set smsc --set window= --reason usual").await;
    let told = house.json("source settings smsc").await;
    assert!(!told.to_string().contains(r#""50""#), "{told}");
});

on_both!(settings_that_the_connector_refuses_change_nothing, async |house: House| {
    house.stock().await;
    let refused = house.refuses("source set rack --set secret=short --reason test").await;
    assert!(refused.contains("secret") && !refused.contains("short"), "{refused}");
    let refused = house.refuses("source set rack --set secret= --reason test").await;
    assert!(refused.starts_with("`secret` is missing"), "{refused}");
    let refused = house.refuses("source set rack --set color=red --reason test").await;
    assert!(refused.starts_with("there is no setting `color`"), "{refused}");
    let refused = house.refuses("source set rack --reason test").await;
    assert_eq!(refused, "nothing is to be changed: name a setting with --set or --set-file");
    let refused = house.refuses("source set nowhere --set secret=a --reason test").await;
    assert_eq!(refused, "there is no such source");
    assert_eq!(house.json("source settings rack").await[0]["is_set"], true);
});

on_both!(a_source_is_paused_and_its_sims_are_mapped, async |house: House| {
    house.stock().await;
    house.says("source pause rack --reason moved").await;
    assert_eq!(house.json("source list").await[0]["is_enabled"], false);
    house.says("source resume rack --reason back").await;
    house.says("source map-sim rack phone-7/1 12025550100").await;
    assert_eq!(house.json("source sims rack").await[0]["number"], "12025550100");
    let refused = house.refuses("source map-sim rack phone-7/1 12125550100").await;
    assert_eq!(refused, "this source has no such number");
});

on_both!(a_quarantined_text_is_read_under_audit_and_given_to_its_order, async |house: House| {
    house.stock().await;
    let ann = house.customer("ann", "10").await;
    let placed = house.order(ann).await;
    // WhatsApp's text on a number that is leased for Telegram.
    house.text(&placed.digits, "Your WhatsApp code: 482-910").await;
    let listed = house.json("quarantine list").await;
    assert_eq!(listed[0]["number"], placed.digits.as_str());
    assert_eq!(listed[0]["source"], "rack");
    assert!(!listed.to_string().contains("482"), "a list never holds a text");
    let id = listed[0]["id"].as_i64().expect("an id");
    let read = house.json(&format!("quarantine read {id} --reason ticket-1")).await;
    assert_eq!(read["text"], "Your WhatsApp code: 482-910");
    assert_eq!(house.last_deed().await, format!("olga quarantine.read message {id} ticket-1"));
    let order = format!("ORD-{}", placed.order);
    let released = house.says(&format!("quarantine release {id} {order} --reason ticket-1")).await;
    assert_eq!(released, format!("message {id} was given to {order}\n"));
    assert_eq!(house.json("quarantine list").await.as_array().map(Vec::len), Some(0));
    assert_eq!(house.json("account show ann").await["held"], "0.00");
});

on_both!(a_dropped_text_is_gone, async |house: House| {
    house.stock().await;
    house.text("12025550100", "buy gold").await;
    let id = house.json("quarantine list").await[0]["id"].as_i64().expect("an id");
    house.says(&format!("quarantine drop {id} --reason advertising")).await;
    assert_eq!(house.last_deed().await, format!("olga quarantine.drop message {id} advertising"));
    let refused = house.refuses(&format!("quarantine read {id} --reason late")).await;
    assert_eq!(refused, "there is no such message in quarantine");
});
