//! Signing up, in and out, as a browser does it.

use domain::clock::MINUTE_MS;
use domain::login::{self, Invitation};

use crate::browser::Browser;
use crate::on_both;
use crate::people::{ACCEPTED, PASSWORD, customer, link_for};
use crate::world::World;

async fn is_in(browser: &mut Browser) -> bool {
    // Whoever is in is sent on from the sign-in.
    browser.get("/sign-in/?next=/orders/").await.header("location") == Some("/orders/")
}

on_both!(somebody_signs_up_out_and_in_again, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    assert!(is_in(&mut ann).await);
    let out = ann.post("/sign-out/", "").await;
    assert_eq!((out.status, out.header("location")), (303, Some("/sign-in/")));
    assert!(!is_in(&mut ann).await);
    let form = format!("email=ann%40example.org&password={PASSWORD}&next=%2Forders%2F%3Fq%3D1");
    let entered = ann.post("/sign-in/", &form).await;
    assert_eq!((entered.status, entered.header("location")), (303, Some("/orders/?q=1")));
    assert!(is_in(&mut ann).await);
});

on_both!(a_session_that_was_ended_is_worth_nothing, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let mut thief = ann.clone();
    ann.post("/sign-out/", "").await;
    assert!(!is_in(&mut thief).await);
});

on_both!(the_cookie_is_for_this_house_alone, async |world: &World| {
    let mut browser = Browser::new(world);
    let sent = browser.post("/sign-up/", &format!("email=ann%40example.org&{ACCEPTED}")).await;
    assert_eq!((sent.status, sent.header("set-cookie")), (200, None));
    let token = link_for(world, "ann@example.org").await.split_once("token=").expect("a token").1.to_owned();
    let entered = browser.post("/sign-up/confirm/", &format!("token={token}&password={PASSWORD}")).await;
    let cookies = entered.headers("set-cookie");
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-session=") || cookie.starts_with("__Host-device="), "{cookie}");
        assert!(cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax;"), "{cookie}");
    }
    assert_eq!(entered.header("cache-control"), Some("no-store"));
    assert_eq!(entered.header("referrer-policy"), Some("no-referrer"));
});

on_both!(a_known_address_and_an_unknown_one_get_the_same_bytes, async |world: &World| {
    customer(world, "ann@example.org").await;
    let mut browser = Browser::new(world);
    let mut answers = Vec::new();
    for name in ["ann", "bob"] {
        let email = format!("{name}%40example.org");
        let up = browser.post("/sign-up/", &format!("email={email}&{ACCEPTED}")).await;
        let wrong = browser.post("/sign-in/", &format!("email={email}&password=wrong+wrong+wrong")).await;
        answers.push([up, wrong].map(|answer| (answer.status, answer.without_id(), answer.body.replace(name, "NAME"))));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!((answers[0][0].0, answers[0][1].0), (200, 422));
});

on_both!(a_refusal_keeps_what_was_typed_but_never_the_password, async |world: &World| {
    let mut browser = Browser::new(world);
    let form = "email=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&password=hunter2hunter2&next=%2Forders%2F";
    let refused = browser.post("/sign-in/", form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Address and password do not belong together"), "{}", refused.body);
    assert!(refused.body.contains(r#"value="/orders/""#), "{}", refused.body);
    assert!(refused.body.contains("script&#62;alert(1)") && !refused.body.contains("<script>"), "{}", refused.body);
    assert!(!refused.body.contains("hunter2"));
    let up = browser.post("/sign-up/", &format!("email=no-address&{ACCEPTED}")).await;
    assert_eq!(up.status, 422);
    assert!(up.body.contains(r#"value="no-address""#) && up.body.contains(" checked"), "{}", up.body);
});

on_both!(too_many_tries_are_told_with_their_end, async |world: &World| {
    let mut browser = Browser::new(world);
    for _ in 0..10 {
        assert_eq!(browser.post("/sign-in/", "email=bob%40example.org&password=wrong").await.status, 422);
    }
    world.pass_ms(5 * MINUTE_MS);
    let more = browser.post("/sign-in/", "email=bob%40example.org&password=wrong").await;
    assert_eq!((more.status, more.header("retry-after")), (429, Some("600")));
    assert!(more.body.contains("Wait 10 minutes"), "{}", more.body);
});

on_both!(a_link_is_looked_at_without_being_used, async |world: &World| {
    let mut browser = Browser::new(world);
    browser.post("/sign-up/", &format!("email=ann%40example.org&{ACCEPTED}")).await;
    let link = link_for(world, "ann@example.org").await;
    for _ in 0..2 {
        assert_eq!(browser.get(&link).await.status, 200);
    }
    let token = link.split_once("token=").expect("a token").1;
    let short = browser.post("/sign-up/confirm/", &format!("token={token}&password=short")).await;
    assert_eq!(short.status, 422);
    assert!(short.body.contains("too short"), "{}", short.body);
    let entered = browser.post("/sign-up/confirm/", &format!("token={token}&password={PASSWORD}")).await;
    assert_eq!(entered.status, 303);
    assert_eq!(browser.post("/sign-up/confirm/", &format!("token={token}&password={PASSWORD}")).await.status, 410);
});

on_both!(no_page_sends_a_reader_to_another_house, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    for next in ["//evil.example", "https:%2F%2Fevil.example", "%2F%5Cevil.example", "%2F%2Fevil.example"] {
        assert_eq!(ann.get(&format!("/sign-in/?next={next}")).await.header("location"), Some("/"), "{next}");
    }
});

on_both!(an_invited_person_accepts_the_statement_and_is_in_the_account_that_was_there, async |world: &World| {
    world.customer("ann", "5.00").await;
    let invitation = Invitation {
        account: "ann".into(),
        email: "ann@example.org".into(),
        base_url: "http://localhost:8080".into(),
        by: "test".into(),
    };
    let link = login::invite(&world.app, invitation).await.expect("a link");
    let mut ann = Browser::new(world);
    let page = ann.get(&format!("/sign-up/confirm/?token={}", link.text())).await;
    assert!(page.status == 200 && page.body.contains(r#"name="accept""#), "{}", page.body);
    let form = format!("token={}&password={PASSWORD}", link.text());
    let refused = ann.post("/sign-up/confirm/", &form).await;
    assert!(refused.status == 422 && refused.body.contains("accept it"), "{}", refused.body);
    assert_eq!(ann.post("/sign-up/confirm/", &format!("{form}&{ACCEPTED}")).await.status, 303);
    assert!(ann.get("/statement/").await.body.contains("$5.00"));
});
