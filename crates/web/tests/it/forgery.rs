//! Forms that other sites send in a reader's name: refused, and nothing changed.

use std::collections::BTreeSet;
use std::path::Path;

use domain::login::Role;
use domain::policy::deeds::{DeedFilter, DeedLine};
use domain::policy::powers::Power;
use domain::{mail, policy};

use crate::browser::Browser;
use crate::on_both;
use crate::people::operator;
use crate::world::World;

/// Every form of the pages, and something that it may say.
const FORMS: [(&str, &str); 95] = [
    ("/sign-up/", "email=ann%40example.org&accept=2026-11-24"),
    ("/sign-up/confirm/", "token=x&password=x"),
    ("/sign-in/", "email=ann%40example.org&password=x"),
    ("/sign-in/code/", "ticket=x&code=000000"),
    ("/sign-in/passkey/", "answer=%7B%7D"),
    ("/sign-in/passkey/ask/", ""),
    ("/sign-out/", ""),
    ("/reset/", "email=ann%40example.org"),
    ("/reset/choose/", "token=x&password=x"),
    ("/operator/sign-in/", "name=olga&password=x"),
    ("/operator/sign-in/code/", "ticket=x&code=000000"),
    ("/operator/sign-in/passkey/", "answer=%7B%7D"),
    ("/operator/sign-in/passkey/ask/", ""),
    ("/operator/set-up/", "token=x&password=x&code=000000"),
    ("/operator/sign-out/", ""),
    ("/account/sessions/end/", "session=1"),
    ("/account/sessions/end-others/", ""),
    ("/account/sessions/end-all/", ""),
    ("/account/low-balance/", "below=5.00"),
    ("/account/password/", "old=x&new=x"),
    ("/account/email/", "email=ann%40example.org&password=x"),
    ("/account/email/confirm/", "token=x"),
    ("/account/passkeys/", "name=x&password=x"),
    ("/account/passkeys/add/", "ticket=x&name=x&answer=%7B%7D"),
    ("/account/passkeys/rename/", "key=1&name=x"),
    ("/account/passkeys/remove/", "key=1&password=x"),
    ("/operator/own/", "name=x&password=x"),
    ("/operator/own/add/", "ticket=x&name=x&answer=%7B%7D"),
    ("/operator/own/rename/", "key=1&name=x"),
    ("/operator/own/remove/", "key=1&password=x"),
    ("/operator/own/generator/", "password=x"),
    ("/operator/own/generator/confirm/", "token=x&code=000000"),
    ("/operator/own/codes/", "password=x"),
    ("/account/second-factor/set-up/", "password=x"),
    ("/account/second-factor/confirm/", "token=x&code=000000"),
    ("/account/second-factor/codes/", "password=x"),
    ("/account/second-factor/remove/", "password=x"),
    ("/complaints/ORD-123456/", "kind=no_code&words="),
    ("/operator/customers/1/money/", "amount=1&reason=x&deed=credit"),
    ("/operator/customers/1/state/", "state=suspended&reason=x"),
    ("/operator/customers/1/tier/", "tier=business"),
    ("/operator/customers/1/limits/", "open=5&reason=x"),
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
    ("/operator/operators/role/", "name=x&role=owner&reason=x"),
    ("/operator/operators/stop/", "name=x&reason=x"),
    ("/operator/operators/resume/", "name=x&reason=x"),
    ("/operator/operators/recover/", "name=x&reason=x"),
    ("/operator/operators/sign-out/", "name=x&reason=x"),
    ("/operator/orders/ORD-100001/refund/", "form=0&amount=0.42&reason=why"),
    ("/operator/orders/ORD-100001/messages/", "reason=why"),
    ("/numbers/", "form=1&service=telegram&product=short_term&price=0.42"),
    ("/orders/ORD-123456/cancel/", "form=1"),
    ("/orders/ORD-123456/again/", "form=1"),
    ("/orders/ORD-123456/reuse/", "form=1&price=0.42"),
    ("/rentals/RNT-123456/renew/", "form=1&price=3.65"),
    ("/rentals/RNT-123456/cancel/", "form=1"),
    ("/rentals/RNT-123456/note/", "label=x&note=x"),
    ("/rentals/RNT-123456/auto-renew/", "most=3.65"),
    ("/keys/", "name=x"),
    ("/keys/revoke/", "key=1"),
    ("/operator/numbers/state/", "ids=1&to=retired&reason=x"),
    ("/operator/numbers/12025550147/state/", "to=retired&reason=x"),
    ("/operator/numbers/import/", ""),
    ("/operator/numbers/import/undo/", "import=1&reason=x"),
    ("/operator/sources/new/", "slug=x&kind=x"),
    ("/operator/sources/x/", "cost=1"),
    ("/operator/sources/x/state/", "to=off&reason=x"),
    ("/operator/sources/x/sims/", "iccid=x&number=12025550147"),
    ("/operator/sources/x/sims/unmap/", "iccid=x"),
    ("/operator/houses/purchases/1/", "verdict=lost&reason=x"),
    ("/operator/houses/offers/", "source=x&service=telegram&product=short_term&code=x"),
    ("/operator/houses/partners/", "partner=x&to=paused&reason=x"),
    ("/operator/houses/partners/retry/", "partner=x&reason=x"),
    ("/operator/houses/offers/unmap/", "source=x&service=telegram&product=short_term"),
    ("/operator/services/price/", "service=telegram&amount=1.00"),
    ("/operator/services/state/", "service=telegram&to=off"),
    ("/operator/services/seed/", ""),
    ("/operator/services/new/", "slug=x&name=x"),
    ("/operator/services/telegram/", "name=x"),
    ("/operator/services/telegram/tiers/", "business=1.00"),
    ("/operator/services/prices/", "category=social&percent=5"),
    ("/operator/services/prices/import/", ""),
    ("/operator/stops/", "what=sales&reason=x"),
];

/// Forms whose template is told where they go: the table has them all the same, as the count of routes says.
const TOLD: usize = 9;

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

// What is no place is refused, too, and would prove nothing.
on_both!(the_table_names_places_that_take_forms, async |world: &World| {
    for (target, form) in FORMS {
        let answer = Browser::new(world).post(target, form).await;
        assert!(!matches!(answer.status, 403..=405), "{target}: {}", answer.status);
    }
});

#[test]
fn the_table_has_every_form_of_the_templates() {
    let mut told = 0;
    for text in texts("templates", "html") {
        for action in actions(&text) {
            if action.starts_with('{') {
                told += 1;
            } else {
                let is_named = FORMS.iter().any(|(target, _)| fits(&action, target));
                assert!(is_named, "FORMS does not name {action}");
            }
        }
    }
    assert_eq!(told, TOLD, "forms whose template is told where they go");
}

#[test]
fn the_table_has_as_many_forms_as_there_are_places_that_take_them() {
    let folders = ["src/account", "src/dashboard", "src/login", "src/operator"];
    let places: usize = folders.iter().flat_map(|folder| texts(folder, "rs")).map(|text| posts(&text)).sum();
    let named: BTreeSet<&str> = FORMS.iter().map(|(target, _)| *target).collect();
    assert_eq!((places, named.len()), (FORMS.len(), FORMS.len()));
}

/// Where the forms of a template that change something go, as the template has it.
fn actions(text: &str) -> Vec<String> {
    let forms = text.split("<form").skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag);
    let posting = forms.filter(|tag| tag.contains("method=\"post\"")).flat_map(|tag| values(tag, " action=\""));
    posting.chain(values(text, " formaction=\"")).collect()
}

/// What stands between a beginning and the next quotation mark.
fn values<'a>(text: &'a str, beginning: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let ends = text.split(beginning).skip(1).filter_map(|rest| rest.split_once('"'));
    ends.map(|(value, _)| value.to_owned())
}

/// Whether a form of a template goes to a target: what the template fills in may be anything.
fn fits(action: &str, target: &str) -> bool {
    let (filled, real): (Vec<&str>, Vec<&str>) = (action.split('/').collect(), target.split('/').collect());
    filled.len() == real.len() && filled.iter().zip(&real).all(|(part, real)| part.starts_with("{{") || part == real)
}

/// How many places of a source file take forms.
fn posts(text: &str) -> usize {
    [".post(", " post(", "(post("].iter().map(|call| text.matches(call).count()).sum()
}

/// All files below a folder of this crate that end so.
fn texts(folder: &str, ending: &str) -> Vec<String> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("a folder of this crate");
            open.extend(inside.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(std::fs::read_to_string(&path).expect("a text"));
        }
    }
    found
}

/// The power that a form of the console takes; none: it is open to all who sign in there.
fn power_of(target: &str) -> Option<Power> {
    let place = target.strip_prefix("/operator/")?;
    let (page, deed) = place.split_once('/').expect("a page");
    match (page, deed.trim_end_matches('/').rsplit('/').next().unwrap_or_default()) {
        ("sign-in" | "sign-out" | "set-up" | "own", _) => None,
        ("operators", _) => Some(Power::Rule),
        ("orders", "refund") => Some(Power::Refund),
        ("complaints", "answer") | ("customers", "note") => Some(Power::Answer),
        (_, "messages") | ("quarantine", "read") => Some(Power::ReadTexts),
        _ => Some(Power::Run),
    }
}

on_both!(no_role_does_by_any_form_what_it_may_not, async |world: &World| {
    for (name, role) in [("ada", Role::Auditor), ("sue", Role::Support), ("otto", Role::Operator)] {
        let mut browser = operator(world, name, role).await;
        let before = deeds(world).await;
        let beyond = FORMS.into_iter().filter(|(target, _)| power_of(target).is_some_and(|power| !role.may(power)));
        for (target, form) in beyond {
            let answer = match target.ends_with("/import/") {
                true => browser.upload(target, &[], ("file", "x")).await,
                false => browser.post(target, form).await,
            };
            assert_eq!(answer.status, 403, "{name} {target}");
        }
        assert_eq!(deeds(world).await, before, "{name}");
    }
});

/// What people with power did, as the audit log has it.
async fn deeds(world: &World) -> Vec<DeedLine> {
    policy::deeds::deeds(&world.app, &DeedFilter::default(), None, 500).await.expect("the audit log").0
}

on_both!(who_reads_customers_texts_reads_no_links_in_mails, async |world: &World| {
    let mut sue = operator(world, "sue", Role::Support).await;
    assert_eq!(sue.get("/operator/mails/1/").await.status, 403);
});

on_both!(an_address_with_a_nul_is_no_fault_of_ours, async |world: &World| {
    let mut otto = operator(world, "otto", Role::Owner).await;
    for target in ["/operator/audit/?who=%00", "/operator/customers/?q=a%00", "/operator/sources/%00/", "/?q=%00"] {
        assert_eq!(otto.get(target).await.status, 400, "{target}");
    }
});
