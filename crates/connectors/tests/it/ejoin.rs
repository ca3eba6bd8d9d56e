//! An Ejoin or Skyline SIM box.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::supply::{self, Part, Request};
use serde_json::{Value, json};

use crate::peer::{NOW_MS, NOW_S, Peer, SOMEBODY, TEXT, connector, percent, post_to_word};
use crate::smpp::house::{House, until};

pub(crate) const PEER: Peer = Peer {
    connector: "ejoin",
    body: |sms| {
        let row =
            json!([0, "24.01", NOW_S - 2, sms.sender, "", STANDARD.encode(&sms.text), ICCID, "310260000000001", ""]);
        push(&json!([row])).into_bytes()
    },
    sign: post_to_word,
    is_batch: true,
    line: (Some(ICCID), Some("24.01"), None),
    ..SOMEBODY
};

const ICCID: &str = "89610300003433465383";

fn push(rows: &Value) -> String {
    json!({"type": "recv-sms", "sms_num": rows.as_array().map(Vec::len), "sms": rows}).to_string()
}

/// A row as it is documented: six columns, the own number told, and no ICCID.
#[test]
fn the_documented_row_is_heard() {
    let row = json!([0, "12.sp256.101", 1_755_697_537, "12052703122", "16463915790", STANDARD.encode(TEXT)]);
    let part = PEER.part(push(&json!([row])));
    assert!(part.line.sim.is_none() && part.text == TEXT && part.sender == "12052703122");
    assert_eq!(part.line.port.as_deref(), Some("12.sp256.101"));
    assert_eq!(part.line.number.as_deref(), Some("16463915790"));
    assert_eq!(part.sent_ms, Some(1_755_697_537_000));
}

#[test]
fn the_block_of_headers_is_not_the_text() {
    let block = "Sender: Google\r\nReceiver: \"24.01\" \r\nSMSC: 34607008077\r\nSCTS: 25110914563088\r\nSlot: \"01\"\r\n\r\nG-666266 is your Google verification code.\r\n\r\nLine two";
    let of = |text: &str| PEER.part(push(&json!([[0, "24.01", 1, "Google", "", STANDARD.encode(text)]])));
    assert!(of(block).text == "G-666266 is your Google verification code.\r\n\r\nLine two");
    assert!(of("Sender: is a word like any other").text == "Sender: is a word like any other");
    assert!(of("").text.is_empty());
}

/// A SIM that is switched in brings texts that the network took long ago: the row tells when the box read them.
#[test]
fn the_earlier_of_the_times_of_the_row_and_of_the_network_counts() {
    let of = |seconds: i64, scts: &str| {
        let text = format!("Sender: 1\r\nSCTS: {scts}\r\n\r\none");
        PEER.part(push(&json!([[0, "24.01", seconds, "1", "", STANDARD.encode(text)]])))
    };
    assert_eq!(of(NOW_S, "26052014295888").sent_ms, Some(NOW_MS - 2 * 24 * 3_600_000 - 2_000));
    assert_eq!(of(NOW_S, "26052414295888").sent_ms, Some(NOW_MS), "the clock of the network is ahead");
    assert_eq!(of(NOW_S, "soon").sent_ms, Some(NOW_MS));
    let [first, again, later] = [0, 0, 1].map(|more| of(NOW_S + more, "26052014295888").reference);
    assert!(first == again && first != later, "a repeat is known by the time of the row");
}

#[test]
fn a_text_is_read_in_the_charset_of_the_settings() {
    let registry = connectors::registry();
    let ejoin = connector(&registry, "ejoin");
    let of = |charset: &str, text: &[u8]| {
        let body = push(&json!([[0, "24.01", 1, "Google", "", STANDARD.encode(text)]])).into_bytes();
        let heard = ejoin.hear(&PEER.settings_with(&[("charset", charset)]), &PEER.push(body, NOW_S), 0);
        heard.unwrap_or_else(|_| panic!("refused")).parts.remove(0).text
    };
    assert!(of("gbk", b"Sender: 1\r\n\r\n\xD1\xE9\xD6\xA4\xC2\xEB 4711") == "验证码 4711");
    assert!(of("", "验证码".as_bytes()) == "验证码");
    assert!(ejoin.check(&PEER.settings_with(&[("charset", "klingon")])).is_err_and(|wrong| wrong.contains("charset")));
}

#[test]
fn reports_are_skipped_and_every_message_of_a_push_is_heard() {
    let row = |kind: u8, text: &str| json!([kind, "1B", NOW_S, "22395", "", STANDARD.encode(text)]);
    let heard = PEER.heard(push(&json!([row(0, "one"), row(1, "report"), row(0, "two")])));
    let texts: Vec<&str> = heard.parts.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn a_repeat_is_known_whatever_else_came_with_it() {
    let row = json!([0, "1B", NOW_S, "22395", "", STANDARD.encode("one")]);
    let other = json!([0, "1B", NOW_S + 1, "22395", "", STANDARD.encode("one")]);
    let heard = PEER.heard(push(&json!([row.clone(), other])));
    assert!(PEER.part(push(&json!([row]))).reference == heard.parts[0].reference);
    assert!(heard.parts[0].reference != heard.parts[1].reference);
}

#[test]
fn what_cannot_be_decoded_is_kept_as_it_came() {
    let part = PEER.part(push(&json!([[0, "1B", NOW_S, "22395", "", "not base64!"]])));
    assert_eq!(part.trouble, Some("unreadable"));
    assert!(String::from_utf8_lossy(&part.raw).contains("not base64!"));
}

/// A box tells again for ever what is refused, and the good rows with it.
#[test]
fn a_row_that_cannot_be_read_is_kept_beside_the_good_ones() {
    let good = json!([0, "1B", NOW_S, "22395", "", STANDARD.encode("one")]);
    for odd in [
        json!([0, "1B", NOW_S, "22395", ""]),
        json!([0, "", NOW_S, "1", "", ""]),
        json!([0, "1B", "soon", "1", "", ""]),
        json!([0, "1B", NOW_S, {"from": 1}, "", ""]),
        json!([0, "1B", NOW_S, "1".repeat(65), "", ""]),
        json!([0, "1B", NOW_S, "1", "", "x".repeat(70_000)]),
        json!("a word"),
        Value::Null,
    ] {
        let parts = PEER.heard(push(&json!([odd, good]))).parts;
        let [kept, one] = parts.as_slice() else { panic!("two pieces") };
        assert!(one.trouble.is_none() && one.text == "one");
        assert_eq!(kept.trouble, Some("unreadable"));
        let start = &odd.to_string()[..odd.to_string().len().min(64)];
        assert!(kept.raw.starts_with(start.as_bytes()) && kept.raw.len() <= 65_536);
        assert!(kept.reference != one.reference);
    }
    let many: Vec<Value> = (0..4_097).map(|_| json!([0, "1B", NOW_S, "1", "", ""])).collect();
    assert_eq!(PEER.heard(push(&json!(many[1..]))).parts.len(), 4_096);
    assert_eq!(PEER.refusal(&PEER.push(push(&json!(many)).into(), NOW_S)), 400);
}

/// As a number of 64 bits an ICCID loses its last digits, and would be another SIM.
#[test]
fn an_iccid_that_is_written_as_a_number_keeps_its_digits() {
    let row = |iccid: &str| format!(r#"{{"type":"recv-sms","sms":[[0,"1B",{NOW_S},22395,"","b25l",{iccid}]]}}"#);
    let part = PEER.part(row(ICCID));
    assert!(part.sender == "22395" && part.text == "one" && part.trouble.is_none());
    assert_eq!(part.line.sim.as_deref(), Some(ICCID));
    assert_ne!(PEER.part(row("8.961e19")).line.sim.as_deref(), Some("8.961e19"));
}

#[test]
fn a_status_that_says_nothing_is_acknowledged() {
    for kind in ["dev-status", "port-status", "something-new"] {
        let heard = PEER.heard(json!({"type": kind, "status": [{"port": "1B"}, 7, null]}).to_string());
        assert!(heard.parts.is_empty() && heard.statuses.is_empty());
    }
}

#[test]
fn a_status_tells_which_sims_are_in_the_network() {
    let port = |port: &str, st: Value, iccid: &str| json!({"port": port, "st": st, "iccid": iccid, "sig": 21});
    let told = json!({"type": "dev-status", "seq": 1, "expires": 180, "max-ports": 32, "status": [
        port("1.01", json!("3"), ICCID), port("2.01", json!(6), "8901"), port("3.01", json!("0 no SIM"), ""),
        port("4.01", json!("5"), "8902"), port("5.01", json!("odd"), "8903"), port("", json!(3), "8904"),
    ]});
    let heard = PEER.heard(told.to_string());
    let told: Vec<(Option<&str>, Option<&str>, bool)> = heard
        .statuses
        .iter()
        .map(|status| (status.line.sim.as_deref(), status.line.port.as_deref(), status.is_online))
        .collect();
    let wanted = [(Some(ICCID), Some("1.01"), true), (Some("8901"), Some("2.01"), false), (None, Some("3.01"), false)];
    assert_eq!(told, wanted);
    assert_eq!(heard.statuses[0].signal.as_deref(), Some("21"));
    let one = json!({"type": "port-status", "port": "1.01", "seq": 2, "st": "3", "iccid": ICCID});
    assert!(PEER.heard(one.to_string()).statuses.first().is_some_and(|status| status.is_online));
}

#[tokio::test]
async fn a_box_that_tells_its_status_no_more_is_taken_from_the_sale_until_it_does() {
    let settings = PEER.settings_with(&[("silent_minutes", "10")]);
    let house = House::of("ejoin", settings.clone()).await;
    house.map(ICCID).await;
    let port = json!({"port": "1.01", "st": 3, "iccid": ICCID, "sig": 21});
    let told = json!({"type": "dev-status", "seq": 1, "expires": 180, "max-ports": 32, "status": [port]}).to_string();
    let tell = || async {
        let request = PEER.push(told.clone().into(), house.app.now_ms() / 1_000);
        supply::ingest(&house.app, &connectors::registry(), "centre", &request).await.map(|reply| reply.status)
    };
    let held = house.hold(settings).await;
    until(async || held.inbox.state().links == 1).await;
    assert_eq!(tell().await.ok(), Some(200));
    assert!(house.is_online().await);
    house.pass_ms(20 * 60 * 1_000);
    until(async || !house.is_online().await).await;
    assert_eq!(tell().await.ok(), Some(200));
    assert!(house.is_online().await);
    held.close(&house).await;
}

#[test]
fn how_long_a_box_may_be_silent_is_checked() {
    let registry = connectors::registry();
    let ejoin = connector(&registry, "ejoin");
    let wrong = ejoin.check(&PEER.settings_with(&[("silent_minutes", "9")])).expect_err("wrong");
    assert!(wrong.contains("silent_minutes"), "{wrong}");
    let wanted = PEER.settings_with(&[("silent_minutes", "10")]);
    assert!(ejoin.check(&wanted).is_ok() && ejoin.polls(&wanted) && !ejoin.polls(&PEER.settings_with(&[])));
}

/// A push in the mode "SMS to HTTP".
fn bare(body: &str) -> Request {
    let mut request = PEER.push(body.into(), NOW_S);
    request.query = format!("port=61A&sender={}&mac=00-30&iccid={ICCID}", percent(b"+13125550100"));
    request
}

fn bare_part(body: &str, now_ms: i64) -> Part {
    let registry = connectors::registry();
    let heard = connector(&registry, "ejoin").hear(&PEER.settings(PEER.secret), &bare(body), now_ms);
    let mut parts = heard.unwrap_or_else(|reply| panic!("{}", reply.status)).parts;
    assert_eq!(parts.len(), 1, "one piece");
    parts.remove(0)
}

#[test]
fn the_mode_sms_to_http_is_heard() {
    let part = bare_part("Sender: 22395\r\nSCTS: 26052214295888\r\n\r\nG-493817 is your code", NOW_MS);
    assert!(part.text == "G-493817 is your code" && part.sender == "+13125550100");
    assert_eq!((part.line.sim.as_deref(), part.line.port.as_deref()), (Some(ICCID), Some("61A")));
}

/// Or a text that was stored for days would go to whoever has the number now.
#[test]
fn the_mode_sms_to_http_tells_when_the_network_took_it() {
    let sent = |scts: &str| bare_part(&format!("Sender: 1\r\nSCTS: {scts}\r\nSlot: 1\r\n\r\none"), NOW_MS).sent_ms;
    assert_eq!(sent("26052214295888"), Some(NOW_MS - 2_000));
    assert_eq!(sent("260522072958A8"), Some(NOW_MS - 2_000), "at -7 hours");
    assert_eq!(sent("26052216295880"), Some(NOW_MS + 2 * 3_600_000 - 2_000), "at no hours, with a sign");
    assert_eq!(sent("26052216295808"), Some(NOW_MS - 2_000), "at +2 hours");
    for odd in ["", "soon", "26132214295800", "2605221429", "é6052214295888"] {
        assert_eq!(sent(odd), None, "{odd}");
    }
    assert_eq!(bare_part("SCTS: 26052214295888", NOW_MS).sent_ms, None, "a text is no header");
}

#[test]
fn a_text_alone_is_a_repeat_within_the_hour_and_not_for_ever() {
    let at = |body: &str, now_ms: i64| bare_part(body, now_ms).reference;
    assert!(at("one", NOW_MS) == at("one", NOW_MS + 60_000));
    assert!(at("one", NOW_MS) != at("one", NOW_MS + 3_600_000));
    let block = "Sender: 1\r\nSCTS: 26052214295888\r\n\r\none";
    assert!(at(block, NOW_MS) == at(block, NOW_MS + 3_600_000));
}

#[test]
fn the_first_blank_line_ends_the_block() {
    let text = bare_part("Sender: 1\nSCTS: 26052214295888\n\none\r\n\r\ntwo", NOW_MS).text;
    assert!(text == "one\r\n\r\ntwo");
    let text = bare_part("Sender: 1\r\nSCTS: 26052214295888\r\n\r\none\n\ntwo", NOW_MS).text;
    assert!(text == "one\n\ntwo");
}
