//! Operator commands as a shell gives them: what goes to stdout, what to stderr, and the exit code.

use std::path::Path;
use std::process::{Command, Output};

fn admin(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jesusnumber"))
        .arg("admin")
        .args(arguments)
        .env("JESUSNUMBER_DATABASE", format!("sqlite:{}", folder.join("house.db").display()))
        .env("JESUSNUMBER_KEY_FILE", folder.join("house.key"))
        .output()
        .expect("the program starts")
}

/// The same where the system does not tell who the user is, as in a container or under a timer.
fn admin_of_nobody(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jesusnumber"))
        .arg("admin")
        .args(arguments)
        .env_clear()
        .env("JESUSNUMBER_DATABASE", format!("sqlite:{}", folder.join("house.db").display()))
        .env("JESUSNUMBER_KEY_FILE", folder.join("house.key"))
        .output()
        .expect("the program starts")
}

fn said(output: &Output) -> (Option<i32>, &str, &str) {
    let text = |bytes| std::str::from_utf8(bytes).expect("text");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_done_command_says_so_on_stdout_and_ends_with_0() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let output = admin(folder.path(), &["account", "create", "ann", "--by", "olga"]);
    assert_eq!(said(&output), (Some(0), "made account ann (business)\n", ""));
    let output = admin(folder.path(), &["key", "create", "ann", "--name", "laptop", "--by", "olga", "--json"]);
    let (code, stdout, stderr) = said(&output);
    assert_eq!((code, stderr), (Some(0), ""));
    let json: serde_json::Value = serde_json::from_str(stdout).expect("JSON");
    assert_eq!(json["account"], "ann");
}

#[test]
fn a_refusal_is_one_sentence_on_stderr_and_ends_with_1() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let output = admin(folder.path(), &["account", "show", "nobody", "--by", "olga"]);
    assert_eq!(said(&output), (Some(1), "", "jesusnumber: there is no account `nobody`\n"));
}

#[test]
fn what_cannot_be_read_is_a_usage_error_and_ends_with_2() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let output = admin(folder.path(), &["credit", "add", "ann", "1.234", "--reason", "x"]);
    let (code, stdout, stderr) = said(&output);
    assert_eq!((code, stdout), (Some(2), ""));
    assert!(stderr.contains("invalid value '1.234'"), "{stderr}");
    assert!(!folder.path().join("house.db").exists(), "nothing was opened");
}

#[test]
fn every_command_has_a_sentence_and_an_example() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let commands = [
        ("account", &["create", "list", "show", "suspend", "resume", "limits", "tier"][..]),
        ("key", &["create", "list", "revoke"]),
        ("credit", &["add", "take", "statement"]),
        ("service", &["list", "put", "seed", "enable", "disable"]),
        ("price", &["list", "set", "import"]),
        ("number", &["list", "show", "pause", "resume", "retire", "import"]),
        ("source", &["connectors", "add", "list", "pause", "resume", "map-sim", "sims"]),
        ("sales", &["pause", "resume"]),
        ("quarantine", &["list", "read", "release", "drop"]),
        ("backup", &[][..]),
        ("restore", &[]),
    ];
    for (room, deeds) in commands {
        let lines = std::iter::once(vec![room]).chain(deeds.iter().map(|deed| vec![room, *deed]));
        for mut line in lines {
            line.push("--help");
            let output = admin(folder.path(), &line);
            let (code, stdout, _) = said(&output);
            assert_eq!(code, Some(0), "{line:?}");
            assert!(stdout.contains("Example: jesusnumber admin "), "{line:?}: {stdout}");
            assert!(!stdout.starts_with("Usage"), "{line:?} has no sentence");
        }
    }
}

#[test]
fn a_backup_is_restored_with_its_key_file() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    admin(folder.path(), &["account", "create", "ann", "--by", "olga"]);
    let backup = admin(folder.path(), &["backup", &path("copy.db"), "--by", "olga"]);
    assert_eq!(backup.status.code(), Some(0));
    let arguments = ["restore", &path("copy.db"), "--to", &path("again.db"), "--key-file", &path("house.key")];
    let restored = admin(folder.path(), &arguments);
    let (code, stdout, stderr) = said(&restored);
    assert_eq!((code, stderr), (Some(0), ""));
    assert!(stdout.contains("start the house"), "{stdout}");
    let missing = ["restore", &path("copy.db"), "--to", &path("third.db"), "--key-file", &path("no.key")];
    let refused = admin(folder.path(), &missing);
    let (code, _, stderr) = said(&refused);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("no.key is missing"), "{stderr}");
    assert!(!folder.path().join("third.db").exists());
}

#[test]
fn only_what_changes_something_asks_who_does_it() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    admin(folder.path(), &["account", "create", "ann", "--by", "olga"]);
    let copy = folder.path().join("copy.db").display().to_string();
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
        let output = admin_of_nobody(folder.path(), arguments);
        assert_eq!(said(&output).0, Some(0), "{arguments:?}: {output:?}");
    }
    let output = admin_of_nobody(folder.path(), &["account", "create", "bob"]);
    let why = "jesusnumber: the system does not tell who you are: say it with --by NAME\n";
    assert_eq!(said(&output), (Some(1), "", why));
    let output = admin(folder.path(), &["account", "create", "bob", "--by", " "]);
    assert_eq!(said(&output).0, Some(1));
    assert!(said(&admin(folder.path(), &["account", "list"])).1.lines().all(|line| !line.contains("bob")));
}
