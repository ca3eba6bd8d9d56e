//! Operator commands as a shell gives them: what goes to stdout, what to stderr, and the exit code.

use std::process::{Command, Output};

use crate::house::{Kept, Resting};

fn command(house: &Resting, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jesusnumber"));
    command.arg("admin").args(arguments).env("JESUSNUMBER_CONFIG", house.path("house.toml"));
    command
}

pub(crate) fn admin(house: &Resting, arguments: &[&str]) -> Output {
    command(house, arguments).output().expect("the program starts")
}

/// The same without a login, as under a timer.
fn admin_without_login(house: &Resting, arguments: &[&str]) -> Output {
    let mut command = command(house, arguments);
    command.env_clear().env("JESUSNUMBER_CONFIG", house.path("house.toml")).output().expect("the program starts")
}

pub(crate) fn said(output: &Output) -> (Option<i32>, &str, &str) {
    let text = |bytes| std::str::from_utf8(bytes).expect("text");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_done_command_says_so_on_stdout_and_ends_with_0() {
    let house = Resting::new(Kept::Sqlite);
    let output = admin(&house, &["account", "create", "ann", "--by", "olga"]);
    assert_eq!(said(&output), (Some(0), "made account ann (business)\n", ""));
    let output = admin(&house, &["key", "create", "ann", "--name", "laptop", "--by", "olga", "--json"]);
    let (code, stdout, stderr) = said(&output);
    assert_eq!((code, stderr), (Some(0), ""));
    let json: serde_json::Value = serde_json::from_str(stdout).expect("JSON");
    assert_eq!(json["account"], "ann");
}

#[test]
fn a_refusal_is_one_sentence_on_stderr_and_ends_with_1() {
    let house = Resting::new(Kept::Sqlite);
    let output = admin(&house, &["account", "show", "nobody", "--by", "olga"]);
    assert_eq!(said(&output), (Some(1), "", "jesusnumber: there is no account `nobody`\n"));
}

#[test]
fn what_cannot_be_read_is_a_usage_error_and_ends_with_2() {
    let house = Resting::new(Kept::Sqlite);
    let output = admin(&house, &["credit", "add", "ann", "1.234", "--reason", "x"]);
    let (code, stdout, stderr) = said(&output);
    assert_eq!((code, stdout), (Some(2), ""));
    assert!(stderr.contains("invalid value '1.234'"), "{stderr}");
}

#[test]
fn who_has_read_enough_ends_a_command_quietly() {
    let house = Resting::new(Kept::Sqlite);
    for arguments in [&["source", "connectors"][..], &["--json", "account", "list"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = command(&house, arguments).stdout(writer).output().expect("the program starts");
        assert_eq!(said(&output), (Some(0), "", ""), "{arguments:?}");
    }
}

#[test]
fn a_backup_is_restored_with_its_key_file() {
    let house = Resting::new(Kept::Sqlite);
    let path = |name: &str| house.path(name).display().to_string();
    admin(&house, &["account", "create", "ann", "--by", "olga"]);
    let backup = admin(&house, &["backup", &path("copy.db"), "--by", "olga"]);
    assert_eq!(backup.status.code(), Some(0));
    let arguments = ["restore", &path("copy.db"), "--to", &path("again.db"), "--key-file", &path("house.key")];
    let restored = admin(&house, &arguments);
    let (code, stdout, stderr) = said(&restored);
    assert_eq!((code, stderr), (Some(0), ""));
    assert!(stdout.contains("start the house"), "{stdout}");
    let missing = ["restore", &path("copy.db"), "--to", &path("third.db"), "--key-file", &path("no.key")];
    let refused = admin(&house, &missing);
    let (code, _, stderr) = said(&refused);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("no.key is missing"), "{stderr}");
    assert!(!house.path("third.db").exists());
}

#[test]
fn only_what_changes_something_asks_who_does_it() {
    let house = Resting::new(Kept::Sqlite);
    admin(&house, &["account", "create", "ann", "--by", "olga"]);
    let copy = house.path("copy.db").display().to_string();
    let reading: [&[&str]; 12] = [
        &["verify"],
        &["account", "list"],
        &["account", "show", "ann"],
        &["key", "list", "ann"],
        &["credit", "statement", "ann"],
        &["service", "list"],
        &["price", "list"],
        &["number", "list"],
        &["source", "connectors"],
        &["source", "list"],
        &["quarantine", "list"],
        &["backup", &copy],
    ];
    for arguments in reading {
        let output = admin_without_login(&house, arguments);
        assert_eq!(said(&output).0, Some(0), "{arguments:?}: {output:?}");
    }
    let output = admin(&house, &["account", "create", "bob", "--by", " "]);
    assert_eq!(said(&output).0, Some(1));
    assert!(said(&admin(&house, &["account", "list"])).1.lines().all(|line| !line.contains("bob")));
}

/// A command that reads and one that writes, on settings that lead to no house.
fn nothing_is_made(kept: Kept, why: &str) {
    let house = Resting::without_house(kept);
    let before = house.files();
    let copy = house.path("copy.db").display().to_string();
    let commands: [&[&str]; 4] = [&["verify"], &["account", "list"], &["account", "create", "ann"], &["backup", &copy]];
    for arguments in commands {
        let output = admin(&house, arguments);
        let (code, stdout, stderr) = said(&output);
        assert_eq!((code, stdout), (Some(1), ""), "{arguments:?}");
        assert!(stderr.contains(why) && stderr.contains("--config"), "{arguments:?}: {stderr}");
        assert_eq!(house.files(), before, "{arguments:?}");
    }
}

#[test]
fn a_command_makes_no_database_and_no_key_on_sqlite() {
    nothing_is_made(Kept::Sqlite, "there is no such file");
}

#[test]
fn a_command_makes_no_table_and_no_key_on_postgres() {
    nothing_is_made(Kept::Postgres, "there is no house in it");
}

/// An older house is served by an older program, which a command must not pull the schema away from.
fn an_older_schema_stays(kept: Kept) {
    let house = Resting::new(kept);
    house.change("DELETE FROM migration WHERE version = 20");
    for arguments in [&["verify"][..], &["account", "list"], &["account", "create", "ann"]] {
        let output = admin(&house, arguments);
        let (code, stdout, stderr) = said(&output);
        assert_eq!((code, stdout), (Some(1), ""), "{arguments:?}");
        assert!(stderr.contains("lacks 1 of the") && stderr.contains("jesusnumber serve"), "{arguments:?}: {stderr}");
    }
    house.change("INSERT INTO migration (version, at_ms) VALUES (20, 0)");
    assert_eq!(house.count("SELECT COUNT(*) FROM account"), 0);
}

#[test]
fn an_older_schema_stays_as_it_is_on_sqlite() {
    an_older_schema_stays(Kept::Sqlite);
}

#[test]
fn an_older_schema_stays_as_it_is_on_postgres() {
    an_older_schema_stays(Kept::Postgres);
}

#[test]
fn an_older_house_is_backed_up_before_its_upgrade() {
    let house = Resting::new(Kept::Sqlite);
    let before = house.count("SELECT MAX(version) FROM migration WHERE version < (SELECT MAX(version) FROM migration)");
    house.change("DELETE FROM migration WHERE version = (SELECT MAX(version) FROM migration)");
    let output = admin(&house, &["backup", &house.path("copy.db").display().to_string()]);
    let (code, stdout, stderr) = said(&output);
    assert_eq!((code, stderr), (Some(0), ""));
    assert!(stdout.contains(&format!("schema {before}")), "{stdout}");
    assert!(said(&admin(&house, &["verify"])).2.contains("lacks 1 of the"), "the house is still the older one");
}

#[test]
fn verify_and_backup_leave_the_house_to_the_byte() {
    let house = Resting::new(Kept::Sqlite);
    let bytes = || std::fs::read(house.path("house.db")).expect("read");
    let (before, files) = (bytes(), house.files());
    assert_eq!(said(&admin(&house, &["verify"])), (Some(0), "every invariant holds\n", ""));
    assert_eq!(house.files(), files);
    admin(&house, &["backup", &house.path("copy.db").display().to_string()]);
    assert!(bytes() == before, "not a byte is another");
    assert_eq!(house.files().len(), files.len() + 1);
}

#[test]
fn verify_writes_nothing_on_postgres() {
    let house = Resting::new(Kept::Postgres);
    assert_eq!(said(&admin(&house, &["verify"])), (Some(0), "every invariant holds\n", ""));
    assert_eq!(house.files(), ["house.key", "house.toml"]);
}

#[test]
fn a_missing_key_is_told_and_not_replaced() {
    let house = Resting::new(Kept::Sqlite);
    std::fs::remove_file(house.path("house.key")).expect("removed");
    let output = admin(&house, &["verify"]);
    let (code, _, stderr) = said(&output);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("house.key is missing"), "{stderr}");
    assert!(!house.path("house.key").exists());
}

#[test]
fn settings_are_named_by_flag_or_variable_and_the_flag_wins() {
    let (house, other) = (Resting::new(Kept::Sqlite), Resting::without_house(Kept::Sqlite));
    let flag = other.path("house.toml").display().to_string();
    assert_eq!(said(&admin(&house, &["account", "list"])).0, Some(0));
    let refused = admin(&house, &["--config", &flag, "account", "list"]);
    assert_eq!(said(&refused).0, Some(1));
    assert!(said(&refused).2.contains(&other.path("house.db").display().to_string()), "{refused:?}");
}

#[test]
fn without_settings_a_command_says_where_they_are_looked_for() {
    let house = Resting::without_house(Kept::Sqlite);
    let run =
        || command(&house, &["account", "list"]).env_remove("JESUSNUMBER_CONFIG").current_dir(&house.folder).output();
    let output = run().expect("the program starts");
    let (code, _, stderr) = said(&output);
    assert_eq!(code, Some(1));
    for word in ["sqlite:jesusnumber.db", "--config", "JESUSNUMBER_CONFIG", "/etc/jesusnumber/jesusnumber.toml"] {
        assert!(stderr.contains(word), "{stderr}");
    }
    assert_eq!(house.files(), ["house.toml"]);
}

#[test]
fn without_a_login_the_system_tells_who_it_is() {
    let house = Resting::new(Kept::Sqlite);
    assert_eq!(said(&admin_without_login(&house, &["account", "create", "ann"])).0, Some(0));
    let system = String::from_utf8(Command::new("id").arg("-un").output().expect("id runs").stdout).expect("text");
    assert_eq!(house.text("SELECT who FROM audit ORDER BY seq DESC LIMIT 1"), system.trim());
    let mut with_sudo = command(&house, &["account", "create", "bob"]);
    assert!(with_sudo.env("SUDO_USER", "olga").status().expect("the program starts").success());
    assert_eq!(house.text("SELECT who FROM audit ORDER BY seq DESC LIMIT 1"), "olga");
}
