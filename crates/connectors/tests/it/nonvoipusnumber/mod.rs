//! Buying at NonVoipUsNumber, against a simulator of it.

mod simulator;

use domain::money::Usd;
use domain::product::Product;
use domain::supply::{
    Answer, Fault, Hint, House, Looked, NotBought, Opened, Rejected, Renewed, Settings, TheirState, Until, Window,
};

use self::simulator::{EMAIL, Misdeed, PASSWORD, Simulator};
use crate::houses::{Peer, wish};
use crate::peer::{NOW_MS, connector, post};
use crate::upstream::{Says, Server, house};

const WORD: &str = "aLongWord1234567";

pub(crate) const HOUSE: Peer = Peer {
    connector: "nonvoipusnumber",
    settings: |address| {
        let given = [("address", address), ("email", EMAIL), ("password", PASSWORD), ("word", WORD)];
        given.map(|(name, value)| (name, value.to_owned())).to_vec()
    },
    secrets: &[EMAIL, PASSWORD, WORD],
    is_owed_at_once: true,
};

/// The simulator, and the house as the connector sees it.
struct World {
    simulator: Simulator,
    house: &'static dyn House,
    settings: Settings,
}

impl World {
    async fn open() -> Self {
        let simulator = Simulator::open().await;
        let settings = HOUSE.at(simulator.server.port);
        Self { simulator, house: house("nonvoipusnumber"), settings }
    }

    async fn buys(&self) -> Answer {
        self.house.buy(&self.settings, &wish("11")).await
    }

    /// Buys one, and says its id.
    async fn bought(&self) -> String {
        let Answer::Bought(bought) = self.buys().await else { panic!("not bought") };
        bought.id
    }

    async fn looks(&self, id: &str) -> Looked {
        self.house.look(&self.settings, id).await.unwrap_or_else(|fault| panic!("{fault:?}"))
    }

    async fn texts(&self, id: &str) -> Vec<String> {
        self.looks(id).await.messages.into_iter().map(|told| told.text).collect()
    }
}

#[tokio::test]
pub(crate) async fn the_balance_is_a_text_at_the_top_or_in_a_list() {
    let world = World::open().await;
    assert_eq!(world.house.balance(&world.settings).await, Ok(Some(Usd::from_cents(5_000))));
    for body in [r#"[{"status":"success","balance":50}]"#, r#"{"status":"success","message":[{"balance":"50.0"}]}"#] {
        let server = Server::open(move |_| Says::ok(body)).await;
        let balance = world.house.balance(&HOUSE.at(server.port)).await;
        assert_eq!(balance, Ok(Some(Usd::from_cents(5_000))), "{body}");
    }
}

#[tokio::test]
pub(crate) async fn what_can_be_read_of_the_products_is_offered() {
    let world = World::open().await;
    let offers = world.house.offers(&world.settings).await.expect("offers");
    let told: Vec<(&str, i64, Option<i64>)> =
        offers.iter().map(|offer| (offer.code.as_str(), offer.price.micros(), offer.available)).collect();
    assert_eq!(told, [("11", 420_000, Some(9)), ("12", 306_700, Some(0)), ("21", 4_000_000, Some(3))]);
    assert_eq!((offers[0].product, offers[0].window), (Some(Product::ShortTerm), Window::Reused { ms: 600_000 }));
    assert_eq!((offers[2].product, offers[2].window), (Some(Product::Rental30Day), Window::Activated { ms: 600_000 }));
    assert_eq!(world.simulator.server.asked().len(), 3, "the type that it does not know costs no other");
}

#[tokio::test]
pub(crate) async fn what_is_bought_is_paid_for_and_tells_until_when_it_runs() {
    let world = World::open().await;
    let Answer::Bought(bought) = world.buys().await else { panic!("not bought") };
    assert_eq!((bought.id.as_str(), bought.number.as_deref()), ("1000", Some("12025550147")));
    assert_eq!((bought.price, bought.end), (None, Some(Until::For(600_000))));
    assert_eq!(world.simulator.state().wallet_cents, 4_958);
}

#[tokio::test]
pub(crate) async fn an_order_may_wait_for_its_number() {
    let world = World::open().await;
    world.simulator.state().misdeeds.push_back(Misdeed::HasNoNumberYet);
    let Answer::Bought(bought) = world.buys().await else { panic!("not bought") };
    assert_eq!((bought.id.as_str(), bought.number), ("1000", None));
}

#[tokio::test]
pub(crate) async fn who_hangs_up_after_selling_has_sold_perhaps_and_once() {
    let world = World::open().await;
    world.simulator.state().misdeeds.extend([Misdeed::HangsUpAfter, Misdeed::NamesNoOrder]);
    assert!(matches!(world.buys().await, Answer::Unknown(_)));
    assert!(matches!(world.buys().await, Answer::Unknown(_)), "an order without a name");
    assert_eq!(world.simulator.state().orders.len(), 2);
}

#[tokio::test]
pub(crate) async fn a_dearer_price_and_an_id_told_twice_are_passed_on() {
    let world = World::open().await;
    world.bought().await;
    world.simulator.state().misdeeds.extend([Misdeed::SameIdAgain, Misdeed::Dearer(58)]);
    assert_eq!(world.bought().await, "1000", "who keeps orders refuses it there");
    let before = world.simulator.state().wallet_cents;
    world.bought().await;
    assert_eq!(before - world.simulator.state().wallet_cents, 100, "only the balance tells");
}

#[tokio::test]
pub(crate) async fn an_empty_wallet_and_an_empty_shelf_are_told_apart() {
    let world = World::open().await;
    world.simulator.state().wallet_cents = 41;
    assert_eq!(world.buys().await, Answer::NotBought(NotBought::WalletEmpty));
    world.simulator.state().available = 0;
    assert_eq!(world.buys().await, Answer::NotBought(NotBought::NoNumbers));
    world.simulator.state().available = 1;
    world.simulator.state().wallet_cents = 42;
    let Answer::NotBought(NotBought::Refused(trouble)) = world.house.buy(&world.settings, &wish("99")).await else {
        panic!("sold")
    };
    assert_eq!(trouble.says, "the house says: No such product …");
}

#[tokio::test]
pub(crate) async fn a_wrong_password_is_ours_to_mend_whatever_was_asked() {
    let world = World::open().await;
    let settings = HOUSE.with(world.simulator.server.port, &[("password", "wrong"), ("allow_network", "127.0.0.1")]);
    let answer = world.house.buy(&settings, &wish("11")).await;
    assert!(matches!(answer, Answer::NotBought(NotBought::Refused(_))), "{answer:?}");
    assert!(matches!(world.house.look(&settings, "1000").await, Err(Fault::NotDone(_))), "it is not a missing SMS");
    assert!(matches!(world.house.balance(&settings).await, Err(Fault::NotDone(_))));
}

#[tokio::test]
pub(crate) async fn the_last_message_is_told_and_the_next_one_after_a_reuse() {
    let world = World::open().await;
    let id = world.bought().await;
    assert!(world.texts(&id).await.is_empty());
    world.simulator.receives(1000, "G-493817 is your code", "493817");
    assert_eq!(world.texts(&id).await, ["G-493817 is your code"]);
    world.simulator.receives(1000, "739551", "739551");
    assert_eq!(world.texts(&id).await, ["G-493817 is your code"], "it is deaf until it is reused");
    assert!(world.house.stops_after_message());
    let reused = world.house.reuse(&world.settings, &id).await;
    assert_eq!(reused, Ok(Opened::Open { end: Some(Until::For(900_000)) }));
    world.simulator.receives(1000, "739551", "739551");
    assert_eq!(world.texts(&id).await, ["739551"]);
    assert_eq!(world.looks(&id).await.state, TheirState::Open);
}

#[tokio::test]
pub(crate) async fn an_order_that_it_does_not_know_is_told_from_one_without_a_message() {
    let world = World::open().await;
    let id = world.bought().await;
    let looked = world.looks(&id).await;
    assert!(looked.state == TheirState::Open && looked.number.is_none() && looked.messages.is_empty());
    assert!(world.looks("4711").await.state == TheirState::Missing);
    for (words, state) in [
        ("There is no such order", TheirState::Missing),
        ("Invalid order_id", TheirState::Missing),
        ("No SMS found for this order", TheirState::Open),
        ("The message of this order does not exist yet", TheirState::Open),
        ("Please wait", TheirState::Open),
        ("", TheirState::Open),
    ] {
        let body = format!(r#"{{"status":"error","message":"{words}"}}"#);
        let server = Server::open(move |_| Says::status(400, body.clone())).await;
        let looked = house("nonvoipusnumber").look(&HOUSE.at(server.port), "7").await.expect("an answer");
        assert!(looked.state == state, "{words}");
    }
}

#[tokio::test]
pub(crate) async fn a_code_without_a_text_is_the_text() {
    let body = r#"{"status":"success","sms":"","pin":493817}"#;
    let server = Server::open(move |_| Says::ok(body)).await;
    let Ok(looked) = house("nonvoipusnumber").look(&HOUSE.at(server.port), "7").await else { panic!("a fault") };
    let [told] = looked.messages.as_slice() else { panic!("one message") };
    assert!(told.text == "493817" && told.raw == body.as_bytes() && told.sent_ms.is_none());
}

#[tokio::test]
pub(crate) async fn a_rejection_is_refunded_before_a_message_only() {
    let world = World::open().await;
    let (first, second) = (world.bought().await, world.bought().await);
    let reject = async |id: &str| world.house.reject(&world.settings, id).await;
    assert_eq!(reject(&first).await, Ok(Rejected::Done));
    assert_eq!(reject(&first).await, Ok(Rejected::Done), "again");
    assert_eq!(world.simulator.state().wallet_cents, 4_958);
    world.simulator.receives(1001, "G-493817", "493817");
    assert_eq!(reject(&second).await, Ok(Rejected::AlreadyReceived));
    let Ok(Rejected::NotPossible(trouble)) = reject("4711").await else { panic!("possible") };
    assert_eq!(trouble.says, "the house says: Order not found.");
}

#[tokio::test]
pub(crate) async fn a_rented_number_is_activated_and_renewed() {
    let world = World::open().await;
    let id = world.bought().await;
    let activated = world.house.activate(&world.settings, &id).await;
    assert_eq!(activated, Ok(Opened::Open { end: Some(Until::At(NOW_MS + 600_000)) }));
    let renewed = world.house.renew(&world.settings, &id).await;
    let end = Some(Until::At(NOW_MS + 31 * 86_400_000));
    assert_eq!(renewed, Ok(Renewed::Until { end, price: None }));
    let body = r#"{"status":"error","message":"Insufficient balance."}"#;
    let server = Server::open(move |_| Says::status(400, body)).await;
    assert_eq!(world.house.renew(&HOUSE.at(server.port), &id).await, Ok(Renewed::WalletEmpty));
    assert!(matches!(world.house.activate(&world.settings, "4711").await, Ok(Opened::NotPossible(_))));
}

#[tokio::test]
pub(crate) async fn a_renewal_is_certainly_not_done_only_where_the_house_says_so() {
    let sentence = |words: &str| Says::status(400, format!(r#"{{"status":"error","message":"{words}"}}"#));
    let renew = async |says: Says| {
        let server = Server::open(move |_| says.clone()).await;
        house("nonvoipusnumber").renew(&HOUSE.at(server.port), "7").await
    };
    for says in [Says::HangsUp, Says::status(500, ""), Says::ok("renewed"), Says::ok("")] {
        let unknown = renew(says).await;
        assert!(matches!(unknown, Err(Fault::Unknown(_))), "{unknown:?}");
    }
    for says in [Says::status(429, ""), sentence("Invalid email or password.")] {
        let not_done = renew(says).await;
        assert!(matches!(not_done, Err(Fault::NotDone(_))), "{not_done:?}");
    }
    let Ok(Renewed::NotPossible(trouble)) = renew(sentence("Only on its last day.")).await else { panic!("possible") };
    assert_eq!(trouble.says, "the house says: Only on its last day.");
    // Where it tells no end that can be read, it is renewed all the same.
    let renewed = renew(Says::ok(r#"{"status":"success","message":[{"expires":"soon"}]}"#)).await;
    assert_eq!(renewed, Ok(Renewed::Until { end: None, price: None }));
}

/// The id and the number of a hint.
type Named = (Option<String>, Option<String>);

/// What a callback hints at, or the status of its refusal.
fn hints(tail: &str, body: &str) -> Result<Vec<Named>, u16> {
    let registry = connectors::registry();
    let request = post(tail, Vec::new(), body.as_bytes().to_vec());
    let heard = connector(&registry, "nonvoipusnumber").hear(&HOUSE.at(80), &request, NOW_MS);
    let pair = |hint: Hint| (hint.id, hint.number);
    heard.map(|heard| heard.hints.into_iter().map(pair).collect()).map_err(|reply| reply.status)
}

#[test]
pub(crate) fn a_callback_is_a_hint_and_nothing_more() {
    let one = Some("1000".to_owned());
    let number = Some("12025550147".to_owned());
    let here = format!("{WORD}/");
    let list = r#"{"event":"incoming_message","message":[{"order_id":1000,"number":"12025550147","sms":"G-493817"}]}"#;
    assert_eq!(hints(&here, list), Ok(vec![(one.clone(), number.clone())]));
    let object = r#"{"event":"something_new","message":{"order_id":"","number":"12025550147"}}"#;
    assert_eq!(hints(&here, object), Ok(vec![(None, number.clone())]));
    assert_eq!(hints(&here, "event=incoming_message&order_id=1000&number=12025550147"), Ok(vec![(one, number)]));
    for odd in ["{}", "null", "7", r#"{"message":"hello"}"#, r#"{"message":[7,null,[]]}"#, ""] {
        assert_eq!(hints(&here, odd), Ok(Vec::new()), "{odd}");
    }
    assert_eq!(hints("anotherLongWord1/", list), Err(401));
    assert_eq!(hints("", list), Err(401));
    let long = format!("{{\"message\":[{}]}}", vec![r#"{"order_id":1}"#; 5_000].join(","));
    assert_eq!(hints(&here, &long), Err(400));
}

#[test]
pub(crate) fn settings_that_cannot_be_are_told() {
    let registry = connectors::registry();
    let check = |name, value| connector(&registry, "nonvoipusnumber").check(&HOUSE.with(80, &[(name, value)]));
    assert_eq!(check("network", "2"), Ok(()));
    assert_eq!(check("word", ""), Ok(()), "without a callback it is only asked");
    for (name, value) in [("network", "3"), ("word", "short"), ("email", ""), ("password", "")] {
        assert!(check(name, value).expect_err("wrong").contains(name));
    }
}
