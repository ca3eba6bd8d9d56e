//! Jasmin, unmodified, as whoever the house takes SMS from: node-smpp tells them to Jasmin, and Jasmin to the house. It
//! needs Redis, RabbitMQ and a Python of its own, which `prepare` makes; `./check --long` runs this by its name.

#[path = "../it/smpp/house.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod house;
#[path = "../peers/program.rs"]
#[expect(dead_code, reason = "the other peers use more of it")]
mod program;
#[expect(dead_code, reason = "the measurement uses more of it")]
mod programs;

use std::path::PathBuf;

use house::{House, settings, until};
use program::Told;
use programs::{Jasmin, Programs, Throwers};
use tokio::process::Command;

/// What a house at Jasmin's end tells it: who sends, and to whom all of it goes.
const SET_UP: &str = "\
smppccm -a
cid up1
host 127.0.0.1
port @PORT@
username foo
password bar
bind transceiver
ok
group -a
gid g1
ok
user -a
username esme1
password secret1
gid g1
uid u1
ok
morouter -a
type DefaultRoute
connector smpps(esme1)
ok
";

/// All that node-smpp has, parts joined; the last one twice, because node-smpp repeats it and Jasmin knows no repeats.
fn wanted() -> Vec<String> {
    let long = format!("{} 314159", "P".repeat(300));
    let payload = "A".repeat(5_000);
    let mut wanted: Vec<String> = [
        "G-123456 is your Google verification code.",
        "Code {[~]} 12€|^\\ 998877",
        "Code 445566 😀 验证码",
        "Your code is 123456, do not share",
        "Top half 778899 bottom",
        "SAR one 1020 SAR two",
        &long,
        &payload,
        "told again 271828",
        "told again 271828",
    ]
    .map(str::to_owned)
    .to_vec();
    wanted.sort_unstable();
    wanted
}

#[expect(clippy::disallowed_methods, reason = "tests are told by their caller where Jasmin is")]
/// Where `prepare` put Jasmin.
fn prepared() -> PathBuf {
    let path = std::env::var("JESUSNUMBER_TEST_JASMIN");
    PathBuf::from(path.expect("JESUSNUMBER_TEST_JASMIN names the folder that tests/jasmin/prepare made"))
}

/// node-smpp, which tells what it has to whoever binds; and its port.
async fn centre() -> (Told, u16) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/centre.js");
    let mut centre = Told::start(Command::new("node").arg(script));
    let line = centre.line().await;
    let port = line.strip_prefix("listening ").expect("a port").parse().expect("a port");
    (centre, port)
}

async fn texts(house: &House) -> Vec<String> {
    let mut texts = house.texts().await;
    texts.sort_unstable();
    texts
}

#[tokio::test]
async fn what_comes_through_jasmin_is_kept_and_what_could_not_be_kept_comes_again() {
    let mut programs = Programs::start(tempfile::tempdir().expect("a scratch folder"), prepared()).await;
    let (_centre, port) = centre().await;
    let mut jasmin = Jasmin::start(&mut programs, Throwers::Inside).await;
    for line in SET_UP.replace("@PORT@", &port.to_string()).lines() {
        jasmin.say(line).await;
    }
    let address = format!("127.0.0.1:{}", jasmin.smpp);
    let more = [("system_id", "esme1"), ("password", "secret1"), ("bind", "transceiver")];
    let house = House::of("smpp", settings(&address, &more)).await;
    let held = house.hold(settings(&address, &more)).await;
    until(async || held.inbox.state().links == 1).await;
    house.tamper("ALTER TABLE message RENAME TO gone");
    jasmin.say("smppccm -1 up1").await;
    until(async || house.fault().await.contains("come again")).await;
    house.tamper("ALTER TABLE gone RENAME TO message");
    // Jasmin tells again, after half a minute, what was answered with 0x64.
    until(async || texts(&house).await == wanted()).await;
    held.close(&house).await;
}
