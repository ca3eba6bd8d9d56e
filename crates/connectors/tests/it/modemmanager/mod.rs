//! Modems that `ModemManager` has.

pub(crate) mod stand_in;

use domain::supply::Settings;

use stand_in::{COMING, IMEI, IN_MODEM, Manager, ON_SIM, RECEIVED, SIM, sms};

use crate::house::{Log, run};
use crate::smpp::house::{Held, House, until};

pub(crate) fn settings(manager: &Manager, more: &[(&str, &str)]) -> Settings {
    let mut all = vec![("bus", manager.address.as_str())];
    all.extend_from_slice(more);
    Settings::new(all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// A house that knows the SIM, and holds the wire.
async fn plug(manager: &Manager) -> (House, Held) {
    let house = House::of("modemmanager", settings(manager, &[])).await;
    house.map(SIM).await;
    let held = house.hold(settings(manager, &[])).await;
    (house, held)
}

async fn emptied(manager: &Manager) {
    until(async || manager.state().messages.is_empty()).await;
}

async fn is_read(held: &Held) {
    until(async || held.inbox.state().links == 1).await;
}

#[tokio::test]
pub(crate) async fn what_was_received_before_is_kept_and_deleted() {
    let manager = Manager::open();
    manager.put(sms("22395", "1111 is your code", RECEIVED, ON_SIM));
    manager.put(sms("22395", "written on a phone", 1, ON_SIM));
    let (house, held) = plug(&manager).await;
    until(async || manager.state().messages.len() == 1).await;
    let kept = house.kept().await;
    let [kept] = kept.as_slice() else { panic!("one") };
    assert_eq!((kept.reason.as_str(), kept.sender.as_str()), ("no_lease", "22395"));
    assert_eq!(kept.text, "1111 is your code");
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_message_is_fetched_when_all_its_parts_are_there() {
    let manager = Manager::open();
    let (house, held) = plug(&manager).await;
    is_read(&held).await;
    let number = manager.receive(sms("", "", COMING, ON_SIM));
    until(async || manager.state().heard.iter().filter(|asked| *asked == "Properties.GetAll").count() > 2).await;
    assert!(house.texts().await.is_empty() && !manager.state().messages.is_empty());
    manager.state().messages.insert(number, sms("22395", "part one, part two", RECEIVED, ON_SIM));
    manager.say("org.freedesktop.DBus.Properties");
    emptied(&manager).await;
    assert_eq!(house.texts().await, ["part one, part two"]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_message_whose_signal_was_lost_is_found() {
    let manager = Manager::open();
    let (house, held) = plug(&manager).await;
    is_read(&held).await;
    manager.put(sms("22395", "1111", RECEIVED, ON_SIM));
    emptied(&manager).await;
    assert_eq!(house.texts().await, ["1111"]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn one_that_is_kept_and_still_there_after_a_kill_is_one() {
    let manager = Manager::open();
    manager.state().refuses_delete = true;
    manager.put(sms("22395", "1111", RECEIVED, ON_SIM));
    let (house, held) = plug(&manager).await;
    until(async || house.fault().await.contains("cannot be deleted")).await;
    assert!(!house.fault().await.contains("493817"));
    held.kill(&house).await;
    manager.state().refuses_delete = false;
    let held = house.hold(settings(&manager, &[])).await;
    emptied(&manager).await;
    assert_eq!(house.texts().await, ["1111"]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn one_that_cannot_be_deleted_keeps_no_other_back() {
    let manager = Manager::open();
    manager.state().refuses_delete = true;
    manager.put(sms("22395", "1111", RECEIVED, ON_SIM));
    manager.put(sms("22395", "2222", RECEIVED, ON_SIM));
    let (house, held) = plug(&manager).await;
    until(async || house.texts().await.len() == 2).await;
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn what_cannot_be_kept_stays_in_the_modem() {
    let manager = Manager::open();
    let (house, held) = plug(&manager).await;
    is_read(&held).await;
    house.tamper("ALTER TABLE message RENAME TO gone");
    manager.receive(sms("22395", "1111", RECEIVED, ON_SIM));
    until(async || house.fault().await.contains("stays in the modem")).await;
    assert_eq!(manager.state().messages.len(), 1);
    house.tamper("ALTER TABLE gone RENAME TO message");
    emptied(&manager).await;
    assert_eq!(house.texts().await, ["1111"]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_manager_that_starts_again_is_found_and_never_asked_by_its_old_name() {
    let manager = Manager::open();
    let (house, held) = plug(&manager).await;
    is_read(&held).await;
    manager.state().run = None;
    manager.say("org.freedesktop.ModemManager1.Modem");
    until(async || house.fault().await.contains("does not run") && held.inbox.state().links == 0).await;
    manager.put(sms("22395", "1111", RECEIVED, ON_SIM));
    manager.state().run = Some(":1.2");
    manager.say("org.freedesktop.ModemManager1.Modem");
    emptied(&manager).await;
    assert_eq!(house.texts().await, ["1111"]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_lost_bus_is_found_again() {
    let manager = Manager::open();
    let (house, held) = plug(&manager).await;
    is_read(&held).await;
    manager.cut();
    until(async || house.fault().await.contains("bus cannot be reached")).await;
    manager.put(sms("22395", "1111", RECEIVED, ON_SIM));
    emptied(&manager).await;
    assert_eq!(held.inbox.state().reconnects, 1);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_modem_that_is_unplugged_is_read_again_when_it_is_back() {
    let manager = Manager::open();
    let (house, held) = plug(&manager).await;
    is_read(&held).await;
    manager.state().is_plugged = false;
    manager.say("org.freedesktop.DBus.ObjectManager");
    until(async || held.inbox.state().links == 0).await;
    manager.put(sms("22395", "1111", RECEIVED, ON_SIM));
    manager.state().is_plugged = true;
    manager.say("org.freedesktop.DBus.ObjectManager");
    emptied(&manager).await;
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_modem_is_switched_on() {
    let manager = Manager::open();
    manager.state().modem.insert("State", 3_i32.into());
    let (house, held) = plug(&manager).await;
    is_read(&held).await;
    assert!(manager.state().heard.iter().any(|asked| asked == "Modem.Enable"));
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_modem_that_cannot_be_read_says_why() {
    for (state, why) in [(2_i32, "asks for a PIN"), (-1, "SIM is missing")] {
        let manager = Manager::open();
        manager.state().modem.insert("State", state.into());
        let (house, held) = plug(&manager).await;
        until(async || house.fault().await.contains(why)).await;
        assert!(!manager.state().heard.iter().any(|asked| asked == "Modem.Enable"));
        held.close(&house).await;
    }
}

#[tokio::test]
pub(crate) async fn what_lies_in_a_modem_that_has_another_sim_now_is_nobodys() {
    let manager = Manager::open();
    manager.put(sms("22395", "1111", RECEIVED, IN_MODEM));
    let (house, held) = plug(&manager).await;
    emptied(&manager).await;
    manager.receive(sms("22395", "2222", RECEIVED, IN_MODEM));
    emptied(&manager).await;
    let reasons: Vec<String> = house.kept().await.into_iter().map(|kept| kept.reason).collect();
    assert_eq!(reasons, ["kept_with_another_sim", "no_lease"]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn what_began_to_come_before_a_sim_was_known_is_nobodys() {
    let manager = Manager::open();
    let number = manager.put(sms("", "", COMING, IN_MODEM));
    let (house, held) = plug(&manager).await;
    is_read(&held).await;
    manager.state().messages.insert(number, sms("22395", "1111", RECEIVED, IN_MODEM));
    manager.say("org.freedesktop.DBus.Properties");
    emptied(&manager).await;
    assert_eq!(house.kept().await[0].reason, "kept_with_another_sim");
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_sim_that_does_not_tell_its_iccid_is_known_by_what_the_network_calls_it() {
    let manager = Manager::open();
    manager.state().sim.insert("SimIdentifier", "".into());
    let (house, held) = plug(&manager).await;
    house.map("310260123456789").await;
    manager.receive(sms("22395", "1111", RECEIVED, ON_SIM));
    emptied(&manager).await;
    assert_eq!(house.kept().await[0].reason, "no_lease");
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn a_number_whose_modem_is_not_in_the_network_is_not_sold() {
    let manager = Manager::open();
    manager.state().network.insert("RegistrationState", 2_u32.into());
    let (house, held) = plug(&manager).await;
    until(async || house.line().await.is_some()).await;
    let line = house.line().await.expect("told");
    assert_eq!((line.is_online, line.port.as_str(), line.signal.as_str()), (false, IMEI, "67 %"));
    manager.state().network.insert("RegistrationState", 5_u32.into());
    manager.say("org.freedesktop.DBus.Properties");
    until(async || house.is_online().await).await;
    manager.state().is_plugged = false;
    manager.say("org.freedesktop.DBus.ObjectManager");
    until(async || !house.is_online().await).await;
    manager.state().is_plugged = true;
    manager.say("org.freedesktop.DBus.ObjectManager");
    until(async || house.is_online().await).await;
    held.close(&house).await;
    assert!(house.is_online().await, "the house ends, the SIM does not");
}

#[tokio::test]
pub(crate) async fn only_named_sims_are_read() {
    let manager = Manager::open();
    manager.put(sms("22395", "private", RECEIVED, ON_SIM));
    manager.state().modem.insert("State", 3_i32.into());
    let other = settings(&manager, &[("sims", "8901260999999999999")]);
    let house = House::of("modemmanager", other.clone()).await;
    let held = house.hold(other).await;
    until(async || manager.state().heard.iter().any(|asked| asked == "Properties.GetAll")).await;
    held.close(&house).await;
    assert!(manager.state().heard.iter().all(|asked| !asked.ends_with("Enable") && !asked.ends_with("Delete")));
    assert_eq!(manager.state().messages.len(), 1);
}

#[tokio::test]
pub(crate) async fn odd_messages_are_kept_and_cost_nothing() {
    let manager = Manager::open();
    let long = "x".repeat(70_000);
    let mut binary = sms("22395", "", RECEIVED, ON_SIM);
    binary.insert("Data", vec![0x31_u8, 0x32, 0xE9].into());
    let mut odd = sms("22395", "1111", RECEIVED, ON_SIM);
    odd.insert("Number", 7_u32.into());
    odd.insert("Timestamp", "yesterday".into());
    for message in [sms("22395", &long, RECEIVED, ON_SIM), binary, odd, sms("ACME", "a\u{1}b", RECEIVED, ON_SIM)] {
        manager.put(message);
    }
    let (house, held) = plug(&manager).await;
    emptied(&manager).await;
    let kept = house.kept().await;
    let kept: Vec<(&str, &str)> = kept.iter().map(|kept| (kept.reason.as_str(), kept.text.as_str())).collect();
    assert_eq!(kept, [("unreadable", ""), ("no_lease", "12é"), ("no_lease", "1111"), ("no_lease", "a\u{1}b")]);
    held.close(&house).await;
}

#[tokio::test]
pub(crate) async fn nothing_but_this_is_ever_asked() {
    let manager = Manager::open();
    manager.state().modem.insert("State", 3_i32.into());
    manager.put(sms("22395", "1111", RECEIVED, ON_SIM));
    let (house, held) = plug(&manager).await;
    emptied(&manager).await;
    held.close(&house).await;
    let listed = ["ObjectManager.GetManagedObjects", "Properties.GetAll", "Modem.Enable", "Messaging.Delete"];
    let heard = manager.state().heard.clone();
    assert!(heard.iter().all(|asked| listed.contains(&asked.as_str())), "{heard:?}");
    assert!(listed.iter().all(|asked| heard.iter().any(|heard| heard == asked)), "{heard:?}");
}

#[test]
pub(crate) fn nothing_of_a_message_is_in_the_log() {
    let log = Log::default();
    log.listen(|| {
        run(async {
            let manager = Manager::open();
            let (house, held) = plug(&manager).await;
            is_read(&held).await;
            house.tamper("ALTER TABLE message RENAME TO gone");
            manager.receive(sms("22395", "493817 is your code", RECEIVED, ON_SIM));
            until(async || house.fault().await.contains("stays in the modem")).await;
            house.tamper("ALTER TABLE gone RENAME TO message");
            emptied(&manager).await;
            held.close(&house).await;
        });
    });
    let said = log.said();
    assert!(!said.contains("493817") && !said.contains(SIM) && !said.contains("22395"), "{said}");
}

#[test]
pub(crate) fn settings_are_checked() {
    let registry = connectors::registry();
    let connector = registry.get("modemmanager").expect("it is there");
    let with = |name: &str, value: &str| connector.check(&Settings::new([(name.to_owned(), value.to_owned())].into()));
    assert_eq!(connector.check(&Settings::default()), Ok(()));
    for (name, value) in [("bus", "unix:abstract=/tmp/bus"), ("sims", "8901260123456789012F, 310260123456789")] {
        assert_eq!(with(name, value), Ok(()), "{name}={value}");
    }
    let wrong =
        ["tcp:host=10.0.0.1,port=5", "unixexec:path=/bin/sh", "unix:path=/a;unix:path=/b", "system", "unix:path="];
    for value in wrong {
        assert!(with("bus", value).is_err_and(|fault| fault.contains("bus")), "{value}");
    }
    for value in ["x", "89012601234567890121234"] {
        assert!(with("sims", value).is_err_and(|fault| fault.contains("sims")), "{value}");
    }
}
