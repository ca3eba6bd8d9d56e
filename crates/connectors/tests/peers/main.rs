//! Programs of others, unmodified, that the house takes SMS from: the message centres node-smpp and Kannel's `drive_smpp`,
//! Kannel itself, and the modem daemons smsd, gammu-smsd and ModemManager; and what Vonage's own library takes. They are
//! installed by `./check`, which runs this by its name.

#[path = "../it/smpp/house.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod house;
mod kannel;
#[path = "../it/at/modem.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod modem;
mod modemmanager;
mod program;
mod sale;
mod spools;
mod vonage;

use house::{House, settings, until};
use program::{Program, Told};
use tokio::net::TcpListener;
use tokio::process::Command;

/// Where Debian's package has it.
const DRIVE_SMPP: &str = "/usr/lib/kannel/test/drive_smpp";

#[tokio::test]
async fn node_smpp_hands_over_all_that_it_has_and_one_message_twice() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/centre.js");
    let mut centre = Told::start(Command::new("node").arg(script));
    let port = centre.line().await;
    let address = format!("127.0.0.1:{}", port.strip_prefix("listening ").expect("a port"));
    let house = House::open(&address).await;
    let held = house.hold(settings(&address, &[("bind", "transceiver")])).await;
    assert_eq!(centre.line().await, "bound house bind_transceiver");
    for _ in 0..12 {
        assert_eq!(centre.line().await, "answer 0");
    }
    assert_eq!(centre.line().await, "there");
    // It throws the house out once it has the answer, and tells the same message again to the new bind.
    assert_eq!(centre.line().await, "answer 0");
    assert_eq!(centre.line().await, "bound house bind_transceiver");
    assert_eq!(centre.line().await, "answer 0");
    assert_eq!(centre.line().await, "done");
    let long = format!("{} 314159", "P".repeat(300));
    let wanted = [
        ("22395", "G-123456 is your Google verification code."),
        ("ACME", "Code {[~]} 12€|^\\ 998877"),
        ("+13125550100", "Code 445566 😀 验证码"),
        ("+13125550101", "Your code is 123456, do not share"),
        ("+13125550102", "Top half 778899 bottom"),
        ("+13125550103", "SAR one 1020 SAR two"),
        ("+13125550104", &long),
        ("+13125550105", &"A".repeat(5_000)),
        ("+13125550106", "told again 271828"),
    ];
    let kept = house.kept().await;
    let kept: Vec<(&str, &str)> = kept.iter().map(|kept| (kept.sender.as_str(), kept.text.as_str())).collect();
    assert_eq!(kept, wanted);
    held.close(&house).await;
}

#[tokio::test]
async fn drive_smpp_hands_over_all_that_it_has() {
    // It wants a gateway of its own at port 13001 that takes whatever is written to it.
    let gateway = TcpListener::bind("127.0.0.1:13001").await.expect("the port that it asks for");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = gateway.accept().await {
            tokio::spawn(async move { tokio::io::copy(&mut stream, &mut tokio::io::sink()).await });
        }
    });
    let port = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port();
    let address = format!("127.0.0.1:{port}");
    let _centre = Program::start(Command::new(DRIVE_SMPP).args(["-v", "4", "-p", &port.to_string(), "-m", "50"]));
    let house = House::open(&address).await;
    let held = house.hold(settings(&address, &[])).await;
    until(async || house.kept().await.len() == 50).await;
    let mut texts: Vec<u32> = house.texts().await.iter().map(|text| text.parse().expect("a number")).collect();
    texts.sort_unstable();
    assert!(texts.into_iter().eq(1..=50));
    held.close(&house).await;
}
