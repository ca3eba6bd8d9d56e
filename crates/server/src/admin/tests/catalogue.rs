//! Services, prices, and the stop for all sales.

use std::fmt::Write;

use domain::order::{self, Ask};

use super::house::House;
use super::on_both;

on_both!(the_shipped_catalogue_is_loaded_once, async |house: House| {
    let seeded = house.json("service seed").await;
    assert!(seeded["added"].as_u64() >= Some(60));
    house.says("price set telegram short_term 98.76").await;
    let again = house.json("service seed").await;
    assert_eq!((again["added"].as_u64(), &again["kept"]), (Some(0), &seeded["added"]));
    let prices = house.json("price list").await;
    let changed = prices.as_array().expect("a list").iter().find(|price| price["amount"] == "98.76");
    assert_eq!(changed.expect("what the operator set stays")["service"], "telegram");
});

on_both!(what_is_shipped_is_sold_once_it_is_switched_on, async |house: House| {
    house.says("service seed").await;
    let sold = async || {
        let listed = house.json("service list").await;
        listed.as_array().expect("a list").iter().filter(|service| service["is_enabled"] == true).count()
    };
    assert_eq!(sold().await, 0);
    house.says("service enable telegram --reason asked").await;
    assert_eq!(sold().await, 1);
    assert!(house.says("service seed --on-sale").await.starts_with("added 0 services, on sale; "));
    assert_eq!(sold().await, 1, "what was there stays as it is");
});

on_both!(a_service_is_put_and_switched, async |house: House| {
    let put = "service put acme --name Acme --category shopping --code zz --sender ACME --text acme";
    assert_eq!(house.says(put).await, "service acme is in the catalogue\n");
    house.says("service disable acme --reason silent").await;
    assert_eq!(house.last_deed().await, "olga service.state acme silent");
    let listed = house.json("service list").await;
    assert_eq!((&listed[0]["slug"], listed[0]["is_enabled"].as_bool()), (&"acme".into(), Some(false)));
    assert_eq!(house.refuses("service enable nobody --reason why").await, "there is no service `nobody`");
    let refused = house.refuses("service add my-bank --name Bank --category banking").await;
    assert!(refused.starts_with("services of this kind are never sold"), "{refused}");
});

on_both!(a_price_is_set_and_taken_off, async |house: House| {
    house.says("service seed").await;
    assert_eq!(house.says("price set telegram short_term 0.60").await, "telegram short_term costs 0.60\n");
    assert_eq!(house.says("price set telegram short_term off").await, "telegram short_term is off sale\n");
    assert_eq!(house.last_deed().await, "olga price.set telegram");
});

on_both!(a_price_is_set_for_one_tier, async |house: House| {
    house.says("service seed").await;
    let set = house.says("price set telegram short_term 0.30 --tier business --reason partner").await;
    assert_eq!(set, "telegram short_term costs 0.30 for business\n");
    assert_eq!(house.last_deed().await, "olga price.tier telegram partner");
    let of_telegram = async || {
        let prices = house.json("price list").await;
        let list = prices.as_array().expect("a list").clone();
        list.into_iter().filter(|price| price["service"] == "telegram" && price["product"] == "short_term").collect()
    };
    let listed: Vec<serde_json::Value> = of_telegram().await;
    assert_eq!((&listed[0]["tier"], &listed[1]["tier"]), (&serde_json::Value::Null, &"business".into()));
    let file = house.file("p.csv", "service,product,amount,tier\ntelegram,short_term,off,business\n");
    assert_eq!(house.says(&format!("price import {file}")).await, "set 1 prices\n");
    assert_eq!(of_telegram().await.len(), 1);
    let file = house.file("p.csv", "service,product,amount,tier\ntelegram,short_term,1.00,rich\n");
    let (json, _) = house.fails(&format!("price import {file}")).await;
    assert_eq!(json["bad_rows"][0]["reason"], "a tier is new, verified or business; empty is for all");
});

on_both!(prices_come_from_a_file, async |house: House| {
    house.says("service seed").await;
    let file = house.file("p.csv", "service,product,amount\ntelegram,short_term,0.60\nTelegram, rental_1day ,off\n");
    assert_eq!(house.says(&format!("price import {file}")).await, "set 2 prices\n");
    let prices = house.json("price list").await;
    let telegram: Vec<_> =
        prices.as_array().expect("a list").iter().filter(|price| price["service"] == "telegram").collect();
    assert_eq!(telegram.len(), 2);
    assert_eq!(telegram[0]["amount"], "0.60");
});

on_both!(a_list_of_prices_is_a_file_that_sets_them_again, async |house: House| {
    house.says("service seed").await;
    house.says("price set telegram short_term 0.30 --tier business").await;
    let before = house.json("price list").await;
    let words = |column: &str| -> std::collections::BTreeSet<String> {
        let rows = before.as_array().expect("a list").iter();
        rows.filter_map(|row| row[column].as_str()).map(str::to_owned).collect()
    };
    assert_eq!(words("product").into_iter().collect::<Vec<_>>(), ["rental_1day", "rental_30day", "short_term"]);
    let file = house.file("p.csv", &house.says("price list --csv").await);
    house.says("price set telegram short_term 9.99").await;
    house.says("price set telegram short_term off --tier business").await;
    let count = before.as_array().expect("a list").len();
    assert_eq!(house.says(&format!("price import {file}")).await, format!("set {count} prices\n"));
    assert_eq!(house.json("price list").await, before);
});

on_both!(one_bad_price_keeps_all_out, async |house: House| {
    house.says("service seed").await;
    let before = house.json("price list").await;
    let text = "service,product,amount\ntelegram,short_term,7.77\nnobody,short_term,1\n\
                telegram,weekly,1\ntelegram,short_term,1\nwhatsapp,short_term,0\nwhatsapp,short_term\n";
    let file = house.file("p.csv", text);
    let (json, sentence) = house.fails(&format!("price import {file}")).await;
    assert_eq!(sentence, format!("5 rows are bad in {file}: nothing was imported"));
    let told: Vec<String> = json["bad_rows"].as_array().expect("rows").iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            r#"{"line":3,"reason":"there is no service `nobody`"}"#,
            r#"{"line":4,"reason":"a product is short_term, rental_1day or rental_30day"}"#,
            r#"{"line":5,"reason":"this price is on line 2 already"}"#,
            r#"{"line":6,"reason":"a price is more than nothing; `off` takes the product off sale"}"#,
            r#"{"line":7,"reason":"a row has 3 fields, this one has 2"}"#,
        ]
    );
    assert_eq!(house.json("price list").await, before);
});

on_both!(all_bad_prices_are_told_however_many, async |house: House| {
    house.says("service seed").await;
    let file = house.file("p.csv", &format!("service,product,amount\n{}", "nobody,short_term,1\n".repeat(20_000)));
    let (json, sentence) = house.fails(&format!("price import {file}")).await;
    assert_eq!(json["bad_rows"].as_array().map(Vec::len), Some(20_000));
    assert_eq!(json["bad_rows"][19_999]["line"], 20_001);
    assert_eq!(sentence, format!("20000 rows are bad in {file}: nothing was imported"));
});

on_both!(all_prices_of_a_large_house_are_set_at_once, async |house: House| {
    let mut text = "service,product,amount\n".to_owned();
    for service in 0..600 {
        house.says(&format!("service put s{service} --name S --category shopping")).await;
        for product in ["short_term", "rental_1day", "rental_30day"] {
            writeln!(text, "s{service},{product},1.23").expect("memory takes it");
        }
    }
    let file = house.file("p.csv", &text);
    assert_eq!(house.json(&format!("price import {file}")).await["imported"], 1_800);
    assert_eq!(house.json("price list").await.as_array().map(Vec::len), Some(1_800));
});

on_both!(paused_sales_sell_nothing_until_they_go_on, async |house: House| {
    house.stock().await;
    let ann = house.customer("ann", "10").await;
    assert_eq!(house.says("sales pause --reason outage").await, "sales are paused\n");
    assert_eq!(house.last_deed().await, "olga sales all outage");
    let ask = Ask { service: "telegram".to_owned(), max_price: None, area_code: None };
    assert!(order::place(&house.app, ann, &ask, None).await.is_err());
    house.says("sales resume --reason over").await;
    assert!(order::place(&house.app, ann, &ask, None).await.is_ok());
});
