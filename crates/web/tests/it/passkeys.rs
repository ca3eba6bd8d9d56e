//! Passkeys over HTTP, as far as it goes without a device: what pages offer, what is asked, and what is refused. Devices
//! answer in the tests of the domain and in the browser's journeys.

use domain::db::EngineKind;
use domain::login::Role;

use crate::browser::Browser;
use crate::on_both;
use crate::people::{PASSWORD, between, customer, operator};
use crate::world::{World, quiet};

/// The doors, where they answer, and the cookie that holds what was asked for there.
const DOORS: [(&str, &str, &str); 2] = [
    ("/sign-in/", "/sign-in/passkey/", "__Host-passkey="),
    ("/operator/sign-in/", "/operator/sign-in/passkey/", "__Host-operator-passkey="),
];

on_both!(a_challenge_names_nobody_and_belongs_to_its_browser, async |world: &World| {
    for (page, target, ticket) in DOORS {
        let (mut ann, mut other) = (Browser::new(world), Browser::new(world));
        assert!(ann.get(page).await.body.contains(&format!("data-ask=\"{target}ask/\" hidden>")));
        let asked = ann.post(&format!("{target}ask/"), "").await;
        assert_eq!((asked.status, asked.header("content-type")), (200, Some("application/json")));
        let options: serde_json::Value = serde_json::from_str(&asked.body).expect("options");
        assert_eq!(
            (options["rpId"].as_str(), &options["allowCredentials"]),
            (Some("localhost"), &serde_json::json!([]))
        );
        assert_eq!(options["userVerification"], "required");
        assert!(ann.cookie().contains(ticket));
        let foreign = other.post(target, "answer=%7B%7D").await;
        assert!(foreign.status == 422 && foreign.body.contains("took too long"), "{}", foreign.body);
        let wrong = ann.post(target, "answer=%7B%7D").await;
        assert!(wrong.status == 422 && wrong.body.contains("is not known here"), "{}", wrong.body);
        assert!(!ann.cookie().contains(ticket), "the challenge is used up");
    }
});

on_both!(too_many_are_told_to_wait, async |world: &World| {
    let mut ann = Browser::new(world);
    for _ in 0..50 {
        assert_eq!(ann.post("/sign-in/passkey/ask/", "").await.status, 200);
        assert_eq!(ann.post("/sign-in/passkey/", "answer=%7B%7D").await.status, 422);
    }
    assert_eq!(ann.post("/operator/sign-in/passkey/ask/", "").await.status, 200);
    let more = ann.post("/operator/sign-in/passkey/", "answer=%7B%7D").await;
    assert_eq!((more.status, more.header("retry-after")), (429, Some("900")));
    assert!(more.body.contains("There were too many tries. Wait 15 minutes, then try again."), "{}", more.body);
});

on_both!(a_passkey_is_begun_with_the_password, async |world: &World| {
    let (ann, olga) = (customer(world, "ann@example.org").await, operator(world, "olga", Role::Auditor).await);
    for (mut browser, home, handle) in
        [(ann, "/account/passkeys/", "ann@example.org"), (olga, "/operator/own/", "olga")]
    {
        let page = browser.get(home).await;
        assert!(page.status == 200 && page.body.contains("You have no passkey yet"), "{}", page.body);
        let wrong = browser.post(home, "name=%3Cb%3Ephone&password=x").await;
        assert!(wrong.status == 422 && wrong.body.contains("value=\"&#60;b&#62;phone\""), "{}", wrong.body);
        let nameless = browser.post(home, &format!("name=+&password={PASSWORD}")).await;
        assert!(nameless.status == 422 && nameless.body.contains("1 to 50 characters"), "{}", nameless.body);
        let begun = browser.post(home, &format!("name=My+phone&password={PASSWORD}")).await;
        let options = between(&begun.body, "data-options=\"", "\"").replace("&#34;", "\"");
        let options: serde_json::Value = serde_json::from_str(&options).expect("options");
        assert_eq!((&options["rp"]["id"], &options["user"]["name"]), (&"localhost".into(), &handle.into()));
        let ticket = between(&begun.body, "name=\"ticket\" value=\"", "\"").to_owned();
        let form = format!("ticket={ticket}&name=My+phone&answer=%7B%7D");
        let refused = browser.post(&format!("{home}add/"), &form).await;
        assert!(refused.status == 422 && refused.body.contains("was not taken"), "{}", refused.body);
        assert_eq!(browser.post(&format!("{home}rename/"), "key=1&name=x").await.status, 404);
        assert_eq!(browser.post(&format!("{home}remove/"), &format!("key=1&password={PASSWORD}")).await.status, 404);
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_at_a_bare_address_offers_none_and_says_why() {
    let settings = web::Settings { base_url: "http://192.0.2.7:8080".to_owned(), ..quiet() };
    let world = World::open_with(EngineKind::Sqlite, settings).await;
    let mut browser = Browser::new(&world);
    for (page, target, _) in DOORS {
        assert!(!browser.get(page).await.body.contains("passkey"));
        assert_eq!(browser.post(&format!("{target}ask/"), "").await.status, 422);
    }
    let mut olga = operator(&world, "olga", Role::Owner).await;
    let page = olga.get("/operator/own/").await;
    assert!(page.body.contains("Passkeys need a house with a name and https"), "{}", page.body);
    assert!(!page.body.contains("Name of the new passkey"));
    world.close().await;
}
