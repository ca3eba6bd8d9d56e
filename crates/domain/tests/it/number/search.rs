//! An operator finds numbers.

use domain::number::{self, Filter, NumberState};
use domain::phone::Nanp;

use crate::house::{House, may, why};
use crate::on_both;

async fn found(house: &House, filter: &Filter) -> Vec<String> {
    let found = number::search(&house.app, filter, 0, 200).await.expect("a page");
    found.numbers.into_iter().map(|number| number.digits).collect()
}

fn digits(typed: &str) -> Filter {
    Filter { digits: typed.to_owned(), ..Filter::default() }
}

on_both!(numbers_are_found_by_any_part_of_them, async |house: House| {
    let house = House::stocked(house, 101).await;
    assert_eq!(found(&house, &digits("(202) 555-0147")).await, ["12025550147"]);
    assert_eq!(found(&house, &digits("0147")).await, ["12025550147"]);
    assert_eq!(found(&house, &digits("212-")).await, ["12125550100"]);
    assert_eq!(found(&house, &digits("nothing")).await, Vec::<String>::new());
    assert_eq!(found(&house, &digits(" ")).await.len(), 101);
});

on_both!(every_filter_counts, async |house: House| {
    let house = House::stocked(house, 101).await;
    let other = house.source("rack-2").await;
    house.import("rack-2", &["13055550100".to_owned()]).await;
    let number = Nanp::parse("12025550110").expect("a number");
    number::set_state(&house.app, &number, NumberState::Paused, &why("a test"), &may("test")).await.expect("paused");
    let all = Filter::default();
    assert_eq!(found(&house, &Filter { state: Some(NumberState::Paused), ..all.clone() }).await, ["12025550110"]);
    assert_eq!(found(&house, &Filter { state: Some(NumberState::Active), ..all.clone() }).await.len(), 101);
    assert_eq!(found(&house, &Filter { source: Some(other), ..all.clone() }).await, ["13055550100"]);
    assert_eq!(found(&house, &Filter { area_code: Some(212), ..all.clone() }).await, ["12125550100"]);
    assert_eq!(found(&house, &Filter { region: "FL".into(), ..all.clone() }).await, ["13055550100"]);
    assert_eq!(found(&house, &Filter { line_type: "voip".into(), ..all.clone() }).await, Vec::<String>::new());
    assert_eq!(found(&house, &Filter { carrier: "T-Mobile".into(), ..all.clone() }).await.len(), 102);
    let both = Filter { source: Some(other), area_code: Some(202), ..all };
    assert_eq!(found(&house, &both).await, Vec::<String>::new());
});

on_both!(pages_follow_each_other_without_a_gap, async |house: House| {
    let house = House::stocked(house, 25).await;
    let (mut after, mut seen) = (Some(0), Vec::new());
    while let Some(place) = after {
        let page = number::search(&house.app, &Filter::default(), place, 10).await.expect("a page");
        seen.extend(page.numbers.into_iter().map(|number| number.digits));
        after = page.next;
    }
    assert_eq!(seen, (0..25).map(|place| format!("120255501{place:02}")).collect::<Vec<_>>());
});

on_both!(carriers_are_told, async |house: House| {
    let house = House::stocked(house, 3).await;
    assert_eq!(number::carriers(&house.app).await.expect("told"), ["T-Mobile"]);
});
