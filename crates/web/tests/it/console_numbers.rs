//! The console's pages for numbers: found, changed one or many at a time, and loaded from a file.

use domain::login::Role;

use crate::browser::Browser;
use crate::on_both;
use crate::people::operator;
use crate::world::{World, may};

const HEADER: &str = "number,carrier,line_type,supplier,contract,acquired_on,cost";

/// The page of imports once nothing runs any more.
async fn settled(browser: &mut Browser) -> String {
    for _ in 0..2_000 {
        let page = browser.get("/operator/numbers/import/").await.body;
        if !page.contains("http-equiv=\"refresh\"") {
            return page;
        }
        tokio::task::yield_now().await;
    }
    panic!("an import does not end")
}

async fn upload(browser: &mut Browser, source: &str, rows: &str) -> u16 {
    let file = format!("{HEADER}\n{rows}");
    browser
        .upload("/operator/numbers/import/", &[("source", source), ("reason", "a box came")], ("file", &file))
        .await
        .status
}

on_both!(numbers_are_found_ticked_and_paused, async |world: &World| {
    world.numbers(&["12025550147", "12025550148", "12125550100"]).await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let page = olga.get("/operator/numbers/?area=212").await;
    assert!(page.body.contains("(212) 555-0100") && !page.body.contains("(202) 555-0147"));
    let form = "which=ticked&id=1&id=3&reason=SIM+swap&to=paused&state=active";
    let answer = olga.post("/operator/numbers/state/", form).await;
    assert_eq!(answer.header("location"), Some("/operator/numbers/?state=active&done=2-0"));
    let paused = olga.get("/operator/numbers/?state=paused&done=2-0").await.body;
    assert!(paused.contains("2 numbers changed.") && paused.contains("(202) 555-0147"));
    assert!(!paused.contains("(202) 555-0148"));
    let one = olga.get("/operator/numbers/12025550147/").await.body;
    assert!(one.contains("active → paused") && one.contains("SIM swap") && one.contains("olga"));
});

on_both!(all_that_fit_are_asked_for_twice, async |world: &World| {
    world.numbers(&["12025550147", "12025550148", "12125550100"]).await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let form = "which=all&area=202&reason=given+back&to=retired";
    let sure = olga.post("/operator/numbers/state/", form).await;
    assert!(sure.body.contains("Retire for good: all that fit") && sure.body.contains("area 202"));
    assert!(!olga.get("/operator/numbers/?state=retired").await.body.contains("555-01"));
    let answer = olga.post("/operator/numbers/state/", &format!("{form}&sure=yes")).await;
    assert_eq!(answer.header("location"), Some("/operator/numbers/?area=202&done=2-0"));
    let retired = olga.get("/operator/numbers/?state=retired").await.body;
    assert!(retired.contains("(202) 555-0148") && !retired.contains("(212) 555-0100"));
});

on_both!(a_change_without_a_reason_or_a_tick_changes_nothing, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    for form in ["which=ticked&id=1&reason=+&to=paused", "which=ticked&reason=why&to=paused", "which=all&to=paused"] {
        let answer = olga.post("/operator/numbers/state/", form).await;
        assert_eq!((answer.status, answer.body.contains("role=\"alert\"")), (422, true), "{form}");
    }
    assert_eq!(olga.post("/operator/numbers/12025550147/state/", "reason=&to=paused").await.status, 422);
    assert!(olga.get("/operator/numbers/?state=active").await.body.contains("(202) 555-0147"));
});

on_both!(who_may_not_run_the_house_reads_its_numbers_and_changes_none, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut anna = operator(world, "anna", Role::Auditor).await;
    for page in ["/operator/numbers/", "/operator/numbers/12025550147/", "/operator/numbers/import/"] {
        let page = anna.get(page).await;
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("name=\"reason\"") && !page.body.contains("type=\"file\""));
    }
    assert_eq!(anna.post("/operator/numbers/state/", "which=ticked&id=1&reason=x&to=paused").await.status, 403);
    assert_eq!(anna.post("/operator/numbers/12025550147/state/", "reason=x&to=paused").await.status, 403);
    assert_eq!(upload(&mut anna, "wire", "12125550001,,mobile,Cards,C-1,2026-01-01,\n").await, 403);
    assert_eq!(anna.get("/operator/numbers/12025550199/").await.status, 404);
});

on_both!(a_file_is_loaded_and_its_numbers_are_sold, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let rows = "12125550001,T-Mobile,mobile,Cards,C-1,2026-01-01,0.05\n12125550002,,voip,Cards,C-1,2026-01-01,\n";
    assert_eq!(upload(&mut olga, "wire", rows).await, 303);
    let page = settled(&mut olga).await;
    assert!(page.contains("Import 1 is complete: 2 numbers.") && page.contains("1 of them are voip"), "{page}");
    let key = world.customer("ann", "5.00").await;
    assert_eq!(world.order(&key, "instagram").await.1, "12125550001");
    assert!(olga.get("/operator/audit/?who=olga").await.body.contains("a box came"));
    // The same file again is known.
    assert_eq!(upload(&mut olga, "wire", rows).await, 303);
    assert!(settled(&mut olga).await.contains("this file was imported already, completely, as import 1"));
});

on_both!(bad_rows_are_told_by_line_and_nothing_is_loaded, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let rows = "12125550001,,mobile,Cards,C-1,2026-01-01,\n12025550147,,mobile,Cards,C-1,2026-01-01,\n\
                12125550002,,pager,Cards,C-1,2026-01-01,\n<b>x,,mobile,Cards,C-1,2026-01-01,\n";
    assert_eq!(upload(&mut olga, "wire", rows).await, 303);
    let page = settled(&mut olga).await;
    assert!(page.contains("3 rows are bad in the file: nothing was imported"), "{page}");
    assert!(page.contains("<td class=\"num\">3</td><td><bdi>the house has +12025550147 already"));
    assert!(page.contains("line_type is mobile, landline, voip or unknown"));
    assert!(!olga.get("/operator/numbers/").await.body.contains("(212) 555-0001"));
});

on_both!(what_is_no_upload_is_refused_and_makes_room_again, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let empty = olga.upload("/operator/numbers/import/", &[("source", "wire")], ("file", "")).await;
    assert_eq!(empty.status, 422);
    let odd = olga.upload("/operator/numbers/import/", &[("other", "wire")], ("file", "x")).await;
    assert_eq!(odd.status, 422);
    assert!(odd.body.contains("Choose a source and a CSV file."));
    assert_eq!(upload(&mut olga, "nowhere", "12125550001,,mobile,Cards,C-1,2026-01-01,\n").await, 303);
    assert!(settled(&mut olga).await.contains("there is no such source"));
});

on_both!(a_broken_import_is_taken_back, async |world: &World| {
    let number = domain::phone::Nanp::parse("12125550001").expect("a number");
    let new = domain::number::import::NewNumber {
        number,
        carrier: String::new(),
        line_type: "mobile".into(),
        supplier: "Cards".into(),
        contract: "C-1".into(),
        acquired_on: "2026-01-01".into(),
        cost: domain::money::Usd::ZERO,
    };
    let import = domain::number::import::begin(&world.app, "wire", [7; 32], 2, may("test")).await.expect("begun");
    domain::number::import::load(&world.app, import, vec![new]).await.expect("loaded");
    let mut olga = operator(world, "olga", Role::Operator).await;
    assert!(settled(&mut olga).await.contains("1 in</span>"));
    assert_eq!(olga.post("/operator/numbers/import/undo/", "import=1&reason=wrong+file").await.status, 303);
    assert!(settled(&mut olga).await.contains("Import 1 is undone. Numbers that were taken back: 1."));
    assert!(olga.get("/operator/audit/?who=olga").await.body.contains("wrong file"));
});
