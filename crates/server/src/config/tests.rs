//! Settings as they are read, layered and refused.

use super::show::masked;
use super::*;

fn layered(file: &str, variables: &[(&str, &str)]) -> Result<(Settings, Layers), ConfigError> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("house.toml");
    std::fs::write(&path, file).expect("a file");
    let mut layers = Layers::defaults();
    layers.add_file(&path)?;
    layers.add_environment(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())))?;
    settle(layers)
}

fn refused(file: &str, variables: &[(&str, &str)]) -> String {
    layered(file, variables).err().expect("refused").to_string()
}

#[test]
fn every_default_fits_its_setting() {
    let (settings, _) = settle(Layers::defaults()).expect("the defaults are in order");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.private_listen.to_string(), "127.0.0.1:9090");
    assert_eq!((settings.orders_per_minute_key, settings.reads_per_minute_key), (60, 600));
    assert!(settings.tls_cert.is_none());
}

#[test]
fn every_setting_has_a_sentence() {
    for known in KNOWN {
        assert!(known.about.trim().ends_with('.'), "{}", known.name);
    }
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "listen = '127.0.0.1:1'\npool_size = 8";
    let (settings, layers) = layered(file, &[("JESUSNUMBER_LISTEN", "[::1]:2")]).expect("in order");
    assert_eq!(settings.listen.to_string(), "[::1]:2");
    assert_eq!(settings.pool_size, 8);
    assert_eq!(layers.origin("listen").to_string(), "the variable JESUSNUMBER_LISTEN");
    assert!(layers.origin("pool_size").to_string().ends_with("house.toml"));
    assert_eq!(layers.origin("base_url"), Origin::Default);
}

#[test]
fn a_variable_may_hold_a_number_or_a_list() {
    let variables = [("JESUSNUMBER_POOL_SIZE", "32"), ("JESUSNUMBER_TRUSTED_PROXIES", "10.0.0.1, ::1")];
    let (settings, _) = layered("", &variables).expect("in order");
    assert_eq!(settings.pool_size, 32);
    assert_eq!(settings.trusted_proxies.len(), 2);
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_name() {
    let text = refused("listn = '127.0.0.1:1'", &[]);
    assert!(text.contains("`listn`") && text.contains("did you mean `listen`?"), "{text}");
    let text = refused("", &[("JESUSNUMBER_DATABSE", "x")]);
    assert!(text.contains("JESUSNUMBER_DATABSE") && text.contains("`database`"), "{text}");
    let text = refused("some_thing_else_entirely = 1", &[]);
    assert!(!text.contains("did you mean"), "{text}");
}

#[test]
fn variables_of_the_tests_are_left_alone() {
    assert!(layered("", &[("JESUSNUMBER_TEST_POSTGRES", "x"), ("PATH", "/bin")]).is_ok());
}

#[test]
fn a_wrong_value_is_told_with_its_name_and_origin() {
    let text = refused("pool_size = 'many'", &[]);
    assert!(text.contains("`pool_size`") && text.contains("house.toml"), "{text}");
    let text = refused("pool_size = 2", &[]);
    assert!(text.contains("4 to 512"), "{text}");
    let text = refused("records_days = 30", &[]);
    assert!(text.contains("40 to 3650"), "{text}");
    let text = refused("audit_days = 30", &[]);
    assert!(text.contains("90 to 3650"), "{text}");
    let text = refused("database = 'mysql://x'", &[]);
    assert!(text.contains("sqlite:PATH"), "{text}");
    let text = refused("tls_cert = 'a.pem'", &[]);
    assert!(text.contains("both or neither"), "{text}");
}

#[test]
fn a_malformed_file_is_told_by_its_line_and_without_its_text() {
    let text = refused("listen = '127.0.0.1:1'\ndatabase = 'postgres://u:hunter2@h/d\n", &[]);
    assert!(text.contains("line 2"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_password_is_never_shown() {
    let addresses = [
        ("postgres://house:hunter2@db/house", "postgres://house:***@db/house"),
        ("postgres://house:hunter2@x@db/house", "postgres://house:***@db/house"),
        ("postgres://house:hun/ter2@db/house", "postgres://house:***@db/house"),
        ("postgres://house@db/house?password=hunter2&a=b", "postgres://house@db/house?password=***&a=b"),
        ("postgres://db/house", "postgres://db/house"),
        ("sqlite:house.db", "sqlite:house.db"),
    ];
    for (address, shown) in addresses {
        assert_eq!(masked(address), shown);
    }
    let (_, layers) = layered("database = 'postgres://house:hunter2@db/house'", &[]).expect("in order");
    assert!(!show(&layers).contains("hunter2"));
    let shown = in_force(&layers);
    let database = shown.iter().find(|setting| setting.name == "database").expect("it is in force");
    assert_eq!(database.value.as_deref(), Some("\"postgres://house:***@db/house\""));
    assert!(database.origin.contains("house.toml"), "{}", database.origin);
    assert_eq!(shown.len(), KNOWN.len());
}

#[test]
fn what_is_shown_names_every_setting_and_can_be_read_again() {
    let (_, layers) = settle(Layers::defaults()).expect("in order");
    let shown = show(&layers);
    assert!(KNOWN.iter().all(|known| shown.contains(known.name)), "{shown}");
    assert!(layered(&shown, &[]).is_ok(), "{shown}");
}

#[test]
fn the_settings_of_mails_fit_together() {
    let told = refused("smtp_host = 'mail.example'", &[]);
    assert!(told.contains("`smtp_host` and `mail_from` belong together"), "{told}");
    let both = "smtp_host = 'mail.example'\nmail_from = 'house@example.com'\n";
    let told = refused(&format!("{both}smtp_user = 'house'"), &[]);
    assert!(told.contains("`smtp_user` and `smtp_password_file`"), "{told}");
    let signed = format!("{both}smtp_user = 'house'\nsmtp_password_file = 'password'\n");
    let told = refused(&format!("{signed}smtp_encryption = 'none'"), &[]);
    assert!(told.contains("a password goes in the clear"), "{told}");
    layered(&signed, &[]).expect("in order");
    layered(&format!("{signed}smtp_encryption = 'none'"), &[("JESUSNUMBER_SMTP_HOST", "127.0.0.1")]).expect("in order");
}
