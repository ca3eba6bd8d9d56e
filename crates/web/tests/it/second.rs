//! The second factor of operators, a forgotten password, and who is let in where.

use domain::login::{self, NewOperator, Role};
use domain::policy::deeds::{self, DeedFilter};

use crate::browser::Browser;
use crate::on_both;
use crate::people::{PASSWORD, between, code_of, customer, link_for, operator};
use crate::world::{World, may};

on_both!(an_operator_sets_up_signs_in_and_is_no_customer, async |world: &World| {
    let new = NewOperator { name: "olga".into(), role: Role::Owner, by: may("test") };
    let link = login::create_operator(&world.app, new).await.expect("made");
    let mut olga = Browser::new(world);
    let sent = olga.get("/operator/").await;
    assert_eq!((sent.status, sent.header("location")), (303, Some("/operator/sign-in/?next=/operator/")));
    let page = olga.get(&format!("/operator/set-up/?token={}", link.text())).await;
    assert!(page.status == 200 && page.body.contains("<svg class=\"qr\""), "{}", page.body);
    let secret = between(&page.body, "<code class=\"secret\">", "</code>").to_owned();
    let form = format!("token={}&password={PASSWORD}&code=", link.text());
    assert_eq!(olga.post("/operator/set-up/", &format!("{form}000000")).await.status, 422);
    let code = code_of(world, &secret);
    let codes = olga.post("/operator/set-up/", &format!("{form}{code}")).await;
    assert_eq!((codes.status, codes.body.matches("<li><code>").count()), (200, 10));
    assert!(olga.get("/operator/").await.body.contains("<bdi>olga</bdi> <small class=\"soft\">owner</small>"));
    assert_eq!(olga.get("/account/").await.status, 303);
    assert_eq!(olga.post("/operator/sign-out/", "").await.status, 303);
    assert_eq!(olga.get("/operator/").await.status, 303);
    world.pass_ms(30_000);
    let asked = olga.post("/operator/sign-in/", &format!("name=olga&password={PASSWORD}")).await;
    let ticket = between(&asked.body, "name=\"ticket\" value=\"", "\"").to_owned();
    let form = format!("ticket={ticket}&next=%2Foperator%2F&code=");
    assert_eq!(olga.post("/operator/sign-in/code/", &format!("{form}000000")).await.status, 422);
    let code = code_of(world, &secret);
    assert_eq!(
        olga.post("/operator/sign-in/code/", &format!("{form}{code}")).await.header("location"),
        Some("/operator/")
    );
    assert!(olga.get("/operator/").await.body.contains("<bdi>olga</bdi> <small class=\"soft\">owner</small>"));
});

on_both!(a_customer_is_not_let_into_the_console, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    assert_eq!(ann.get("/operator/").await.status, 303);
    let form = format!("name=ann%40example.org&password={PASSWORD}");
    assert_eq!(ann.post("/operator/sign-in/", &form).await.status, 422);
});

on_both!(a_forgotten_password_is_replaced_by_a_mail, async |world: &World| {
    let mut ann = customer(world, "ann@example.org").await;
    let mut other = Browser::new(world);
    let known = other.post("/reset/", "email=ann%40example.org").await;
    let unknown = other.post("/reset/", "email=bob%40example.org").await;
    assert_eq!((known.status, known.without_id()), (200, unknown.without_id()));
    assert_eq!(known.body.replace("ann", "bob"), unknown.body);
    let link = link_for(world, "ann@example.org").await;
    assert_eq!(other.get(&link).await.status, 200);
    let token = link.split_once("token=").expect("a token").1;
    let form = format!("token={token}&password=anvil+meadow+crisp+eleven");
    assert_eq!(other.post("/reset/choose/", &form).await.header("location"), Some("/sign-in/"));
    assert_eq!(ann.get("/account/").await.status, 303);
    assert_eq!(other.post("/reset/choose/", &form).await.status, 410);
    let form = "email=ann%40example.org&password=anvil+meadow+crisp+eleven";
    assert_eq!(other.post("/sign-in/", form).await.status, 303);
});

on_both!(an_operator_makes_generator_and_recovery_codes_anew, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Auditor).await;
    let wrong = olga.post("/operator/own/codes/", "password=x").await;
    assert!(wrong.status == 422 && wrong.body.contains("Your password is another one"), "{}", wrong.body);
    let codes = olga.post("/operator/own/codes/", &format!("password={PASSWORD}")).await;
    assert_eq!((codes.status, codes.body.matches("<li><code>").count()), (200, 10));
    let offer = olga.post("/operator/own/generator/", &format!("password={PASSWORD}")).await;
    let secret = between(&offer.body, "<code class=\"secret\">", "</code>").to_owned();
    let token = between(&offer.body, "name=\"token\" value=\"", "\"").to_owned();
    let confirm = async |browser: &mut Browser, code: &str| {
        browser.post("/operator/own/generator/confirm/", &format!("token={token}&code={code}")).await
    };
    let wrong = confirm(&mut olga, "000000").await;
    assert!(wrong.status == 422 && wrong.body.contains("not a code of this generator"), "{}", wrong.body);
    let code = code_of(world, &secret);
    let codes = confirm(&mut olga, &code).await;
    assert_eq!((codes.status, codes.body.matches("<li><code>").count()), (200, 10));
    let (deeds, _) =
        deeds::deeds(&world.app, &DeedFilter { deed: "operator.".into(), ..DeedFilter::default() }, None, 10)
            .await
            .expect("the audit log");
    assert_eq!((deeds[0].deed.as_str(), deeds[1].deed.as_str()), ("operator.generator", "operator.recovery_codes"));
    assert!(domain::mail::outbox(&world.app, i64::MAX, 10).await.expect("the outbox").is_empty());
    // The next sign-in is by the new one.
    assert_eq!(olga.post("/operator/sign-out/", "").await.status, 303);
    world.pass_ms(30_000);
    let asked = olga.post("/operator/sign-in/", &format!("name=olga&password={PASSWORD}")).await;
    let ticket = between(&asked.body, "name=\"ticket\" value=\"", "\"").to_owned();
    let form = format!("ticket={ticket}&next=%2Foperator%2F&code={}", code_of(world, &secret));
    assert_eq!(olga.post("/operator/sign-in/code/", &form).await.header("location"), Some("/operator/"));
});
