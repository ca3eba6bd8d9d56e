//! Sources that are asked for what they pushed while the house was down, by boxes that answer well, badly, or too much.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::interval;

use crate::house::{Held, House, Log, run};
use crate::peer::{NOW_S, Peer, connector};
use crate::upstream::{Asked, Says, Server};

/// The password that a box wants, which nothing may show.
const PASSWORD: &str = "open-sesame-42";

/// What one kind of box holds, and how it tells it.
#[derive(Clone, Copy)]
struct Kind {
    peer: &'static Peer,
    /// The push of the SMS of a place, as the box would have made it.
    push: fn(usize) -> Vec<u8>,
    /// The answer of a box whose inbox has this many, to a question with the right password.
    told: fn(&Asked, usize) -> Says,
}

const EJOIN: Kind = Kind {
    peer: &crate::ejoin::PEER,
    push: |place| json!({"type": "recv-sms", "sms": [row(place)]}).to_string().into_bytes(),
    told: |asked, count| {
        assert_eq!((asked.path(), field(asked, "username").as_str()), ("/goip_get_sms.html", "root"));
        assert_eq!(field(asked, "sms_del"), "0");
        if field(asked, "password") != PASSWORD {
            return Says::status(401, "no");
        }
        rows(asked, count, "0123456789abcdef")
    },
};

const DINSTAR: Kind = Kind {
    peer: &crate::dinstar::PEER,
    push: |place| json!({"sn": "db3b-0123", "sms": message(place)}).to_string().into_bytes(),
    told: |asked, count| {
        assert_eq!((asked.path(), field(asked, "flag").as_str()), ("/api/query_incoming_sms", "all"));
        if asked.authorization.is_empty() {
            let challenge = "www-authenticate: Digest realm=\"gate\", nonce=\"n1\", qop=\"auth\"\r\n";
            return Says::Answer(401, challenge.to_owned(), String::new());
        }
        assert!(asked.authorization.starts_with("Digest username=\"root\", realm=\"gate\", nonce=\"n1\""));
        messages(asked, 1..=count)
    },
};

/// A phone that is asked to push what it has: the answer holds nothing.
const PHONE: Kind = Kind {
    peer: &crate::sms_gateway_android::PEER,
    push: |_| Vec::new(),
    told: |asked, _| {
        assert_eq!((asked.method.as_str(), asked.path()), ("POST", "/inbox/refresh"));
        assert_eq!(asked.authorization, format!("Basic {}", STANDARD.encode(format!("root:{PASSWORD}"))));
        Says::status(202, "")
    },
};

fn text(place: usize) -> String {
    format!("4938{place:02} is your code")
}

fn row(place: usize) -> Value {
    json!([0, "24.01", NOW_S - 60 + i64::try_from(place).expect("few"), "22395", "", STANDARD.encode(text(place))])
}

/// Three rows at a time from the id on that was asked for.
fn rows(asked: &Asked, count: usize, list: &str) -> Says {
    let from: usize = field(asked, "sms_id").parse().expect("an id");
    let data: Vec<Value> = (from..=count).take(3).map(row).collect();
    let next = from + data.len();
    Says::json(&json!({"code": 0, "reason": "OK", "ssrc": list, "sms_num": data.len(), "next_sms": next, "data": data}))
}

fn message(place: usize) -> Value {
    json!({
        "incoming_sms_id": place, "port": 2, "number": "22395", "smsc": "+12063130004",
        "timestamp": format!("2026-05-22 14:29:{place:02}"), "text": text(place),
    })
}

/// Three messages at a time, from the one on whose id was named.
fn messages(asked: &Asked, all: impl Iterator<Item = usize>) -> Says {
    let from: usize = field(asked, "incoming_sms_id").parse().expect("an id");
    let sms: Vec<Value> = all.filter(|id| *id >= from).take(3).map(message).collect();
    Says::json(&json!({"error_code": 200, "sn": "db3b-0123", "sms": sms, "read": 0, "unread": sms.len()}))
}

fn field(asked: &Asked, name: &str) -> String {
    let (_, query) = asked.target.split_once('?').expect("a query");
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("{name} in {query}")).to_owned()
}

/// A box on the loopback that answers its first questions otherwise, and how many SMS it holds.
struct Gate {
    server: Server,
    count: Arc<Mutex<usize>>,
    kind: Kind,
}

impl Gate {
    async fn open(kind: Kind, count: usize, first: Vec<Says>) -> Self {
        let count = Arc::new(Mutex::new(count));
        let (holds, mut first) = (Arc::clone(&count), first.into_iter());
        let server = Server::open(move |asked| {
            let count = *holds.lock().expect("whole");
            first.next().unwrap_or_else(|| (kind.told)(asked, count))
        });
        Self { server: server.await, count, kind }
    }

    /// One second between looks, so that none waits long for the next.
    async fn ask(&self, house: &House) -> Held {
        self.ask_with(house, &[]).await
    }

    async fn ask_with(&self, house: &House, more: &[(&str, &str)]) -> Held {
        let address = format!("http://127.0.0.1:{}", self.server.port);
        let all = [
            ("poll_address", address.as_str()),
            ("poll_user", "root"),
            ("poll_password", PASSWORD),
            ("poll_seconds", "1"),
            ("allow_network", "127.0.0.1"),
        ];
        let settings = self.kind.peer.settings_with(&[&all, more].concat());
        let registry = connectors::registry();
        let kind = connector(&registry, self.kind.peer.connector);
        assert_eq!(kind.check(&settings), Ok(()));
        assert!(kind.polls(&settings) && !kind.polls(&self.kind.peer.settings_with(&[])));
        house.hold(self.kind.peer.connector, settings).await
    }
}

async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    // What is looked at is read from the database, so it is not looked at without a pause.
    let (begun, mut looks) = (Instant::now(), interval(Duration::from_millis(5)));
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "it did not come to be");
        looks.tick().await;
    }
}

async fn until_kept(house: &House, count: usize) {
    until(async || house.texts().await.len() >= count).await;
    let mut kept = house.texts().await;
    kept.sort();
    assert_eq!(kept, (1..=count).map(text).collect::<Vec<_>>());
}

/// The same test for each kind of box.
macro_rules! each {
    ($($case:ident),* $(,)?) => {
        pub(crate) mod ejoin { $(#[test] pub(crate) fn $case() { super::$case(super::EJOIN); })* }
        pub(crate) mod dinstar { $(#[test] pub(crate) fn $case() { super::$case(super::DINSTAR); })* }
    };
}

each!(
    all_that_is_there_is_kept_and_what_comes_later_too,
    what_was_pushed_is_known_when_it_is_asked_for,
    the_next_holder_goes_on_where_the_last_one_was,
    a_box_that_fails_is_asked_again_and_nothing_is_lost,
    a_box_that_wants_to_be_left_alone_is,
    what_cannot_be_kept_is_asked_for_again,
    nothing_secret_shows_in_the_log_or_the_fault,
    an_address_that_no_setting_allows_is_not_asked,
);

fn all_that_is_there_is_kept_and_what_comes_later_too(kind: Kind) {
    run(async {
        let (house, gate) = (House::with(kind.peer).await, Gate::open(kind, 7, Vec::new()).await);
        let held = gate.ask(&house).await;
        until_kept(&house, 7).await;
        *gate.count.lock().expect("whole") = 8;
        until_kept(&house, 8).await;
        until(async || held.inbox.state().links == 1).await;
        assert_eq!((house.fault().await.as_str(), held.inbox.state().reconnects), ("", 0));
        held.close(&house).await;
    });
}

fn what_was_pushed_is_known_when_it_is_asked_for(kind: Kind) {
    run(async {
        let (house, gate) = (House::with(kind.peer).await, Gate::open(kind, 3, Vec::new()).await);
        assert_eq!(house.push(&kind.peer.push((kind.push)(2), NOW_S)).await, Some(200));
        let held = gate.ask(&house).await;
        until_kept(&house, 3).await;
        assert_eq!(house.push(&kind.peer.push((kind.push)(3), NOW_S)).await, Some(200));
        until_kept(&house, 3).await;
        held.close(&house).await;
    });
}

fn the_next_holder_goes_on_where_the_last_one_was(kind: Kind) {
    run(async {
        let (house, gate) = (House::with(kind.peer).await, Gate::open(kind, 4, Vec::new()).await);
        let held = gate.ask(&house).await;
        until(async || held.inbox.state().links == 1).await;
        held.close(&house).await;
        let before = gate.server.asked().len();
        *gate.count.lock().expect("whole") = 5;
        let held = gate.ask(&house).await;
        until_kept(&house, 5).await;
        let first = gate.server.asked()[before..].join("\n");
        assert!(!first.contains("sms_id=0&") && !first.contains("sms_id=1&"), "{first}");
        held.close(&house).await;
    });
}

fn a_box_that_fails_is_asked_again_and_nothing_is_lost(kind: Kind) {
    let odd = [
        (Says::status(500, "out of order 493801"), "status 500"),
        (Says::ok("no JSON 493801"), "cannot be read"),
        (Says::ok("{}"), "cannot be read"),
        (Says::ok(r#"{"code":7,"error_code":7,"reason":"493801"}"#), "7"),
        (Says::Bytes("HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"code\":0"), "broke off"),
        (Says::Bytes("220 mail 493801\r\n"), "broke off"),
        (Says::HangsUp, "broke off"),
        (Says::Pours, "too large"),
        (Says::Answer(302, "location: /elsewhere\r\n".into(), String::new()), "status 302"),
        (Says::status(403, "no"), "does not know"),
    ];
    run(async {
        let (here, mut all) = (LocalSet::new(), JoinSet::new());
        for (says, fault) in odd {
            let story = async move {
                let (house, gate) = (House::with(kind.peer).await, Gate::open(kind, 2, vec![says]).await);
                let held = gate.ask(&house).await;
                until_kept(&house, 2).await;
                let told = house.fault().await;
                assert!(told.contains(fault) && !told.contains("4938"), "{told}");
                until(async || held.inbox.state().reconnects == 1).await;
                held.close(&house).await;
            };
            all.spawn_local_on(story, &here);
        }
        here.run_until(all.join_all()).await;
    });
}

fn a_box_that_wants_to_be_left_alone_is(kind: Kind) {
    run(async {
        let busy = Says::Answer(429, "retry-after: 3\r\n".into(), String::new());
        let (house, gate) = (House::with(kind.peer).await, Gate::open(kind, 1, vec![busy]).await);
        let (held, begun) = (gate.ask(&house).await, Instant::now());
        until_kept(&house, 1).await;
        assert!(begun.elapsed() >= Duration::from_secs(3) && house.fault().await.contains("too often"));
        held.close(&house).await;
    });
}

fn what_cannot_be_kept_is_asked_for_again(kind: Kind) {
    run(async {
        let (house, gate) = (House::with(kind.peer).await, Gate::open(kind, 2, Vec::new()).await);
        house.lose_messages();
        let held = gate.ask(&house).await;
        until(async || house.fault().await.contains("could not be kept")).await;
        house.find_messages();
        until_kept(&house, 2).await;
        held.close(&house).await;
    });
}

fn nothing_secret_shows_in_the_log_or_the_fault(kind: Kind) {
    let log = Log::default();
    log.listen(|| {
        run(async {
            let first = vec![Says::status(500, "493801"), Says::ok("{}")];
            let (house, gate) = (House::with(kind.peer).await, Gate::open(kind, 2, first).await);
            let held = gate.ask(&house).await;
            until_kept(&house, 2).await;
            assert!(!house.fault().await.contains(PASSWORD));
            held.close(&house).await;
        });
    });
    let said = log.said();
    assert!(!said.contains(PASSWORD) && !said.contains("4938") && !said.contains("22395"), "{said}");
}

fn an_address_that_no_setting_allows_is_not_asked(kind: Kind) {
    run(async {
        let (house, gate) = (House::with(kind.peer).await, Gate::open(kind, 1, Vec::new()).await);
        let held = gate.ask_with(&house, &[("allow_network", "10.0.0.0/8")]).await;
        until(async || house.fault().await.contains("not allowed")).await;
        assert!(gate.server.asked().is_empty() && held.inbox.state().links == 0);
        held.close(&house).await;
    });
}

#[test]
pub(crate) fn a_sim_box_that_began_again_is_asked_from_its_first_sms_on() {
    let restarted = Kind {
        // Its list is short now, and called otherwise.
        told: |asked, count| if count > 4 { rows(asked, count, "a") } else { rows(asked, count, "b") },
        ..EJOIN
    };
    run(async {
        let (house, gate) = (House::with(restarted.peer).await, Gate::open(restarted, 5, Vec::new()).await);
        let held = gate.ask(&house).await;
        until_kept(&house, 5).await;
        *gate.count.lock().expect("whole") = 2;
        until(async || gate.server.asked().iter().filter(|asked| asked.contains("sms_id=1&")).count() > 1).await;
        until(async || gate.server.asked().last().is_some_and(|asked| asked.contains("sms_id=3&"))).await;
        until_kept(&house, 5).await;
        held.close(&house).await;
    });
}

#[test]
pub(crate) fn a_gateway_whose_ids_begin_again_or_whose_last_message_is_gone_is_read_from_the_start() {
    let reset = Kind {
        told: |asked, count| match count {
            5 => messages(asked, 1..=5),
            // Deleted by hand: all but the first and the new one.
            6 => messages(asked, [1, 6].into_iter()),
            _ => {
                let later = json!({
                    "incoming_sms_id": 6, "port": 0, "number": "1", "timestamp": "2026-05-23 08:00:00", "text": text(7),
                });
                Says::json(&json!({"error_code": 200, "sn": "db3b-0123", "sms": [later]}))
            }
        },
        ..DINSTAR
    };
    run(async {
        let (house, gate) = (House::with(reset.peer).await, Gate::open(reset, 5, Vec::new()).await);
        let held = gate.ask(&house).await;
        for count in [5, 6, 7] {
            *gate.count.lock().expect("whole") = count;
            until_kept(&house, count).await;
        }
        held.close(&house).await;
    });
}

/// The phone's answer holds no SMS: it pushes them.
#[test]
pub(crate) fn a_phone_is_asked_to_push_its_inbox_again_from_where_it_was_asked_last() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let phone = Kind { peer: &crate::sms_gateway_android::PEER, ..EJOIN };
    run(async {
        let house = House::with(phone.peer).await;
        let mut first = Some(Says::status(503, "busy"));
        let server = Server::open(move |asked| {
            assert_eq!((asked.method.as_str(), asked.path()), ("POST", "/inbox/refresh"));
            let (user, of) = (asked.authorization.strip_prefix("Basic ").expect("basic"), STANDARD);
            assert_eq!(of.decode(user).expect("base64"), format!("root:{PASSWORD}").into_bytes());
            kept.lock().expect("whole").push(asked.json());
            first.take().unwrap_or(Says::status(202, ""))
        });
        let gate = Gate { server: server.await, count: Arc::default(), kind: phone };
        let held = gate.ask(&house).await;
        until(async || told.lock().expect("whole").len() >= 3).await;
        held.close(&house).await;
        assert!(house.fault().await.contains("status 503"));
        let told = told.lock().expect("whole");
        let of = |place: usize, name: &str| told[place][name].as_str().expect("a time").to_owned();
        assert!(told[0] == told[1] && told[1]["triggerWebhooks"] == true, "what failed is asked for again");
        assert_eq!((of(0, "since"), of(0, "until")), ("2026-05-20T14:30:00Z".into(), "2026-05-22T14:30:00Z".into()));
        assert_eq!(of(2, "since"), "2026-05-22T12:30:00Z");
    });
}

#[test]
pub(crate) fn a_phone_that_fails_is_asked_again() {
    let odd = [
        (Says::status(500, "out of order 493801"), "status 500"),
        (Says::status(401, "no 493801"), "does not know"),
        (Says::status(403, "no"), "does not know"),
        (Says::status(404, "an older app"), "status 404"),
        (Says::Answer(302, "location: /elsewhere\r\n".into(), String::new()), "status 302"),
        (Says::Bytes("220 mail 493801\r\n"), "broke off"),
        (Says::HangsUp, "broke off"),
        (Says::Pours, "too large"),
    ];
    run(async {
        let (here, mut all) = (LocalSet::new(), JoinSet::new());
        for (says, fault) in odd {
            let story = async move {
                let (house, gate) = (House::with(PHONE.peer).await, Gate::open(PHONE, 0, vec![says]).await);
                let held = gate.ask(&house).await;
                until(async || held.inbox.state().reconnects == 1 && held.inbox.state().links == 1).await;
                let told = house.fault().await;
                assert!(told.contains(fault) && !told.contains("4938"), "{told}");
                held.close(&house).await;
            };
            all.spawn_local_on(story, &here);
        }
        here.run_until(all.join_all()).await;
    });
}

#[test]
pub(crate) fn a_phone_that_wants_to_be_left_alone_is() {
    run(async {
        let busy = Says::Answer(429, "retry-after: 3\r\n".into(), String::new());
        let (house, gate) = (House::with(PHONE.peer).await, Gate::open(PHONE, 0, vec![busy]).await);
        let (held, begun) = (gate.ask(&house).await, Instant::now());
        until(async || held.inbox.state().links == 1).await;
        assert!(begun.elapsed() >= Duration::from_secs(3) && house.fault().await.contains("too often"));
        held.close(&house).await;
    });
}

#[test]
pub(crate) fn nothing_secret_of_a_phone_shows_in_the_log_or_the_fault() {
    let log = Log::default();
    let proof = STANDARD.encode(format!("root:{PASSWORD}"));
    log.listen(|| {
        run(async {
            let first = vec![Says::status(500, "493801"), Says::status(401, "493801")];
            let (house, gate) = (House::with(PHONE.peer).await, Gate::open(PHONE, 0, first).await);
            let held = gate.ask(&house).await;
            until(async || held.inbox.state().links == 1).await;
            let fault = house.fault().await;
            assert!(!fault.contains(PASSWORD) && !fault.contains(&proof) && !fault.contains("4938"), "{fault}");
            held.close(&house).await;
        });
    });
    let said = log.said();
    assert!(!said.contains(PASSWORD) && !said.contains(&proof) && !said.contains("4938"), "{said}");
}
