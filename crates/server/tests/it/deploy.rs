//! What lies in `deploy/` fits the program.

use std::path::{Path, PathBuf};

use crate::program::{run, text};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(name)
}

/// The settings that the program knows, as it lists them itself.
fn known() -> Vec<String> {
    let shown = text(&run(&["config"], &[]).stdout);
    let name = |line: &str| {
        let line = line.strip_prefix("# ").filter(|rest| rest.ends_with(" is not set")).unwrap_or(line);
        let (name, _) = line.split_once(" = ").or_else(|| line.split_once(" is not set"))?;
        (!line.starts_with('#')).then(|| name.to_owned())
    };
    shown.lines().filter_map(name).collect()
}

#[test]
fn the_example_settings_are_accepted_and_name_every_setting() {
    let path = example("jesusnumber.toml");
    let output = run(&["config", "--config", path.to_str().expect("text")], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let file = std::fs::read_to_string(path).expect("the example");
    let known = known();
    assert!(known.len() > 10, "{known:?}");
    for name in known {
        let is_named = file.lines().any(|line| {
            let line = line.strip_prefix("# ").unwrap_or(line);
            line.strip_prefix(&name).is_some_and(|rest| rest.starts_with(" = "))
        });
        assert!(is_named, "{name} is not in the example");
    }
}

#[test]
fn the_variables_of_the_container_are_settings() {
    let file = std::fs::read_to_string(example("Containerfile")).expect("the example");
    let words = file.split_whitespace().filter_map(|word| word.split_once('='));
    let variables: Vec<(&str, &str)> = words.filter(|(name, _)| name.starts_with("JESUSNUMBER_")).collect();
    assert_eq!(variables.len(), 5);
    let output = run(&["config"], &variables);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn the_unit_waits_longer_than_the_program_takes() {
    let unit = std::fs::read_to_string(example("jesusnumber.service")).expect("the unit");
    let seconds = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")).expect("a limit");
    let shown = text(&run(&["config"], &[]).stdout);
    let drain = shown.lines().find_map(|line| line.strip_prefix("shutdown_seconds = ")).expect("a setting");
    let drain: u64 = drain.split(' ').next().and_then(|drain| drain.parse().ok()).expect("seconds");
    assert!(seconds.parse::<u64>().expect("seconds") >= drain + 10);
}
