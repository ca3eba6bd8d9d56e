//! Other houses: what they sell as which service, and what was bought from them.

use super::house::House;
use super::on_both;

async fn with_house(house: &House) {
    house.says("service seed").await;
    let key = house.file("key", "aKeyOfTheirs12345\n");
    let settings = "--set house=hero --set address=https://127.0.0.1:9/api --set allow_network=127.0.0.0/8";
    house.says(&format!("source add hero --connector handler_api {settings} --set-file key={key}")).await;
}

on_both!(a_code_of_a_house_is_mapped_and_unmapped, async |house: House| {
    with_house(&house).await;
    let said = house.says("offer map hero telegram short_term tg").await;
    assert_eq!(said, "tg of hero is telegram short_term\n");
    assert_eq!(house.last_deed().await, "olga offer.map hero telegram short_term");
    let listed = house.json("offer list").await;
    assert_eq!((&listed[0]["source"], &listed[0]["code"]), (&"hero".into(), &"tg".into()));
    assert!(listed[0]["cost"].is_null(), "its list was not read yet");
    house.says("offer unmap hero telegram short_term").await;
    assert_eq!(house.json("offer list").await.as_array().map(Vec::len), Some(0));
    assert_eq!(house.refuses("offer unmap hero telegram short_term").await, "nothing is mapped so");
});

on_both!(only_a_house_has_offers, async |house: House| {
    house.stock().await;
    let refused = house.refuses("offer map rack telegram short_term tg").await;
    assert_eq!(refused, "there is no such house; `admin source list` shows all sources");
    with_house(&house).await;
    assert_eq!(house.refuses("offer map hero nowhere short_term tg").await, "there is no such service");
    let refused = house.refuses("offer theirs hero").await;
    assert!(refused.starts_with("the house does not answer: "), "{refused}");
    assert!(!refused.contains("aKeyOfTheirs"), "{refused}");
});

on_both!(a_house_that_sold_nothing_has_nothing_to_tell, async |house: House| {
    with_house(&house).await;
    assert_eq!(house.json("purchase list").await.as_array().map(Vec::len), Some(0));
    assert_eq!(house.json("purchase report --from 2026-05-01").await.as_array().map(Vec::len), Some(0));
    assert_eq!(house.refuses("purchase report --from 2020-01-01").await, "a report covers 1 to 92 days");
    for verdict in ["--lost", "--renewed"] {
        let refused = house.refuses(&format!("purchase settle 7 {verdict} --reason gone")).await;
        assert_eq!(refused, "there is no such purchase");
    }
    let refused = house.refuses("purchase settle 7 --reason gone").await;
    assert_eq!(refused, "say one of --not-bought, --bought THEIR_ID, --renewed and --lost");
});
