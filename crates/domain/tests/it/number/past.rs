//! What a number has been through.

use domain::clock::{DAY_MS, MINUTE_MS};
use domain::number::{self, Outcome, SimSpan};
use domain::phone::Nanp;
use domain::product::Product;
use domain::supply;

use crate::house::{House, START_MS, may};
use crate::on_both;

on_both!(a_number_tells_its_leases_and_what_came_of_them, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ann = house.customer("ann", "5.00").await;
    house.order(ann, "whatsapp").await;
    house.pass_ms(40 * MINUTE_MS);
    let order = house.order(ann, "instagram").await;
    house.text(&order.digits, "32665", "482910 is your instagram code").await;
    let id = number::show(&house.app, &Nanp::parse(&order.digits).expect("a number")).await.expect("read");
    let id = id.expect("it is there").id;
    let past = number::past(&house.app, id).await.expect("told");
    let leases: Vec<_> = past.leases.iter().map(|lease| (lease.product, lease.messages)).collect();
    assert_eq!(leases, [(Product::ShortTerm, 1), (Product::ShortTerm, 0)]);
    assert_eq!(past.uses.iter().filter(|used| used.is_burnt).count(), 1);
    // The newer one still runs.
    assert_eq!(past.outcomes.values().copied().collect::<Vec<_>>(), [Outcome { ended: 1, delivered: 0 }]);
    house.pass_ms(DAY_MS);
    let outcomes = number::past(&house.app, id).await.expect("told").outcomes;
    assert_eq!(outcomes.values().map(|outcome| outcome.delivered).sum::<usize>(), 1);
});

on_both!(a_number_tells_the_sims_it_was_in, async |house: House| {
    let house = House::stocked(house, 1).await;
    let number = Nanp::parse("12025550100").expect("a number");
    supply::map_sim(&house.app, "simulator", "phone-1/0", &number, may("ann")).await.expect("mapped");
    let id = number::show(&house.app, &number).await.expect("read").expect("it is there").id;
    let sims = number::past(&house.app, id).await.expect("told").sims;
    assert_eq!(sims, [SimSpan { source: 1, sim: "phone-1/0".into(), from_ms: START_MS, until_ms: None }]);
});
