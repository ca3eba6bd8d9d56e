//! The lines that the documents print run as they are printed, one after the other, on a house that has just been opened.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::house::{Kept, Resting};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Programs whose lines are run; other blocks are settings, requests, or what an administrator does to the machine.
const PROGRAMS: [&str; 5] = ["jesusnumber admin ", "echo ", "printf ", "tr ", "mkdir "];

/// The blocks of a document that have an operator's command, one after the other.
fn lines(text: &str) -> String {
    let mut blocks = text.split("```");
    let mut lines = String::new();
    while let (Some(_), Some(block)) = (blocks.next(), blocks.next()) {
        // What follows the first break is the block; before it stands its language, and only a shell's has none.
        let Some(("", block)) = block.split_once('\n') else { continue };
        if PROGRAMS.iter().any(|program| block.starts_with(program)) {
            lines.push_str(block);
        }
    }
    lines
}

fn run(house: &Resting, lines: &str) -> Result<(), String> {
    let program = Path::new(env!("CARGO_BIN_EXE_jesusnumber")).parent().expect("it lies in a folder");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let script = format!("set -e\nPATH={}:$PATH\n{lines}", program.display());
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("JESUSNUMBER_CONFIG", house.path("house.toml"))
        .output()
        .expect("bash runs");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn the_operators_first_hour_runs_as_it_is_printed() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the readme");
    let (_, hour) = readme.split_once("## The operator's first hour").expect("its heading");
    let (hour, _) = hour.split_once("\n## ").expect("the next heading");
    let lines = lines(hour);
    assert!(lines.lines().count() > 12, "{lines}");
    for kept in [Kept::Sqlite, Kept::Postgres] {
        assert_eq!(run(&Resting::new(kept), &lines), Ok(()));
    }
}

#[test]
fn the_pages_about_supply_run_as_they_are_printed() {
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("docs/supply")).expect("the folder") {
        let path = entry.expect("an entry").path();
        let lines = lines(&std::fs::read_to_string(&path).expect("a page"));
        // What is settled there has to be in doubt first.
        if lines.is_empty() || path.ends_with("houses.md") {
            continue;
        }
        count += 1;
        assert_eq!(run(&Resting::new(Kept::Sqlite), &lines), Ok(()), "{}", path.display());
    }
    assert!(count > 15, "{count} pages");
}
