//! That the secrets of a source are not on the disk.

use domain::supply;

use super::{keen, registry, some};
use crate::house::{House, may, why};
use crate::on_both;
use crate::side::hex;

fn holds(raw: &[u8], word: &str) -> bool {
    let is_in = |word: &[u8]| raw.windows(word.len()).any(|some| some == word);
    is_in(word.as_bytes()) || is_in(hex(word.as_bytes()).as_bytes())
}

on_both!(no_secret_of_a_source_is_among_the_bytes_of_the_database, async |house: House| {
    keen(&house).await;
    let changes = some(&[("secret", "herring-493817")]);
    supply::set_settings(&house.app, &registry(), "rack", &changes, &why("a new word"), &may("olga"))
        .await
        .expect("changed");
    let raw = house.raw().await;
    assert!(holds(&raw, "rack") && holds(&raw, "a new word"), "what is no secret is found");
    for secret in ["swordfish", "herring-493817"] {
        assert!(!holds(&raw, secret), "{secret}");
    }
});
