//! Many numbers paused, resumed and retired at once.

use domain::number::{self, Changed, Filter, NumberState, Which};
use domain::phone::Nanp;

use crate::house::{House, may, why};
use crate::on_both;

async fn ids(house: &House, filter: &Filter) -> Vec<i64> {
    let found = number::search(&house.app, filter, 0, 200).await.expect("a page");
    found.numbers.iter().map(|number| number.id).collect()
}

fn in_state(state: NumberState) -> Filter {
    Filter { state: Some(state), ..Filter::default() }
}

fn matching(filter: Filter) -> Which {
    Which::Matching { filter, after: 0 }
}

on_both!(ticked_numbers_change_and_each_is_audited, async |house: House| {
    let house = House::stocked(house, 5).await;
    let all = ids(&house, &Filter::default()).await;
    let ticked = Which::Ids(vec![all[1], all[3], all[3], 999]);
    let done =
        number::set_states(&house.app, ticked, NumberState::Paused, &why("SIM swap"), &may("ann")).await.expect("done");
    assert_eq!(done, Changed { changed: 2, left: 0, next: None });
    assert_eq!(ids(&house, &in_state(NumberState::Paused)).await, [all[1], all[3]]);
    let past = number::past(&house.app, all[1]).await.expect("told");
    let deed = &past.deeds[0];
    assert_eq!((deed.who.as_str(), deed.deed.as_str(), deed.reason.as_str()), ("ann", "number.state", "SIM swap"));
    assert_eq!((deed.before.as_deref(), deed.after.as_deref()), (Some("active"), Some("paused")));
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(all_that_match_change_beyond_one_batch, async |house: House| {
    let house = House::stocked(house, 450).await;
    let area = Filter { area_code: Some(310), ..Filter::default() };
    let done =
        number::set_states(&house.app, matching(area.clone()), NumberState::Retired, &why("given back"), &may("ann"))
            .await;
    assert_eq!(done.expect("done"), Changed { changed: 100, left: 0, next: None });
    let rest =
        number::set_states(&house.app, matching(Filter::default()), NumberState::Paused, &why("night"), &may("ann"))
            .await;
    // A retired number stays retired.
    assert_eq!(rest.expect("done"), Changed { changed: 350, left: 100, next: None });
    assert_eq!(ids(&house, &in_state(NumberState::Retired)).await, ids(&house, &area).await);
    // What is looked for changes under the search: nothing is passed over.
    let resumed = matching(in_state(NumberState::Paused));
    let resumed =
        number::set_states(&house.app, resumed, NumberState::Active, &why("morning"), &may("ann")).await.expect("done");
    assert_eq!(resumed.changed, 350);
});

on_both!(a_state_that_stands_already_is_no_deed, async |house: House| {
    let house = House::stocked(house, 1).await;
    let number = Nanp::parse("12025550100").expect("a number");
    number::set_state(&house.app, &number, NumberState::Active, &why("nothing"), &may("ann")).await.expect("as it is");
    let id = ids(&house, &Filter::default()).await[0];
    assert_eq!(number::past(&house.app, id).await.expect("told").deeds, []);
});
