//! Many numbers at once, all or nothing.

use domain::number::import::{self, Import, ImportRefusal, NewNumber};
use domain::order::{self, SaleRefusal};
use domain::phone::Nanp;
use domain::request::Failure;

use crate::house::{House, ask, may, new_number};
use crate::on_both;

fn rows(places: std::ops::Range<usize>) -> Vec<NewNumber> {
    places.map(|place| new_number(&format!("120255501{place:02}"))).collect()
}

async fn begin(house: &House, count: i64) -> Import {
    import::begin(&house.app, "simulator", [3; 32], count, may("test")).await.expect("begun")
}

async fn is_sold_out(house: &House) -> bool {
    let ann = house.customer("ann", "5.00").await;
    let order = order::place(&house.app, ann, &ask("instagram"), None).await;
    matches!(order, Err(Failure::Refused(SaleRefusal::NoNumbers)))
}

on_both!(numbers_of_an_import_that_is_loading_are_not_sold, async |house: House| {
    let house = House::stocked(house, 0).await;
    let import = begin(&house, 20).await;
    import::load(&house.app, import, rows(0..10)).await.expect("loaded");
    assert!(is_sold_out(&house).await);
});

on_both!(a_complete_import_is_sold, async |house: House| {
    let house = House::stocked(house, 0).await;
    let import = begin(&house, 10).await;
    let import = import::load(&house.app, import, rows(0..10)).await.expect("loaded");
    import::complete(&house.app, import).await.expect("complete");
    assert!(!is_sold_out(&house).await);
});

on_both!(an_import_is_not_complete_before_its_last_row, async |house: House| {
    let house = House::stocked(house, 0).await;
    let import = begin(&house, 20).await;
    let import = import::load(&house.app, import, rows(0..10)).await.expect("loaded");
    assert!(matches!(import::complete(&house.app, import).await, Err(ImportRefusal::NoImport)));
});

on_both!(a_broken_import_goes_on_where_it_was, async |house: House| {
    let house = House::stocked(house, 0).await;
    let import = begin(&house, 20).await;
    import::load(&house.app, import, rows(0..10)).await.expect("loaded");
    let resumed = begin(&house, 20).await;
    assert_eq!((resumed.id, resumed.done), (import.id, 10));
    let resumed = import::load(&house.app, resumed, rows(10..20)).await.expect("loaded");
    import::complete(&house.app, resumed).await.expect("complete");
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(a_batch_that_is_told_twice_is_loaded_once, async |house: House| {
    let house = House::stocked(house, 0).await;
    let import = begin(&house, 20).await;
    import::load(&house.app, import, rows(0..10)).await.expect("loaded");
    assert!(matches!(import::load(&house.app, import, rows(0..10)).await, Err(ImportRefusal::NoImport)));
    assert_eq!(house.number_of("SELECT COUNT(*) FROM number").await, 10);
});

on_both!(a_batch_with_a_number_that_exists_loads_nothing, async |house: House| {
    let house = House::stocked(house, 1).await;
    let import = begin(&house, 5).await;
    assert!(matches!(import::load(&house.app, import, rows(0..5)).await, Err(ImportRefusal::Taken)));
    assert_eq!(house.number_of("SELECT COUNT(*) FROM number").await, 1);
});

on_both!(an_import_is_undone_wholly, async |house: House| {
    let house = House::stocked(house, 0).await;
    let import = begin(&house, 20).await;
    import::load(&house.app, import, rows(0..10)).await.expect("loaded");
    while import::undo(&house.app, import.id, may("test")).await.expect("undone") > 0 {}
    assert_eq!(house.number_of("SELECT COUNT(*) FROM number").await, 0);
    assert!(matches!(import::load(&house.app, import, rows(0..10)).await, Err(ImportRefusal::NoImport)));
});

on_both!(a_complete_import_is_not_undone, async |house: House| {
    let house = House::stocked(house, 10).await;
    assert!(matches!(import::undo(&house.app, 1, may("test")).await, Err(ImportRefusal::NoImport)));
});

on_both!(known_numbers_are_told_before_an_import, async |house: House| {
    let house = House::stocked(house, 1).await;
    let number = |digits| Nanp::parse(digits).expect("a number");
    let known = import::known(&house.app, &[number("12025550100"), number("12025550101")], None).await.expect("read");
    assert_eq!(known, ["12025550100"]);
});
