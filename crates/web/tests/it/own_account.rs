//! The pages of one's own account.

use crate::browser::Browser;
use crate::login::{PASSWORD, customer};
use crate::on_both;
use crate::world::World;

on_both!(whoever_is_not_signed_in_is_sent_there_and_back, async |world: &World| {
    let mut browser = Browser::new(world);
    let sent = browser.get("/account/?tab=1").await;
    assert_eq!((sent.status, sent.header("location")), (303, Some("/sign-in/?next=/account/%3Ftab%3D1")));
    let sent = browser.post("/account/sessions/end-others/", "").await;
    assert_eq!((sent.status, sent.header("location")), (303, Some("/sign-in/")));
});

on_both!(sessions_are_listed_and_ended, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let mut phone = Browser::new(world);
    let form = format!("email=ann%40example.org&password={PASSWORD}");
    assert_eq!(phone.post("/sign-in/", &form).await.status, 303);
    let page = ann.get("/account/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.body.matches("Firefox on Linux").count(), 2, "{}", page.body);
    let other = page.body.split(r#"name="session" value=""#).nth(1).and_then(|rest| rest.split('"').next());
    let end = format!("session={}", other.expect("the other session"));
    assert_eq!(ann.post("/account/sessions/end/", &end).await.status, 303);
    assert_eq!(phone.get("/account/").await.status, 303);
    assert_eq!(phone.post("/sign-in/", &form).await.status, 303);
    assert_eq!(ann.post("/account/sessions/end-others/", "").await.status, 303);
    assert_eq!(phone.get("/account/").await.status, 303);
    assert_eq!(ann.get("/account/").await.status, 200);
});

on_both!(nobody_ends_a_session_of_somebody_else, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let mut bob = customer(world, "bob@example.org").await;
    for session in 0..10 {
        bob.post("/account/sessions/end/", &format!("session={session}")).await;
    }
    assert_eq!(ann.get("/account/").await.status, 200);
});
