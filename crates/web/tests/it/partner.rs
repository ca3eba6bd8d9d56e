//! The partner protocol as the farm speaks it: a house asks what is for sale, takes a number, gets its SMS, and says how it
//! ended.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::clock::{HOUR_MS, SECOND_MS};
use domain::login::Role;
use domain::order::Which;
use domain::partner::{self, Changes, Courier, NewPartner, Pushed, Pushing, Sms};
use domain::supply::Settings;
use serde_json::{Value, json};

use crate::http::{self, Answer};
use crate::on_both;
use crate::people::operator;
use crate::world::{World, may, quiet, why};

const KEY: &str = "the-key-of-the-shop";

/// A house that keeps what is pushed to it, and answers first what it is told to.
#[derive(Clone, Default)]
struct Shop {
    pushed: Arc<Mutex<Vec<Sms>>>,
    answers: Arc<Mutex<VecDeque<Pushed>>>,
}

impl Shop {
    /// A world with a partner that has some dollars, and its house.
    async fn open(world: &World, dollars: &str) -> Self {
        let shop = Self::default();
        world.app.push_by(Box::new(shop.clone()), Duration::from_secs(60));
        world.customer("shop", dollars).await;
        let to = [("address", "https://shop.example/push"), ("push_key", "what-we-push-with")];
        let to = to.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let new = NewPartner {
            slug: "shop".into(),
            account: "shop".into(),
            key: KEY.into(),
            networks: Vec::new(),
            to: Settings::new(BTreeMap::from(to)),
            by: may("test"),
        };
        partner::add(&world.app, new).await.expect("a partner");
        shop
    }

    fn texts(&self) -> Vec<String> {
        self.pushed.lock().expect("whole").iter().map(|sms| sms.text.clone()).collect()
    }
}

impl Courier for Shop {
    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn push<'a>(&'a self, _: &'a Settings, sms: &'a Sms) -> Pushing<'a> {
        self.pushed.lock().expect("whole").push(sms.clone());
        let answer = self.answers.lock().expect("whole").pop_front().unwrap_or(Pushed::Taken);
        Box::pin(async { answer })
    }
}

async fn post(world: &World, body: &str) -> Answer {
    world.send(&http::request("POST", "/api/partner/", &["Content-Type: application/json"], body.as_bytes())).await
}

/// What the house is answered by one who has its key.
async fn asks(world: &World, action: &str, fields: Value) -> (u16, Value) {
    let mut body = json!({"action": action, "key": KEY});
    let more = fields.as_object().expect("fields").clone();
    body.as_object_mut().expect("an object").extend(more);
    let answer = post(world, &body.to_string()).await;
    (answer.status, serde_json::from_str(&answer.body).expect("JSON"))
}

async fn number(world: &World, service: &str) -> (u16, Value) {
    asks(world, "GET_NUMBER", json!({"country": "usa", "operator": "any", "service": service, "sum": 0.5})).await
}

async fn finish(world: &World, activation: &Value, status: i64) -> (u16, Value) {
    asks(world, "FINISH_ACTIVATION", json!({"activationId": activation, "status": status})).await
}

fn error(words: &str) -> (u16, Value) {
    (200, json!({"status": "ERROR", "error": words}))
}

fn success() -> (u16, Value) {
    (200, json!({"status": "SUCCESS"}))
}

on_both!(a_house_asks_takes_a_number_and_gets_its_sms, async |world: &World| {
    let shop = Shop::open(world, "5.00").await;
    world.numbers(&["12025550147", "12125550148"]).await;
    let counts = json!({"instagram": 2, "telegram": 2, "whatsapp": 2});
    let list = json!([{"country": "usa", "operatorMap": {"any": counts}}]);
    assert_eq!(asks(world, "GET_SERVICES", json!({})).await, (200, json!({"status": "SUCCESS", "countryList": list})));
    let wish = json!({"country": "usa", "operator": "any", "service": "instagram", "sum": 0.42,
                      "exceptionPhoneSet": [1_212]});
    let (status, told) = asks(world, "GET_NUMBER", wish).await;
    let activation = told["activationId"].clone();
    assert!(activation.as_i64().is_some_and(|id| (100_000..1 << 31).contains(&id)), "{told}");
    let sold = json!({"status": "SUCCESS", "number": 12_025_550_147_i64, "activationId": activation});
    assert_eq!((status, told), (200, sold));
    shop.answers.lock().expect("whole").push_back(Pushed::Later("status 500".into()));
    world.text("12025550147", "482910 is your instagram code").await;
    partner::push_due(&world.app).await.expect("tried");
    assert_eq!(partner::push_due(&world.app).await.expect("tried"), 0, "it waits ten seconds");
    world.pass_ms(10 * SECOND_MS);
    partner::push_due(&world.app).await.expect("taken");
    let pushed = shop.pushed.lock().expect("whole").clone();
    assert!(pushed.len() == 2 && pushed[0] == pushed[1], "a repeat is told as the first was");
    assert_eq!((pushed[0].digits.as_str(), pushed[0].sender.as_str()), ("12025550147", "32665"));
    assert_eq!(shop.texts()[1], "482910 is your instagram code");
    assert_eq!(finish(world, &activation, 3).await, success());
    assert_eq!(finish(world, &activation, 3).await, success());
});

on_both!(a_house_that_is_down_for_an_hour_gets_its_sms_then, async |world: &World| {
    let shop = Shop::open(world, "5.00").await;
    world.numbers(&["12025550147"]).await;
    number(world, "instagram").await;
    world.text("12025550147", "482910 is your instagram code").await;
    for _ in 0..20 {
        shop.answers.lock().expect("whole").push_back(Pushed::Later("nobody answers".into()));
    }
    for _ in 0..12 {
        partner::push_due(&world.app).await.expect("tried");
        world.pass_ms(HOUR_MS / 12);
    }
    shop.answers.lock().expect("whole").clear();
    world.pass_ms(600 * SECOND_MS);
    assert_eq!(partner::push_due(&world.app).await.expect("taken"), 1);
    assert_eq!(partner::list(&world.app).await.expect("listed")[0].taken, 1);
});

on_both!(a_wrong_key_and_a_wrong_place_are_told_nothing, async |world: &World| {
    Shop::open(world, "5.00").await;
    let ask = |key: &str| json!({"action": "GET_SERVICES", "key": key}).to_string();
    for key in ["", "the-key-of-the-shoP", "jn_live_000"] {
        let refused = post(world, &ask(key)).await;
        assert_eq!(
            (refused.status, refused.body.as_str()),
            (401, r#"{"error":"the key is not valid","status":"ERROR"}"#)
        );
    }
    let networks = Some(vec!["203.0.113.0/24".parse().expect("a network")]);
    let changes = Changes { networks, ..Changes::default() };
    partner::change(&world.app, "shop", changes, &why("a test"), &may("test")).await.expect("changed");
    assert_eq!(post(world, &ask(KEY)).await.status, 403);
});

on_both!(given_up_costs_nothing_and_a_repeat_is_no_deed, async |world: &World| {
    Shop::open(world, "0.42").await;
    world.numbers(&["12025550147", "12025550148"]).await;
    let (_, sold) = number(world, "instagram").await;
    let none = error("the balance of 0.00 dollars does not cover the price of 0.42");
    assert_eq!(number(world, "instagram").await, none, "a repeat is another order");
    for status in [4, 4, 1, 5] {
        assert_eq!(finish(world, &sold["activationId"], status).await, success());
    }
    assert_eq!(finish(world, &json!(sold["activationId"].to_string()), 4).await, success());
    assert_eq!(number(world, "instagram").await.1["status"], "SUCCESS");
});

on_both!(what_was_paid_stays_paid, async |world: &World| {
    Shop::open(world, "5.00").await;
    world.numbers(&["12025550147"]).await;
    let (_, sold) = number(world, "instagram").await;
    world.text("12025550147", "482910 is your instagram code").await;
    let activation = &sold["activationId"];
    assert_eq!(finish(world, activation, 4).await, error("an SMS was delivered and is paid"));
    let reported = error("an SMS was delivered and is paid; it is reported to the people of this house");
    assert_eq!(finish(world, activation, 5).await, reported);
    assert_eq!(finish(world, activation, 5).await, reported);
    let order = activation.as_i64().expect("a number");
    assert!(domain::complaint::about(&world.app, 1, order).await.expect("read").is_some());
});

on_both!(another_s_activation_is_none, async |world: &World| {
    Shop::open(world, "5.00").await;
    world.numbers(&["12025550147"]).await;
    let ann = world.customer("ann", "5.00").await;
    let (order, _) = world.order(&ann, "instagram").await;
    let hers: i64 = order.trim_start_matches("ORD-").parse().expect("an id");
    for activation in [hers, 0, -1, i64::MAX] {
        assert_eq!(finish(world, &json!(activation), 4).await, error("there is no such activation"));
    }
    assert!(world.money(&ann).await.contains(r#""held":0.42"#));
});

on_both!(what_is_not_offered_is_no_number, async |world: &World| {
    Shop::open(world, "5.00").await;
    let none = (200, json!({"status": "NO_NUMBERS"}));
    assert_eq!(number(world, "instagram").await, none, "there is no stock");
    assert_eq!(number(world, "viber").await, none);
    let of = async |fields: Value| {
        let mut all = json!({"country": "usa", "operator": "any", "service": "instagram", "sum": 1});
        all.as_object_mut().expect("an object").extend(fields.as_object().expect("fields").clone());
        asks(world, "GET_NUMBER", all).await
    };
    world.numbers(&["12025550147"]).await;
    for fields in [json!({"country": "russia"}), json!({"operator": "tmobile"}), json!({"exceptionPhoneSet": ["1202"]})]
    {
        assert_eq!(of(fields.clone()).await, none, "{fields}");
    }
    assert_eq!(of(json!({"sum": 0.41})).await, error("the price is 0.42 dollars, above your sum"));
    partner::set_state(&world.app, "shop", false, &why("a test"), &may("test")).await.expect("paused");
    assert_eq!(of(json!({})).await, error("nothing is sold to you for now"));
    let (_, told) = asks(world, "GET_SERVICES", json!({})).await;
    assert_eq!(told["countryList"][0]["operatorMap"]["any"], json!({}));
});

on_both!(what_makes_no_sense_is_told_and_changes_nothing, async |world: &World| {
    Shop::open(world, "5.00").await;
    world.numbers(&["12025550147"]).await;
    let long = json!(vec!["1"; 501]);
    let number = |fields: Value| {
        let mut all = json!({"action": "GET_NUMBER", "key": KEY, "country": "usa", "service": "instagram", "sum": 1});
        all.as_object_mut().expect("an object").extend(fields.as_object().expect("fields").clone());
        all.to_string()
    };
    let bodies = [
        String::new(),
        "[]".to_owned(),
        r#"{"action":"GET_SERVICES"}"#.to_owned(),
        json!({"action": "PUSH_SMS", "key": KEY}).to_string(),
        format!(r#"{{"action":"GET_SERVICES","key":"{KEY}","key":"{KEY}"}}"#),
        number(json!({"sum": null})),
        number(json!({"sum": "much"})),
        number(json!({"sum": -1})),
        number(json!({"service": ""})),
        number(json!({"service": {}})),
        number(json!({"country": null})),
        number(json!({"exceptionPhoneSet": ["+1202"]})),
        number(json!({"exceptionPhoneSet": long})),
        json!({"action": "FINISH_ACTIVATION", "key": KEY, "activationId": "x", "status": 4}).to_string(),
        json!({"action": "FINISH_ACTIVATION", "key": KEY, "activationId": 355, "status": 2}).to_string(),
        "x".repeat(100_000),
        "[".repeat(10_000),
    ];
    for body in bodies {
        let refused = post(world, &body).await;
        let told: Value = serde_json::from_str(&refused.body).expect("JSON");
        assert_eq!((refused.status, &told["status"]), (400, &json!("ERROR")), "{body:.80}");
    }
    assert_eq!(domain::order::list(&world.app, 1, Which::All, None, 1).await.expect("read").lines.len(), 0);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_has_its_calls_a_minute() {
    let settings = web::Settings { orders_per_minute_key: 1, reads_per_minute_key: 2, ..quiet() };
    let world = World::open_with(domain::db::EngineKind::Sqlite, settings).await;
    Shop::open(&world, "5.00").await;
    let statuses = [number(&world, "instagram").await.0, number(&world, "instagram").await.0];
    assert_eq!(statuses, [200, 429]);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(asks(&world, "GET_SERVICES", json!({})).await.0);
    }
    assert_eq!(statuses, [200, 200, 429]);
    world.pass_ms(60 * SECOND_MS);
    assert_eq!(number(&world, "instagram").await.0, 200);
    world.close().await;
}

on_both!(the_console_shows_partners_and_pauses_them_for_a_reason, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let place = "/operator/houses/partners/";
    assert!(olga.get(place).await.body.contains("No house buys here"));
    let shop = Shop::open(world, "5.00").await;
    world.numbers(&["12025550147"]).await;
    number(world, "instagram").await;
    world.text("12025550147", "482910 is your instagram code").await;
    shop.answers.lock().expect("whole").push_back(Pushed::Later("status 500".into()));
    partner::push_due(&world.app).await.expect("tried");
    let page = olga.get(place).await.body;
    assert!(page.contains("https://shop.example/push") && page.contains("<bdi>status 500</bdi>"), "{page}");
    assert!(!page.contains(KEY) && !page.contains("what-we-push-with") && !page.contains("482910"));
    let refused = olga.post(place, "partner=shop&to=paused&reason=+").await;
    assert!(refused.status == 422 && refused.body.contains("say why"), "{}", refused.body);
    let refused = olga.post(place, "partner=nobody&to=paused&reason=x").await;
    assert!(refused.status == 422 && refused.body.contains("no such partner"), "{}", refused.body);
    let done = olga.post(place, "partner=shop&to=paused&reason=bill+17").await;
    assert_eq!((done.status, done.header("location")), (303, Some("/operator/houses/partners/?done=paused")));
    assert!(olga.get(place).await.body.contains("shop, paused"));
    let mut ada = operator(world, "ada", Role::Auditor).await;
    assert!(!ada.get(place).await.body.contains("<form method=\"post\" action=\"/operator/houses/partners/\""));
    assert_eq!(ada.post(place, "partner=shop&to=active&reason=x").await.status, 403);
});

on_both!(the_console_pushes_again_what_was_given_up, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Operator).await;
    let (place, retry) = ("/operator/houses/partners/", "/operator/houses/partners/retry/");
    let shop = Shop::open(world, "5.00").await;
    world.numbers(&["12025550147"]).await;
    number(world, "instagram").await;
    world.text("12025550147", "482910 is your instagram code").await;
    assert!(!olga.get(place).await.body.contains("Push again"), "nothing was given up");
    let fails = || shop.answers.lock().expect("whole").push_back(Pushed::Later("nobody answers".into()));
    fails();
    partner::push_due(&world.app).await.expect("tried");
    world.pass_ms(24 * HOUR_MS - SECOND_MS);
    fails();
    partner::push_due(&world.app).await.expect("given up");
    // A day later olga's session is over.
    let mut otto = operator(world, "otto", Role::Operator).await;
    assert!(otto.get(place).await.body.contains("shop, 1 given up"));
    for (form, why) in [
        ("partner=shop&reason=+", "say why"),
        ("partner=shop&order=17&reason=x", "ORD-123456"),
        ("partner=shop&order=ord-999999&reason=x", "nothing of that was given up"),
        ("partner=nobody&reason=x", "no such partner"),
    ] {
        let refused = otto.post(retry, form).await;
        assert!(refused.status == 422 && refused.body.contains(why), "{form}: {}", refused.body);
    }
    let done = otto.post(retry, "partner=shop&order=&reason=mended").await;
    let shown = "/operator/houses/partners/?done=again&count=1&left=0";
    assert_eq!((done.status, done.header("location")), (303, Some(shown)));
    assert!(otto.get(shown).await.body.contains("1 SMS are pushed again."));
    partner::push_due(&world.app).await.expect("taken");
    assert_eq!(partner::list(&world.app).await.expect("listed")[0].taken, 1);
    let mut ada = operator(world, "ada", Role::Auditor).await;
    assert_eq!(ada.post(retry, "partner=shop&reason=x").await.status, 403);
});
