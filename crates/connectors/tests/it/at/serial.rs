//! A modem at a serial port: a terminal of the system whose other end is the test's modem.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::io::copy;
use tokio::net::TcpStream;
use tokio::net::unix::pipe::{Receiver, Sender};

use super::modem::{Modem, SIM};
use super::{emptied, settings, text};
use crate::smpp::house::{House, until};

/// A cable between a device file and a modem. It is unplugged by cutting the modem's connections.
async fn plug_in(modem: &Modem, device: &Path) {
    let end = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&end).expect("granted");
    unlockpt(&end).expect("unlocked");
    let name = ptsname(&end, Vec::new()).expect("a name");
    let name = Path::new(OsStr::from_bytes(name.to_bytes()));
    // While nobody at all has its other end open, reading this one fails.
    let open = OpenOptions::new().read(true).write(true).open(name).expect("opened");
    symlink(name, device).expect("a device file");
    let end = File::from(end);
    let mut from_house = Receiver::from_file_unchecked(end.try_clone().expect("cloned")).expect("a terminal");
    let mut to_house = Sender::from_file_unchecked(end).expect("a terminal");
    let tcp = TcpStream::connect(("127.0.0.1", modem.port)).await.expect("it listens");
    let (mut from_modem, mut to_modem) = tcp.into_split();
    tokio::spawn(async move {
        tokio::select! {
            _ = copy(&mut from_modem, &mut to_house) => {}
            _ = copy(&mut from_house, &mut to_modem) => {}
        }
        drop(open);
    });
}

#[tokio::test]
async fn a_modem_at_a_serial_port_is_read_and_survives_unplugging() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (modem, device) = (Modem::open().await, folder.path().join("ttyUSB0"));
    plug_in(&modem, &device).await;
    let ports = device.display().to_string();
    let house = House::of("at", settings(&ports)).await;
    house.map(SIM).await;
    let held = house.hold(settings(&ports)).await;
    modem.receive(&text("1111"));
    emptied(&modem).await;
    std::fs::remove_file(&device).expect("removed");
    modem.cut();
    until(async || held.inbox.state().links == 0).await;
    modem.put("SM", &text("2222"));
    plug_in(&modem, &device).await;
    emptied(&modem).await;
    assert_eq!(house.texts().await, ["1111", "2222"]);
    held.close(&house).await;
}

#[tokio::test]
async fn a_modem_that_comes_back_under_another_name_is_found_by_its_sim() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let modem = Modem::open().await;
    plug_in(&modem, &folder.path().join("ttyUSB0")).await;
    let ports = format!("{}/ttyUSB*", folder.path().display());
    // A file that is no port is passed by.
    std::fs::write(folder.path().join("ttyUSB9"), "none").expect("written");
    let house = House::of("at", settings(&ports)).await;
    house.map(SIM).await;
    let held = house.hold(settings(&ports)).await;
    modem.receive(&text("1111"));
    emptied(&modem).await;
    std::fs::remove_file(folder.path().join("ttyUSB0")).expect("removed");
    modem.cut();
    modem.put("SM", &text("2222"));
    plug_in(&modem, &folder.path().join("ttyUSB3")).await;
    emptied(&modem).await;
    let reasons: Vec<String> = house.kept().await.into_iter().map(|kept| kept.reason).collect();
    assert_eq!(reasons, ["no_lease", "no_lease"]);
    assert_eq!(std::fs::read(folder.path().join("ttyUSB9")).expect("read"), b"none");
    held.close(&house).await;
}
