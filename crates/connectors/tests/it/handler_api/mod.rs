//! Buying at houses that speak handler_api, each in its own way, against a simulator of them.

pub(crate) mod simulator;

use domain::money::Usd;
use domain::product::Product;
use domain::supply::{
    Answer, Bought, Fault, House, Looked, NotBought, Opened, Rejected, Settings, TheirState, Window, Wish,
};

use self::simulator::{KEY, Kind, Misdeed, Simulator};
use crate::houses::{Peer, wish};
use crate::peer::{NOW_MS, connector, post};
use crate::upstream::{Says, Server, house};

const WORD: &str = "aLongWord1234567";

pub(crate) const HOUSE: Peer = Peer {
    connector: "handler_api",
    settings: |address| {
        let given = [("address", address), ("key", KEY), ("word", WORD), ("house", "hero")];
        given.map(|(name, value)| (name, value.to_owned())).to_vec()
    },
    secrets: &[KEY, WORD],
    is_owed_at_once: true,
};

/// The simulator, and the house as the connector sees it.
struct World {
    simulator: Simulator,
    house: &'static dyn House,
    settings: Settings,
}

impl World {
    async fn open(kind: Kind) -> Self {
        let simulator = Simulator::open(kind).await;
        let word = match kind {
            Kind::Old => "other",
            Kind::Hero => "hero",
            Kind::Daisy => "daisy",
        };
        let settings = HOUSE.with(simulator.server.port, &[("allow_network", "127.0.0.1"), ("house", word)]);
        Self { simulator, house: house("handler_api"), settings }
    }

    async fn all() -> [Self; 3] {
        [Self::open(Kind::Old).await, Self::open(Kind::Hero).await, Self::open(Kind::Daisy).await]
    }

    async fn wishes(&self, reference: &str) -> Answer {
        self.house.buy(&self.settings, &Wish { reference: reference.to_owned(), ..wish("go") }).await
    }

    async fn bought(&self) -> Bought {
        let reference = format!("jn-{}", self.simulator.state().activations.len());
        let Answer::Bought(bought) = self.wishes(&reference).await else { panic!("not bought") };
        bought
    }

    async fn looks(&self, id: &str) -> Looked {
        self.house.look(&self.settings, id).await.unwrap_or_else(|fault| panic!("{fault:?}"))
    }

    async fn texts(&self, id: &str) -> Vec<String> {
        self.looks(id).await.messages.into_iter().map(|told| told.text).collect()
    }
}

fn cents(cents: i32) -> Option<Usd> {
    Some(Usd::from_cents(cents))
}

#[tokio::test]
pub(crate) async fn the_balance_is_read() {
    for world in World::all().await {
        assert_eq!(world.house.balance(&world.settings).await, Ok(cents(5_030)));
    }
}

#[tokio::test]
pub(crate) async fn prices_are_read_by_country_or_by_service() {
    let told = async |kind| {
        let world = World::open(kind).await;
        let offers = world.house.offers(&world.settings).await.expect("offers");
        let is_ours = |offer: &domain::supply::Offer| {
            offer.product == Some(Product::ShortTerm) && offer.window == Window::Whole { ms: Some(1_200_000) }
        };
        assert!(offers.iter().all(is_ours));
        offers.into_iter().map(|offer| (offer.code, offer.price.micros(), offer.available)).collect::<Vec<_>>()
    };
    let all = [("go".to_owned(), 420_000, Some(9)), ("wa".to_owned(), 306_700, Some(0))];
    assert_eq!((told(Kind::Old).await.as_slice(), told(Kind::Hero).await.as_slice()), (all.as_slice(), all.as_slice()));
    let daisy = [("go".to_owned(), 420_000, Some(9)), ("tg".to_owned(), 306_700, None)];
    assert_eq!(told(Kind::Daisy).await, daisy);
}

#[tokio::test]
pub(crate) async fn what_is_bought_has_an_id_a_number_and_where_it_is_told_a_price() {
    for (world, price) in World::all().await.iter().zip([None, cents(42), cents(42)]) {
        let bought = world.bought().await;
        assert_eq!((bought.id.as_str(), bought.number.as_deref()), ("700", Some("12025550800")));
        assert_eq!((bought.price, bought.end), (price, None));
        assert_eq!(world.simulator.state().wallet_cents, 4_988);
    }
}

#[tokio::test]
pub(crate) async fn the_most_that_is_paid_is_told() {
    for (world, price) in World::all().await.iter().zip([cents(51), cents(51), None]) {
        world.simulator.state().price_cents = 51;
        assert_eq!(world.wishes("jn-1").await, Answer::NotBought(NotBought::PriceAbove { price }));
    }
}

#[tokio::test]
pub(crate) async fn an_empty_wallet_an_empty_shelf_and_a_wrong_key_are_told_apart() {
    for world in World::all().await {
        world.simulator.state().wallet_cents = 41;
        assert_eq!(world.wishes("jn-1").await, Answer::NotBought(NotBought::WalletEmpty));
        world.simulator.state().count = 0;
        assert_eq!(world.wishes("jn-1").await, Answer::NotBought(NotBought::NoNumbers));
        let port = world.simulator.server.port;
        let settings = HOUSE.with(port, &[("allow_network", "127.0.0.1"), ("key", "wrong")]);
        let answer = world.house.buy(&settings, &wish("go")).await;
        let Answer::NotBought(NotBought::Refused(trouble)) = answer else { panic!("{answer:?}") };
        assert_eq!(trouble.says, "the house says BAD_KEY");
        assert!(matches!(world.house.look(&settings, "700").await, Err(Fault::NotDone(_))));
    }
}

#[tokio::test]
pub(crate) async fn a_doubt_is_found_out_by_the_list() {
    for kind in [Kind::Old, Kind::Hero] {
        let world = World::open(kind).await;
        assert_eq!(world.house.standing(&world.settings).await.expect("a list").map(|list| list.all.len()), Some(0));
        world.simulator.state().misdeeds.push_back(Misdeed::HangsUpAfter);
        assert!(matches!(world.wishes("jn-1").await, Answer::Unknown(_)));
        let list = world.house.standing(&world.settings).await.expect("a list").expect("it has one");
        assert!(list.is_whole);
        let [standing] = list.all.as_slice() else { panic!("one") };
        assert_eq!((standing.bought.id.as_str(), standing.code.as_deref()), ("700", Some("go")));
        assert_eq!((standing.bought.number.as_deref(), standing.bought.price), (Some("12025550800"), cents(42)));
    }
    let daisy = World::open(Kind::Daisy).await;
    assert!(daisy.house.standing(&daisy.settings).await.is_ok_and(|list| list.is_none()));
}

#[tokio::test]
pub(crate) async fn a_long_list_is_read_in_pages_and_one_without_pages_once() {
    let world = World::open(Kind::Old).await;
    world.simulator.state().count = 300;
    world.simulator.state().wallet_cents = 100_000;
    for _ in 0..230 {
        world.bought().await;
    }
    let before = world.simulator.server.asked().len();
    let list = world.house.standing(&world.settings).await.expect("a list").expect("it has one");
    assert_eq!((list.all.len(), world.simulator.server.asked().len() - before), (230, 4));
    assert!(list.is_whole);
    // The house gives fewer in a page than it was asked for.
    world.simulator.state().page_max = 30;
    let list = world.house.standing(&world.settings).await.expect("a list").expect("it has one");
    assert_eq!((list.all.len(), list.is_whole), (230, true));
    world.simulator.state().page_max = 10;
    let list = world.house.standing(&world.settings).await.expect("a list").expect("it has one");
    assert_eq!((list.all.len(), list.is_whole), (200, false), "it is longer than what is read of it");
    let told: Vec<String> = (0..150).map(|id| format!("{{\"activationId\":{id}}}")).collect();
    let body = format!("{{\"status\":\"success\",\"data\":[{}]}}", told.join(","));
    let server = Server::open(move |_| Says::ok(body.clone())).await;
    let list = world.house.standing(&HOUSE.at(server.port)).await.expect("a list").expect("it has one");
    assert_eq!((list.all.len(), list.is_whole, server.asked().len()), (150, true, 2));
}

#[tokio::test]
pub(crate) async fn a_list_with_a_row_that_cannot_be_read_is_not_whole() {
    let body = r#"{"status":"success","data":[{"activationId":7},{"activation":"8"}]}"#;
    let server = Server::open(move |_| Says::ok(body)).await;
    let list = house("handler_api").standing(&HOUSE.at(server.port)).await.expect("a list").expect("it has one");
    assert_eq!((list.all.len(), list.is_whole), (1, false));
}

#[tokio::test]
pub(crate) async fn a_second_purchase_under_one_name_is_in_doubt() {
    let world = World::open(Kind::Hero).await;
    assert!(matches!(world.wishes("jn-1").await, Answer::Bought(_)));
    let answer = world.wishes("jn-1").await;
    let Answer::Unknown(trouble) = answer else { panic!("{answer:?}") };
    assert_eq!(trouble.says, "the house says ORDER_ALREADY_EXISTS");
    assert_eq!(world.simulator.state().activations.len(), 1);
}

#[tokio::test]
pub(crate) async fn a_word_that_nobody_knows_is_in_doubt() {
    let world = World::open(Kind::Old).await;
    for word in ["ERROR_SQL", "SOMETHING_NEW", "ORDER_ALREADY_EXISTS", "ACCESS_NUMBER", "ACCESS_NUMBER::", "hello"] {
        world.simulator.state().misdeeds.push_back(Misdeed::Says(Says::ok(word)));
        let answer = world.wishes("jn-1").await;
        assert!(matches!(answer, Answer::Unknown(_)), "{word}: {answer:?}");
    }
    let banned = r#"{"title":"BANNED","details":"x","info":{"retry_after_seconds":90}}"#;
    world.simulator.state().misdeeds.push_back(Misdeed::Says(Says::ok(banned)));
    let Answer::NotBought(NotBought::Refused(trouble)) = world.wishes("jn-1").await else { panic!("sold") };
    assert_eq!((trouble.says.as_str(), trouble.retry_after_ms), ("the house says BANNED", Some(90_000)));
}

#[tokio::test]
pub(crate) async fn the_text_is_told_where_it_can_be_and_else_the_code() {
    let text = "G-493817 is your code: 493817";
    for (world, told) in World::all().await.iter().zip(["493817", text, text]) {
        let id = world.bought().await.id;
        assert!(world.texts(&id).await.is_empty());
        world.simulator.receives(700, "493817", text);
        assert_eq!(world.texts(&id).await, [told]);
        assert!(world.looks(&id).await.messages.iter().all(|told| told.sent_ms.is_none() && !told.raw.is_empty()));
    }
}

#[tokio::test]
pub(crate) async fn another_code_is_waited_for_once_it_is_asked_for() {
    for world in World::all().await {
        assert!(world.house.stops_after_message());
        let id = world.bought().await.id;
        world.simulator.receives(700, "111111", "the first 111111");
        world.simulator.receives(700, "222222", "the second 222222");
        assert!(world.texts(&id).await[0].contains("111111"));
        let reused = world.house.reuse(&world.settings, &id).await;
        assert_eq!(reused, Ok(Opened::Open { end: None }));
        assert!(world.texts(&id).await[0].contains("222222"));
        assert_eq!(world.house.reuse(&world.settings, &id).await, Ok(Opened::Open { end: None }));
        let looked = world.looks(&id).await;
        assert!(looked.state == TheirState::Open && looked.messages.is_empty(), "the last one is not told again");
    }
}

#[tokio::test]
pub(crate) async fn how_one_stands_is_told() {
    for world in World::all().await {
        let (first, second) = (world.bought().await.id, world.bought().await.id);
        assert_eq!(world.house.reject(&world.settings, &first).await, Ok(Rejected::Done));
        assert!(world.looks(&first).await.state == TheirState::Refunded);
        assert_eq!(world.house.finish(&world.settings, &second).await, Ok(()));
        assert!(world.looks(&second).await.state == TheirState::Ended);
        assert!(world.looks("4711").await.state == TheirState::Missing);
    }
}

#[tokio::test]
pub(crate) async fn a_cancellation_is_refused_early_and_after_a_code() {
    for (world, is_told) in World::all().await.iter().zip([true, true, false]) {
        let (first, second) = (world.bought().await.id, world.bought().await.id);
        world.simulator.receives(700, "493817", "493817");
        let rejected = world.house.reject(&world.settings, &first).await;
        if is_told {
            assert_eq!(rejected, Ok(Rejected::AlreadyReceived));
        } else {
            assert!(matches!(rejected, Ok(Rejected::NotPossible(_))), "it says the same of what it does not know");
        }
        world.simulator.state().activations[1].is_young = true;
        let early = Ok(Rejected::TooEarly { retry_after_ms: Some(120_000) });
        assert_eq!(world.house.reject(&world.settings, &second).await, early);
        world.simulator.state().activations[1].is_young = false;
        assert_eq!(world.house.reject(&world.settings, &second).await, Ok(Rejected::Done));
        assert!(matches!(world.house.reject(&world.settings, "4711").await, Ok(Rejected::NotPossible(_))));
    }
}

#[tokio::test]
pub(crate) async fn an_area_code_is_asked_for_where_it_can_be() {
    let world = World::open(Kind::Daisy).await;
    let wish = |code| Wish { area_code: Some(212), ..wish(code) };
    let answer = world.house.buy(&world.settings, &wish("go")).await;
    assert_eq!(answer, Answer::NotBought(NotBought::PriceAbove { price: None }), "it takes a fifth more");
    let most = world.house.area_price(&world.settings, Usd::from_cents(42));
    assert_eq!(most, Usd::from_cents(51));
    let Answer::Bought(bought) = world.house.buy(&world.settings, &Wish { most, ..wish("go") }).await else {
        panic!("not bought")
    };
    assert_eq!(bought.price, cents(51));
    assert!(world.simulator.server.asked()[0].contains("&areas=212"));
    let rental = Wish { product: Product::Rental1Day, ..wish("go") };
    let answer = world.house.buy(&world.settings, &rental).await;
    assert!(matches!(answer, Answer::NotBought(NotBought::Refused(_))), "{answer:?}");
    assert_eq!(world.simulator.server.asked().len(), 2);
}

#[test]
pub(crate) fn an_area_code_costs_more_where_the_house_says_so() {
    let price = |name, value, cents| {
        house("handler_api").area_price(&HOUSE.with(80, &[(name, value)]), Usd::from_cents(cents)).micros()
    };
    assert_eq!(price("house", "hero", 42), 420_000);
    assert_eq!([10, 42, 1].map(|cents| price("house", "daisy", cents)), [120_000, 510_000, 20_000]);
    assert_eq!(price("area_percent", "50", 10), 150_000);
}

#[test]
pub(crate) fn a_webhook_is_a_hint_and_nothing_more() {
    let registry = connectors::registry();
    let hear = |tail: &str, body: &str| {
        let request = post(tail, Vec::new(), body.as_bytes().to_vec());
        let heard = connector(&registry, "handler_api").hear(&HOUSE.at(80), &request, NOW_MS);
        let ids = |heard: domain::supply::Heard| heard.hints.into_iter().map(|hint| hint.id).collect::<Vec<_>>();
        heard.map(ids).map_err(|reply| reply.status)
    };
    let here = format!("{WORD}/");
    let body = r#"{"activationId":700,"messageId":9,"service":"go","text":"G-493817","code":"493817","country":0}"#;
    assert_eq!(hear(&here, body), Ok(vec![Some("700".to_owned())]));
    assert_eq!(hear(&here, "{}"), Ok(Vec::new()));
    assert_eq!((hear("anotherLongWord1/", body), hear(&here, "no JSON")), (Err(401), Err(400)));
}

#[test]
pub(crate) fn settings_that_cannot_be_are_told() {
    let registry = connectors::registry();
    let check = |name, value| connector(&registry, "handler_api").check(&HOUSE.with(80, &[(name, value)]));
    for (name, value) in [("house", "daisy"), ("minutes", "5"), ("max_price", "none"), ("text", "code"), ("word", "")] {
        assert_eq!(check(name, value), Ok(()), "{name}");
    }
    let words = [("house", "mine"), ("version", "3"), ("max_price", "no"), ("text", "all"), ("list", "maybe")];
    let others = [
        ("areas", "212"),
        ("area_percent", "101"),
        ("country", "a&b"),
        ("operator", "a b"),
        ("minutes", "0"),
        ("minutes", "61"),
    ];
    for (name, value) in words.into_iter().chain(others).chain([("word", "short"), ("key", "a b"), ("address", "")]) {
        assert!(check(name, value).expect_err("wrong").contains(name), "{name}");
    }
}
