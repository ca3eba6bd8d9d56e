//! `jesusnumber serve`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use domain::clock::rfc3339;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::house::{DEVICE, House, Kept, SIGNING_KEY, now_ms};
use crate::http::Answer;
use crate::program::{run, text};

/// The documented webhook of SMS Gateway for Android for an SMS of that moment, signed as the app signs it: a repeat
/// is signed anew and tells of the same SMS.
fn push(house: &House, id: &str, received_ms: i64, message: &str, signing_key: &str) -> Answer {
    let (received_at, at) = (rfc3339(received_ms), (now_ms() / 1_000).to_string());
    let body = format!(
        r#"{{"id":"{id}","webhookId":"w1","event":"sms:received","deviceId":"{DEVICE}","payload":{{"messageId":"1a2b3c4d","message":"{message}","sender":"22395","recipient":"+12025550147","simNumber":1,"phoneNumber":"22395","receivedAt":"{received_at}"}}}}"#
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(signing_key.as_bytes()).expect("any length");
    mac.update(body.as_bytes());
    mac.update(at.as_bytes());
    let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let headers =
        [("content-type", "application/json"), ("x-timestamp", at.as_str()), ("x-signature", signature.as_str())];
    house.client.call("POST", "/ingest/phone/", &headers, body.as_bytes())
}

fn order(house: &House) -> String {
    let ordered = house.client.post("/api/v1/short-term/order/", "service=google").json();
    ordered["order_id"].as_str().unwrap_or_else(|| panic!("{ordered}")).to_owned()
}

/// From a phone's signed bytes to the code in the customer's hands and the money in the house's.
fn a_phone_s_webhook_ends_as_a_code(kept: Kept) {
    let house = House::serve(kept);
    let order = order(&house);
    let path = format!("/api/v1/short-term/sms/?order_id={order}&wait=30");
    let waiting = {
        let (client, path) = (house.client.clone(), path.clone());
        thread::spawn(move || client.get(&path).json())
    };
    let received_ms = now_ms();
    assert_eq!(push(&house, "id-1", received_ms, "G-123456 is your code", "another-key-of-ours").status, 401);
    let first = push(&house, "id-1", received_ms, "G-123456 is your code", SIGNING_KEY);
    assert_eq!((first.status, first.body.as_str()), (200, r#"{"success":true}"#));
    let repeat = push(&house, "id-1", received_ms, "G-123456 is your code", SIGNING_KEY);
    assert_eq!(repeat.status, 200, "a repeat is acknowledged");
    let read = waiting.join().expect("an answer");
    assert_eq!((&read["success"], &read["code"]), (&true.into(), &"123456".into()), "{read}");
    assert_eq!(read["message"], "G-123456 is your code");
    assert_eq!(house.client.get(&path).json()["messages"].as_array().map(Vec::len), Some(1));
    let balance = house.client.get("/api/v1/balance/").body;
    assert!(balance.starts_with(r#"{"success":true,"balance":4.58,"held":0.00"#), "{balance}");
}

#[test]
fn a_phone_s_webhook_ends_as_a_code_on_sqlite() {
    a_phone_s_webhook_ends_as_a_code(Kept::Sqlite);
}

#[test]
fn a_phone_s_webhook_ends_as_a_code_on_postgres() {
    a_phone_s_webhook_ends_as_a_code(Kept::Postgres);
}

#[test]
fn a_wait_is_answered_by_what_another_node_heard() {
    let house = House::serve(Kept::Postgres);
    let neighbour = house.neighbour();
    let order = order(&house);
    let client = neighbour.client.clone();
    let waiting =
        thread::spawn(move || client.get(&format!("/api/v1/short-term/sms/?order_id={order}&wait=30")).json());
    assert_eq!(neighbour.client.get("/api/v1/balance/").status, 200);
    assert_eq!(push(&house, "id-1", now_ms(), "G-123456 is your code", SIGNING_KEY).status, 200);
    let read = waiting.join().expect("an answer");
    assert_eq!(read["code"], "123456", "{read}");
    house.program.signal("TERM");
    assert_eq!(house.program.end().code(), Some(0));
    assert_eq!(neighbour.client.get("/api/v1/balance/").status, 200);
}

#[test]
fn a_sigterm_answers_an_open_wait_and_ends_well() {
    let house = House::serve(Kept::Sqlite);
    let order = order(&house);
    let client = house.client.clone();
    let began = Instant::now();
    let waiting = thread::spawn(move || client.get(&format!("/api/v1/short-term/sms/?order_id={order}&wait=60")));
    // Another thread asks, so only the house knows when the wait is open.
    while !house.private.call("GET", "/metrics", &[], b"").body.contains("waits_asleep 1") {
        assert!(began.elapsed() < Duration::from_secs(20), "the wait never began");
    }
    house.program.signal("TERM");
    let answer = waiting.join().expect("an answer");
    assert_eq!((answer.status, &answer.json()["status"]), (200, &"waiting".into()));
    assert!(began.elapsed() < Duration::from_secs(20));
    assert_eq!(house.program.end().code(), Some(0));
}

#[test]
fn metrics_are_told_behind_the_private_door_alone() {
    let house = House::serve(Kept::Sqlite);
    order(&house);
    let metrics = house.private.call("GET", "/metrics", &[], b"");
    assert_eq!(metrics.status, 200);
    for name in ["http_requests_total", "http_request_seconds_bucket", "worker_last_success_seconds"] {
        assert!(metrics.body.contains(name), "{name} is missing in {}", metrics.body);
    }
    assert_eq!(house.client.call("GET", "/metrics", &[], b"").status, 404);
    assert_eq!(house.private.call("GET", "/readyz", &[], b"").status, 200);
    assert_eq!(house.private.get("/api/v1/balance/").status, 404);
}

#[test]
fn metrics_tell_when_a_source_was_heard_and_when_it_failed() {
    let house = House::serve(Kept::Sqlite);
    let file = rusqlite::Connection::open(house.path("house.db")).expect("it opens");
    let seen = "INSERT INTO source_seen (source_id, heard_ms, fault_ms, fault) VALUES (1, 1779460200000, 1779460201500, 'it rang')";
    file.execute_batch(seen).expect("written");
    let neighbour = house.neighbour();
    let began = Instant::now();
    let is_told = || {
        let told = neighbour.private.call("GET", "/metrics", &[], b"").body;
        told.contains("supply_last_heard_seconds{source=\"phone\"} 1779460200\n")
            && told.contains("supply_last_fault_seconds{source=\"phone\"} 1779460201.5\n")
            && !told.contains("it rang")
    };
    while !is_told() {
        assert!(began.elapsed() < Duration::from_secs(20), "it is not told");
    }
}

#[test]
fn the_log_names_neither_keys_nor_texts() {
    let house = House::serve(Kept::Sqlite);
    let order = order(&house);
    push(&house, "id-1", now_ms(), "G-123456 is your code", SIGNING_KEY);
    let key = house.client.key.clone();
    house.client.call("GET", &format!("/api/v1/short-term/sms/?order_id={order}&api_key={key}"), &[], b"");
    house.program.signal("TERM");
    let log = house.program.lines_until("the house is closed");
    assert!(log.iter().any(|line| line.contains("/ingest/")), "{log:?}");
    for secret in [key.as_str(), "123456 is", "G-123456", SIGNING_KEY, "2025550147"] {
        assert!(log.iter().all(|line| !line.contains(secret)), "the log has {secret}");
    }
}

/// The keys of a partner: the one it calls with, and the one that it is told with.
const PARTNER: [&str; 2] = ["the-key-of-the-shop", "what-we-push-with"];

/// A house that buys by the partner protocol and takes whatever it is told; where it listens, and what it hears.
fn shop() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (told, heard) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a connection"));
            let mut length = 0;
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).expect("a line");
                match line.to_ascii_lowercase().strip_prefix("content-length:") {
                    Some(value) => length = value.trim().parse().expect("a length"),
                    None if line.trim().is_empty() => break,
                    None => {}
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("a body");
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"status\":\"SUCCESS\"}";
            stream.get_mut().write_all(answer).expect("answered");
            drop(told.send(String::from_utf8(body).expect("text")));
        }
    });
    (port, heard)
}

/// The program sells to a partner, pushes to it by itself what comes in, and logs neither keys nor texts.
fn a_partner_buys_and_is_told(kept: Kept) {
    let house = House::serve(kept);
    let (port, heard) = shop();
    let file = |name: &str, text: &str| {
        std::fs::write(house.path(name), text).expect("written");
        house.path(name).display().to_string()
    };
    let (key, push_key) = (file("key", PARTNER[0]), file("push-key", PARTNER[1]));
    let (settings, address) = (house.path("house.toml").display().to_string(), format!("http://127.0.0.1:{port}/"));
    let made = ["admin", "--config", &settings, "--by", "olga", "partner", "add", "shop", "--account", "ann"];
    let way = ["--address", &address, "--key-file", &key, "--push-key-file", &push_key, "--allow-network", "127.0.0.1"];
    let added = run(&[&made[..], &way].concat(), &[]);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let ask = |fields: &str| {
        let body = format!(r#"{{"key":"{}",{fields}}}"#, PARTNER[0]);
        house.client.call("POST", "/api/partner/", &[("content-type", "application/json")], body.as_bytes()).json()
    };
    assert_eq!(ask(r#""action":"GET_SERVICES""#)["countryList"][0]["operatorMap"]["any"]["google"], 1);
    let sold = ask(r#""action":"GET_NUMBER","country":"usa","operator":"any","service":"google","sum":0.5"#);
    assert_eq!((&sold["status"], &sold["number"]), (&"SUCCESS".into(), &12_025_550_147_i64.into()));
    assert_eq!(push(&house, "id-1", now_ms(), "G-123456 is your code", SIGNING_KEY).status, 200);
    let told = heard.recv_timeout(Duration::from_secs(40)).expect("it is told");
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&told["action"], &told["key"]), (&"PUSH_SMS".into(), &PARTNER[1].into()));
    assert_eq!((&told["phone"], &told["text"]), (&"12025550147".into(), &"G-123456 is your code".into()));
    let finish = format!(r#""action":"FINISH_ACTIVATION","activationId":{},"status":3"#, sold["activationId"]);
    assert_eq!(ask(&finish)["status"], "SUCCESS");
    house.program.signal("TERM");
    let log = house.program.lines_until("the house is closed");
    assert!(log.iter().any(|line| line.contains("/api/partner/")), "{log:?}");
    for secret in [PARTNER[0], PARTNER[1], "G-123456", "2025550147"] {
        assert!(log.iter().all(|line| !line.contains(secret)), "the log has {secret}");
    }
}

#[test]
fn a_partner_buys_and_is_told_on_sqlite() {
    a_partner_buys_and_is_told(Kept::Sqlite);
}

#[test]
fn a_partner_buys_and_is_told_on_postgres() {
    a_partner_buys_and_is_told(Kept::Postgres);
}
