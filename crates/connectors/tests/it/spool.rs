//! Folders into which a modem daemon writes what it received.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use domain::supply::Settings;
use tempfile::TempDir;

use crate::house::{Log, run};
use crate::smpp::house::{Held, House, Kept, until};

const IMSI: &str = "310260123456789";

fn settings(folder: &Path, more: &[(&str, &str)]) -> Settings {
    let folder = folder.display().to_string();
    let mut all = vec![("folder", folder.as_str())];
    all.extend_from_slice(more);
    Settings::new(all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// A house that knows the SIM, and sweeps a folder.
struct Spool {
    house: House,
    held: Held,
    folder: TempDir,
}

impl Spool {
    async fn open(connector: &'static str, sim: &str, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let house = House::of(connector, settings(folder.path(), more)).await;
        house.map(sim).await;
        let held = house.hold(settings(folder.path(), more)).await;
        Self { house, held, folder }
    }

    async fn smstools() -> Self {
        Self::open("smstools", IMSI, &[]).await
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.at(name), message(text)).expect("written");
    }

    async fn taken(&self, name: &str) {
        until(async || !self.at(name).exists()).await;
    }
}

fn message(text: &str) -> String {
    format!(
        "From: 22395\nFrom_SMSC: 12063130004\nSent: 26-05-22 14:30:00\nReceived: 26-05-22 14:30:01\nModem: GSM1\n\
         IMSI: {IMSI}\nReport: no\nAlphabet: UTF-8\nLength: {}\n\n{text}",
        text.len()
    )
}

#[tokio::test]
async fn a_file_is_kept_and_then_taken_away() {
    let spool = Spool::smstools().await;
    spool.put("GSM1.a", "1111 is your code");
    spool.taken("GSM1.a").await;
    let kept = Kept { reason: "no_lease".into(), sender: "22395".into(), text: "1111 is your code".into() };
    assert_eq!(spool.house.kept().await, [kept]);
    assert_eq!(spool.held.inbox.state().links, 1);
    spool.held.close(&spool.house).await;
}

#[tokio::test]
async fn a_file_that_is_there_again_is_a_repeat() {
    let spool = Spool::smstools().await;
    for name in ["GSM1.a", "GSM1.b"] {
        spool.put(name, "1111");
        spool.taken(name).await;
    }
    assert_eq!(spool.house.texts().await, ["1111"]);
}

#[tokio::test]
async fn a_file_that_is_still_written_is_left_alone() {
    let spool = Spool::smstools().await;
    spool.put("GSM1.whole", "2222");
    // Two sweeps see the whole one, and never the same of the other.
    until(async || {
        spool.put("GSM1.growing", "1111");
        !spool.at("GSM1.whole").exists()
    })
    .await;
    assert!(spool.at("GSM1.growing").exists());
    assert_eq!(spool.house.texts().await, ["2222"]);
    spool.taken("GSM1.growing").await;
    assert_eq!(spool.house.texts().await.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_kept_stays_in_the_folder() {
    let spool = Spool::smstools().await;
    spool.house.tamper("ALTER TABLE message RENAME TO gone");
    spool.put("GSM1.a", "1111");
    until(async || spool.house.fault().await.contains("its file stays")).await;
    assert!(spool.at("GSM1.a").exists());
    spool.house.tamper("ALTER TABLE gone RENAME TO message");
    spool.taken("GSM1.a").await;
    assert_eq!(spool.house.texts().await, ["1111"]);
}

#[tokio::test]
async fn links_and_what_is_too_large_are_left_alone() {
    let spool = Spool::smstools().await;
    let outside = tempfile::NamedTempFile::new().expect("a file");
    fs::write(outside.path(), message("not ours")).expect("written");
    symlink(outside.path(), spool.at("GSM1.link")).expect("a link");
    fs::write(spool.at("GSM1.large"), message(&"x".repeat(300_000))).expect("written");
    fs::create_dir(spool.at("GSM1.folder")).expect("a folder");
    spool.put("GSM1.z", "1111");
    spool.taken("GSM1.z").await;
    assert_eq!(spool.house.texts().await, ["1111"]);
    assert!(spool.house.fault().await.contains("more than 262144 bytes"));
    assert!(["GSM1.link", "GSM1.large", "GSM1.folder"].iter().all(|name| spool.at(name).exists()));
}

#[tokio::test]
async fn what_nobody_can_read_is_kept_for_the_operator() {
    let spool = Spool::smstools().await;
    fs::write(spool.at("GSM1.a"), b"\xFF\xFEgarbage").expect("written");
    spool.taken("GSM1.a").await;
    assert_eq!(spool.house.kept().await[0].reason, "unreadable");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told_and_waited_for() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join("incoming");
    let house = House::of("smstools", settings(&folder, &[])).await;
    let held = house.hold(settings(&folder, &[])).await;
    until(async || house.fault().await.contains("cannot be used")).await;
    assert_eq!(held.inbox.state().links, 0);
    fs::create_dir(&folder).expect("a folder");
    until(async || held.inbox.state().links == 1).await;
}

#[tokio::test]
async fn the_parts_in_files_of_gammu_are_joined() {
    let spool = Spool::open("gammu", "stick 1", &[("sim", "stick 1")]).await;
    let part = |place: u8, text: &str| {
        format!(
            "[SMSBackup000]\nPDU = Deliver\nDateTime = 20260522T143000Z\r\nNumberUnicode = 00320032003300390035\r\n\
             UDH = 0500030402{place:02}\nText00 = {text}\r\nCoding = Unicode_No_Compression\n\n"
        )
    };
    fs::write(spool.at("IN20260522_143000_00_22395_01.txt"), part(2, "DE000021")).expect("written");
    spool.taken("IN20260522_143000_00_22395_01.txt").await;
    fs::write(spool.at("IN20260522_143000_00_22395_00.txt"), part(1, "0037D83D")).expect("written");
    fs::write(spool.at("README"), "not an SMS").expect("written");
    spool.taken("IN20260522_143000_00_22395_00.txt").await;
    assert_eq!(spool.house.texts().await, ["7😀!"]);
    assert!(spool.at("README").exists());
}

#[test]
fn nothing_of_a_file_is_in_the_log() {
    let log = Log::default();
    log.listen(|| {
        run(async {
            let spool = Spool::smstools().await;
            spool.house.tamper("ALTER TABLE message RENAME TO gone");
            spool.put("GSM1.a", "493817 is your code");
            until(async || spool.house.fault().await.contains("its file stays")).await;
            spool.house.tamper("ALTER TABLE gone RENAME TO message");
            spool.taken("GSM1.a").await;
            assert!(!spool.house.fault().await.contains("493817"));
            spool.held.close(&spool.house).await;
        });
    });
    let said = log.said();
    assert!(!said.contains("493817") && !said.contains(IMSI) && !said.contains("22395"), "{said}");
}

#[test]
fn settings_are_checked() {
    let registry = connectors::registry();
    for name in ["smstools", "gammu"] {
        let check = |folder: &str, more: &[(&str, &str)]| {
            let mut all = vec![("sim", "stick 1")];
            all.extend_from_slice(more);
            registry.get(name).expect("it is there").check(&settings(Path::new(folder), &all))
        };
        assert_eq!(check("/var/spool/sms/incoming", &[("sweep_seconds", "5"), ("utc_offset", "-05:00")]), Ok(()));
        for folder in ["", "incoming", "../incoming", "/var/../etc", "/a\0b"] {
            assert!(check(folder, &[]).is_err_and(|fault| fault.contains("`folder`")), "{folder:?}");
        }
        assert!(check("/a", &[("sweep_seconds", "0")]).is_err());
        assert!(check("/a", &[("utc_offset", "x")]).is_err());
    }
    let gammu = registry.get("gammu").expect("it is there");
    assert!(gammu.check(&settings(Path::new("/a"), &[])).is_err_and(|fault| fault.contains("`sim`")));
}
