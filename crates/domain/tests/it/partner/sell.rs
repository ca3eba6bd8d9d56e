//! What a partner is offered and sold, and how an order of it ends.

use domain::account::{self, State};
use domain::catalog::edit::{self, NewService};
use domain::complaint;
use domain::money::Usd;
use domain::order::{self, SaleRefusal};
use domain::partner::{self, Finish, FinishRefusal, Offered, Wish};
use domain::policy::stop;
use domain::request::Failure;

use super::{KEY, enter, shop, wish};
use crate::house::{House, ask, may, why};
use crate::on_both;

/// Why a partner is sold nothing.
async fn refusal(house: &House, wish: &Wish) -> SaleRefusal {
    let shop = enter(house, KEY).await;
    match partner::number(&house.app, &shop, wish).await {
        Err(Failure::Refused(refusal)) => refusal,
        Ok(placed) => panic!("sold {}", placed.digits),
        Err(failure) => panic!("{failure}"),
    }
}

async fn finish(house: &House, order: i64, how: Finish) -> Result<(), FinishRefusal> {
    let shop = enter(house, KEY).await;
    match partner::finish(&house.app, &shop, order, how).await {
        Ok(()) => Ok(()),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(failure) => panic!("{failure}"),
    }
}

on_both!(our_own_numbers_are_offered_by_the_codes_that_others_know, async |house: House| {
    let (house, _, shop) = shop(house, 3, "5.00").await;
    let telegram = NewService {
        slug: "telegram".into(),
        name: "Telegram".into(),
        code: Some("tg".into()),
        category: "messaging".into(),
        is_enabled: true,
        any_text_counts: false,
        senders: Vec::new(),
        texts: vec!["telegram".into()],
    };
    edit::put_service(&house.app, telegram, may("test")).await.expect("a service");
    let offered = |code: &str, count| Offered { code: code.into(), count };
    let all = [offered("instagram", 3), offered("whatsapp", 3)];
    assert_eq!(partner::services(&house.app, &shop).await.expect("read"), all, "telegram has no price");
    let price = edit::NewPrice {
        service: "telegram".into(),
        product: domain::product::Product::ShortTerm,
        amount: Some(Usd::from_cents(30)),
    };
    edit::set_prices(&house.app, vec![price], may("test")).await.expect("a price");
    let all = partner::services(&house.app, &shop).await.expect("read");
    assert_eq!(all, [offered("instagram", 3), offered("tg", 3), offered("whatsapp", 3)]);
    let placed = partner::number(&house.app, &shop, &wish("TG")).await.expect("a number");
    assert_eq!((placed.service.as_str(), placed.price), ("telegram", Usd::from_cents(30)));
    stop::pause_sales(&house.app, true, &why("a test"), &may("test")).await.expect("paused");
    assert_eq!(partner::services(&house.app, &shop).await.expect("read"), []);
});

on_both!(an_ambiguous_name_is_neither_offered_nor_sold, async |house: House| {
    let (house, _, shop) = shop(house, 3, "5.00").await;
    house.service("tg", "messaging", &["tg says"]).await;
    // A house may have it so from before such codes were refused.
    house.side("UPDATE service SET code = 'TG' WHERE slug = 'instagram'").await.expect("written");
    house.pass_ms(2_000);
    let offered = partner::services(&house.app, &shop).await.expect("read");
    let codes: Vec<&str> = offered.iter().map(|offered| offered.code.as_str()).collect();
    assert_eq!(codes, ["TG", "whatsapp"]);
    for unclear in ["tg", "Tg"] {
        assert_eq!(refusal(&house, &wish(unclear)).await, SaleRefusal::UnknownService, "{unclear}");
    }
    for (name, service) in [("TG", "instagram"), ("Instagram", "instagram"), ("WHATSAPP", "whatsapp")] {
        let placed = partner::number(&house.app, &shop, &wish(name)).await.expect("a number");
        assert_eq!(placed.service, service, "{name}");
    }
});

on_both!(a_number_is_paid_from_the_partner_s_account_when_its_code_comes, async |house: House| {
    let (house, _, shop) = shop(house, 2, "5.00").await;
    let placed = partner::number(&house.app, &shop, &wish("instagram")).await.expect("a number");
    assert_eq!(house.money(shop.caller).await, ("4.58".into(), "0.42".into()));
    house.text(&placed.digits, "instagram", "instagram code 482910").await;
    assert_eq!(house.money(shop.caller).await, ("4.58".into(), "0.00".into()));
    let again = partner::number(&house.app, &shop, &wish("instagram")).await.expect("another number");
    assert!(again.order != placed.order && again.digits != placed.digits);
});

on_both!(what_is_not_offered_is_no_number, async |house: House| {
    let (house, _, _) = shop(house, 1, "0.50").await;
    let abroad = Wish { country: "france".into(), ..wish("instagram") };
    assert_eq!(refusal(&house, &abroad).await, SaleRefusal::NoNumbers);
    let carrier = Wish { operator: "tmobile".into(), ..wish("instagram") };
    assert_eq!(refusal(&house, &carrier).await, SaleRefusal::NoNumbers);
    assert_eq!(refusal(&house, &wish("viber")).await, SaleRefusal::UnknownService);
    let cheap = Wish { most: Usd::from_cents(41), ..wish("instagram") };
    assert_eq!(refusal(&house, &cheap).await, SaleRefusal::PriceAboveMax { price: Usd::from_cents(42) });
    account::set_state(&house.app, "shop", State::Suspended, &why("a test"), &may("test")).await.expect("stopped");
    assert_eq!(refusal(&house, &wish("instagram")).await, SaleRefusal::Suspended);
    account::set_state(&house.app, "shop", State::Active, &why("a test"), &may("test")).await.expect("goes on");
    let shop = enter(&house, KEY).await;
    partner::number(&house.app, &shop, &wish("whatsapp")).await.expect("the one number");
    let short = SaleRefusal::Insufficient { required: Usd::from_cents(42), available: Usd::from_cents(8) };
    assert_eq!(refusal(&house, &wish("instagram")).await, short);
});

on_both!(numbers_that_begin_so_are_not_sold, async |house: House| {
    let (house, _, shop) = shop(house, 102, "50.00").await;
    // 100 numbers begin with 1202, two with 1212.
    let wish = Wish { except: vec!["1202".into(), "12125550101".into()], ..wish("instagram") };
    let placed = partner::number(&house.app, &shop, &wish).await.expect("the one that is left");
    assert_eq!(placed.digits, "12125550100");
    assert_eq!(refusal(&house, &wish).await, SaleRefusal::NoNumbers);
    let ann = house.customer("ann", "50.00").await;
    for _ in 0..101 {
        house.order(ann, "instagram").await;
    }
    let none = order::place(&house.app, ann, &ask("instagram"), None).await;
    assert!(matches!(none, Err(Failure::Refused(SaleRefusal::NoNumbers))));
});

on_both!(a_number_given_up_costs_nothing_and_may_be_given_up_twice, async |house: House| {
    let (house, _, shop) = shop(house, 3, "5.00").await;
    for how in [Finish::Cancelled, Finish::NotForThisService, Finish::Refunded] {
        let placed = partner::number(&house.app, &shop, &wish("instagram")).await.expect("a number");
        assert_eq!(finish(&house, placed.order, how).await, Ok(()));
        assert_eq!(finish(&house, placed.order, how).await, Ok(()));
    }
    assert_eq!(house.money(shop.caller).await, ("5.00".into(), "0.00".into()));
});

on_both!(what_has_expired_is_given_up_already, async |house: House| {
    let (house, _, shop) = shop(house, 1, "5.00").await;
    let placed = partner::number(&house.app, &shop, &wish("instagram")).await.expect("a number");
    house.pass_ms(21 * 60_000);
    assert_eq!(finish(&house, placed.order, Finish::Cancelled).await, Ok(()));
    order::expire_due(&house.app).await.expect("expired");
    assert_eq!(finish(&house, placed.order, Finish::Cancelled).await, Ok(()));
    assert_eq!(house.money(shop.caller).await, ("5.00".into(), "0.00".into()));
});

on_both!(sold_changes_nothing_and_an_order_that_waits_goes_on, async |house: House| {
    let (house, _, shop) = shop(house, 1, "5.00").await;
    let placed = partner::number(&house.app, &shop, &wish("instagram")).await.expect("a number");
    assert_eq!(finish(&house, placed.order, Finish::Sold).await, Ok(()));
    assert_eq!(house.money(shop.caller).await.1, "0.42");
    house.text(&placed.digits, "instagram", "instagram code 482910").await;
    assert_eq!(finish(&house, placed.order, Finish::Sold).await, Ok(()));
    assert_eq!(house.money(shop.caller).await, ("4.58".into(), "0.00".into()));
});

on_both!(what_was_paid_is_not_paid_back_on_a_partner_s_word, async |house: House| {
    let (house, _, shop) = shop(house, 1, "5.00").await;
    let placed = partner::number(&house.app, &shop, &wish("instagram")).await.expect("a number");
    house.text(&placed.digits, "instagram", "instagram code 482910").await;
    assert_eq!(finish(&house, placed.order, Finish::Cancelled).await, Err(FinishRefusal::Received));
    for _ in 0..2 {
        assert_eq!(finish(&house, placed.order, Finish::Refunded).await, Err(FinishRefusal::Reported));
    }
    let account = shop.caller.account;
    let reported = complaint::about(&house.app, account, placed.order).await.expect("read").expect("a complaint");
    assert_eq!(reported.words, "shop says that it gave its customer's money back.");
    assert_eq!(house.money(shop.caller).await, ("4.58".into(), "0.00".into()));
});

on_both!(another_s_order_is_none, async |house: House| {
    let (house, _, _) = shop(house, 1, "5.00").await;
    let ann = house.customer("ann", "5.00").await;
    let hers = house.order(ann, "instagram").await;
    for how in [Finish::Sold, Finish::Cancelled, Finish::Refunded] {
        assert_eq!(finish(&house, hers.order, how).await, Err(FinishRefusal::NotFound));
        assert_eq!(finish(&house, 4_711, how).await, Err(FinishRefusal::NotFound));
    }
    assert_eq!(house.money(ann).await.1, "0.42", "nothing of hers was touched");
});
