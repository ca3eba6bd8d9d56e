//! The pages of one's own account.

use domain::mail;

use crate::browser::Browser;
use crate::on_both;
use crate::people::{PASSWORD, between, code_of, customer, link_for};
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
    assert_eq!(page.body.matches("<strong>Firefox on Linux").count(), 2, "{}", page.body);
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

on_both!(a_password_is_changed_by_whoever_knows_it, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let mut phone = Browser::new(world);
    let form = format!("email=ann%40example.org&password={PASSWORD}");
    assert_eq!(phone.post("/sign-in/", &form).await.status, 303);
    assert_eq!(ann.get("/account/password/").await.status, 200);
    let wrong = ann.post("/account/password/", "old=wrong+wrong&new=anvil+meadow+crisp+eleven").await;
    assert!(wrong.status == 422 && wrong.body.contains("is another one"), "{}", wrong.body);
    assert!(!wrong.body.contains("wrong wrong") && !wrong.body.contains("anvil"), "{}", wrong.body);
    let short = ann.post("/account/password/", &format!("old={PASSWORD}&new=short")).await;
    assert!(short.status == 422 && short.body.contains("too short"), "{}", short.body);
    let changed = ann.post("/account/password/", &format!("old={PASSWORD}&new=anvil+meadow+crisp+eleven")).await;
    assert_eq!((changed.status, changed.header("location")), (303, Some("/account/?done=password")));
    assert!(ann.get("/account/?done=password").await.body.contains("Your password is changed"));
    assert_eq!(phone.get("/account/").await.status, 303);
    assert_eq!(phone.post("/sign-in/", &form).await.status, 422);
});

on_both!(passwords_are_not_tried_without_end_behind_the_door_either, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    for _ in 0..10 {
        assert_eq!(ann.post("/account/password/", "old=wrong&new=anvil+meadow+crisp+eleven").await.status, 422);
    }
    let more = ann.post("/account/email/", "email=new%40example.org&password=wrong").await;
    assert_eq!((more.status, more.header("retry-after")), (429, Some("900")));
});

on_both!(an_address_is_changed_by_a_link_that_asks_once_more, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let sent = ann.post("/account/email/", &format!("email=new%40example.org&password={PASSWORD}")).await;
    assert!(sent.status == 200 && sent.body.contains("new@example.org"), "{}", sent.body);
    let link = link_for(world, "new@example.org").await;
    let mut mailbox = Browser::new(world);
    assert_eq!(mailbox.get(&link).await.status, 200);
    assert!(ann.get("/account/").await.body.contains("ann@example.org"));
    let token = link.split_once("token=").expect("a token").1;
    assert_eq!(mailbox.post("/account/email/confirm/", &format!("token={token}")).await.status, 200);
    assert!(ann.get("/account/").await.body.contains("new@example.org"));
    assert_eq!(mailbox.post("/account/email/confirm/", &format!("token={token}")).await.status, 410);
    let mails = mail::outbox(&world.app, i64::MAX, 100).await.expect("the outbox");
    let told: Vec<&str> =
        mails.iter().filter(|mail| mail.to == "ann@example.org").map(|mail| mail.kind.as_str()).collect();
    assert_eq!(told, ["email_changed", "email_asked", "sign_up"]);
});

on_both!(an_address_with_an_account_is_answered_like_a_free_one, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    customer(world, "bob@example.org").await;
    let mut answers = Vec::new();
    for name in ["bob", "new"] {
        let form = format!("email={name}%40example.org&password={PASSWORD}");
        let answer = ann.post("/account/email/", &form).await;
        answers.push((answer.status, answer.without_id(), answer.body.replace(name, "NAME")));
    }
    assert_eq!(answers[0], answers[1]);
});

on_both!(a_second_factor_is_set_up_renewed_and_switched_off, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let wrong = ann.post("/account/second-factor/set-up/", "password=wrong").await;
    assert!(wrong.status == 422 && !wrong.body.contains("<svg"), "{}", wrong.body);
    let form = format!("password={PASSWORD}");
    let page = ann.post("/account/second-factor/set-up/", &form).await;
    assert!(page.status == 200 && page.body.contains("<svg class=\"qr\""), "{}", page.body);
    let secret = between(&page.body, "<code class=\"secret\">", "</code>").to_owned();
    let token = between(&page.body, "name=\"token\" value=\"", "\"").to_owned();
    let again = ann.post("/account/second-factor/confirm/", &format!("token={token}&code=000000")).await;
    assert!(again.status == 422 && again.body.contains(&secret), "{}", again.body);
    assert!(ann.get("/account/").await.body.contains(">off<"));
    let code = code_of(world, &secret);
    let codes = ann.post("/account/second-factor/confirm/", &format!("token={token}&code={code}")).await;
    assert_eq!((codes.status, codes.body.matches("<li><code>").count()), (200, 10));
    assert!(ann.get("/account/").await.body.contains("10 recovery codes left"));
    let first = between(&codes.body, "<li><code>", "</code>").to_owned();
    let renewed = ann.post("/account/second-factor/codes/", &form).await;
    assert!(renewed.status == 200 && !renewed.body.contains(&first), "{}", renewed.body);
    assert_eq!(ann.post("/account/second-factor/remove/", "password=wrong").await.status, 422);
    let off = ann.post("/account/second-factor/remove/", &form).await;
    assert_eq!((off.status, off.header("location")), (303, Some("/account/?done=second-factor")));
    assert!(ann.get("/account/second-factor/").await.body.contains(">Set up<"));
    assert_eq!(ann.post("/account/second-factor/codes/", &form).await.status, 422);
});

on_both!(nobody_confirms_the_second_factor_of_somebody_else, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let mut bob = customer(world, "bob@example.org").await;
    let page = ann.post("/account/second-factor/set-up/", &format!("password={PASSWORD}")).await;
    let secret = between(&page.body, "<code class=\"secret\">", "</code>").to_owned();
    let token = between(&page.body, "name=\"token\" value=\"", "\"").to_owned();
    let code = code_of(world, &secret);
    assert_eq!(bob.post("/account/second-factor/confirm/", &format!("token={token}&code={code}")).await.status, 422);
    assert!(ann.get("/account/").await.body.contains(">off<") && bob.get("/account/").await.body.contains(">off<"));
});

on_both!(whoever_signs_out_everywhere_is_out_here_too, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let mut phone = Browser::new(world);
    phone.post("/sign-in/", &format!("email=ann%40example.org&password={PASSWORD}")).await;
    let out = ann.post("/account/sessions/end-all/", "").await;
    assert_eq!((out.status, out.header("location")), (303, Some("/sign-in/")));
    assert_eq!(ann.get("/account/").await.status, 303);
    assert_eq!(phone.get("/account/").await.status, 303);
});

on_both!(a_low_balance_is_wanted_to_be_heard_of, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let set = ann.post("/account/low-balance/", "below=%245.00").await;
    assert_eq!((set.status, set.header("location")), (303, Some("/account/?done=low-balance")));
    assert!(
        ann.get("/account/").await.body.contains(r#"name="below" inputmode="decimal" autocomplete="off" value="5.00""#)
    );
    for wrong in ["much", "0", "-1", "100000.01"] {
        let refused = ann.post("/account/low-balance/", &format!("below={wrong}")).await;
        assert!(refused.status == 422 && refused.body.contains(&format!(r#"value="{wrong}""#)), "{}", refused.body);
    }
    assert_eq!(ann.post("/account/low-balance/", "below=").await.status, 303);
    assert!(ann.get("/account/").await.body.contains(r#"value="" placeholder="never""#));
});
