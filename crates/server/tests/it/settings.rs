//! `jesusnumber config`.

use crate::program::{run, text};

fn with_file(file: &str, variables: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("house.toml");
    std::fs::write(&path, file).expect("a file");
    let output = run(&["config", "--config", path.to_str().expect("text")], variables);
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn what_is_in_force_is_told_with_where_it_came_from() {
    let file = "database = 'postgres://house:hunter2@db/house'";
    let (status, shown, _) = with_file(file, &[("JESUSNUMBER_POOL_SIZE", "8")]);
    assert_eq!(status, Some(0));
    assert!(shown.contains("pool_size = 8  # from the variable JESUSNUMBER_POOL_SIZE"), "{shown}");
    assert!(shown.contains(r#"listen = "127.0.0.1:8080"  # from the defaults"#), "{shown}");
    assert!(shown.contains("postgres://house:***@db/house") && shown.contains("house.toml"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn an_unknown_setting_ends_the_program_with_the_nearest_name() {
    let (status, _, told) = with_file("databse = 'sqlite:x'", &[]);
    assert_eq!(status, Some(1));
    assert!(told.contains("`databse`") && told.contains("did you mean `database`?"), "{told}");
    let (status, _, told) = with_file("", &[("JESUSNUMBER_LISTN", "x")]);
    assert_eq!(status, Some(1));
    assert!(told.contains("JESUSNUMBER_LISTN") && told.contains("`listen`"), "{told}");
}
