//! What comes in on a bought number.

use domain::account::Caller;
use domain::order::{self, State};
use domain::purchase;
use domain::supply::{self, Fault, Heard, Hint, Registry, Reply, Request, Setting, Settings, Supply, Trouble};

use super::market::Market;
use super::shop::Mood;
use crate::house::{House, ask};
use crate::on_both;

const TEXT: &str = "Your Instagram code is 482910";

on_both!(a_message_is_fetched_delivered_and_paid, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    market.alpha.text(TEXT);
    market.later(3_000).await;
    let inbox = order::inbox(&market.house.app, ann.account, placed.order).await.expect("read").expect("an order");
    assert!(inbox.state == State::Received);
    assert_eq!(inbox.messages[0].code.as_deref(), Some("482910"));
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
    // Told again, it is the same message.
    market.later(3_000).await;
    let inbox = order::inbox(&market.house.app, ann.account, placed.order).await.expect("read").expect("an order");
    assert_eq!(inbox.messages.len(), 1);
    market.is_sound().await;
});

on_both!(what_is_paid_for_is_finished_when_its_order_is_over, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.alpha.text(TEXT);
    market.later(3_000).await;
    market.later(20 * 60_000).await;
    assert_eq!(market.states().await, ["done"]);
    assert_eq!(market.alpha.calls().last().map(String::as_str), Some("finish 312-0"));
    market.is_sound().await;
});

on_both!(a_house_that_does_not_hear_that_it_is_finished_is_told_again, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.alpha.text(TEXT);
    market.later(3_000).await;
    market.alpha.at().finishes.push_back(Err(Fault::Unknown(Trouble::new("it did not answer"))));
    market.later(20 * 60_000).await;
    assert_eq!(market.states().await, ["bought"]);
    market.is_sound().await;
    market.later(16_000).await;
    assert_eq!(market.states().await, ["done"]);
    assert_eq!(market.alpha.calls().iter().filter(|call| call.starts_with("finish")).count(), 2);
    market.is_sound().await;
});

on_both!(a_house_that_was_silent_before_is_told_for_an_hour_all_the_same, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.alpha.text(TEXT);
    market.later(3_000).await;
    market.alpha.at().is_silent = true;
    for _ in 0..19 {
        market.later(60_000).await;
    }
    let lost = || Err(Fault::Unknown(Trouble::new("it did not answer")));
    market.alpha.at().finishes.extend([lost(), lost(), lost()]);
    for minutes in [2, 20, 35] {
        market.later(minutes * 60_000).await;
        assert_eq!(market.states().await, ["bought"]);
    }
    market.alpha.at().finishes.push_back(lost());
    market.later(30 * 60_000).await;
    assert_eq!(market.states().await, ["done"]);
    market.is_sound().await;
});

on_both!(a_message_that_its_house_pushed_counts_as_delivered, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    let placed = market.house.order(ann, "instagram").await;
    market.house.text_at(market.sources[0], &placed.digits, "32665", TEXT).await;
    market.later(3_000).await;
    market.later(61_000).await;
    let next = market.house.order(ann, "instagram").await;
    let choice = purchase::choice_of(&market.house.app, next.order).await.expect("read").expect("it was bought").0;
    assert!(choice.contains("1 of 1 delivered in 3 s"), "{choice}");
});

on_both!(an_order_that_ends_without_a_message_is_given_back, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.house.pass_ms(20 * 60_000);
    order::expire_due(&market.house.app).await.expect("ended");
    market.round().await;
    assert_eq!(market.states().await, ["rejected"]);
    assert_eq!(market.alpha.at().wallet.to_string(), "100.00");
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(a_house_that_is_silent_is_asked_ever_more_seldom, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.alpha.at().is_silent = true;
    for _ in 0..60 {
        market.later(1_000).await;
    }
    let looks = market.alpha.calls().iter().filter(|call| call.starts_with("look")).count();
    assert!((2..=4).contains(&looks), "{looks} looks in a minute");
    market.alpha.at().is_silent = false;
    market.alpha.text(TEXT);
    for _ in 0..60 {
        market.later(1_000).await;
    }
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
});

on_both!(a_message_after_the_end_is_nobody_s, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.house.pass_ms(20 * 60_000);
    order::expire_due(&market.house.app).await.expect("ended");
    market.alpha.text(TEXT);
    market.round().await;
    // The house keeps its price: a message had come. The customer's is back.
    assert_eq!(market.states().await, ["done"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    assert_eq!(domain::message::quarantine_size(&market.house.app).await.expect("counted"), 1);
    market.is_sound().await;
});

/// Hears callbacks of the first house.
struct Ear;

impl Supply for Ear {
    fn name(&self) -> &'static str {
        "alpha"
    }

    fn about(&self) -> &'static str {
        "hears hints"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn hear(&self, _: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        let told = String::from_utf8(request.body.clone()).expect("a text");
        let mut words = told.split(' ').map(str::to_owned);
        let hints = vec![Hint { id: words.next(), number: words.next() }];
        Ok(Heard { hints, ..Heard::new(Vec::new(), Reply::json(200, "{}")) })
    }
}

/// A callback of an id, or of an id and a number.
async fn callback(market: &Market, told: &str) {
    let (method, tail, query) = ("POST".to_owned(), String::new(), String::new());
    let request = Request { method, tail, query, headers: Vec::new(), body: told.as_bytes().to_vec() };
    let registry = Registry::new(vec![Box::new(Ear)]);
    let reply = supply::ingest(&market.house.app, &registry, "alpha", &request).await.expect("heard");
    assert_eq!(reply.status, 200);
}

on_both!(a_callback_makes_it_look_sooner, async |house: House| {
    let market = Market::open(house, 0).await;
    let ann = market.house.customer("ann", "5.00").await;
    market.house.order(ann, "instagram").await;
    market.round().await;
    market.alpha.text(TEXT);
    market.round().await;
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    callback(&market, "312-0").await;
    market.round().await;
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
});

/// A house whose answer to an order of ann's was lost, and that lists nothing unless it is said.
async fn doubtful(house: House, lists: bool) -> (Market, Caller) {
    let market = Market::open(house, 0).await;
    market.alpha.at().lists = lists;
    market.alpha.will(&[Mood::LosesAnswer]);
    market.beta.will(&[Mood::HasNone]);
    let ann = market.house.customer("ann", "5.00").await;
    order::place(&market.house.app, ann, &ask("instagram"), None).await.expect_err("in doubt");
    (market, ann)
}

on_both!(a_callback_of_something_unknown_may_be_what_is_in_doubt, async |house: House| {
    let (market, ann) = doubtful(house, true).await;
    callback(&market, "312-0").await;
    assert_eq!(market.states().await, ["bought", "refused"]);
    market.alpha.text(TEXT);
    market.later(3_000).await;
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(a_callback_tells_the_number_of_what_its_house_then_shows, async |house: House| {
    let (market, ann) = doubtful(house, false).await;
    market.alpha.text(TEXT);
    callback(&market, "312-0 13125550100").await;
    assert_eq!(market.states().await, ["bought", "refused"]);
    market.round().await;
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(a_callback_without_a_number_leaves_a_doubt_as_it_is, async |house: House| {
    let (market, ann) = doubtful(house, false).await;
    market.alpha.text(TEXT);
    callback(&market, "312-0").await;
    callback(&market, "312-0 7").await;
    assert_eq!(market.states().await, ["in_doubt", "refused"]);
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(a_callback_of_what_its_house_does_not_show_is_not_believed, async |house: House| {
    let (market, ann) = doubtful(house, false).await;
    // It knows the one and has nothing to show of it, and knows nothing of the other.
    callback(&market, "312-0 13125550100").await;
    callback(&market, "312-7 13125550107").await;
    assert_eq!(market.states().await, ["in_doubt", "refused"]);
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(a_callback_of_what_another_order_is_buying_does_not_end_a_doubt, async |house: House| {
    let (market, ann) = doubtful(house, false).await;
    let bob = market.house.customer("bob", "5.00").await;
    market.alpha.will(&[Mood::SellsAndWaits]);
    let app = market.house.app.clone();
    let asking = tokio::spawn(async move { order::place(&app, bob, &ask("instagram"), None).await });
    while market.alpha.at().sold.len() < 2 {
        tokio::task::yield_now().await;
    }
    market.alpha.text(TEXT);
    callback(&market, "312-1 13125550101").await;
    assert_eq!(market.states().await, ["in_doubt", "refused", "asking"]);
    market.alpha.gate.notify_one();
    assert_eq!(asking.await.expect("it ends").expect("an order").digits, "13125550101");
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    market.is_sound().await;
});
