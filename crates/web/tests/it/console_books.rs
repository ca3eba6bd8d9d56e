//! The console's pages of the books, the audit log, the quarantine and the outbox.

use domain::login::Role;
use domain::{message, verify};

use crate::dashboard::{buy, digits, place};
use crate::on_both;
use crate::people::{operator, rich};
use crate::world::{World, may};

on_both!(the_books_are_shown_and_checked_when_asked, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    buy(&mut ann, "instagram", "short_term+0.42").await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let page = olga.get("/operator/ledger/").await;
    assert!(page.body.contains("$5.00") && page.body.contains("$0.42") && page.body.contains("Not checked yet"));
    assert_eq!(place(&olga.post("/operator/ledger/check/", "").await), "/operator/ledger/");
    let open = olga.get("/operator/ledger/").await;
    assert!(open.body.contains("A check is under way") && open.body.contains("http-equiv=\"refresh\""));
    assert_eq!(olga.post("/operator/ledger/check/", "").await.status, 409);
    verify::run_due(&world.app).await.expect("carried out");
    let done = olga.get("/operator/ledger/").await;
    assert!(done.body.contains("every invariant holds") && !done.body.contains("http-equiv=\"refresh\""));
    let id = domain::account::list(&world.app, 0, 500).await.expect("listed").last().expect("hers").id;
    let postings = olga.get(&format!("/operator/ledger/{id}/")).await;
    assert!(postings.body.contains("available → held") && postings.body.contains("funding → available"));
    assert_eq!(olga.get("/operator/ledger/999/").await.status, 404);
});

on_both!(what_a_check_found_is_named, async |world: &World| {
    rich(world, "ann@example.org", "5.00").await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    // A deed that nobody wrote through the log breaks the chain.
    let story = |tx: &mut domain::db::Tx<'_>| {
        let values = domain::values![10_000_i64, b"x".as_slice()];
        let sql = "INSERT INTO audit (seq, at_ms, who, deed, subject, reason, hash)
             VALUES ($1, 0, 'x', 'x', 'x', '', $2)";
        tx.run(sql, values).map(drop)
    };
    world.app.db.write::<_, domain::db::DbError, _>(domain::db::Lane::Work, story).await.expect("written");
    verify::ask(&world.app, &may("olga")).await.expect("asked");
    verify::run_due(&world.app).await.expect("carried out");
    let page = olga.get("/operator/ledger/").await;
    assert!(page.body.contains("audit 10000") && page.body.contains("AUDIT"), "{}", page.body);
    assert!(olga.get("/operator/audit/").await.body.contains("The chain is broken"));
    // It goes as what is old does: nothing else is let out of the log.
    let mend = |tx: &mut domain::db::Tx<'_>| {
        tx.run("UPDATE audit_mark SET upto = 10000", &[])?;
        tx.run("DELETE FROM audit WHERE seq = 10000", &[])?;
        tx.run("UPDATE audit_mark SET upto = 0", &[]).map(drop)
    };
    world.app.db.write::<_, domain::db::DbError, _>(domain::db::Lane::Work, mend).await.expect("mended");
});

on_both!(the_audit_log_is_filtered_and_opens_harmless_in_a_spreadsheet, async |world: &World| {
    let mut olga = operator(world, "olga", Role::Owner).await;
    olga.post("/operator/operators/", "name=%3D1%2B1&role=support").await;
    let all = olga.get("/operator/audit/").await;
    assert!(all.body.contains("operator.create") && all.body.contains("<bdi>=1+1</bdi>"));
    let none = olga.get("/operator/audit/?deed=account").await;
    assert!(!none.body.contains("operator.create"));
    assert!(olga.get("/operator/audit/?subject=%3D1&from=2026-05-22&to=2026-05-22").await.body.contains("=1+1"));
    let file = olga.get("/operator/audit/audit.csv?deed=operator.create&who=olga").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.body.contains("olga,operator.create,'=1+1,") && file.body.contains("no,at,who"), "{}", file.body);
});

on_both!(a_text_that_nobody_got_is_read_and_released, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let mut bob = rich(world, "bob@example.org", "5.00").await;
    let hers = buy(&mut ann, "instagram", "short_term+0.42").await;
    buy(&mut bob, "whatsapp", "short_term+0.55").await;
    world.text(&digits(&ann.get(&hers).await), "482910 is your <b>code</b>").await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let list = olga.get("/operator/quarantine/").await;
    assert!(list.body.contains("More than one order could be meant") && !list.body.contains("482910"));
    let (held, _) = message::in_quarantine(&world.app, "", None, 1).await.expect("listed");
    let one = format!("/operator/quarantine/{}/", held[0].id);
    let page = olga.get(&one).await;
    let id = hers.trim_start_matches("/orders/").trim_end_matches('/');
    assert!(page.body.contains(&format!("Give it to {id}")) && !page.body.contains("482910"), "{}", page.body);
    let silent = olga.post(&format!("{one}read/"), "reason=").await;
    assert!(silent.status == 422 && !silent.body.contains("482910"));
    let read = olga.post(&format!("{one}read/"), "reason=she+asked").await;
    assert!(read.body.contains("482910 is your &#60;b&#62;code"), "{}", read.body);
    let order = id.trim_start_matches("ORD-");
    assert_eq!(olga.post(&format!("{one}release/"), "reason=hers&order=").await.status, 422);
    let done = olga.post(&format!("{one}release/"), &format!("reason=hers&order={order}")).await;
    assert_eq!(place(&done), "/operator/quarantine/");
    assert!(ann.get(&hers).await.body.contains("data-copy=\"482910\""));
    let log = olga.get("/operator/audit/?deed=quarantine.release").await;
    assert!(log.body.contains(&format!("<bdi>{id}</bdi>")), "{}", log.body);
    let gone = olga.post(&format!("{one}drop/"), "reason=late").await;
    assert!(gone.status == 409 && gone.body.contains("not in quarantine any more"));
});

on_both!(a_mail_is_read_with_a_reason, async |world: &World| {
    crate::people::customer(world, "ann@example.org").await;
    let mut olga = operator(world, "olga", Role::Operator).await;
    let list = olga.get("/operator/mails/").await;
    assert!(list.body.contains("ann@example.org") && !list.body.contains("token="), "{}", list.body);
    let one = "/operator/mails/1/";
    assert!(!olga.get(one).await.body.contains("token="));
    assert_eq!(olga.post(one, "reason=").await.status, 422);
    assert!(olga.post(one, "reason=no+mail+server").await.body.contains("token="));
    assert!(olga.get("/operator/mails/?state=failed").await.body.contains("No mail in this state"));
    assert_eq!(olga.post("/operator/mails/1/retry/", "").await.status, 409);
    assert_eq!(olga.get("/operator/mails/999/").await.status, 404);
});
