//! What is not sold, and why.

use domain::catalog::edit;
use domain::db::EngineKind;
use domain::money::Usd;
use domain::number::{self, NumberState};
use domain::order::{self, Ask, SaleRefusal};
use domain::phone::Nanp;
use domain::policy::stop;
use domain::request::Failure;
use domain::supply::{self, NewSource, Registry, Setting, Settings, Supply};

use crate::house::{House, ask, may, new_number, why};
use crate::on_both;

async fn refusal(house: &House, ask: &Ask) -> Option<SaleRefusal> {
    let ann = house.customer("ann", "5.00").await;
    match order::place(&house.app, ann, ask, None).await {
        Ok(_) => None,
        Err(Failure::Refused(refusal)) => {
            assert_eq!(house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
            Some(refusal)
        }
        Err(other) => panic!("{other:?}"),
    }
}

on_both!(a_service_that_nobody_knows_is_refused, async |house: House| {
    let house = House::stocked(house, 1).await;
    assert_eq!(refusal(&house, &ask("nowhere")).await, Some(SaleRefusal::UnknownService));
});

on_both!(a_service_that_is_switched_off_is_refused, async |house: House| {
    let house = House::stocked(house, 1).await;
    edit::set_enabled(&house.app, "instagram", false, &why("a test"), &may("test")).await.expect("off");
    assert_eq!(refusal(&house, &ask("instagram")).await, Some(SaleRefusal::UnknownService));
});

on_both!(nothing_is_sold_while_sales_are_paused, async |house: House| {
    let house = House::stocked(house, 1).await;
    stop::pause_sales(&house.app, true, &why("a fault"), &may("test")).await.expect("paused");
    assert_eq!(refusal(&house, &ask("instagram")).await, Some(SaleRefusal::Paused));
});

on_both!(numbers_of_a_paused_source_are_not_sold, async |house: House| {
    let house = House::stocked(house, 1).await;
    supply::set_source_state(&house.app, "simulator", false, &why("a test"), &may("test")).await.expect("paused");
    assert_eq!(refusal(&house, &ask("instagram")).await, Some(SaleRefusal::NoNumbers));
});

on_both!(a_paused_number_is_not_sold, async |house: House| {
    let house = House::stocked(house, 1).await;
    let number = Nanp::parse("12025550100").expect("a number");
    number::set_state(&house.app, &number, NumberState::Paused, &why("odd"), &may("test")).await.expect("paused");
    assert_eq!(refusal(&house, &ask("instagram")).await, Some(SaleRefusal::NoNumbers));
});

on_both!(a_voip_number_is_not_sold, async |house: House| {
    let house = House::stocked(house, 0).await;
    let import = number::import::begin(&house.app, "simulator", [7; 32], 1, may("test")).await.expect("begun");
    let voip = number::import::NewNumber { line_type: "voip".into(), ..new_number("12025550100") };
    let import = number::import::load(&house.app, import, vec![voip]).await.expect("loaded");
    number::import::complete(&house.app, import).await.expect("complete");
    assert_eq!(refusal(&house, &ask("instagram")).await, Some(SaleRefusal::NoNumbers));
});

/// Hears nothing, from numbers that are VoIP.
struct Cloud;

impl Supply for Cloud {
    fn name(&self) -> &'static str {
        "cloud"
    }

    fn about(&self) -> &'static str {
        "numbers that are VoIP"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn is_voip(&self) -> bool {
        true
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }
}

on_both!(numbers_of_a_voip_source_are_not_sold_whatever_the_file_says, async |house: House| {
    let house = House::stocked(house, 0).await;
    let new =
        NewSource { slug: "cloud".into(), connector: "cloud".into(), settings: Settings::default(), by: may("test") };
    supply::add_source(&house.app, &Registry::new(vec![Box::new(Cloud)]), new).await.expect("a source");
    // The file says that they are mobile.
    house.numbers("cloud", 3).await;
    house.import("simulator", &["13105550100".to_owned()]).await;
    let bob = house.customer("bob", "5.00").await;
    assert_eq!(house.order(bob, "instagram").await.digits, "13105550100");
    assert_eq!(refusal(&house, &ask("instagram")).await, Some(SaleRefusal::NoNumbers));
});

on_both!(a_price_above_the_caller_s_most_is_refused_with_the_price, async |house: House| {
    let house = House::stocked(house, 1).await;
    let ask = Ask { max_price: Some(Usd::from_cents(41)), ..ask("instagram") };
    assert_eq!(refusal(&house, &ask).await, Some(SaleRefusal::PriceAboveMax { price: Usd::from_cents(42) }));
});

on_both!(a_price_at_the_caller_s_most_is_taken, async |house: House| {
    let house = House::stocked(house, 1).await;
    assert_eq!(refusal(&house, &Ask { max_price: Some(Usd::from_cents(42)), ..ask("instagram") }).await, None);
});

on_both!(an_area_code_without_numbers_is_refused, async |house: House| {
    let house = House::stocked(house, 10).await;
    assert_eq!(refusal(&house, &Ask { area_code: Some(907), ..ask("instagram") }).await, Some(SaleRefusal::NoNumbers));
});

on_both!(an_area_code_decides_the_number, async |house: House| {
    let house = House::stocked(house, 150).await;
    let ann = house.customer("ann", "50.00").await;
    let ask = Ask { area_code: Some(212), ..ask("instagram") };
    for _ in 0..10 {
        let placed = order::place(&house.app, ann, &ask, None).await.expect("an order");
        assert!(placed.digits.starts_with("1212"), "another area");
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_category_that_became_denied_is_not_sold() {
    let house = House::stocked(House::open(EngineKind::Sqlite).await, 1).await;
    house.side("UPDATE service SET category = 'banking' WHERE slug = 'instagram'").await.expect("set");
    house.pass_ms(1_000);
    assert_eq!(refusal(&house, &ask("instagram")).await, Some(SaleRefusal::ServiceNotAllowed));
}
