//! Asking a SIM farm for numbers, and hearing what it pushes, against a simulator of one.

use std::sync::{Arc, Mutex, MutexGuard};

use domain::money::Usd;
use domain::product::Product;
use domain::supply::{Answer, Fault, House, NotBought, Rejected, Settings, TheirState, Window, Wish};
use serde_json::{Value, json};

use crate::houses;
use crate::peer::{Peer, SOMEBODY, connector, post};
use crate::upstream::{Asked, Says, Server, house};

const KEY: &str = "our-key-at-the-farm";
const PUSH_KEY: &str = "aKeyOfTheFarm1234";

pub(crate) const PEER: Peer = Peer {
    connector: "partner",
    others: &[("address", "https://farm.example/api"), ("key", KEY), ("price", "0.30")],
    setting: "push_key",
    secret: PUSH_KEY,
    other_secret: "anotherKeyOfAFarm",
    body: |sms| push(json!(sms.id), json!("12025550147"), &sms.sender, &sms.text),
    // The key stands in what is pushed; in the body of a test it stands last.
    sign: |secret, body, _| post("", Vec::new(), String::from_utf8_lossy(&body).replace("@KEY@", secret).into_bytes()),
    line: (None, None, Some("12025550147")),
    sent_ms: None,
    answer: ("application/json", r#"{"status":"SUCCESS"}"#),
    ..SOMEBODY
};

pub(crate) const HOUSE: houses::Peer = houses::Peer {
    connector: "partner",
    settings: |address| {
        let given = [("address", address), ("key", KEY), ("push_key", PUSH_KEY), ("price", "0.30")];
        given.map(|(name, value)| (name, value.to_owned())).to_vec()
    },
    secrets: &[KEY, PUSH_KEY],
    is_owed_at_once: false,
};

fn push(id: Value, phone: Value, sender: &str, text: &str) -> Vec<u8> {
    let told =
        json!({"action": "PUSH_SMS", "key": "@KEY@", "smsId": id, "phone": phone, "phoneFrom": sender, "text": text});
    told.to_string().into_bytes()
}

/// A farm as the protocol's pages tell of one.
struct Farm {
    count: i64,
    /// Activation and the status that it was finished with.
    activations: Vec<(i64, Option<i64>)>,
    sums: Vec<Value>,
}

struct World {
    server: Server,
    farm: Arc<Mutex<Farm>>,
    house: &'static dyn House,
    settings: Settings,
}

impl World {
    async fn open() -> Self {
        let farm = Arc::new(Mutex::new(Farm { count: 2, activations: Vec::new(), sums: Vec::new() }));
        let kept = Arc::clone(&farm);
        let server = Server::open(move |asked| kept.lock().expect("whole").answer(asked)).await;
        let settings = HOUSE.with(server.port, &[("allow_network", "127.0.0.1"), ("prices", "wa=0.25 tg=0.60")]);
        Self { server, farm, house: house("partner"), settings }
    }

    fn farm(&self) -> MutexGuard<'_, Farm> {
        self.farm.lock().expect("whole")
    }

    async fn wishes(&self, code: &str) -> Answer {
        self.house.buy(&self.settings, &houses::wish(code)).await
    }
}

impl Farm {
    fn answer(&mut self, asked: &Asked) -> Says {
        let told = asked.json();
        if asked.method != "POST" || told["key"] != KEY {
            return Says::json(&json!({"status": "ERROR", "error": "wrong key"}));
        }
        match told["action"].as_str() {
            Some("GET_SERVICES") => {
                let usa = json!({"any": {"go": self.count, "wa": "7", "tg": 0}, "tmobile": {"go": 1}});
                let list = json!([{"country": "france", "operatorMap": {"any": {"go": 99}}}, {"country": "usa", "operatorMap": usa}]);
                Says::json(&json!({"status": "SUCCESS", "countryList": list}))
            }
            Some("GET_NUMBER") => {
                self.sums.push(told["sum"].clone());
                if told["country"] != "usa" || told["operator"] != "any" || self.count == 0 {
                    return Says::json(&json!({"status": "NO_NUMBERS"}));
                }
                self.count -= 1;
                let id = 355 + i64::try_from(self.activations.len()).expect("few");
                self.activations.push((id, None));
                Says::json(&json!({"status": "SUCCESS", "number": 12_025_550_147_i64, "activationId": id}))
            }
            Some("FINISH_ACTIVATION") => {
                let known = self.activations.iter_mut().find(|(id, _)| told["activationId"] == *id);
                match known {
                    Some((_, end)) => *end = told["status"].as_i64(),
                    None => return Says::json(&json!({"status": "ERROR", "error": "no activation 4711"})),
                }
                Says::json(&json!({"status": "SUCCESS"}))
            }
            _ => Says::json(&json!({"status": "ERROR", "error": "unknown action"})),
        }
    }
}

#[tokio::test]
pub(crate) async fn what_is_for_sale_here_is_offered_at_the_price_agreed() {
    let world = World::open().await;
    let offers = world.house.offers(&world.settings).await.expect("offers");
    let told: Vec<_> =
        offers.iter().map(|offer| (offer.code.as_str(), offer.price.micros(), offer.available)).collect();
    assert_eq!(told, [("go", 300_000, Some(2)), ("tg", 600_000, Some(0)), ("wa", 250_000, Some(7))]);
    assert!(offers.iter().all(|offer| offer.window == Window::Whole { ms: Some(1_200_000) }));
    let abroad = HOUSE.with(world.server.port, &[("allow_network", "127.0.0.1"), ("country", "#usa#")]);
    assert_eq!(world.house.offers(&abroad).await, Ok(Vec::new()));
}

#[tokio::test]
pub(crate) async fn a_number_is_asked_for_at_the_price_agreed_and_never_above() {
    let world = World::open().await;
    let Answer::Bought(bought) = world.wishes("go").await else { panic!("not bought") };
    assert_eq!((bought.id.as_str(), bought.number.as_deref()), ("355", Some("12025550147")));
    assert_eq!((bought.price, bought.end), (Some(Usd::from_cents(30)), None));
    let above = NotBought::PriceAbove { price: Some(Usd::from_cents(60)) };
    assert_eq!(world.wishes("tg").await, Answer::NotBought(above), "we pay 0.50 at most");
    assert!(matches!(world.wishes("wa").await, Answer::Bought(_)));
    assert_eq!(world.wishes("go").await, Answer::NotBought(NotBought::NoNumbers));
    assert_eq!(world.farm().sums, [json!(0.3), json!(0.25), json!(0.3)]);
    let rental = Wish { product: Product::Rental1Day, ..houses::wish("go") };
    let answer = world.house.buy(&world.settings, &rental).await;
    assert!(matches!(answer, Answer::NotBought(NotBought::Refused(_))), "{answer:?}");
}

#[tokio::test]
pub(crate) async fn a_number_is_finished_as_sold_or_as_given_up() {
    let world = World::open().await;
    world.wishes("go").await;
    world.wishes("go").await;
    assert_eq!(world.house.finish(&world.settings, "355").await, Ok(()));
    assert_eq!(world.house.reject(&world.settings, "356").await, Ok(Rejected::Done));
    assert_eq!(world.farm().activations, [(355, Some(3)), (356, Some(4))]);
    let Ok(Rejected::NotPossible(trouble)) = world.house.reject(&world.settings, "4711").await else { panic!("done") };
    assert_eq!(trouble.says, "the farm says: no activation …");
    assert!(matches!(world.house.finish(&world.settings, "4711").await, Err(Fault::NotDone(_))));
}

#[tokio::test]
pub(crate) async fn there_is_no_wallet_and_nothing_to_look_at() {
    let world = World::open().await;
    assert_eq!(world.house.balance(&world.settings).await, Ok(None));
    let Ok(looked) = world.house.look(&world.settings, "355").await else { panic!("a fault") };
    assert!(looked.state == TheirState::Open && looked.messages.is_empty());
    assert!(!world.house.stops_after_message() && world.server.asked().is_empty());
}

#[test]
pub(crate) fn a_push_may_write_its_numbers_as_numbers() {
    let part = PEER.part(push(json!(355), json!(12_025_550_147_i64), "Instagram", "493817"));
    assert_eq!((part.sender.as_str(), part.line.number.as_deref()), ("Instagram", Some("12025550147")));
    let told = PEER.part(push(json!("355"), json!("12025550147"), "Instagram", "told again, otherwise"));
    assert_eq!(part.reference, told.reference, "the farm's id is what a repeat is known by");
    for (id, phone) in
        [(json!(null), json!(1)), (json!([355]), json!(1)), (json!(355), json!(null)), (json!(355), json!({}))]
    {
        assert_eq!(PEER.refusal(&PEER.push(push(id, phone, "Instagram", "493817"), 0)), 400);
    }
    let other = push(json!(355), json!(1), "a", "b");
    let other = String::from_utf8_lossy(&other).replace("PUSH_SMS", "GET_NUMBER").into_bytes();
    assert_eq!(PEER.refusal(&PEER.push(other, 0)), 400);
}

#[test]
pub(crate) fn settings_that_cannot_be_are_told() {
    let registry = connectors::registry();
    let check = |name, value| connector(&registry, "partner").check(&HOUSE.with(80, &[(name, value)]));
    assert_eq!(check("prices", "go=0.30  wa=.25"), Ok(()));
    let words =
        [("price", "free"), ("price", "0"), ("prices", "go"), ("prices", "go=x"), ("minutes", "0"), ("key", "")];
    for (name, value) in words.into_iter().chain([("push_key", "short"), ("push_key", "no-dashes-in-here")]) {
        assert!(check(name, value).expect_err("wrong").contains(name), "{name}");
    }
    assert!(check("price", "").expect_err("nothing agreed").contains("`price` or `prices`"));
}
