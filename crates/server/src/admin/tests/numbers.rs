//! Numbers one by one.

use super::house::House;
use super::on_both;

on_both!(a_number_is_listed_and_shown, async |house: House| {
    house.stock().await;
    let listed = house.json("number list --after 38 --limit 2").await;
    assert_eq!(listed[1]["number"], "12025550139");
    let shown = house.json("number show 202-555-0139").await;
    assert_eq!((&shown["source"], &shown["contract"], &shown["region"]), (&"rack".into(), &"C-1".into(), &"DC".into()));
    assert_eq!(house.refuses("number show 2025550199").await, "the house has no number +12025550199");
});

on_both!(a_retired_number_stays_retired, async |house: House| {
    house.stock().await;
    assert_eq!(house.says("number pause 12025550100 --reason swap").await, "+12025550100 is paused\n");
    house.says("number resume 12025550100 --reason swapped").await;
    house.says("number retire 12025550100 --reason returned").await;
    assert_eq!(house.last_deed().await, "olga number.state number 1 returned");
    assert_eq!(house.refuses("number resume 12025550100 --reason oops").await, "a retired number stays retired");
});
