//! The console's pages of customers, their complaints, and operators.

use domain::account::{self, State};
use domain::login::{self, Kind, Role};

use crate::browser::Browser;
use crate::dashboard::{buy, digits, field, place};
use crate::on_both;
use crate::people::{operator, rich};
use crate::world::World;

/// How many deeds of a kind stand in the audit log.
async fn deeds(world: &World, deed: &str) -> usize {
    let filter = domain::policy::deeds::DeedFilter { deed: deed.into(), ..Default::default() };
    domain::policy::deeds::deeds(&world.app, &filter, None, 100).await.expect("read").0.len()
}

/// Why the deeds of a kind were done, as the audit log has it.
async fn reasons(world: &World, deed: &str) -> Vec<String> {
    let filter = domain::policy::deeds::DeedFilter { deed: deed.into(), ..Default::default() };
    let (lines, _) = domain::policy::deeds::deeds(&world.app, &filter, None, 100).await.expect("read");
    lines.into_iter().map(|line| line.reason).collect()
}

on_both!(a_customer_is_found_credited_suspended_and_let_go_on, async |world: &World| {
    rich(world, "ann@example.org", "5.00").await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let list = olga.get("/operator/customers/?q=ann%40").await;
    assert!(list.body.contains("ann@example.org"), "{}", list.body);
    assert!(olga.get("/operator/customers/?q=bob").await.body.contains("Nobody fits"));
    let accounts = account::list(&world.app, 0, 500).await.expect("listed");
    let id = accounts.last().expect("hers").id;
    let hers = format!("/operator/customers/{id}/");
    let page = olga.get(&hers).await;
    assert!(page.body.contains("$5.00") && page.body.contains("ann@example.org"));
    let form = format!("form={}&amount=2.50&reason=a+gift&deed=credit", field(&page, "form"));
    let credited = format!("{hers}?done=credit");
    assert_eq!(place(&olga.post(&format!("{hers}money/"), &form).await), credited);
    assert!(olga.get(&credited).await.body.contains("The money is added"));
    // Sent twice, it counts once.
    assert_eq!(olga.post(&format!("{hers}money/"), &form).await.status, 303);
    let page = olga.get(&hers).await;
    assert!(page.body.contains("$7.50") && page.body.contains("a gift"));
    let form = format!("form={}&amount=99&reason=too+much&deed=debit", field(&page, "form"));
    let refused = olga.post(&format!("{hers}money/"), &form).await;
    assert!(refused.status == 422 && refused.body.contains("only 7.50 is available"), "{}", refused.body);
    let silent = olga.post(&format!("{hers}state/"), "state=suspended&reason=+").await;
    assert!(silent.status == 422 && silent.body.contains("say why"));
    assert_eq!(olga.post(&format!("{hers}state/"), "state=suspended&reason=trouble").await.status, 303);
    let state = async || account::profile(&world.app, id).await.expect("read").expect("hers").account.state;
    assert_eq!(state().await, State::Suspended);
    assert_eq!(olga.post(&format!("{hers}state/"), "state=active&reason=solved").await.status, 303);
    assert_eq!(state().await, State::Active);
    assert_eq!(olga.post(&format!("{hers}tier/"), "tier=business&reason=x").await.status, 303);
    assert!(olga.get(&format!("{hers}?done=tier")).await.body.contains("The tier is changed"));
    assert_eq!(olga.post(&format!("{hers}note/"), "note=%3Cb%3EVIP").await.status, 303);
    assert!(olga.get(&hers).await.body.contains("&#60;b&#62;VIP"));
    assert_eq!(olga.post(&format!("{hers}sign-in/"), "deed=sign-out&reason=a+lost+phone").await.status, 303);
    assert_eq!(deeds(world, "login.sign_out").await, 1);
    assert_eq!(olga.get("/operator/customers/999/").await.status, 404);
});

on_both!(a_role_does_no_more_than_it_may, async |world: &World| {
    rich(world, "ann@example.org", "5.00").await;
    let id = account::list(&world.app, 0, 500).await.expect("listed").last().expect("hers").id;
    let hers = format!("/operator/customers/{id}/");
    let mut otto = operator(world, "otto", Role::Auditor).await;
    let page = otto.get(&hers).await;
    assert!(page.status == 200 && !page.body.contains("<form class=\"card row\""), "{}", page.body);
    for (target, form) in [
        ("money/", "form=00000000000000000000000000000000&amount=1&reason=x&deed=credit"),
        ("state/", "state=suspended&reason=x"),
        ("tier/", "tier=business"),
        ("note/", "note=x"),
        ("key/", "key=1"),
        ("sign-in/", "deed=sign-out&reason=x"),
        ("messages/", "order=ORD-100000&reason=x"),
    ] {
        assert_eq!(otto.post(&format!("{hers}{target}"), form).await.status, 403, "{target}");
    }
    for (target, form) in [
        ("/operator/complaints/1/answer/", "text=x"),
        ("/operator/quarantine/1/drop/", "reason=x"),
        ("/operator/quarantine/1/release/", "reason=x&order=1"),
        ("/operator/quarantine/1/read/", "reason=x"),
        ("/operator/mails/1/retry/", ""),
        ("/operator/mails/1/", "reason=x"),
        ("/operator/ledger/check/", ""),
        ("/operator/operators/", "name=x&role=owner"),
        ("/operator/operators/role/", "name=otto&role=owner"),
        ("/operator/operators/stop/", "name=otto"),
    ] {
        assert_eq!(otto.post(target, form).await.status, 403, "{target}");
    }
    for place in ["customers", "complaints", "quarantine", "ledger", "audit", "mails", "operators"] {
        assert_eq!(otto.get(&format!("/operator/{place}/")).await.status, 200, "{place}");
        assert_eq!(Browser::new(world).get(&format!("/operator/{place}/")).await.status, 303, "{place}");
    }
});

on_both!(a_complaint_is_answered_with_money_back_and_the_number_paused, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let number = digits(&ann.get(&order).await);
    world.text(&number, "482910 is your Instagram code.").await;
    ann.post(&order.replace("/orders/", "/complaints/"), "kind=wrong_text&words=%3Ci%3Eodd").await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let list = olga.get("/operator/complaints/").await;
    assert!(list.body.contains("A wrong text came") && list.body.contains("href=\"/operator/complaints/1/\""));
    let page = olga.get("/operator/complaints/1/").await;
    assert!(page.body.contains("&#60;i&#62;odd") && page.body.contains("At most $0.42"), "{}", page.body);
    assert!(!page.body.contains("482910"));
    let silent = olga.post("/operator/complaints/1/messages/", "reason=").await;
    assert!(silent.status == 422 && !silent.body.contains("482910"));
    let read = olga.post("/operator/complaints/1/messages/", "reason=the+complaint").await;
    assert!(read.body.contains("482910 is your Instagram code.") && deeds(world, "message.read").await == 1);
    let above = olga.post("/operator/complaints/1/answer/", "text=Sorry&refund=0.43").await;
    assert!(above.status == 422 && above.body.contains("at most 0.42 can come back") && above.body.contains(">Sorry<"));
    let done = olga.post("/operator/complaints/1/answer/", "text=Sorry&refund=0.42&pause=yes").await;
    assert_eq!(place(&done), "/operator/complaints/1/");
    assert!(olga.get("/operator/complaints/").await.body.contains("No open complaint"));
    assert!(olga.get("/operator/complaints/?state=answered").await.body.contains("A wrong text came"));
    let hers = ann.get(&order).await;
    assert!(
        hers.body.contains("Sorry") && hers.body.contains("$0.42</strong> came back") && hers.body.contains("$5.00")
    );
    assert_eq!(deeds(world, "number.state").await, 1);
    assert_eq!(olga.get("/operator/complaints/2/").await.status, 404);
});

on_both!(an_owner_makes_changes_and_stops_operators_but_not_the_last_owner, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Owner).await;
    let made = olga.post("/operator/operators/", "name=sam&role=support").await;
    assert!(made.status == 200 && made.body.contains("/operator/set-up/?token="), "{}", made.body);
    assert!(!olga.get("/operator/operators/").await.body.contains("token="));
    let taken = olga.post("/operator/operators/", "name=sam&role=support").await;
    assert!(taken.status == 422 && taken.body.contains("exists already"));
    assert_eq!(olga.post("/operator/operators/role/", "name=sam&role=auditor&reason=a+test").await.status, 303);
    assert_eq!(olga.post("/operator/operators/stop/", "name=sam&reason=a+test").await.status, 303);
    assert_eq!(olga.post("/operator/operators/resume/", "name=sam&reason=a+test").await.status, 303);
    assert!(olga.post("/operator/operators/recover/", "name=sam&reason=a+test").await.body.contains("token="));
    let silent = olga.post("/operator/operators/stop/", "name=sam&reason=+").await;
    assert!(silent.status == 422 && silent.body.contains("say why"), "{}", silent.body);
    for deed in ["role", "stop", "resume", "recover"] {
        assert_eq!(reasons(world, &format!("operator.{deed}")).await, ["a test"]);
    }
    let last = olga.post("/operator/operators/role/", "name=olga&role=support&reason=a+test").await;
    assert!(last.status == 422 && last.body.contains("last owner"), "{}", last.body);
    assert_eq!(olga.post("/operator/operators/stop/", "name=olga&reason=a+test").await.status, 422);
    let roles: Vec<Role> = login::operators(&world.app).await.expect("read").iter().map(|line| line.role).collect();
    assert_eq!(roles, [Role::Owner, Role::Auditor]);
    let id = login::operators(&world.app).await.expect("read")[0].id;
    assert_eq!(login::sessions(&world.app, Kind::Operator, id).await.expect("read").len(), 1);
    assert_eq!(olga.post("/operator/operators/sign-out/", "name=olga&reason=a+test").await.status, 303);
    assert_eq!(olga.get("/operator/operators/").await.status, 303);
});

on_both!(limits_of_one_customer_are_set_shown_and_taken_away, async |world: &World| {
    rich(world, "ann@example.org", "5.00").await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let id = account::list(&world.app, 0, 500).await.expect("listed").last().expect("hers").id;
    let (hers, limits) = (format!("/operator/customers/{id}/"), format!("/operator/customers/{id}/limits/"));
    let silent = olga.post(&limits, "open=7&reason=+").await;
    assert!(silent.status == 422 && silent.body.contains("say why"));
    for bad in ["open=many", "open=-1", "hour_cancels=1000001", "day_spend=1.005"] {
        let refused = olga.post(&limits, &format!("{bad}&reason=x")).await;
        assert!(refused.status == 422 && refused.body.contains("a limit is a count"), "{bad}");
    }
    let done = olga.post(&limits, "open=7&day_spend=%24321.00&hour_cancels=&reason=asked").await;
    let page = olga.get(&place(&done)).await.body;
    assert!(
        page.contains("The limits are in force") && page.contains("0 of 7 <span class=\"soft\">(set for this"),
        "{page}"
    );
    assert!(page.contains("$0.00 of $321.00") && page.contains("value=\"321.00\""));
    assert_eq!(olga.post(&limits, "reason=enough").await.status, 303);
    assert!(!olga.get(&hers).await.body.contains("set for this customer"));
    assert_eq!(deeds(world, "account.limits").await, 2);
});
