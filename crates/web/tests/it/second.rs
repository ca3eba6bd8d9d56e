//! The second factor of operators, a forgotten password, and who is let in where.

use domain::login::{self, NewOperator, Role};

use crate::browser::Browser;
use crate::on_both;
use crate::people::{PASSWORD, between, code_of, customer, link_for};
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
