//! Folders into which a modem daemon writes what it received.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use domain::supply::Settings;
use tempfile::TempDir;

use crate::house::{Log, run};
use crate::smpp::house::{Held, House, Kept, until};

fn settings(folder: &Path, more: &[(&str, &str)]) -> Settings {
    let folder = folder.display().to_string();
    let mut all = vec![("folder", folder.as_str())];
    all.extend_from_slice(more);
    Settings::new(all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// What one kind of daemon writes.
#[derive(Clone, Copy)]
struct Kind {
    connector: &'static str,
    /// What the SIM is called.
    sim: &'static str,
    more: &'static [(&'static str, &'static str)],
    /// The name of a file, from a letter.
    name: fn(&str) -> String,
    /// A file that holds a text.
    message: fn(&str) -> String,
    /// The part of a long message, by its place and its digits.
    part: fn(u8, &str) -> String,
}

const SMSTOOLS: Kind = Kind {
    connector: "smstools",
    sim: "310260123456789",
    more: &[],
    name: |letter| format!("GSM1.{letter}"),
    message: |text| file("UTF-8", &[], text),
    part: |place, digits| {
        let pdu = format!("07912160130300F44405812293F50008625022410300000A0500030402{place:02}{digits}");
        file("UTF-8", &[&pdu], "as smsd understood it")
    },
};

const GAMMU: Kind = Kind {
    connector: "gammu",
    sim: "stick 1",
    more: &[("sim", "stick 1")],
    name: |letter| format!("IN20260522_143000_00_22395_{letter}.txt"),
    message: |text| backup("", text.encode_utf16().map(|unit| format!("{unit:04X}")).collect::<String>().as_str()),
    part: |place, digits| backup(&format!("UDH = 0500030402{place:02}\n"), digits),
};

fn file(alphabet: &str, pdus: &[&str], text: &str) -> String {
    let pdus: String = pdus.iter().map(|pdu| format!("PDU: {pdu}\n")).collect();
    format!(
        "From: 22395\nFrom_SMSC: 12063130004\nSent: 26-05-22 14:30:00\nReceived: 26-05-22 14:30:01\nModem: GSM1\n\
         IMSI: {}\nReport: no\nAlphabet: {alphabet}\nLength: {}\n{pdus}\n{text}",
        SMSTOOLS.sim,
        text.len()
    )
}

fn backup(more: &str, digits: &str) -> String {
    let lines: String = digits.as_bytes().chunks(200).enumerate().fold(String::new(), |lines, (count, digits)| {
        format!("{lines}Text{count:02} = {}\n", String::from_utf8_lossy(digits))
    });
    format!(
        "[SMSBackup000]\nPDU = Deliver\nDateTime = 20260522T143000Z\r\nNumberUnicode = 00320032003300390035\r\n\
         {more}{lines}Coding = Unicode_No_Compression\n\n"
    )
}

/// A house that knows the SIM, and sweeps a folder.
struct Spool {
    house: House,
    held: Held,
    folder: TempDir,
    kind: Kind,
}

impl Spool {
    async fn open(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let house = House::of(kind.connector, settings(folder.path(), kind.more)).await;
        house.map(kind.sim).await;
        let held = house.hold(settings(folder.path(), kind.more)).await;
        Self { house, held, folder, kind }
    }

    fn at(&self, letter: &str) -> PathBuf {
        self.folder.path().join((self.kind.name)(letter))
    }

    fn write(&self, letter: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.at(letter), bytes).expect("written");
    }

    fn put(&self, letter: &str, text: &str) {
        self.write(letter, (self.kind.message)(text));
    }

    async fn taken(&self, letter: &str) {
        until(async || !self.at(letter).exists()).await;
    }
}

/// The same test for each kind of spool.
macro_rules! each {
    ($($case:ident),* $(,)?) => {
        pub(crate) mod smstools { $(#[test] pub(crate) fn $case() { super::$case(super::SMSTOOLS); })* }
        pub(crate) mod gammu { $(#[test] pub(crate) fn $case() { super::$case(super::GAMMU); })* }
    };
}

each!(
    a_file_is_kept_and_then_taken_away,
    a_file_that_is_there_again_is_a_repeat,
    a_file_that_is_still_written_is_left_alone,
    what_cannot_be_kept_stays_in_the_folder,
    links_and_what_is_too_large_are_left_alone,
    what_nobody_can_read_is_kept_for_the_operator,
    a_folder_that_is_not_there_is_told_and_waited_for,
    parts_are_joined_in_any_order,
    nothing_of_a_file_is_in_the_log,
);

fn a_file_is_kept_and_then_taken_away(kind: Kind) {
    run(async {
        let spool = Spool::open(kind).await;
        spool.put("a", "1111 is your code");
        spool.taken("a").await;
        let kept = Kept { reason: "no_lease".into(), sender: "22395".into(), text: "1111 is your code".into() };
        assert_eq!(spool.house.kept().await, [kept]);
        assert_eq!(spool.held.inbox.state().links, 1);
        spool.held.close(&spool.house).await;
    });
}

fn a_file_that_is_there_again_is_a_repeat(kind: Kind) {
    run(async {
        let spool = Spool::open(kind).await;
        for letter in ["a", "b"] {
            spool.put(letter, "1111");
            spool.taken(letter).await;
        }
        assert_eq!(spool.house.texts().await, ["1111"]);
    });
}

fn a_file_that_is_still_written_is_left_alone(kind: Kind) {
    run(async {
        let spool = Spool::open(kind).await;
        spool.put("whole", "2222");
        // Two sweeps see the whole one, and never the same of the other.
        until(async || {
            spool.put("growing", "1111");
            !spool.at("whole").exists()
        })
        .await;
        assert!(spool.at("growing").exists());
        assert_eq!(spool.house.texts().await, ["2222"]);
        spool.taken("growing").await;
        assert_eq!(spool.house.texts().await.len(), 2);
    });
}

fn what_cannot_be_kept_stays_in_the_folder(kind: Kind) {
    run(async {
        let spool = Spool::open(kind).await;
        spool.house.tamper("ALTER TABLE message RENAME TO gone");
        spool.put("a", "1111");
        until(async || spool.house.fault().await.contains("its file stays")).await;
        assert!(spool.at("a").exists());
        spool.house.tamper("ALTER TABLE gone RENAME TO message");
        spool.taken("a").await;
        assert_eq!(spool.house.texts().await, ["1111"]);
    });
}

fn links_and_what_is_too_large_are_left_alone(kind: Kind) {
    run(async {
        let spool = Spool::open(kind).await;
        let outside = tempfile::NamedTempFile::new().expect("a file");
        fs::write(outside.path(), (kind.message)("not ours")).expect("written");
        symlink(outside.path(), spool.at("link")).expect("a link");
        spool.put("large", &"x".repeat(300_000));
        fs::create_dir(spool.at("folder")).expect("a folder");
        spool.put("z", "1111");
        spool.taken("z").await;
        assert_eq!(spool.house.texts().await, ["1111"]);
        assert!(spool.house.fault().await.contains("more than 262144 bytes"));
        assert!(["link", "large", "folder"].iter().all(|letter| spool.at(letter).exists()));
    });
}

fn what_nobody_can_read_is_kept_for_the_operator(kind: Kind) {
    run(async {
        let spool = Spool::open(kind).await;
        spool.write("a", b"\xFF\xFEgarbage");
        spool.taken("a").await;
        assert_eq!(spool.house.kept().await[0].reason, "unreadable");
    });
}

fn a_folder_that_is_not_there_is_told_and_waited_for(kind: Kind) {
    run(async {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let folder = scratch.path().join("incoming");
        let house = House::of(kind.connector, settings(&folder, kind.more)).await;
        let held = house.hold(settings(&folder, kind.more)).await;
        until(async || house.fault().await.contains("cannot be used")).await;
        assert_eq!(held.inbox.state().links, 0);
        fs::create_dir(&folder).expect("a folder");
        until(async || held.inbox.state().links == 1).await;
    });
}

fn parts_are_joined_in_any_order(kind: Kind) {
    run(async {
        let spool = Spool::open(kind).await;
        // A character is cut between them.
        for (place, digits) in [(2, "DE000021"), (1, "0037D83D")] {
            let letter = format!("0{place}");
            spool.write(&letter, (kind.part)(place, digits));
            spool.taken(&letter).await;
        }
        assert_eq!(spool.house.texts().await, ["7😀!"]);
    });
}

#[tokio::test]
async fn what_smsd_keeps_for_itself_stays() {
    let spool = Spool::open(SMSTOOLS).await;
    let own = ["GSM1-concatenated", "GSM1.abcdef.LOCK"].map(|name| spool.folder.path().join(name));
    for path in &own {
        fs::write(path, "05 00 03 07 02 01 07912160130300F4").expect("written");
    }
    spool.put("a", "1111");
    spool.taken("a").await;
    assert!(own.iter().all(|path| path.exists()));
    assert_eq!(spool.house.texts().await, ["1111"]);
}

#[tokio::test]
async fn what_gammu_calls_binary_is_taken_too() {
    let spool = Spool::open(GAMMU).await;
    let file = backup("", "31313131").replace("Unicode_No_Compression", "8bit");
    let path = spool.at("00").with_extension("bin");
    fs::write(&path, file).expect("written");
    until(async || !path.exists()).await;
    assert_eq!(spool.house.texts().await, ["1111"]);
}

#[tokio::test]
async fn what_gammu_did_not_write_stays() {
    let spool = Spool::open(GAMMU).await;
    let other = spool.folder.path().join("README");
    fs::write(&other, "not an SMS").expect("written");
    spool.put("a", "1111");
    spool.taken("a").await;
    assert!(other.exists());
}

fn nothing_of_a_file_is_in_the_log(kind: Kind) {
    let log = Log::default();
    log.listen(|| {
        run(async {
            let spool = Spool::open(kind).await;
            spool.house.tamper("ALTER TABLE message RENAME TO gone");
            spool.put("a", "493817 is your code");
            until(async || spool.house.fault().await.contains("its file stays")).await;
            spool.house.tamper("ALTER TABLE gone RENAME TO message");
            spool.taken("a").await;
            assert!(!spool.house.fault().await.contains("493817"));
            spool.held.close(&spool.house).await;
        });
    });
    let said = log.said();
    assert!(!said.contains("493817") && !said.contains(kind.sim) && !said.contains("22395"), "{said}");
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
