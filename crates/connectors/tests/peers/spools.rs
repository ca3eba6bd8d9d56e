//! Modem daemons whose folders the house sweeps: smsd of SMS Server Tools 3, and gammu-smsd with its dummy phone.

use std::fs;
use std::path::Path;

use domain::supply::Settings;
use tokio::process::Command;

use crate::house::{House, until};
use crate::modem::{IMSI, Modem};
use crate::program::Program;

fn settings(folder: &Path, more: &[(&str, &str)]) -> Settings {
    let folder = folder.display().to_string();
    let mut all = vec![("folder", folder.as_str())];
    all.extend_from_slice(more);
    Settings::new(all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("a folder").next().is_none()
}

pub(crate) fn octets(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("digits"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("digits")).collect()
}

#[tokio::test]
async fn smsd_hands_over_what_it_reads_from_a_modem() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (root, modem) = (scratch.path().display().to_string(), Modem::open().await);
    modem.state().is_talkative = true;
    for folder in ["out", "chk", "inc", "fail", "sent"] {
        fs::create_dir(scratch.path().join(folder)).expect("a folder");
    }
    let config = format!(
        "devices = GSM1\nlogfile = {root}/smsd.log\nloglevel = 4\noutgoing = {root}/out\nchecked = {root}/chk\n\
         incoming = {root}/inc\nfailed = {root}/fail\nsent = {root}/sent\ninfofile = {root}/smsd.working\n\
         pidfile = {root}/smsd.pid\nreceive_before_send = no\nincoming_utf8 = yes\ninternal_combine = no\n\
         store_received_pdu = 3\ndelaytime = 1\n\n[GSM1]\ndevice = @127.0.0.1:{}\nincoming = yes\ninit = ATE0\n\
         pin = ignore\ncheck_network = 0\nmemory_start = 1\nprimary_memory = SM\n",
        modem.port
    );
    fs::write(scratch.path().join("smsd.conf"), config).expect("written");
    let pdus = include_str!("../it/data/pdus.tsv").lines().filter(|line| !line.starts_with('#'));
    let known: Vec<Vec<&str>> = pdus.map(|line| line.split('\t').collect()).collect();
    let [_, pdu, _, text] = known[0][..] else { panic!("four fields") };
    let split = "07912160130300F44405812293F50008621132100300040F06080401020201006100620063D83D";
    let rest = "07912160130300F44405812293F50008621132100300040F06080401020202DE00006400650066";
    // The second part comes first, and a character is cut between them.
    for digits in [pdu, rest, split] {
        modem.put("SM", &octets(digits));
    }
    let folder = scratch.path().join("inc");
    let house = House::of("smstools", settings(&folder, &[])).await;
    house.map(IMSI).await;
    let held = house.hold(settings(&folder, &[])).await;
    let _smsd = Program::start(Command::new("/usr/sbin/smsd").arg(format!("-c{root}/smsd.conf")).args([
        "-t",
        "-n",
        "MAINPROCESS",
    ]));
    until(async || house.kept().await.len() == 2).await;
    modem.put("SM", &octets(known[7][1]));
    until(async || house.kept().await.len() == 3).await;
    let kept = house.kept().await;
    let mut texts: Vec<&str> = kept.iter().map(|kept| kept.text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, [text, "abc😀def", known[7][3]]);
    assert!(kept.iter().all(|kept| kept.sender == "22395" && kept.reason == "no_lease"));
    until(async || is_empty(&folder) && modem.kept() == 0).await;
    held.close(&house).await;
}

#[tokio::test]
async fn gammu_smsd_hands_over_what_its_dummy_phone_received() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let root = scratch.path().display().to_string();
    for folder in ["phone", "inbox", "outbox", "sent", "error"] {
        fs::create_dir(scratch.path().join(folder)).expect("a folder");
    }
    let phone = format!("[gammu]\ndevice = {root}/phone\nmodel = dummy\nconnection = none\n");
    fs::write(scratch.path().join("gammurc"), &phone).expect("written");
    let smsd = format!(
        "{phone}\n[smsd]\nservice = files\nlogfile = {root}/smsd.log\ndebuglevel = 1\ninboxpath = {root}/inbox/\n\
         outboxpath = {root}/outbox/\nsentsmspath = {root}/sent/\nerrorsmspath = {root}/error/\ninboxformat = detail\n\
         multiparttimeout = 10\ncommtimeout = 1\nreceivefrequency = 1\nchecksecurity = 0\n"
    );
    fs::write(scratch.path().join("smsd.conf"), smsd).expect("written");
    let long = "Code 445566 ".repeat(20);
    let received: [(&str, &str, &[&str]); 4] = [
        ("22395", "G-123456 is your Google verification code.", &[]),
        ("+13125550100", &long, &["-len", "400"]),
        ("ACME", "Code 😀 7788 验证", &["-unicode"]),
        ("22395", "line one\n[SMSBackup001]\nNumber = \"+13125550199\"\nText00 = 00410042\nend", &[]),
    ];
    for (sender, text, more) in received {
        let mut gammu = Command::new("gammu");
        gammu.args(["-c", &format!("{root}/gammurc"), "savesms", "TEXT", "-folder", "1", "-unread"]);
        gammu.args(["-sender", sender, "-text", text]).args(more);
        Program::start(&gammu).done().await;
    }
    let (folder, sim) = (scratch.path().join("inbox"), [("sim", "stick 1")]);
    let house = House::of("gammu", settings(&folder, &sim)).await;
    house.map("stick 1").await;
    let held = house.hold(settings(&folder, &sim)).await;
    let _smsd = Program::start(Command::new("gammu-smsd").args(["-c", &format!("{root}/smsd.conf")]));
    until(async || house.kept().await.len() == received.len()).await;
    let kept = house.kept().await;
    let mut told: Vec<(&str, &str)> = kept.iter().map(|kept| (kept.sender.as_str(), kept.text.as_str())).collect();
    told.sort_unstable();
    let mut wanted = received.map(|(sender, text, _)| (sender, text));
    wanted.sort_unstable();
    assert_eq!(told, wanted);
    assert!(kept.iter().all(|kept| kept.reason == "no_lease"));
    until(async || is_empty(&folder)).await;
    held.close(&house).await;
}
