//! Numbers from a file.

use domain::number::import::{self as domain_import, BATCH_MAX, NumberFile, fingerprint};
use domain::phone::Nanp;
use domain::policy::permit::Permit;

use super::house::House;
use super::on_both;

const HEADER: &str = "number,carrier,line_type,supplier,contract,acquired_on,cost\n";

/// A file of `count` good rows, 212-555-0000 and on.
fn good(count: usize) -> String {
    let rows = (0..count).map(|line| format!("1212555{line:04},T-Mobile,mobile,Cards,C-1,2026-01-01,0.05\n"));
    std::iter::once(HEADER.to_owned()).chain(rows).collect()
}

async fn count(house: &House) -> usize {
    house.json("number list --limit 1000").await.as_array().map_or(0, Vec::len)
}

on_both!(a_file_is_loaded_and_sold, async |house: House| {
    house.stock().await;
    let file = house.file("more.csv", &good(1_200));
    let done = house.json(&format!("number import {file} --source rack")).await;
    assert_eq!((&done["imported"], &done["resumed_at"]), (&1_200.into(), &0.into()));
    assert_eq!(house.last_deed().await, "olga number.import rack");
    let shown = house.json("number show 2125550007").await;
    assert_eq!((&shown["cost"], &shown["carrier"]), (&"0.05".into(), &"T-Mobile".into()));
    let refused = house.refuses(&format!("number import {file} --source rack")).await;
    assert_eq!(refused, "this file was imported already, completely, as import 2");
});

on_both!(every_bad_row_is_told_and_nothing_changes, async |house: House| {
    house.stock().await;
    let bad = "12025550100,,mobile,Cards,C-1,2026-01-01,\n\
               12125550001,,mobile,Cards,C-1,2026-01-01,\n\
               (212) 555-0001,,mobile,Cards,C-1,2026-01-01,\n\
               14165550001,,mobile,Cards,C-1,2026-01-01,\n\
               12125550002,,mobile,,C-1,2026-01-01,\n\
               12125550003,,pager,Cards,C-1,2026-01-01,\n\
               12125550004,,mobile,Cards,C-1,2026-02-30,\n\
               12125550005,,mobile,Cards,C-1,2026-01-01,1.234\n\
               12125550006,,mobile,Cards,C-1\n\
               call me,,mobile,Cards,C-1,2026-01-01,\n";
    let file = house.file("bad.csv", &format!("{HEADER}{bad}"));
    let deeds = house.audit().await.len();
    let (json, sentence) = house.fails(&format!("number import {file} --source rack")).await;
    assert_eq!(sentence, format!("9 rows are bad in {file}: nothing was imported"));
    let told = json["bad_rows"].as_array().expect("rows").iter();
    let told: Vec<(u64, &str)> =
        told.map(|row| (row["line"].as_u64().expect("a line"), row["reason"].as_str().expect("a reason"))).collect();
    assert_eq!(told[0], (2, "the house has +12025550100 already"));
    assert_eq!(told[1], (4, "this number is on an earlier line too"));
    assert_eq!(told[2], (5, "area code 416 is not one of the USA"));
    assert!(told[3].1.starts_with("supplier and contract must be filled in"), "{}", told[3].1);
    assert_eq!(told[4], (7, "line_type is mobile, landline, voip or unknown"));
    assert_eq!(told[5], (8, "acquired_on is a day as YYYY-MM-DD"));
    assert!(told[6].1.starts_with("cost: "), "{}", told[6].1);
    assert_eq!(told[7], (10, "a row has 7 fields, this one has 5"));
    assert_eq!(told[8].0, 11);
    assert_eq!((count(&house).await, house.audit().await.len()), (40, deeds));
});

on_both!(all_bad_rows_are_told_however_many, async |house: House| {
    house.stock().await;
    // What the house has already is found out later than what is wrong with the rows around it.
    let rows = "12025550100,,mobile,Cards,C-1,2026-01-01,\nx,,mobile,Cards,C-1,2026-01-01,\n".repeat(1_234);
    let file = house.file("bad.csv", &format!("{HEADER}{rows}"));
    let (json, sentence) = house.fails(&format!("number import {file} --source rack")).await;
    let lines = json["bad_rows"].as_array().expect("rows").iter().map(|row| row["line"].as_u64().expect("a line"));
    assert!(lines.eq(2..2_470), "each line once, in order");
    assert_eq!(json["bad_rows_total"], 2_468);
    assert_eq!(sentence, format!("2468 rows are bad in {file}: nothing was imported"));
});

on_both!(voip_is_loaded_with_a_warning, async |house: House| {
    house.stock().await;
    let file = house.file("voip.csv", &format!("{HEADER}12125550001,,voip,Cards,C-1,2026-01-01,\n"));
    let said = house.says(&format!("number import {file} --source rack")).await;
    assert_eq!(said, "import 2 is complete: 1 numbers; 1 of them are voip, which is never sold\n");
});

on_both!(a_file_without_the_columns_is_refused, async |house: House| {
    house.stock().await;
    for header in ["number,supplier", "number,number,line_type,supplier,contract,acquired_on", ""] {
        let file = house.file("odd.csv", &format!("{header}\n12125550001,Cards\n"));
        let refused = house.refuses(&format!("number import {file} --source rack")).await;
        assert!(refused.contains("its first line must be number,carrier,line_type"), "{refused}");
    }
    let file = house.file("empty.csv", HEADER);
    assert_eq!(house.refuses(&format!("number import {file} --source rack")).await, format!("{file} has no numbers"));
    let refused = house.refuses(&format!("number import {file} --source nowhere")).await;
    assert_eq!(refused, "there is no such source");
});

on_both!(an_open_quote_does_not_swallow_the_file, async |house: House| {
    house.stock().await;
    let file = house.file("quote.csv", &format!("{HEADER}\"{}", "12125550001,,mobile\n".repeat(50_000)));
    let refused = house.refuses(&format!("number import {file} --source rack")).await;
    assert!(refused.contains("is a quote missing?"), "{refused}");
});

/// Loads the first `batches` of a file and leaves, as a killed command does.
async fn break_off(house: &House, file: &str, batches: usize) -> i64 {
    let path = std::path::Path::new(file);
    let hash = fingerprint(path).expect("read");
    let mut rows = NumberFile::open(path).expect("open");
    let mut all = Vec::new();
    while let Some(row) = rows.next().expect("read") {
        all.push(row.number.expect("a good row"));
    }
    let total = i64::try_from(all.len()).expect("few");
    let mut import =
        domain_import::begin(&house.app, "rack", hash, total, Permit::at_the_machine("olga")).await.expect("begun");
    for batch in all.chunks(BATCH_MAX).take(batches) {
        import = domain_import::load(&house.app, import, batch.to_vec()).await.expect("loaded");
    }
    import.id
}

on_both!(a_load_that_broke_off_goes_on_with_the_same_file, async |house: House| {
    house.stock().await;
    let file = house.file("more.csv", &good(1_700));
    let broken = break_off(&house, &file, 2).await;
    let done = house.json(&format!("number import {file} --source rack")).await;
    assert_eq!((&done["import"], &done["resumed_at"]), (&broken.into(), &(2 * BATCH_MAX).into()));
    assert_eq!(done["imported"], 1_700);
    assert!(house.says("number show 2125551699").await.contains("active"));
});

on_both!(a_load_that_broke_off_is_taken_back, async |house: House| {
    house.stock().await;
    let file = house.file("more.csv", &good(1_700));
    let broken = break_off(&house, &file, 3).await;
    let undone = house.json(&format!("number import --undo {broken}")).await;
    assert_eq!(undone["taken_back"], 3 * BATCH_MAX);
    assert_eq!(house.last_deed().await, format!("olga number.undo import {broken}"));
    assert_eq!(count(&house).await, 40);
    let refused = house.refuses(&format!("number import --undo {broken}")).await;
    assert_eq!(refused, "there is no such import that is still loading");
    assert_eq!(house.json(&format!("number import {file} --source rack")).await["imported"], 1_700);
});

on_both!(numbers_of_another_load_that_broke_off_count_as_known, async |house: House| {
    house.stock().await;
    let file = house.file("more.csv", &good(600));
    break_off(&house, &file, 1).await;
    let other = house.file("other.csv", &good(1));
    let (json, _) = house.fails(&format!("number import {other} --source rack")).await;
    assert_eq!(json["bad_rows"][0]["reason"], "the house has +12125550000 already");
});

on_both!(numbers_that_are_still_loading_are_not_for_sale, async |house: House| {
    house.says("service seed --on-sale").await;
    house.says("source add rack --connector jesusnumber --set secret=whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH").await;
    let file = house.file("more.csv", &good(600));
    break_off(&house, &file, 1).await;
    let ann = house.customer("ann", "10").await;
    let ask = domain::order::Ask { service: "telegram".to_owned(), max_price: None, area_code: None };
    assert!(domain::order::place(&house.app, ann, &ask, None).await.is_err());
    house.says(&format!("number import {file} --source rack")).await;
    let placed = domain::order::place(&house.app, ann, &ask, None).await.expect("an order");
    assert!(Nanp::parse(&placed.digits).is_ok());
});
