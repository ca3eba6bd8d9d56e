//! Modems that are spoken to directly.

pub(crate) mod modem;
mod serial;
mod standing;

use std::collections::BTreeMap;

use domain::supply::Settings;
use tokio::net::TcpListener;

use modem::{IMEI, Modem, SIM};

use crate::house::{Log, run};
use crate::smpp::house::{Held, House, Kept, until};
use crate::sms::{gsm, pdu, utf16};

pub(crate) fn settings(ports: &str) -> Settings {
    settings_within("127.0.0.1", ports)
}

fn settings_within(networks: &str, ports: &str) -> Settings {
    let all = [("ports", ports), ("poll_seconds", "1"), ("allow_network", networks)];
    Settings::new(all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// A modem, a house that knows its SIM, and the wire between them.
async fn plugged() -> (Modem, House, Held) {
    let modem = Modem::open().await;
    let (house, held) = plug(&modem).await;
    (modem, house, held)
}

async fn plug(modem: &Modem) -> (House, Held) {
    let house = House::of("at", settings(&modem.address())).await;
    house.map(SIM).await;
    let held = house.hold(settings(&modem.address())).await;
    (house, held)
}

async fn emptied(modem: &Modem) {
    until(async || modem.kept() == 0).await;
}

fn text(text: &str) -> Vec<u8> {
    gsm(&[], text.as_bytes())
}

#[tokio::test]
pub(crate) async fn all_that_is_stored_is_kept_and_then_taken_out() {
    let modem = Modem::open().await;
    modem.put("SM", &text("1111 is your code"));
    modem.put_as("SM", 1, &text("2222 is your code"));
    modem.put_as("SM", 2, &text("written on a phone"));
    let (house, held) = plug(&modem).await;
    until(async || modem.kept() == 1).await;
    let kept = |text: &str| Kept { reason: "no_lease".into(), sender: "22395".into(), text: text.into() };
    assert_eq!(house.kept().await, [kept("1111 is your code"), kept("2222 is your code")]);
    assert_eq!(held.inbox.state().links, 1);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_message_is_fetched_when_it_is_announced() {
    let (modem, house, held) = plugged().await;
    until(async || modem.state().heard.iter().any(|line| line == "AT+CPMS?")).await;
    for code in ["1111", "2222", "1111 again"] {
        modem.receive(&text(code));
        emptied(&modem).await;
    }
    assert_eq!(house.texts().await, ["1111", "2222", "1111 again"]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_message_that_is_not_announced_is_found() {
    let (modem, house, _held) = plugged().await;
    until(async || modem.state().heard.iter().any(|line| line == "AT+CPMS?")).await;
    modem.put("SM", &text("1111"));
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111"]);
}

#[tokio::test]
pub(crate) async fn a_message_that_is_handed_over_at_once_is_kept() {
    let (modem, house, _held) = plugged().await;
    until(async || modem.state().heard.iter().any(|line| line == "AT+CPMS?")).await;
    let pdu = text("1111");
    let digits: String = pdu.iter().map(|octet| format!("{octet:02X}")).collect();
    modem.say(format!("\r\n+CMT: ,{}\r\n{digits}\r\n", pdu.len() - 1));
    until(async || house.texts().await == ["1111"]).await;
}

#[tokio::test]
pub(crate) async fn one_that_is_kept_and_still_there_after_a_kill_is_one() {
    let modem = Modem::open().await;
    modem.state().refuses_delete = true;
    modem.put("SM", &text("1111"));
    let (house, held) = plug(&modem).await;
    until(async || house.fault().await.contains("cannot be taken out")).await;
    held.kill(&house).await;
    modem.state().refuses_delete = false;
    let held = house.hold(settings(&modem.address())).await;
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111"]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn what_cannot_be_kept_stays_in_the_modem() {
    let (modem, house, _held) = plugged().await;
    house.tamper("ALTER TABLE message RENAME TO gone");
    modem.receive(&text("1111"));
    until(async || house.fault().await.contains("stays in the modem")).await;
    assert_eq!(modem.kept(), 1);
    house.tamper("ALTER TABLE gone RENAME TO message");
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111"]);
}

#[tokio::test]
pub(crate) async fn a_storage_that_stays_full_is_told() {
    let modem = Modem::open().await;
    modem.state().room = 2;
    for words in ["one", "two"] {
        modem.put_as("SM", 3, &text(words));
    }
    let (house, _held) = plug(&modem).await;
    until(async || house.fault().await.contains("the storage SM is full (2 of 2)")).await;
    assert_eq!(modem.kept(), 2);
}

#[tokio::test]
pub(crate) async fn noise_between_the_lines_harms_nothing() {
    let modem = Modem::open().await;
    modem.state().is_noisy = true;
    modem.put("SM", &text("1111"));
    let (house, _held) = plug(&modem).await;
    emptied(&modem).await;
    modem.say("\u{fffd}\u{0}RING\r\n+CMTI: \"SM\r\n+CMGL: 9,1,,5\r\n");
    modem.receive(&text("2222"));
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111", "2222"]);
}

#[tokio::test]
pub(crate) async fn a_line_without_end_is_skipped_and_what_comes_after_it_is_read() {
    let (modem, house, held) = plugged().await;
    until(async || modem.state().heard.iter().any(|line| line == "AT+CPMS?")).await;
    modem.say(format!("{}\r\n", "7".repeat(1_000_000)));
    modem.receive(&text("1111"));
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111"]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_line_that_lost_digits_is_read_again() {
    let modem = Modem::open().await;
    modem.state().broken_lists = 2;
    modem.put("SM", &text("1111 is your code"));
    let (house, _held) = plug(&modem).await;
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111 is your code"]);
}

#[tokio::test]
pub(crate) async fn a_message_that_is_always_broken_is_kept_as_it_is() {
    let modem = Modem::open().await;
    modem.state().broken_lists = usize::MAX;
    modem.put("SM", &text("1111 is your code"));
    let (house, _held) = plug(&modem).await;
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111 is your c"]);
}

#[tokio::test]
pub(crate) async fn what_is_no_message_to_us_is_kept_for_the_operator() {
    let modem = Modem::open().await;
    modem.put("SM", &[0, 0x02, 1, 2, 3]);
    let (house, _held) = plug(&modem).await;
    emptied(&modem).await;
    assert_eq!(house.kept().await[0].reason, "unreadable");
}

#[tokio::test]
pub(crate) async fn a_connection_that_is_lost_in_the_middle_loses_nothing() {
    let modem = Modem::open().await;
    modem.state().lost_lists = 1;
    for words in ["1111", "2222", "3333"] {
        modem.put("SM", &text(words));
    }
    let (house, held) = plug(&modem).await;
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111", "2222", "3333"]);
    assert!(house.fault().await.contains("unplugged or lost"));
    modem.cut();
    until(async || held.inbox.state().reconnects == 2 && held.inbox.state().links == 1).await;
    modem.receive(&text("4444"));
    emptied(&modem).await;
    assert_eq!(house.texts().await.len(), 4);
}

#[tokio::test]
pub(crate) async fn parts_join_in_any_order_in_all_alphabets() {
    let modem = Modem::open().await;
    modem.put("SM", &gsm(&[5, 0, 3, 7, 3, 3], b" now"));
    modem.put("SM", &gsm(&[5, 0, 3, 7, 3, 1], b"Code 1020 \x1b"));
    modem.put("SM", &utf16(&[6, 8, 4, 1, 2, 2, 2], &[0xDE00, 0x0021]));
    modem.put("SM", &pdu(4, &[], 8, b"42 is it"));
    modem.put("SM", &gsm(&[5, 0, 3, 7, 3, 2], b"e only"));
    modem.put("SM", &utf16(&[6, 8, 4, 1, 2, 2, 1], &[0x0037, 0xD83D]));
    let (house, _held) = plug(&modem).await;
    emptied(&modem).await;
    let mut texts = house.texts().await;
    texts.sort_unstable();
    assert_eq!(texts, ["42 is it", "7😀!", "Code 1020 € only now"]);
}

#[tokio::test]
pub(crate) async fn another_sim_is_another_line() {
    let (modem, house, _held) = plugged().await;
    modem.receive(&text("1111"));
    emptied(&modem).await;
    modem.state().iccid = "8901260999999999999".to_owned();
    modem.receive(&text("2222"));
    emptied(&modem).await;
    let reasons: Vec<String> = house.kept().await.into_iter().map(|kept| kept.reason).collect();
    assert_eq!(reasons, ["no_lease", "unmapped_sim"]);
    assert!(modem.state().heard.iter().filter(|line| *line == "AT").count() >= 2, "it began anew");
}

#[tokio::test]
pub(crate) async fn what_the_modem_kept_with_another_sim_is_nobody_s() {
    let modem = Modem::open().await;
    modem.put("ME", &text("1111"));
    let (house, held) = plug(&modem).await;
    emptied(&modem).await;
    until(async || held.inbox.mark() == format!("{IMEI}={SIM}")).await;
    modem.put("ME", &text("2222"));
    emptied(&modem).await;
    held.kill(&house).await;
    modem.put("ME", &text("3333"));
    let held = house.hold(settings(&modem.address())).await;
    emptied(&modem).await;
    held.close(&house).await;
    modem.put("ME", &text("4444"));
    modem.put("SM", &text("5555"));
    modem.state().iccid = "8901260999999999999".to_owned();
    house.map("8901260999999999999").await;
    let _held = house.hold(settings(&modem.address())).await;
    emptied(&modem).await;
    let seen: BTreeMap<String, String> = house.kept().await.into_iter().map(|kept| (kept.text, kept.reason)).collect();
    let wanted = [
        ("1111", "kept_with_another_sim"),
        ("2222", "no_lease"),
        ("3333", "no_lease"),
        ("4444", "kept_with_another_sim"),
        ("5555", "no_lease"),
    ];
    assert_eq!(seen, wanted.map(|(text, reason)| (text.to_owned(), reason.to_owned())).into());
}

#[tokio::test]
pub(crate) async fn a_modem_that_does_not_tell_its_sim_is_known_by_its_port() {
    let modem = Modem::open().await;
    modem.state().way = "";
    modem.put("SM", &text("1111"));
    let house = House::of("at", settings(&modem.address())).await;
    house.map(&modem.address()).await;
    let _held = house.hold(settings(&modem.address())).await;
    emptied(&modem).await;
    assert_eq!(house.kept().await[0].reason, "no_lease");
}

#[tokio::test]
pub(crate) async fn a_sim_is_asked_for_in_the_way_that_its_modem_knows() {
    let modem = Modem::open().await;
    modem.state().way = "AT^ICCID?";
    modem.put("SM", &text("1111"));
    let (house, _held) = plug(&modem).await;
    emptied(&modem).await;
    assert_eq!(house.kept().await[0].reason, "no_lease");
}

#[tokio::test]
pub(crate) async fn a_sim_that_wants_a_pin_is_told_and_given_none() {
    let modem = Modem::open().await;
    modem.state().pin = "SIM PIN";
    let (house, held) = plug(&modem).await;
    until(async || house.fault().await.contains("asks for a PIN")).await;
    modem.state().pin = "READY";
    modem.put("SM", &text("1111"));
    emptied(&modem).await;
    assert!(modem.state().heard.iter().all(|line| !line.starts_with("AT+CPIN=")));
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_modem_without_a_sim_is_told_so() {
    let modem = Modem::open().await;
    modem.state().pin = "SIM NOT READY";
    let (house, _held) = plug(&modem).await;
    until(async || house.fault().await.contains("the SIM is missing or broken")).await;
}

#[tokio::test]
pub(crate) async fn a_modem_that_receives_in_itself_alone_is_read_in_both() {
    let modem = Modem::open().await;
    modem.state().refuses_sim = true;
    modem.put("SM", &text("1111"));
    let (house, _held) = plug(&modem).await;
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111"]);
}

#[tokio::test]
pub(crate) async fn several_ports_are_read_and_one_sim_by_one_of_them() {
    let (one, other, same) = (Modem::open().await, Modem::open().await, Modem::open().await);
    other.state().iccid = "8901260999999999999".to_owned();
    let ports = format!("{}, {}, {}", one.address(), other.address(), same.address());
    let house = House::of("at", settings(&ports)).await;
    let held = house.hold(settings(&ports)).await;
    until(async || held.inbox.state().links == 2 && house.fault().await.contains("read at another port")).await;
    for (modem, words) in [(&one, "1111"), (&same, "1111"), (&other, "2222")] {
        modem.receive(&text(words));
    }
    until(async || one.kept() + same.kept() == 1 && other.kept() == 0).await;
    assert_eq!(house.kept().await.len(), 2);
    held.close(&house).await;
}

#[tokio::test]
async fn a_modem_in_a_network_of_ours_is_dialled_only_where_a_setting_names_it() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let port = listener.local_addr().expect("an address").port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let ports = format!("tcp:{host}:{port}");
        let house = House::of("at", settings(&ports)).await;
        let held = house.hold(settings_within("10.0.0.0/8", &ports)).await;
        until(async || house.fault().await.contains("`allow_network`")).await;
        assert!(house.fault().await.contains("the address is not allowed"));
        held.close(&house).await;
    }
    assert!(listener.accept().is_err(), "nobody came");
    let ports = format!("tcp:localhost:{port}");
    let house = House::of("at", settings(&ports)).await;
    let _held = house.hold(settings_within("10.0.0.0/8 127.0.0.0/8", &ports)).await;
    TcpListener::from_std(listener).expect("a door").accept().await.expect("the house came");
}

#[tokio::test]
pub(crate) async fn nothing_but_the_listed_commands_is_ever_said() {
    let modem = Modem::open().await;
    modem.state().way = "";
    modem.state().lost_lists = 1;
    modem.state().stands = [0, 5];
    modem.put("ME", &text("AT+CMGS=\"+13125550100\"\rATD911;"));
    let (house, held) = plug(&modem).await;
    emptied(&modem).await;
    until(async || modem.state().heard.iter().any(|line| line == "AT+CSQ")).await;
    held.close(&house).await;
    let listed = [
        "AT",
        "ATE0",
        "AT+CMEE=1",
        "AT+CPIN?",
        "AT+CGSN",
        "AT+CMGF=0",
        "AT+CPMS=?",
        "AT+CPMS?",
        "AT+CMGL=4",
        "AT+CNMI=2,1,0,0,0",
        "AT+CPMS=\"SM\",\"SM\",\"SM\"",
        "AT+CPMS=\"ME\"",
        "AT+CMGD=1",
        "AT+CCID",
        "AT+QCCID",
        "AT+ICCID",
        "AT+CICCID",
        "AT^ICCID?",
        "AT#CCID",
        "AT+CRSM=176,12258,0,0,10",
        "AT+CSQ",
        "AT+CREG?",
        "AT+CEREG?",
    ];
    let heard = modem.state().heard.clone();
    assert!(heard.iter().all(|line| listed.contains(&line.as_str())), "{heard:?}");
    assert!(listed.iter().all(|line| heard.iter().any(|heard| heard == line)), "{heard:?}");
}

#[test]
pub(crate) fn nothing_of_a_message_is_in_the_log() {
    let log = Log::default();
    log.listen(|| {
        run(async {
            let (modem, house, held) = plugged().await;
            house.tamper("ALTER TABLE message RENAME TO gone");
            modem.receive(&text("493817 is your code"));
            until(async || house.fault().await.contains("stays in the modem")).await;
            house.tamper("ALTER TABLE gone RENAME TO message");
            emptied(&modem).await;
            assert!(!house.fault().await.contains("493817"));
            held.close(&house).await;
        });
    });
    let said = log.said();
    assert!(!said.contains("493817") && !said.contains(SIM) && !said.contains("22395"), "{said}");
}

#[test]
pub(crate) fn settings_are_checked() {
    let registry = connectors::registry();
    let connector = registry.get("at").expect("it is there");
    let with = |name: &str, value: &str| {
        let all = [("ports", "/dev/ttyUSB0"), (name, value)];
        let all = all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        connector.check(&Settings::new(all))
    };
    assert_eq!(with("baud", "9600"), Ok(()));
    let periods = [("poll_seconds", "0"), ("poll_seconds", "x")];
    for (name, value) in [("ports", "ttyUSB0"), ("baud", "12"), ("allow_network", "here")].into_iter().chain(periods) {
        assert!(with(name, value).is_err_and(|fault| fault.contains(name)), "{name}={value}");
    }
}
