//! The people of the stories: who they are, and how they come to be signed in.

use domain::account::{self, NewCredit};
use domain::login::{self, NewOperator, Role};
use domain::mail;
use domain::money::Usd;

use crate::browser::Browser;
use crate::world::{World, may, why};

/// The password of everybody, as a form has it.
pub(crate) const PASSWORD: &str = "plover+tin+harbour+seven";
/// The statement that they accept, as a form has it.
pub(crate) const ACCEPTED: &str = "accept=2026-11-24";

/// The path of the link in the newest mail to somebody.
pub(crate) async fn link_for(world: &World, email: &str) -> String {
    let mails = mail::outbox(&world.app, i64::MAX, 100).await.expect("the outbox");
    let newest = mails.iter().find(|mail| mail.to == email).expect("a mail");
    let body = mail::read(&world.app, newest.id, &why("a test"), &may("test")).await.expect("its text");
    let link = body.split_whitespace().find(|word| word.contains("?token=")).expect("a link");
    let (_, place) = link.split_once("://").and_then(|(_, rest)| rest.split_once('/')).expect("a path");
    format!("/{place}")
}

/// Signs somebody up to the end; the browser is signed in then.
pub(crate) async fn customer(world: &World, email: &str) -> Browser {
    let mut browser = Browser::new(world);
    let sent = browser.post("/sign-up/", &format!("email={}&{ACCEPTED}", email.replace('@', "%40"))).await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    let link = link_for(world, email).await;
    let token = link.split_once("token=").expect("a token").1.to_owned();
    let entered = browser.post("/sign-up/confirm/", &format!("token={token}&password={PASSWORD}")).await;
    assert_eq!((entered.status, entered.header("location")), (303, Some("/")), "{}", entered.body);
    browser
}

/// A customer who is signed in and has some dollars.
pub(crate) async fn rich(world: &World, email: &str, dollars: &str) -> Browser {
    let browser = customer(world, email).await;
    let accounts = account::list(&world.app, 0, 500).await.expect("listed");
    let account = accounts.last().expect("an account").name.clone();
    let amount = Usd::parse(dollars).expect("dollars");
    let new = NewCredit { account, amount, reason: why("a gift"), reference: None, by: may("test") };
    account::credit(&world.app, new).await.expect("a credit");
    browser
}

/// What a code generator shows now, for a secret in base 32.
pub(crate) fn code_of(world: &World, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base 32");
    let generator = totp_rs::Builder::new().with_secret(secret).build().expect("a generator");
    generator.generate(u64::try_from(world.app.now_ms() / 1_000).expect("after 1970")).to_string()
}

/// What stands between two marks of a page.
pub(crate) fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    page.split_once(from).and_then(|(_, rest)| rest.split_once(to)).expect(from).0
}

/// Makes an operator and signs them in, as a person does it: by the link, a password and a code generator.
pub(crate) async fn operator(world: &World, name: &str, role: Role) -> Browser {
    let new = NewOperator { name: name.into(), role, by: may("test") };
    let link = login::create_operator(&world.app, new).await.expect("made");
    let mut browser = Browser::new(world);
    let page = browser.get(&format!("/operator/set-up/?token={}", link.text())).await;
    let code = code_of(world, between(&page.body, "<code class=\"secret\">", "</code>"));
    let form = format!("token={}&password={PASSWORD}&code={code}", link.text());
    let entered = browser.post("/operator/set-up/", &form).await;
    assert_eq!(entered.status, 200, "{}", entered.body);
    browser
}
