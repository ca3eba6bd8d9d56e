//! Prices for customers of one tier.

use domain::account::Tier;
use domain::catalog::edit::{self, EditRefusal, TierPrice};
use domain::catalog::{self, change};
use domain::money::Usd;
use domain::order::{self, SaleRefusal};
use domain::product::Product;
use domain::rental;
use domain::request::Failure;

use crate::house::{House, ask, may};
use crate::on_both;

fn price(product: Product, tier: Tier, cents: Option<i32>) -> TierPrice {
    TierPrice { product, tier, amount: cents.map(Usd::from_cents) }
}

async fn set(house: &House, prices: Vec<TierPrice>) {
    edit::set_tier_prices(&house.app, "instagram", prices, may("olga")).await.expect("set");
}

on_both!(each_tier_pays_its_price_and_the_others_the_common_one, async |house: House| {
    let house = House::stocked(house, 10).await;
    let ann = house.customer_of(Tier::New, "ann", "5.00").await;
    let bob = house.customer_of(Tier::Business, "bob", "5.00").await;
    set(&house, vec![price(Product::ShortTerm, Tier::Business, Some(30))]).await;
    assert_eq!(house.order(ann, "instagram").await.price, Usd::from_cents(42));
    assert_eq!(house.order(bob, "instagram").await.price, Usd::from_cents(30));
    assert_eq!(house.money(bob).await, ("4.70".to_owned(), "0.30".to_owned()));
    set(&house, vec![price(Product::ShortTerm, Tier::Business, None)]).await;
    assert_eq!(house.order(bob, "instagram").await.price, Usd::from_cents(42));
    assert_eq!(crate::verify::findings(&house).await, []);
});

on_both!(the_most_a_caller_would_pay_is_held_against_the_price_of_its_tier, async |house: House| {
    let house = House::stocked(house, 10).await;
    let ann = house.customer_of(Tier::New, "ann", "5.00").await;
    set(&house, vec![price(Product::ShortTerm, Tier::New, Some(50))]).await;
    let mut asked = ask("instagram");
    asked.max_price = Some(Usd::from_cents(42));
    let refused = order::place(&house.app, ann, &asked, None).await;
    let above = SaleRefusal::PriceAboveMax { price: Usd::from_cents(50) };
    assert!(matches!(refused, Err(Failure::Refused(refusal)) if refusal == above));
});

on_both!(a_rental_and_its_renewal_cost_the_price_of_the_tier, async |house: House| {
    let house = House::stocked(house, 10).await;
    let bob = house.customer_of(Tier::Business, "bob", "9.00").await;
    set(&house, vec![price(Product::Rental1Day, Tier::Business, Some(200))]).await;
    let rented = rental::rent(&house.app, bob, Product::Rental1Day, &ask("instagram"), None).await.expect("rented");
    let renewed =
        rental::renew(&house.app, bob, (Product::Rental1Day, rented.rental), None, None).await.expect("renewed");
    assert_eq!((rented.price, renewed.price), (Usd::from_cents(200), Usd::from_cents(200)));
    assert_eq!(house.money(bob).await.0, "5.00");
});

on_both!(what_is_off_sale_has_no_price_for_any_tier, async |house: House| {
    let house = House::stocked(house, 10).await;
    let bob = house.customer_of(Tier::Business, "bob", "5.00").await;
    set(&house, vec![price(Product::ShortTerm, Tier::Business, Some(30))]).await;
    let off = edit::NewPrice { service: "instagram".into(), product: Product::ShortTerm, amount: None };
    edit::set_prices(&house.app, vec![off], may("olga")).await.expect("off");
    let refused = order::place(&house.app, bob, &ask("instagram"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::UnknownService))));
});

on_both!(a_price_of_nothing_is_refused_and_so_is_a_service_that_is_not_there, async |house: House| {
    let house = House::stocked(house, 0).await;
    let nothing = vec![price(Product::ShortTerm, Tier::New, Some(0))];
    let refused = edit::set_tier_prices(&house.app, "instagram", nothing, may("olga")).await;
    assert!(matches!(refused, Err(EditRefusal::BadPrice)));
    let refused = edit::set_tier_prices(&house.app, "nowhere", Vec::new(), may("olga")).await;
    assert!(matches!(refused, Err(EditRefusal::NoService(_))));
});

on_both!(a_preview_is_what_is_set, async |house: House| {
    let house = House::stocked(house, 0).await;
    let catalog = catalog::catalog(&house.app).await.expect("a catalogue");
    let range = change::PriceRange { category: "social".into(), product: Product::ShortTerm };
    let steps = change::preview(&catalog, &range, change::PriceChange::Percent(10)).expect("it makes sense");
    assert_eq!(steps.len(), 1);
    assert_eq!((steps[0].before, steps[0].after), (Usd::from_cents(42), Usd::from_cents(46)));
    edit::set_prices(&house.app, change::prices(&steps), may("olga")).await.expect("set");
    let catalog = catalog::catalog(&house.app).await.expect("a catalogue");
    let is = |slug| catalog.by_slug(slug).expect("a service").price(Product::ShortTerm, None);
    assert_eq!((is("instagram"), is("whatsapp")), (Some(Usd::from_cents(46)), Some(Usd::from_cents(42))));
});
