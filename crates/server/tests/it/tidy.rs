//! The laws of the house that no compiler keeps: the length of files, tables by owner, one clock, one environment.

use std::path::{Path, PathBuf};

/// Lines of a source file, at most.
const LINES_MAX: usize = 500;
/// Lines of the map, at most.
const MAP_LINES_MAX: usize = 200;

/// Which room of `domain` owns which tables. `house` is also read where the house is opened.
const TABLES: [(&str, &[&str]); 20] = [
    ("db", &["counter", "migration"]),
    ("account", &["account", "api_key"]),
    ("ledger", &["transfer", "refund_day"]),
    ("catalog", &["service", "price", "tier_price"]),
    ("supply", &["source", "source_hour", "source_seen", "source_wire"]),
    ("number", &["number", "number_use", "lease", "sim", "number_import", "number_line"]),
    ("order", &["orders"]),
    ("rental", &["rental"]),
    ("purchase", &["offer", "sourcing", "purchase", "renewal", "wallet", "wallet_day"]),
    ("partner", &["partner", "push"]),
    ("message", &["message", "message_part", "message_part_ref", "message_join", "day_key"]),
    ("event", &["event"]),
    ("alert", &["alert"]),
    ("figures", &["figure", "figure_wait", "figure_mark"]),
    ("request", &["idempotency"]),
    ("login", &["login", "session", "device", "link", "throttle", "recovery_code", "passkey"]),
    ("mail", &["mail"]),
    ("complaint", &["complaint"]),
    ("policy", &["audit", "audit_mark", "record_mark", "house"]),
    ("verify", &["verify_run", "verify_finding"]),
];

/// Where else a table is named, and why.
const GUESTS: [(&str, &str); 2] = [
    // Ids are handed out by blocks of a counter.
    ("ids", "counter"),
    // The id key is made when a house is opened.
    ("lib", "house"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace is there")
}

/// All files below some folders that end so, with their text.
fn files(folders: &[&str], ending: &str) -> Vec<(PathBuf, String)> {
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("a folder of the workspace");
            open.extend(inside.map(|entry| entry.expect("an entry").path()));
        } else if path.to_string_lossy().ends_with(ending) {
            let text = std::fs::read_to_string(&path).expect("a text");
            found.push((path, text));
        }
    }
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The lines of source files that break a law, without comments.
fn lines_with(folders: &[&str], is_broken: impl Fn(&str) -> bool) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in files(folders, ".rs") {
        for (number, line) in text.lines().enumerate() {
            if !line.trim_start().starts_with("//") && is_broken(line) {
                broken.push(format!("{}:{}: {}", shown(&path), number + 1, line.trim()));
            }
        }
    }
    broken.sort();
    broken
}

#[test]
fn no_file_is_longer_than_it_may_be() {
    let mut long: Vec<String> = files(&["crates", "bench"], ".rs")
        .iter()
        .filter(|(_, text)| text.lines().count() > LINES_MAX)
        .map(|(path, text)| format!("{} has {} lines", shown(path), text.lines().count()))
        .collect();
    long.sort();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_file_says_first_what_lives_there() {
    let silent: Vec<String> = files(&["crates", "bench"], ".rs")
        .iter()
        .filter(|(path, text)| !text.starts_with("//!") && !is_list_of_modules(path, text))
        .map(|(path, _)| shown(path))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

/// A `mod.rs` of tests that only names its modules says enough by their names.
fn is_list_of_modules(path: &Path, text: &str) -> bool {
    path.ends_with("mod.rs") && text.lines().all(|line| line.starts_with("mod ") || line.is_empty())
}

#[test]
fn no_file_is_named_for_nothing() {
    let empty_names = ["utils.rs", "util.rs", "helpers.rs", "helper.rs", "common.rs", "misc.rs", "manager.rs"];
    let named: Vec<String> = files(&["crates", "bench"], ".rs")
        .iter()
        .filter(|(path, _)| empty_names.iter().any(|name| path.ends_with(name)))
        .map(|(path, _)| shown(path))
        .collect();
    assert!(named.is_empty(), "{named:#?}");
}

#[test]
fn lints_are_expected_and_never_allowed() {
    // The word is split so that this file does not break its own law.
    let broken = lines_with(&["crates", "bench"], |line| line.contains(concat!("#[", "allow(")));
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn no_test_is_ignored() {
    let broken = lines_with(&["crates", "bench"], |line| line.contains(concat!("#[", "ignore")));
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_machines_clock_is_read_in_one_place() {
    let sources = ["crates/domain/src", "crates/connectors/src", "crates/web/src", "crates/server/src"];
    let mut broken = lines_with(&sources, |line| line.contains("SystemTime::now"));
    broken.retain(|line| !line.starts_with("crates/server/src/clock.rs"));
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_environment_is_read_in_one_place() {
    let reads = |line: &str| line.contains("env::var");
    let sources = ["crates/domain/src", "crates/connectors/src", "crates/web/src", "crates/server/src"];
    let broken: Vec<String> = lines_with(&sources, reads)
        .into_iter()
        .filter(|line| !line.starts_with("crates/server/src/config") && !line.contains("/tests/"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn sql_is_written_in_domain_alone() {
    let is_sql = |line: &str| ["SELECT ", "INSERT INTO ", "DELETE FROM "].iter().any(|verb| line.contains(verb));
    let sources = ["crates/connectors/src", "crates/web/src", "crates/server/src"];
    let broken: Vec<String> =
        lines_with(&sources, is_sql).into_iter().filter(|line| !line.contains("/tests/")).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn no_room_reaches_into_anothers_tables() {
    let mut broken = Vec::new();
    for (path, text) in files(&["crates/domain/src"], ".rs") {
        let room = room_of(&path);
        for (line, table) in tables_named(&text) {
            let is_own = TABLES.iter().any(|(owner, tables)| *owner == room && tables.contains(&table));
            if !is_own && !GUESTS.contains(&(room.as_str(), table)) {
                broken.push(format!("{}:{line}: `{table}` is not of this room", shown(&path)));
            }
        }
    }
    broken.sort();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The folder or file below `domain/src` that a file belongs to.
fn room_of(path: &Path) -> String {
    let source = root().join("crates/domain/src");
    let inside = path.strip_prefix(&source).expect("a file of domain");
    let room = inside.components().next().expect("a name").as_os_str().to_string_lossy();
    room.trim_end_matches(".rs").to_owned()
}

/// The tables that statements of a text name, with their lines. A statement names a table after one of these words.
fn tables_named(text: &str) -> Vec<(usize, &'static str)> {
    let all = || TABLES.iter().flat_map(|(_, tables)| tables.iter().copied());
    let mut named = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        let words: Vec<&str> = line.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).collect();
        for pair in words.windows(2) {
            let is_place = ["FROM", "JOIN", "INTO", "UPDATE"].contains(&pair[0]);
            if let Some(table) = all().find(|table| is_place && *table == pair[1]) {
                named.push((number + 1, table));
            }
        }
    }
    named
}

#[test]
fn the_map_is_short_and_names_every_room_and_table() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the map is there");
    assert!(map.lines().count() <= MAP_LINES_MAX, "the map has {} lines", map.lines().count());
    for (room, tables) in TABLES {
        assert!(map.contains(&format!("| `{room}` |")), "the map does not name the room {room}");
        for table in tables {
            assert!(map.contains(&format!("`{table}`")), "the map does not name the table {table}");
        }
    }
}
