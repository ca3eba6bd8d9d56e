//! Journeys in a real browser through a house that begins with nothing: the program is started on an empty database, and
//! all that follows is done on its pages, from its first operator's sign-in on. They need Chromium and Node, so
//! `cargo test` does not run them by itself; `./check` does: `cargo test -p jesusnumber --test browser`.

#[expect(dead_code, reason = "shared with the tests of the program, which use more of it")]
#[path = "../it/house.rs"]
mod house;
#[expect(dead_code, reason = "shared with the tests of the program, which use more of it")]
#[path = "../it/http.rs"]
mod http;
#[expect(dead_code, reason = "shared with the tests of the program, which use more of it")]
#[path = "../it/program.rs"]
mod program;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use house::Kept;
use program::{Program, run, text};
use serde_json::json;

/// Writes the settings of an empty house on a free port, whose address pages and mails name.
fn settings(folder: &Path, database: &str) -> (String, String) {
    let place = |name: &str| folder.join(name).display().to_string();
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let base = format!("http://localhost:{}", free.port());
    let written = format!(
        "database = '{database}'\nkey_file = '{}'\nlisten = '{free}'\nprivate_listen = '127.0.0.1:0'\n\
         base_url = '{base}'\nreads_per_minute_address = 0\norders_per_minute_address = 0\n",
        place("house.key")
    );
    fs::write(place("house.toml"), written).expect("a settings file");
    (place("house.toml"), base)
}

/// Starts a house with nothing but the link of its first operator, and runs the journeys of one file of `browser/`.
fn travel(kept: Kept, file: &str) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (database, _schema) = kept.database(folder.path());
    let (settings, base) = settings(folder.path(), &database);
    let program = Program::start(&["serve", "--config", &settings]);
    program.line_with("the house is open");
    let create = ["operator", "create", "olga", "--role", "owner"];
    let made = run(&[["admin", "--config", &settings, "--json", "--by", "test"].as_slice(), &create].concat(), &[]);
    let made: serde_json::Value = serde_json::from_str(&text(&made.stdout)).expect("JSON");
    let journeys = concat!(env!("CARGO_MANIFEST_DIR"), "/../../browser/journeys.mjs");
    let house = json!({ "base": base, "link": made["link"] });
    let status = Command::new("node").args([journeys, file, &house.to_string()]).status().expect("node runs");
    assert!(status.success(), "a journey failed; it is told above");
    let verified = run(&["admin", "--config", &settings, "verify"], &[]);
    assert!(verified.status.success(), "{}", text(&verified.stdout));
    program.signal("TERM");
    assert_eq!(program.end().code(), Some(0));
}

#[test]
fn a_house_begins_on_sqlite() {
    travel(Kept::Sqlite, "beginning");
}

#[test]
fn a_house_begins_on_postgres() {
    travel(Kept::Postgres, "beginning");
}

#[test]
fn another_house_is_bought_from() {
    travel(Kept::Sqlite, "houses");
}

#[test]
fn the_pages_of_an_empty_house() {
    travel(Kept::Sqlite, "looks-empty");
}

#[test]
fn the_pages_of_a_house_at_work() {
    travel(Kept::Sqlite, "looks-filled");
}
