//! `ModemManager` in its own test mode, on a message bus of the test: its modem is a socket behind which ours answers.

use std::fs;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener as Listener};

use domain::supply::Settings;
use tokio::net::UnixListener;
use tokio::process::Command;
use tokio::time::timeout;
use zbus::connection::Builder;
use zbus::{Connection, OwnedObjectPath};

use crate::house::{House, until};
use crate::modem::{Modem, SIM};
use crate::program::{PATIENCE, Program, Told};
use crate::spools::octets;

const MANAGER: &str = "org.freedesktop.ModemManager1";
/// A bus of its own: nothing of the machine's is on it, and nothing is started because somebody asks for it.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=@BUS@</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A bus, a modem, and who asks for both.
struct Bench {
    _bus: Told,
    _scratch: tempfile::TempDir,
    address: String,
    asks: Connection,
    modem: Modem,
    socket: String,
}

impl Bench {
    /// A bus and a modem. `name` tells the benches of this run apart.
    async fn open(name: &str) -> Self {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let config = scratch.path().join("bus.conf");
        fs::write(&config, BUS.replace("@BUS@", &scratch.path().join("bus").display().to_string())).expect("written");
        let mut bus = Command::new("dbus-daemon");
        bus.arg("--config-file").arg(&config).args(["--nofork", "--nopidfile", "--nosyslog", "--print-address"]);
        let mut bus = Told::start(&bus);
        let address = bus.line().await.split(',').next().expect("an address").to_owned();
        let asks = timeout(PATIENCE, Builder::address(address.as_str()).build()).await;
        let asks = asks.expect("in time").expect("connected");
        let modem = Modem::open().await;
        modem.state().is_talkative = true;
        let socket = format!("abstract:jesusnumber-{name}-{}", std::process::id());
        let listener = SocketAddr::from_abstract_name(&socket).and_then(|at| Listener::bind_addr(&at)).expect("free");
        listener.set_nonblocking(true).expect("set");
        let (listener, door) = (UnixListener::from_std(listener).expect("a listener"), modem.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(door.clone().serve(stream));
            }
        });
        Self { _bus: bus, _scratch: scratch, address, asks, modem, socket }
    }

    /// `ModemManager`, which is given the modem.
    async fn start(&self) -> Program {
        let mut manager = Command::new("/usr/sbin/ModemManager");
        manager.args(["--test-session", "--test-enable", "--test-no-udev", "--test-no-suspend-resume"]);
        manager.args(["--test-no-qrtr", "--no-auto-scan"]).env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        let manager = Program::start(&manager);
        until(async || self.plug().await).await;
        manager
    }

    /// Tells the manager of the modem; whether it heard it.
    async fn plug(&self) -> bool {
        self.plug_into(&self.socket).await
    }

    /// Takes the modem away, and puts another one there that is at a socket.
    async fn plug_into(&self, socket: &str) -> bool {
        let (path, interface) = ("/org/freedesktop/ModemManager1", "org.freedesktop.ModemManager1.Test");
        let profile = ("stick", "generic", vec![socket]);
        self.asks.call_method(Some(MANAGER), path, Some(interface), "SetProfile", &profile).await.is_ok()
    }

    /// What the manager has of the modem's messages, whole or not.
    async fn messages(&self) -> Vec<OwnedObjectPath> {
        let (path, interface) =
            ("/org/freedesktop/ModemManager1/Modem/0", "org.freedesktop.ModemManager1.Modem.Messaging");
        let asked = self.asks.call_method(Some(MANAGER), path, Some(interface), "List", &()).await;
        asked.ok().and_then(|answer| answer.body().deserialize().ok()).unwrap_or_default()
    }

    fn settings(&self) -> Settings {
        Settings::new([("bus".to_owned(), self.address.clone())].into())
    }

    /// A house that knows the modem's SIM.
    async fn house(&self) -> House {
        let house = House::of("modemmanager", self.settings()).await;
        house.map(SIM).await;
        house
    }
}

/// The known PDU of this name and what it says.
fn known(name: &str) -> (Vec<u8>, &'static str) {
    let lines = include_str!("../it/data/pdus.tsv").lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let fields = lines.filter(|fields| fields.len() == 4).find(|fields| fields[0] == name).expect("known");
    (octets(fields[1]), fields[3])
}

async fn texts(house: &House) -> Vec<String> {
    let kept = house.kept().await;
    assert!(kept.iter().all(|kept| kept.reason == "no_lease"), "{kept:?}");
    let mut texts: Vec<String> = kept.into_iter().map(|kept| kept.text).collect();
    texts.sort_unstable();
    texts
}

#[tokio::test]
async fn modemmanager_hands_over_what_its_modem_received() {
    let bench = Bench::open("all").await;
    let (short, wanted) = known("shortcode");
    bench.modem.put("SM", &short);
    let house = bench.house().await;
    let held = house.hold(bench.settings()).await;
    until(async || house.fault().await.contains("does not run")).await;
    let manager = bench.start().await;
    // The house switches the modem on, and what lay on the SIM is the first that comes.
    until(async || texts(&house).await == [wanted]).await;
    until(async || bench.modem.kept() == 0).await;
    drop(manager);
    held.close(&house).await;
}

#[tokio::test]
async fn modemmanager_joins_parts_in_any_order_and_may_be_started_again() {
    let bench = Bench::open("again").await;
    let house = bench.house().await;
    let held = house.hold(bench.settings()).await;
    let manager = bench.start().await;
    until(async || house.is_online().await).await;
    for (place, digits) in [(2, "043304340435"), (1, "043004310432")] {
        let part = format!("07912160130300F44405812293F50008621132100300040D060804BEEF02{place:02}{digits}");
        // It takes what comes for stored where it would store it: in the modem.
        let place = bench.modem.put("ME", &octets(&part));
        bench.modem.say(format!("\r\n+CMTI: \"ME\",{place}\r\n"));
        // Of what a modem says in one breath it hears the first alone.
        until(async || !bench.messages().await.is_empty()).await;
    }
    until(async || texts(&house).await == ["абвгде"]).await;
    until(async || bench.modem.kept() == 0).await;
    drop(manager);
    until(async || house.fault().await.contains("does not run") && !house.is_online().await).await;
    let (short, wanted) = known("shortcode");
    bench.modem.put("SM", &short);
    let _manager = bench.start().await;
    until(async || texts(&house).await == [wanted, "абвгде"]).await;
    until(async || bench.modem.kept() == 0 && house.is_online().await).await;
    held.close(&house).await;
}

#[tokio::test]
async fn a_modem_that_modemmanager_lost_is_read_again_when_it_is_back() {
    let bench = Bench::open("lost").await;
    let house = bench.house().await;
    let held = house.hold(bench.settings()).await;
    let _manager = bench.start().await;
    until(async || house.is_online().await).await;
    bench.plug_into("abstract:jesusnumber-nowhere").await;
    until(async || held.inbox.state().links == 0 && !house.is_online().await).await;
    let (short, wanted) = known("shortcode");
    bench.modem.put("SM", &short);
    until(async || bench.plug().await).await;
    until(async || texts(&house).await == [wanted]).await;
    held.close(&house).await;
}
