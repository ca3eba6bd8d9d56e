//! Pushing SMS to a partner, against a house on the loopback that answers as a test says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use connectors::push::ToPartners;
use domain::partner::{Courier, Pushed, Sms};
use domain::supply::Settings;
use serde_json::{Value, json};

use crate::house::{Log, run};
use crate::upstream::{Says, Server};

const KEY: &str = "what-we-push-with";
const TEXT: &str = "G-493817 is your code \u{0}\"ü\u{1f600}";

fn to(address: &str, more: &[(&str, &str)]) -> Settings {
    let all = [("address", address), ("push_key", KEY)];
    let all = all.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::new(all.collect::<BTreeMap<_, _>>())
}

fn sms() -> Sms {
    Sms { id: 355, digits: "12025550147".into(), sender: "Google".into(), text: TEXT.into() }
}

/// What a push comes to at a house that says this.
async fn push(says: Says) -> Pushed {
    let server = Server::open(move |_| says.clone()).await;
    let to = to(&format!("http://127.0.0.1:{}/push", server.port), &[("allow_network", "127.0.0.1")]);
    let pushed = ToPartners::default().push(&to, &sms()).await;
    assert_eq!(server.asked(), ["POST /push"], "told once, whatever came of it");
    pushed
}

fn later(words: &str) -> Pushed {
    Pushed::Later(words.into())
}

#[tokio::test]
async fn an_sms_is_told_as_the_protocol_writes_it() {
    let heard: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    let kept = Arc::clone(&heard);
    let server = Server::open(move |asked| {
        kept.lock().expect("whole").push((asked.target.clone(), asked.json()));
        Says::ok(r#"{"status":"SUCCESS"}"#)
    })
    .await;
    for path in ["/push", "/push/", "", "/"] {
        let address = format!("http://127.0.0.1:{}{path}", server.port);
        let to = to(&address, &[("allow_network", "127.0.0.1")]);
        assert_eq!(ToPartners::default().push(&to, &sms()).await, Pushed::Taken, "{path}");
    }
    let heard = heard.lock().expect("whole");
    let paths: Vec<&str> = heard.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/push", "/push/", "/", "/"]);
    let told = json!({
        "action": "PUSH_SMS", "key": KEY, "smsId": 355, "phone": "12025550147", "phoneFrom": "Google", "text": TEXT,
    });
    assert!(heard.iter().all(|(_, body)| *body == told));
}

#[tokio::test]
async fn only_success_is_taken_and_only_known_words_are_the_end() {
    for (body, pushed) in [
        (r#"{"status":"SUCCESS"}"#, Pushed::Taken),
        (r#"{"status":"success","more":7}"#, Pushed::Taken),
        (r#"{"status":"NO_OPERATION"}"#, Pushed::Refused("NO_OPERATION".into())),
        (r#"{"status":"NO_OP"}"#, Pushed::Refused("NO_OP".into())),
        (r#"{"status":"BAD_SERVICE"}"#, Pushed::Refused("BAD_SERVICE".into())),
        (r#"{"status":"IGNORED"}"#, Pushed::Refused("IGNORED".into())),
        (r#"{"status":"SERVICE_BAN"}"#, Pushed::Refused("SERVICE_BAN".into())),
        (r#"{"status":"ERROR","error":"no"}"#, later("status 200, ERROR")),
        (r#"{"status":true}"#, later("status 200, and no word that can be read")),
        ("", later("status 200, and no word that can be read")),
        ("<html>", later("status 200, and no word that can be read")),
    ] {
        assert_eq!(push(Says::ok(body)).await, pushed, "{body}");
    }
}

#[tokio::test]
async fn what_is_broken_is_told_again_later() {
    for status in [301, 401, 404, 429, 500, 503] {
        let pushed = push(Says::status(status, r#"{"status":"SUCCESS"}"#)).await;
        assert_eq!(pushed, later(&format!("status {status}, SUCCESS")));
    }
    for says in [Says::HangsUp, Says::Bytes("220 mail ready\r\n"), Says::Pours] {
        assert!(matches!(push(says).await, Pushed::Later(_)));
    }
}

#[tokio::test]
async fn a_private_address_is_not_called_unless_a_setting_allows_it() {
    let server = Server::open(|_| Says::ok(r#"{"status":"SUCCESS"}"#)).await;
    let address = format!("http://127.0.0.1:{}/push", server.port);
    for to in [to(&address, &[]), to(&address, &[("allow_network", "10.0.0.0/8")])] {
        let pushed = ToPartners::default().push(&to, &sms()).await;
        let words = "the address is not allowed; if it is meant, `allow_network` must name it or its network";
        assert_eq!(pushed, later(words));
    }
    assert!(server.asked().is_empty());
}

#[test]
fn where_it_cannot_be_pushed_to_is_told() {
    let check = |to: &Settings| ToPartners::default().check(to);
    assert_eq!(check(&to("https://house.example/push", &[])), Ok(()));
    assert!(check(&to("house.example", &[])).expect_err("wrong").contains("`address`"));
    assert!(
        check(&to("https://house.example", &[("allow_network", "x")])).expect_err("wrong").contains("allow_network")
    );
    assert!(check(&to("https://house.example", &[("ca", "no PEM")])).expect_err("wrong").contains("ca"));
    for key in ["", "with space", "ü", &"k".repeat(201)] {
        let wrong = to("https://house.example", &[("push_key", key)]);
        assert!(check(&wrong).expect_err("wrong").contains("push key"), "{key}");
    }
}

#[test]
fn neither_the_key_nor_the_text_is_told() {
    let log = Log::default();
    let told = Arc::new(Mutex::new(String::new()));
    log.listen(|| {
        run(async {
            for says in [Says::ok(format!(r#"{{"status":"{KEY}","error":"{KEY} 493817"}}"#)), Says::HangsUp] {
                let pushed = push(says).await;
                told.lock().expect("whole").push_str(&format!("{pushed:?}"));
            }
        });
    });
    let told = format!("{}{}", told.lock().expect("whole"), log.said());
    for secret in [KEY, "493817", "12025550147"] {
        assert!(!told.contains(secret), "{told}");
    }
}
