//! What may have been bought is never asked for again, and found out.

use domain::alert;
use domain::order::{self, Placed, SaleRefusal, State};
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::purchase::{self, SettleRefusal, Verdict};
use domain::request::Failure;
use domain::supply::{Fault, Trouble};

use super::market::Market;
use super::shop::{Mood, cents};
use crate::house::{House, ask, once};
use crate::on_both;

const DAY_MS: i64 = 24 * 3_600_000;

/// An order whose first house lost its answer, and whose second has none.
async fn doubtful(market: &Market, mood: Mood) -> (domain::account::Caller, i64) {
    market.alpha.will(&[mood]);
    market.beta.will(&[Mood::HasNone]);
    let ann = market.house.customer("ann", "5.00").await;
    match again(market, ann).await {
        Err(Failure::Open { order, .. }) => (ann, order),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn settle(
    app: &domain::App,
    id: i64,
    verdict: Verdict,
    why: &str,
) -> Result<purchase::State, SettleRefusal> {
    let (reason, permit) = (Reason::parse(why).expect("a reason"), Permit::at_the_machine("eve"));
    purchase::settle(app, id, verdict, &reason, &permit).await
}

async fn again(market: &Market, ann: domain::account::Caller) -> Result<Placed, Failure<SaleRefusal>> {
    order::place(&market.house.app, ann, &ask("instagram"), once(ann, "k", 1)).await
}

on_both!(an_unclear_answer_keeps_the_hold_and_is_not_repeated, async |house: House| {
    let market = Market::open(house, 0).await;
    let (ann, order) = doubtful(&market, Mood::LosesAnswer).await;
    assert_eq!(market.states().await, ["in_doubt", "refused"]);
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    let replay = again(&market, ann).await;
    assert!(matches!(replay, Err(Failure::Open { order: same, .. }) if same == order), "{replay:?}");
    assert_eq!(market.alpha.calls(), ["buy ig 0.20"]);
    market.is_sound().await;
});

on_both!(what_was_bought_is_found_in_the_house_s_list, async |house: House| {
    let market = Market::open(house, 0).await;
    let (ann, order) = doubtful(&market, Mood::LosesAnswer).await;
    market.round().await;
    let placed = again(&market, ann).await.expect("the order");
    assert_eq!((placed.order, placed.digits.as_str()), (order, "13125550100"));
    assert_eq!(market.states().await, ["bought", "refused"]);
    market.alpha.text("Your Instagram code is 482910");
    market.later(3_000).await;
    let inbox = order::inbox(&market.house.app, ann.account, order).await.expect("read").expect("an order");
    assert!(inbox.state == State::Received);
    market.is_sound().await;
});

on_both!(a_list_without_names_does_not_give_a_doubt_what_another_is_buying, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().keeps_names = false;
    let (ann, _) = doubtful(&market, Mood::LosesQuestion).await;
    let bob = market.house.customer("bob", "5.00").await;
    market.alpha.will(&[Mood::SellsAndWaits]);
    let app = market.house.app.clone();
    let asking = tokio::spawn(async move { order::place(&app, bob, &ask("instagram"), once(bob, "k", 1)).await });
    while market.alpha.at().sold.is_empty() {
        tokio::task::yield_now().await;
    }
    // The list has one number that nobody knows of: it is bob's, whose answer is under way.
    market.round().await;
    assert_eq!(market.states().await, ["in_doubt", "refused", "asking"]);
    market.alpha.gate.notify_one();
    assert_eq!(asking.await.expect("it ends").expect("an order").digits, "13125550100");
    market.later(80_000).await;
    assert_eq!(market.states().await, ["refused", "refused", "bought"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(a_list_without_names_tells_what_was_bought_once_nobody_buys, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().keeps_names = false;
    let (ann, order) = doubtful(&market, Mood::LosesAnswer).await;
    market.round().await;
    assert_eq!(again(&market, ann).await.expect("the order").order, order);
    market.is_sound().await;
});

on_both!(what_a_list_that_is_not_whole_does_not_show_is_found_out_by_the_balance, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().cuts_list = true;
    let (ann, order) = doubtful(&market, Mood::LosesAnswer).await;
    market.round().await;
    market.later(80_000).await;
    market.later(20_000).await;
    assert_eq!(market.states().await, ["in_doubt", "refused"]);
    market.alpha.at().cuts_list = false;
    market.later(20_000).await;
    assert_eq!(again(&market, ann).await.expect("the order").order, order);
    market.alpha.at().cuts_list = true;
    let bob = market.house.customer("bob", "5.00").await;
    market.alpha.will(&[Mood::LosesQuestion]);
    market.beta.will(&[Mood::HasNone]);
    order::place(&market.house.app, bob, &ask("instagram"), None).await.expect_err("in doubt");
    for _ in 0..5 {
        market.later(30_000).await;
    }
    assert_eq!(market.house.money(bob).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(what_was_not_bought_gives_the_price_back, async |house: House| {
    let market = Market::open(house, 0).await;
    let (ann, _) = doubtful(&market, Mood::LosesQuestion).await;
    market.round().await;
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    market.later(80_000).await;
    assert_eq!(market.states().await, ["refused", "refused"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    // Nobody was told no: the same request is made anew.
    assert_eq!(again(&market, ann).await.expect("an order").digits, "13125550100");
    market.is_sound().await;
});

on_both!(another_house_serves_the_order_meanwhile, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::LosesAnswer]);
    let ann = market.house.customer("ann", "5.00").await;
    assert_eq!(again(&market, ann).await.expect("an order").digits, "14155550100");
    assert_eq!(market.states().await, ["in_doubt", "bought"]);
    // What turns out to be bought as well is given back, and nobody hears of it.
    market.round().await;
    market.later(1_000).await;
    assert_eq!(market.states().await, ["rejected", "bought"]);
    assert_eq!(market.alpha.at().wallet, cents(10_000));
    market.is_sound().await;
});

on_both!(what_is_found_after_its_order_s_end_is_given_back, async |house: House| {
    let market = Market::open(house, 0).await;
    let (ann, order) = doubtful(&market, Mood::LosesAnswer).await;
    market.alpha.at().is_silent = true;
    market.later(20 * 60_000).await;
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    market.alpha.at().is_silent = false;
    market.later(20_000).await;
    assert_eq!(market.states().await, ["rejecting", "refused"]);
    market.later(1_000).await;
    assert_eq!(market.states().await, ["rejected", "refused"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    assert!(order::inbox(&market.house.app, ann.account, order).await.expect("read").is_none());
    market.is_sound().await;
});

on_both!(a_balance_tells_that_nothing_was_bought, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().lists = false;
    let (ann, _) = doubtful(&market, Mood::LosesQuestion).await;
    market.round().await;
    market.later(80_000).await;
    market.later(20_000).await;
    assert_eq!(market.states().await, ["refused", "refused"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(a_balance_tells_that_it_was_bought_and_the_loss_is_ours, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().lists = false;
    let (ann, _) = doubtful(&market, Mood::LosesAnswer).await;
    market.round().await;
    market.later(80_000).await;
    market.later(20_000).await;
    assert_eq!(market.states().await, ["in_doubt", "refused"]);
    market.later(31 * 60_000).await;
    assert_eq!(market.states().await, ["done", "refused"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(what_is_given_back_and_bought_while_the_balance_is_read_tells_nothing, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().lists = false;
    market.house.pass_ms(1);
    let bob = market.house.customer("bob", "5.00").await;
    let first = market.house.order(bob, "instagram").await;
    let (ann, _) = doubtful(&market, Mood::LosesAnswer).await;
    market.round().await;
    market.house.pass_ms(80_000);
    market.alpha.at().balance_waits = true;
    let (app, source) = (market.house.app.clone(), market.sources[0]);
    let round = tokio::spawn(async move { purchase::round(&app, source).await });
    market.alpha.is_asked("balance").await;
    order::cancel(&market.house.app, bob, first.order, None).await.expect("given back");
    market.alpha.gate.notify_one();
    market.alpha.is_asked("balance read").await;
    market.beta.will(&[Mood::HasNone]);
    market.house.order(bob, "instagram").await;
    market.alpha.gate.notify_one();
    round.await.expect("it ends").expect("a round");
    assert_eq!(market.states().await[1], "in_doubt");
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
});

on_both!(a_balance_tells_nothing_while_a_price_may_have_come_back_unheard, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().lists = false;
    let bob = market.house.customer("bob", "5.00").await;
    let placed = market.house.order(bob, "instagram").await;
    let lost = || Err(Fault::Unknown(Trouble::new("it did not answer")));
    market.alpha.at().rejects.extend([lost(), lost(), lost()]);
    order::cancel(&market.house.app, bob, placed.order, None).await.expect_err("it is open");
    market.alpha.at().wallet = cents(10_000);
    let (ann, _) = doubtful(&market, Mood::LosesAnswer).await;
    assert_eq!(market.alpha.at().wallet, cents(9_980));
    for _ in 0..2 {
        market.later(80_000).await;
        assert_eq!(market.states().await, ["rejecting", "in_doubt", "refused"]);
    }
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    market.is_sound().await;
});

on_both!(a_person_settles_what_nobody_finds_out, async |house: House| {
    let market = Market::open(house, 0).await;
    let (ann, _) = doubtful(&market, Mood::LosesAnswer).await;
    market.alpha.at().is_silent = true;
    market.later(DAY_MS).await;
    alert::look(&market.house.app).await.expect("looked");
    let alerts = alert::open(&market.house.app).await.expect("alerts");
    assert!(alerts.iter().any(|alert| alert.kind == alert::Kind::PurchaseInDoubt && alert.subject == "alpha"));
    let open = purchase::list(&market.house.app, true, None).await.expect("a list");
    assert!(open.len() == 1 && open[0].is_overdue);
    let findings = domain::verify::verify(&market.house.app, &|_| {}).await.expect("looked");
    assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["L8"]);
    let (app, id) = (&market.house.app, open[0].id);
    let state = settle(app, id, Verdict::NotBought, "their support says so").await.expect("settled");
    assert_eq!(state, purchase::State::Refused);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    let twice = settle(app, id, Verdict::NotBought, "again").await;
    assert!(matches!(twice, Err(SettleRefusal::Settled("refused"))));
    market.is_sound().await;
});

fn named(id: &str, number: Option<&str>) -> Verdict {
    Verdict::Bought { id: id.to_owned(), number: number.map(str::to_owned) }
}

on_both!(a_person_names_what_was_bought_and_it_serves_its_order, async |house: House| {
    let market = Market::open(house, 0).await;
    let (ann, order) = doubtful(&market, Mood::LosesAnswer).await;
    let open = purchase::list(&market.house.app, true, None).await.expect("a list");
    let (app, id) = (&market.house.app, open[0].id);
    let wrong = settle(app, id, named("312-7", None), "seen there").await;
    assert!(matches!(wrong, Err(SettleRefusal::NotThere)));
    // The number is in the house's list.
    let state = settle(app, id, named("312-0", None), "seen there").await.expect("settled");
    assert_eq!(state, purchase::State::Bought);
    assert_eq!(again(&market, ann).await.expect("the order").order, order);
    market.is_sound().await;
});

on_both!(a_person_tells_the_number_where_its_house_does_not, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().lists = false;
    let (ann, order) = doubtful(&market, Mood::LosesAnswer).await;
    let open = purchase::list(&market.house.app, true, None).await.expect("a list");
    let (app, id) = (&market.house.app, open[0].id);
    let without = settle(app, id, named("312-0", None), "seen there").await;
    assert!(matches!(without, Err(SettleRefusal::NoNumber)));
    let wrong = settle(app, id, named("312-0", Some("4711")), "seen there").await;
    assert!(matches!(wrong, Err(SettleRefusal::NotANumber)));
    assert_eq!(market.states().await, ["in_doubt", "refused"]);
    let state = settle(app, id, named("312-0", Some("+1 312 555 0100")), "seen there").await.expect("settled");
    assert_eq!(state, purchase::State::Bought);
    let placed = again(&market, ann).await.expect("the order");
    assert_eq!((placed.order, placed.digits.as_str()), (order, "13125550100"));
    market.is_sound().await;
});

on_both!(a_person_cannot_name_what_is_another_purchase_s, async |house: House| {
    let market = Market::open(house, 0).await;
    let bob = market.house.customer("bob", "5.00").await;
    market.house.order(bob, "instagram").await;
    let (ann, _) = doubtful(&market, Mood::LosesAnswer).await;
    let open = purchase::list(&market.house.app, true, None).await.expect("a list");
    let taken = settle(&market.house.app, open[0].id, named("312-0", None), "seen there").await;
    assert!(matches!(taken, Err(SettleRefusal::Taken)));
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    market.is_sound().await;
});

on_both!(an_attempt_whose_process_was_killed_is_in_doubt, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.will(&[Mood::Waits]);
    let ann = market.house.customer("ann", "5.00").await;
    let app = market.house.app.clone();
    let asking = tokio::spawn(async move { order::place(&app, ann, &ask("instagram"), once(ann, "k", 1)).await });
    while market.alpha.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    // The process is gone with its answer: another one takes up the work.
    asking.abort();
    let rival = market.house.rival().await;
    market.connect(&rival);
    assert_eq!(purchase::find_stalled(&rival).await.expect("looked"), 0);
    market.house.pass_ms(20_000);
    assert_eq!(purchase::find_stalled(&rival).await.expect("looked"), 1);
    assert_eq!(market.states().await, ["in_doubt"]);
    assert_eq!(market.house.money(ann).await, ("4.58".to_owned(), "0.42".to_owned()));
    purchase::round(&rival, market.sources[0]).await.expect("a round");
    market.house.pass_ms(80_000);
    purchase::round(&rival, market.sources[0]).await.expect("a round");
    assert_eq!(market.states().await, ["refused"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});

on_both!(a_house_that_is_paid_by_bill_leaves_no_doubt, async |house: House| {
    let market = Market::open(house, 0).await;
    market.alpha.at().is_by_bill = true;
    let (ann, _) = doubtful(&market, Mood::LosesAnswer).await;
    market.round().await;
    assert_eq!(market.states().await, ["refused", "refused"]);
    assert_eq!(market.house.money(ann).await, ("5.00".to_owned(), "0.00".to_owned()));
    market.is_sound().await;
});
