//! Sources: their settings, their SIMs, and how they do.

use std::collections::BTreeMap;

use domain::clock::{DAY_MS, HOUR_MS};
use domain::phone::Nanp;
use domain::supply::{self, Heard, NewSource, Registry, Reply, Request, Setting, Settings, SourceRefusal, Supply};

use crate::house::{House, START_MS, may, why};
use crate::on_both;

/// A connector that asks for a secret and a place, and hears only who knows the secret.
struct Keen;

impl Supply for Keen {
    fn name(&self) -> &'static str {
        "keen"
    }

    fn about(&self) -> &'static str {
        "hears who knows the secret"
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting { name: "secret", label: "Secret", is_secret: true, is_optional: false, help: "a word" },
            Setting { name: "place", label: "Place", is_secret: false, is_optional: true, help: "where it stands" },
        ]
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        if settings.get("secret").is_some_and(|secret| secret.len() > 3) { Ok(()) } else { Err("too short".to_owned()) }
    }

    fn polls(&self, settings: &Settings) -> bool {
        settings.get("place") == Some("far away")
    }

    fn hear(&self, settings: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        if Some(request.tail.as_str()) == settings.get("secret") {
            return Ok(Heard::new(Vec::new(), Reply::json(200, "{}")));
        }
        Err(Reply::refusal(401, "unauthorized", "The secret is another one."))
    }
}

fn registry() -> Registry {
    Registry::new(vec![Box::new(Keen)])
}

fn some(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

async fn keen(house: &House) {
    let settings = Settings::new(some(&[("secret", "swordfish")]));
    let new = NewSource { slug: "rack".into(), connector: "keen".into(), settings, by: may("olga") };
    supply::add_source(&house.app, &registry(), new).await.expect("added");
}

async fn push(house: &House, secret: &str) -> u16 {
    let request = Request {
        method: "POST".into(),
        tail: secret.into(),
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    supply::ingest(&house.app, &registry(), "rack", &request).await.expect("answered").status
}

on_both!(settings_are_changed_and_secrets_are_never_shown, async |house: House| {
    keen(&house).await;
    let changes = some(&[("secret", "herring"), ("place", "cellar")]);
    supply::set_settings(&house.app, &registry(), "rack", &changes, &why("it moved"), &may("olga"))
        .await
        .expect("changed");
    assert_eq!((push(&house, "swordfish").await, push(&house, "herring").await), (401, 200));
    let shown = supply::settings(&house.app, &registry(), "rack").await.expect("shown");
    let shown: Vec<_> = shown.iter().map(|one| (one.setting.name, one.is_set, one.value.as_str())).collect();
    assert_eq!(shown, [("secret", true, ""), ("place", true, "cellar")]);
    supply::set_settings(&house.app, &registry(), "rack", &some(&[("place", "")]), &why("no place"), &may("olga"))
        .await
        .expect("changed");
    assert!(!supply::settings(&house.app, &registry(), "rack").await.expect("shown")[1].is_set);
    assert_eq!(push(&house, "herring").await, 200);
});

on_both!(settings_that_do_not_fit_change_nothing, async |house: House| {
    keen(&house).await;
    for changes in [some(&[("secret", "")]), some(&[("secret", "abc")]), some(&[("other", "x")])] {
        let refused =
            supply::set_settings(&house.app, &registry(), "rack", &changes, &why("it moved"), &may("olga")).await;
        assert!(matches!(refused, Err(SourceRefusal::BadSetting(_))));
    }
    let refused =
        supply::set_settings(&house.app, &registry(), "nowhere", &some(&[]), &why("a test"), &may("olga")).await;
    assert!(matches!(refused, Err(SourceRefusal::NoSource)));
    assert_eq!(push(&house, "swordfish").await, 200);
});

on_both!(a_source_tells_how_it_does, async |house: House| {
    keen(&house).await;
    let house = House::stocked(house, 1).await;
    push(&house, "wrong").await;
    house.text_at(2, "12025550100", "32665", "482910 is your instagram code").await;
    supply::write_heard(&house.app).await.expect("written");
    let health = supply::health(&house.app).await.expect("told");
    assert_eq!(health[&1].fault, Some((START_MS, "401 The secret is another one.".to_owned())));
    assert_eq!((health[&1].refused, health[&1].messages, health[&1].heard_ms), (1, 0, None));
    assert_eq!((health[&2].messages, health[&2].heard_ms), (1, Some(START_MS)));
    house.pass_ms(HOUR_MS);
    house.text_at(2, "12025550100", "32665", "another text").await;
    supply::write_heard(&house.app).await.expect("written");
    assert_eq!(supply::health(&house.app).await.expect("told")[&2].messages, 2);
    house.pass_ms(DAY_MS);
    let later = supply::health(&house.app).await.expect("told");
    assert_eq!((later[&2].messages, later[&2].heard_ms), (0, Some(START_MS + HOUR_MS)));
});

on_both!(a_sim_is_mapped_and_unmapped, async |house: House| {
    let house = House::stocked(house, 1).await;
    let number = Nanp::parse("12025550100").expect("a number");
    supply::map_sim(&house.app, "simulator", "phone-1/0", &number, may("olga")).await.expect("mapped");
    house.pass_ms(HOUR_MS);
    supply::unmap_sim(&house.app, "simulator", "phone-1/0", may("olga")).await.expect("unmapped");
    assert_eq!(supply::sims(&house.app, "simulator").await.expect("listed"), []);
    let again = supply::unmap_sim(&house.app, "simulator", "phone-1/0", may("olga")).await;
    assert!(matches!(again, Err(SourceRefusal::NoSim)));
    let bad = supply::map_sim(&house.app, "simulator", "a\nb", &number, may("olga")).await;
    assert!(matches!(bad, Err(SourceRefusal::BadSim)));
});

mod own;
mod sealed;
mod status;

on_both!(a_source_that_is_pushed_to_is_asked_too_if_its_settings_say_so, async |house: House| {
    let settings = Settings::new(BTreeMap::from([("secret".to_owned(), "word".to_owned())]));
    let new = NewSource { slug: "one".into(), connector: "keen".into(), settings, by: may("test") };
    supply::add_source(&house.app, &registry(), new).await.expect("added");
    let asked = async || supply::wires(&house.app, &registry()).await.expect("looked").len();
    assert_eq!(asked().await, 0);
    let changes = BTreeMap::from([("place".to_owned(), "far away".to_owned())]);
    supply::set_settings(&house.app, &registry(), "one", &changes, &why("far"), &may("test")).await.expect("changed");
    assert_eq!(asked().await, 1);
});
