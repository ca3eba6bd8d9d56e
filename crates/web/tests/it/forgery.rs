//! Forms that other sites send in a reader's name: refused, and nothing changed.

use domain::mail;

use crate::browser::Browser;
use crate::on_both;
use crate::world::World;

/// Every form of these pages.
const FORMS: [(&str, &str); 46] = [
    ("/sign-up/", "email=ann%40example.org&accept=2026-11-24"),
    ("/sign-up/confirm/", "token=x&password=x"),
    ("/sign-in/", "email=ann%40example.org&password=x"),
    ("/sign-in/code/", "ticket=x&code=000000"),
    ("/sign-out/", ""),
    ("/reset/", "email=ann%40example.org"),
    ("/reset/choose/", "token=x&password=x"),
    ("/operator/sign-in/", "name=olga&password=x"),
    ("/operator/sign-in/code/", "ticket=x&code=000000"),
    ("/operator/set-up/", "token=x&password=x&code=000000"),
    ("/operator/sign-out/", ""),
    ("/account/sessions/end/", "session=1"),
    ("/account/sessions/end-others/", ""),
    ("/account/sessions/end-all/", ""),
    ("/account/low-balance/", "below=5.00"),
    ("/account/password/", "old=x&new=x"),
    ("/account/email/", "email=ann%40example.org&password=x"),
    ("/account/email/confirm/", "token=x"),
    ("/account/second-factor/set-up/", "password=x"),
    ("/account/second-factor/confirm/", "token=x&code=000000"),
    ("/account/second-factor/codes/", "password=x"),
    ("/account/second-factor/remove/", "password=x"),
    ("/complaints/ORD-123456/", "kind=no_code&words="),
    ("/operator/customers/1/money/", "amount=1&reason=x&deed=credit"),
    ("/operator/customers/1/state/", "state=suspended&reason=x"),
    ("/operator/customers/1/tier/", "tier=business"),
    ("/operator/customers/1/note/", "note=x"),
    ("/operator/customers/1/key/", "key=1"),
    ("/operator/customers/1/sign-in/", "deed=sign-out&reason=x"),
    ("/operator/customers/1/messages/", "order=ORD-123456&reason=x"),
    ("/operator/complaints/1/answer/", "text=x"),
    ("/operator/complaints/1/messages/", "reason=x"),
    ("/operator/quarantine/1/read/", "reason=x"),
    ("/operator/quarantine/1/release/", "reason=x&order=1"),
    ("/operator/quarantine/1/drop/", "reason=x"),
    ("/operator/ledger/check/", ""),
    ("/operator/mails/1/", "reason=x"),
    ("/operator/mails/1/retry/", ""),
    ("/operator/operators/", "name=x&role=owner"),
    ("/operator/operators/role/", "name=x&role=owner"),
    ("/operator/operators/stop/", "name=x"),
    ("/operator/operators/resume/", "name=x"),
    ("/operator/operators/recover/", "name=x"),
    ("/operator/operators/sign-out/", "name=x"),
    ("/operator/orders/ORD-100001/refund/", "form=0&amount=0.42&reason=why"),
    ("/operator/orders/ORD-100001/messages/", "reason=why"),
];

/// What a browser says of a form that is not ours.
const FOREIGN: [&[&str]; 5] = [
    &["Sec-Fetch-Site: cross-site", "Origin: https://evil.example"],
    &["Sec-Fetch-Site: same-site", "Origin: http://localhost:8080"],
    &["Origin: https://evil.example"],
    &["Origin: null"],
    &[],
];

on_both!(a_form_that_is_not_ours_changes_nothing, async |world: &World| {
    let mut browser = Browser::new(world);
    for (target, form) in FORMS {
        for words in FOREIGN {
            let answer = browser.post_from(target, form, words).await;
            assert_eq!(answer.status, 403, "{target} {words:?}");
            assert!(answer.body.contains("Nothing was changed"), "{}", answer.body);
            assert!(answer.headers("set-cookie").is_empty(), "{target} {words:?}");
        }
    }
    assert!(mail::outbox(&world.app, i64::MAX, 10).await.expect("the outbox").is_empty());
});

on_both!(a_foreign_sign_out_leaves_its_victim_signed_in, async |world: &World| {
    let mut ann = crate::people::customer(world, "ann@example.org").await;
    for words in FOREIGN {
        ann.post_from("/sign-out/", "", words).await;
    }
    assert_eq!(ann.get("/sign-in/").await.status, 303);
});

on_both!(an_older_browser_is_known_by_its_origin, async |world: &World| {
    let mut browser = Browser::new(world);
    let answer = browser.post_from(FORMS[0].0, FORMS[0].1, &["Origin: http://localhost:8080"]).await;
    assert_eq!(answer.status, 200);
});
