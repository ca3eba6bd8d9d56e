//! Buying a number for an order where there is none of our own.

use domain::clock::DAY_MS;
use domain::money::Usd;
use domain::order::{self, Ask, Placed, SaleRefusal, State};
use domain::policy::kept;
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::purchase;
use domain::request::Failure;
use domain::{account, supply};

use super::market::Market;
use super::shop::{Mood, cents};
use crate::house::{House, ask, may, once};
use crate::on_both;

async fn place(market: &Market, caller: account::Caller) -> Result<Placed, Failure<SaleRefusal>> {
    order::place(&market.house.app, caller, &ask("instagram"), None).await
}

on_both!(an_order_without_stock_is_bought, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = place(&market, ann).await.expect("an order");
    assert_eq!((placed.digits.as_str(), placed.price), ("13125550100", cents(42)));
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    assert_eq!(market.alpha.calls(), ["buy ig 0.20"]);
    assert_eq!(market.states().await, ["bought"]);
    let inbox = order::inbox(&market.house.app, ann.account, placed.order).await.expect("read").expect("an order");
    assert!(inbox.state == State::Waiting && inbox.is_cancellable);
    market.is_sound().await;
});

on_both!(our_own_numbers_are_sold_first, async |house: House| {
    let market = Market::open(house, 1).await;
    let ann = market.house.customer("ann", "5.00").await;
    assert_eq!(place(&market, ann).await.expect("our own").digits, "12025550100");
    assert_eq!(place(&market, ann).await.expect("bought").digits, "13125550100");
    assert_eq!(market.alpha.calls().len(), 1);
    market.is_sound().await;
});

on_both!(a_bought_number_is_never_sold_from_stock, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = place(&market, ann).await.expect("an order");
    order::cancel(&market.house.app, ann, placed.order, None).await.expect("cancelled");
    market.house.pass_ms(60 * 60_000);
    domain::number::refill_low(&market.house.app).await.expect("looked");
    let reason = Reason::parse("a test").expect("a reason");
    supply::set_source_state(&market.house.app, "alpha", false, &reason, &may("test")).await.expect("paused");
    supply::set_source_state(&market.house.app, "beta", false, &reason, &may("test")).await.expect("paused");
    market.house.pass_ms(5_000);
    let refused = place(&market, ann).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))), "{refused:?}");
});

on_both!(the_next_house_is_asked_where_the_first_has_none, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::HasNone]);
    let ann = market.house.customer("ann", "5.00").await;
    assert_eq!(place(&market, ann).await.expect("an order").digits, "14155550100");
    assert_eq!(market.states().await, ["refused", "bought"]);
    let placed = market.beta.at().sold.len();
    assert_eq!(placed, 1);
    market.is_sound().await;
});

on_both!(where_no_house_has_any_the_price_comes_back, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::HasNone]);
    market.beta.will(&[Mood::HasNone]);
    let ann = market.house.customer("ann", "5.00").await;
    let refused = order::place(&market.house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))), "{refused:?}");
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    // The refusal is remembered: nobody is asked again.
    let again = order::place(&market.house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    assert!(matches!(again, Err(Failure::Refused(SaleRefusal::NoNumbers))), "{again:?}");
    assert_eq!(market.alpha.calls().len() + market.beta.calls().len(), 2);
    market.is_sound().await;
});

on_both!(an_empty_wallet_is_our_fault_and_an_alert, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::WantsMoney]);
    market.beta.will(&[Mood::IsAway]);
    let ann = market.house.customer("ann", "5.00").await;
    let refused = order::place(&market.house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    assert!(matches!(refused, Err(Failure::Upstream)), "{refused:?}");
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    domain::alert::look(&market.house.app).await.expect("looked");
    let alerts = domain::alert::open(&market.house.app).await.expect("alerts");
    let wallet = alerts.iter().find(|alert| alert.kind == domain::alert::Kind::WalletLow).expect("an alert");
    assert_eq!(
        (wallet.subject.as_str(), wallet.words.as_str()),
        ("alpha", "alpha refuses to sell for want of money, 100.00 left")
    );
    // It was nobody's refusal, so the same request is made anew.
    let placed = order::place(&market.house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    assert_eq!(placed.expect("an order").digits, "13125550100");
    market.is_sound().await;
});

on_both!(a_wallet_that_runs_low_is_an_alert_until_it_is_filled_up, async |house: House| {
    let market = Market::open(house, 0).await;
    market.beta.at().wallet = cents(499);
    market.later(61_000).await;
    domain::alert::look(&market.house.app).await.expect("looked");
    let open = async || {
        let alerts = domain::alert::open(&market.house.app).await.expect("alerts");
        alerts
            .into_iter()
            .filter(|one| one.kind == domain::alert::Kind::WalletLow)
            .map(|one| one.words)
            .collect::<Vec<_>>()
    };
    assert_eq!(open().await, ["beta: 4.99 left"]);
    market.beta.at().wallet = cents(500);
    market.later(61_000).await;
    domain::alert::look(&market.house.app).await.expect("looked");
    assert_eq!(open().await, Vec::<String>::new());
});

on_both!(a_number_that_comes_late_is_waited_for, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::IsSlow]);
    let ann = market.house.customer("ann", "5.00").await;
    assert_eq!(place(&market, ann).await.expect("an order").digits, "13125550100");
    market.is_sound().await;
});

on_both!(what_costs_more_than_was_said_is_our_loss_and_told, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::IsDear]);
    let ann = market.house.customer("ann", "5.00").await;
    assert_eq!(place(&market, ann).await.expect("an order").price, cents(42));
    let day = DAY_MS;
    let from = market.house.app.now_ms().div_euclid(day) * day;
    let days = purchase::report(&market.house.app, from, from + day).await.expect("a report");
    let alpha = days.iter().find(|one| one.source == "alpha").expect("a day");
    assert_eq!((alpha.charged, alpha.differences[0].what), (cents(27), "it cost more than it was offered for"));
    market.is_sound().await;
});

on_both!(an_area_code_may_be_paid_more_for_within_the_customer_s_price, async |house: House| {
    let market = Market::open(house, 0).await;
    (market.alpha.at().area_cents, market.beta.at().area_cents) = (22, 13);
    let ann = market.house.customer("ann", "5.00").await;
    let asked = Ask { area_code: Some(312), ..ask("instagram") };
    // The other house would take a cent more than the customer pays.
    order::place(&market.house.app, ann, &asked, None).await.expect("an order");
    assert_eq!((market.alpha.calls(), market.beta.calls().len()), (vec!["buy ig 0.42".to_owned()], 0));
    assert_eq!(purchase::list(&market.house.app, false, None).await.expect("a list")[0].asked, cents(42));
    market.is_sound().await;
});

on_both!(a_service_that_costs_more_there_than_here_is_not_bought, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().price = cents(43);
    market.beta.at().price = cents(43);
    market.later(61_000).await;
    let ann = market.house.customer("ann", "5.00").await;
    let refused = place(&market, ann).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))), "{refused:?}");
    assert!(market.alpha.calls().is_empty());
});

on_both!(an_id_that_is_another_purchase_s_serves_nobody, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::Sells, Mood::SellsTwice]);
    let ann = market.house.customer("ann", "5.00").await;
    let first = place(&market, ann).await.expect("an order");
    let second = place(&market, ann).await.expect("an order");
    assert_eq!((first.digits.as_str(), second.digits.as_str()), ("13125550100", "14155550100"));
    assert_eq!(market.states().await, ["bought", "done", "bought"]);
    market.is_sound().await;
});

on_both!(a_number_that_another_customer_used_up_is_given_back, async |house: House| {
    let market = Market::open(house, 0).await;
    let (ann, bob) = (market.house.customer("ann", "5.00").await, market.house.customer("bob", "5.00").await);
    let placed = place(&market, ann).await.expect("an order");
    market.alpha.text("Your Instagram code is 482910");
    market.round().await;
    market.house.pass_ms(3_600_000);
    // The house sells the very number again.
    market.alpha.at().sold.clear();
    market.house.side("UPDATE purchase SET their_id = 'before'").await.expect("set");
    let other = place(&market, bob).await.expect("an order");
    assert_eq!((placed.digits.as_str(), other.digits.as_str()), ("13125550100", "14155550100"));
    market.round().await;
    assert!(market.alpha.calls().contains(&"reject 312-0".to_owned()), "{:?}", market.alpha.calls());
});

on_both!(a_request_sent_twice_at_once_is_bought_once, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::Waits]);
    let ann = market.house.customer("ann", "5.00").await;
    let request = || {
        let app = market.house.app.clone();
        tokio::spawn(async move { order::place(&app, ann, &ask("instagram"), once(ann, "k", 1)).await })
    };
    let (first, second) = (request(), request());
    while market.alpha.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    market.alpha.gate.notify_one();
    let (first, second) = (first.await.expect("ran").expect("an order"), second.await.expect("ran").expect("an order"));
    assert_eq!(first, second);
    assert_eq!(market.alpha.calls(), ["buy ig 0.20"]);
    market.is_sound().await;
});

on_both!(who_leaves_while_a_house_is_asked_finds_the_order_there, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::Waits]);
    let ann = market.house.customer("ann", "5.00").await;
    let app = market.house.app.clone();
    let leaving = tokio::spawn(async move { order::place(&app, ann, &ask("instagram"), once(ann, "k", 1)).await });
    while market.alpha.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    leaving.abort();
    market.alpha.gate.notify_one();
    let placed = order::place(&market.house.app, ann, &ask("instagram"), once(ann, "k", 1)).await;
    assert_eq!(placed.expect("an order").digits, "13125550100");
    assert_eq!(market.alpha.calls(), ["buy ig 0.20"]);
    market.is_sound().await;
});

on_both!(a_house_that_fails_is_asked_last, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    for _ in 0..3 {
        market.alpha.will(&[Mood::IsAway]);
        place(&market, ann).await.expect("the other has one");
    }
    let before = market.alpha.calls().len();
    place(&market, ann).await.expect("an order");
    assert_eq!(market.alpha.calls().len(), before);
    let lines = purchase::list(&market.house.app, false, None).await.expect("a list");
    let (choice, _) = purchase::choice_of(&market.house.app, lines[0].order.1).await.expect("read").expect("kept");
    assert!(choice.starts_with("beta: costs $0.30") && choice.contains("failing just now"), "{choice}");
    market.is_sound().await;
});

on_both!(a_balance_that_does_not_cover_it_asks_nobody, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "0.41").await;
    let refused = place(&market, ann).await;
    let insufficient = SaleRefusal::Insufficient { required: cents(42), available: Usd::from_cents(41) };
    assert!(matches!(refused, Err(Failure::Refused(why)) if why == insufficient));
    assert!(market.alpha.calls().is_empty());
    market.is_sound().await;
});

on_both!(an_offer_that_ends_early_is_sold_only_where_the_operator_says_so, async |house: House| {
    let house = House::stocked(house, 0).await;
    let market = Market::bare(house, Product::ShortTerm).await;
    let ten_minutes = supply::Window::Whole { ms: Some(600_000) };
    (market.alpha.at().window, market.beta.at().window) = (ten_minutes, ten_minutes);
    market.round().await;
    let ann = market.house.customer("ann", "5.00").await;
    let refused = place(&market, ann).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::NoNumbers))), "{refused:?}");
    market.map("beta", Product::ShortTerm, true).await;
    market.later(61_000).await;
    let placed = place(&market, ann).await.expect("an order");
    assert_eq!(placed.end_ms - placed.created_ms, 600_000);
    market.is_sound().await;
});

on_both!(an_area_is_asked_for_and_a_rental_is_bought, async |house: House| {
    let house = House::stocked(house, 0).await;
    let market = Market::bare(house, Product::Rental1Day).await;
    market.round().await;
    let ann = market.house.customer("ann", "5.00").await;
    let ask = Ask { area_code: Some(312), ..ask("instagram") };
    let rented = domain::rental::rent(&market.house.app, ann, Product::Rental1Day, &ask, once(ann, "r", 1)).await;
    let rented = rented.expect("a rental");
    assert_eq!((rented.digits.as_str(), rented.price), ("13125550100", cents(365)));
    assert_eq!(market.house.money(ann).await, ("1.35".to_owned(), "0.00".to_owned()));
    let again = domain::rental::rent(&market.house.app, ann, Product::Rental1Day, &ask, once(ann, "r", 1)).await;
    assert_eq!(again.expect("the same"), rented);
    market.is_sound().await;
});

on_both!(what_is_in_doubt_counts_against_an_account_s_limits, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer_of(account::Tier::New, "ann", "5.00").await;
    for _ in 0..3 {
        market.alpha.will(&[Mood::LosesQuestion]);
        market.beta.will(&[Mood::HasNone]);
        let open = place(&market, ann).await;
        assert!(matches!(open, Err(Failure::Open { .. })), "{open:?}");
        // The house is not avoided for it.
        market.house.pass_ms(6 * 60_000);
    }
    let refused = place(&market, ann).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::LimitReached { .. }))), "{refused:?}");
    assert_eq!(market.house.money(ann).await, ("3.74".to_owned(), "1.26".to_owned()));
    market.is_sound().await;
});

on_both!(what_is_in_doubt_counts_where_our_own_numbers_are_ordered_as_well, async |house: House| {
    let market = Market::open(house, 1).await;
    let ann = market.house.customer_of(account::Tier::New, "ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    for _ in 0..2 {
        market.alpha.will(&[Mood::LosesQuestion]);
        market.beta.will(&[Mood::HasNone]);
        let open = place(&market, ann).await;
        assert!(matches!(open, Err(Failure::Open { .. })), "{open:?}");
        market.house.pass_ms(6 * 60_000);
    }
    let refused = order::place(&market.house.app, ann, &ask("whatsapp"), None).await;
    assert!(matches!(refused, Err(Failure::Refused(SaleRefusal::LimitReached { .. }))), "{refused:?}");
    market.is_sound().await;
});

on_both!(what_was_bought_and_sought_is_forgotten_with_age, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    place(&market, ann).await.expect("bought");
    market.alpha.will(&[Mood::HasNone]);
    market.beta.will(&[Mood::HasNone]);
    place(&market, ann).await.expect_err("sought in vain");
    for _ in 0..4 {
        market.later(30 * 60_000).await;
        order::expire_due(&market.house.app).await.expect("expired");
    }
    market.house.pass_ms(91 * DAY_MS);
    domain::number::erase_ended(&market.house.app).await.expect("erased");
    while kept::forget_records(&market.house.app).await.expect("forgotten") > 0 {
        market.is_sound().await;
    }
    for table in ["purchase", "sourcing", "orders", "lease"] {
        assert_eq!(market.house.number_of(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    market.is_sound().await;
});
