//! A term that may have been bought is never asked for again, and found out.

use domain::alert;
use domain::clock::{DAY_MS, MINUTE_MS};
use domain::event::Kind;
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::purchase::{self, SettleRefusal, Verdict};
use domain::rental::{self, State};
use domain::request::Failure;

use super::renew::{DAY, Tenant};
use super::shop::{Mood, Term, cents};
use crate::house::{House, ask, once};
use crate::on_both;

/// The id of a tenant's first renewal: the purchase took one, and another was drawn for the next house.
const RENEWAL: i64 = 3;

/// A tenant whose wish for a term was answered so that nothing is certain.
async fn doubtful(house: House, term: Term) -> Tenant {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.alpha.at().terms.push_back(term);
    let open = tenant.renew("k").await;
    assert!(matches!(open, Err(Failure::Open { order, .. }) if order == tenant.rental), "{open:?}");
    tenant.has("12.70", "3.65").await;
    assert_eq!(tenant.market.states().await, ["bought", "in_doubt"]);
    tenant
}

async fn settle(tenant: &Tenant, id: i64, verdict: Verdict) -> Result<purchase::State, SettleRefusal> {
    let (reason, permit) = (Reason::parse("seen there").expect("a reason"), Permit::at_the_machine("eve"));
    purchase::settle(&tenant.market.house.app, id, verdict, &reason, &permit).await
}

on_both!(an_unclear_answer_keeps_the_hold_and_is_not_repeated, async |house: House| {
    let tenant = doubtful(house, Term::LosesAnswer).await;
    for key in ["k", "l"] {
        let open = tenant.renew(key).await;
        assert!(matches!(open, Err(Failure::Open { .. })), "{open:?}");
    }
    assert_eq!(tenant.asked(), 1);
    assert_eq!(tenant.end().await, (tenant.end_ms, State::Active));
    tenant.market.is_sound().await;
});

on_both!(the_end_in_the_house_s_list_tells_that_it_was_renewed, async |house: House| {
    let tenant = doubtful(house, Term::LosesAnswer).await;
    tenant.market.round().await;
    assert_eq!(tenant.renew("k").await.expect("renewed").end_ms, tenant.end_ms + DAY_MS);
    assert_eq!((tenant.asked(), tenant.told(Kind::RentalRenewed).await), (1, 1));
    tenant.has("12.70", "0.00").await;
    assert_eq!(tenant.market.states().await, ["bought", "done"]);
    tenant.market.is_sound().await;
});

on_both!(the_end_in_the_house_s_list_tells_that_it_was_not, async |house: House| {
    let tenant = doubtful(house, Term::LosesQuestion).await;
    tenant.market.round().await;
    tenant.has("12.70", "3.65").await;
    tenant.market.later(80_000).await;
    tenant.has("16.35", "0.00").await;
    assert_eq!(tenant.market.states().await, ["bought", "refused"]);
    tenant.market.is_sound().await;
    // Nobody was told no: the same request is made anew.
    assert!(tenant.renew("k").await.is_ok());
    assert_eq!(tenant.asked(), 2);
    tenant.market.is_sound().await;
});

on_both!(an_answer_that_contradicts_itself_is_a_doubt, async |house: House| {
    let tenant = doubtful(house, Term::TellsOldEnd).await;
    tenant.market.round().await;
    assert_eq!(tenant.market.states().await, ["bought", "done"]);
    assert_eq!(tenant.end().await, (tenant.end_ms + DAY_MS, State::Active));
    tenant.market.is_sound().await;
});

on_both!(a_balance_tells_that_nothing_was_renewed, async |house: House| {
    let tenant = doubtful(house, Term::LosesQuestion).await;
    tenant.market.alpha.at().lists = false;
    tenant.market.round().await;
    tenant.market.later(80_000).await;
    tenant.market.later(20_000).await;
    assert_eq!(tenant.market.states().await, ["bought", "refused"]);
    tenant.has("16.35", "0.00").await;
    tenant.market.is_sound().await;
});

on_both!(a_balance_tells_that_it_was_renewed, async |house: House| {
    let tenant = doubtful(house, Term::LosesAnswer).await;
    tenant.market.alpha.at().lists = false;
    tenant.market.round().await;
    assert_eq!(tenant.market.states().await, ["bought", "in_doubt"]);
    tenant.market.later(80_000).await;
    tenant.market.later(20_000).await;
    assert_eq!(tenant.market.states().await, ["bought", "done"]);
    assert_eq!(tenant.renew("k").await.expect("renewed").end_ms, tenant.end_ms + DAY_MS);
    tenant.has("12.70", "0.00").await;
    tenant.market.is_sound().await;
});

on_both!(a_balance_in_which_two_doubts_stand_tells_both_or_nothing, async |house: House| {
    let tenant = doubtful(house, Term::LosesAnswer).await;
    let bob = tenant.market.house.customer("bob", "9.00").await;
    tenant.market.alpha.at().lists = false;
    tenant.market.alpha.will(&[Mood::LosesQuestion]);
    tenant.market.beta.will(&[Mood::HasNone]);
    let app = &tenant.market.house.app;
    rental::rent(app, bob, DAY, &ask("instagram"), once(bob, "b", 1)).await.expect_err("in doubt");
    for ms in [0, 80_000, 20_000] {
        tenant.market.later(ms).await;
    }
    assert_eq!(tenant.market.states().await, ["bought", "in_doubt", "in_doubt", "refused"]);
    tenant.market.is_sound().await;
    assert_eq!(settle(&tenant, 4, Verdict::NotBought).await.expect("settled"), purchase::State::Refused);
    tenant.market.later(20_000).await;
    assert_eq!(tenant.market.states().await, ["bought", "done", "refused", "refused"]);
    tenant.market.is_sound().await;
});

on_both!(what_turns_out_renewed_when_the_rental_is_over_gives_the_price_back, async |house: House| {
    let tenant = doubtful(house, Term::LosesAnswer).await;
    tenant.market.alpha.at().is_silent = true;
    tenant.market.house.pass_ms(DAY_MS);
    rental::expire_due(&tenant.market.house.app).await.expect("looked");
    tenant.has("12.70", "3.65").await;
    tenant.market.alpha.at().is_silent = false;
    tenant.market.round().await;
    tenant.has("16.35", "0.00").await;
    assert_eq!(tenant.end().await, (tenant.end_ms, State::Expired));
    let line = purchase::one(&tenant.market.house.app, RENEWAL).await.expect("read").expect("a renewal");
    assert_eq!((line.state, line.charged, line.is_renewal), (purchase::State::Done, cents(20), true));
    let from = line.created_ms.div_euclid(DAY_MS) * DAY_MS;
    let days = purchase::report(&tenant.market.house.app, from, from + DAY_MS).await.expect("a report");
    let what = "its house was paid, and the customer paid nothing";
    assert!(days[0].differences.iter().any(|one| one.purchase == RENEWAL && one.what == what), "{days:?}");
    tenant.market.later(MINUTE_MS).await;
    tenant.market.is_sound().await;
});

on_both!(a_person_settles_what_nobody_finds_out, async |house: House| {
    let tenant = doubtful(house, Term::LosesAnswer).await;
    tenant.market.alpha.at().is_silent = true;
    tenant.market.later(11 * MINUTE_MS).await;
    let app = &tenant.market.house.app;
    alert::look(app).await.expect("looked");
    let alerts = alert::open(app).await.expect("alerts");
    assert!(alerts.iter().any(|alert| alert.kind == alert::Kind::PurchaseInDoubt && alert.subject == "alpha"));
    let open = purchase::list(app, true, None).await.expect("a list");
    assert_eq!((open.len(), open[0].id, open[0].is_renewal), (1, RENEWAL, true));
    let wrong = settle(&tenant, RENEWAL, Verdict::Bought { id: "312-0".into(), number: None }).await;
    assert!(matches!(wrong, Err(SettleRefusal::IsRenewal)));
    let wrong = settle(&tenant, 1, Verdict::Renewed).await;
    assert!(matches!(wrong, Err(SettleRefusal::IsPurchase)));
    assert_eq!(settle(&tenant, RENEWAL, Verdict::Renewed).await.expect("settled"), purchase::State::Done);
    assert_eq!(tenant.renew("k").await.expect("renewed").end_ms, tenant.end_ms + DAY_MS);
    let twice = settle(&tenant, RENEWAL, Verdict::NotBought).await;
    assert!(matches!(twice, Err(SettleRefusal::Settled("done"))));
    tenant.has("12.70", "0.00").await;
    tenant.market.is_sound().await;
});

on_both!(a_person_says_that_it_was_paid_for_nothing, async |house: House| {
    let tenant = doubtful(house, Term::LosesAnswer).await;
    tenant.market.alpha.at().is_silent = true;
    assert_eq!(settle(&tenant, RENEWAL, Verdict::Lost).await.expect("settled"), purchase::State::Done);
    tenant.has("16.35", "0.00").await;
    assert_eq!(tenant.end().await, (tenant.end_ms, State::Active));
    tenant.market.is_sound().await;
});

on_both!(what_nobody_settles_for_a_day_is_found, async |house: House| {
    let tenant = doubtful(house, Term::LosesAnswer).await;
    tenant.market.alpha.at().is_silent = true;
    tenant.market.house.pass_ms(DAY_MS);
    let app = &tenant.market.house.app;
    rental::expire_due(app).await.expect("looked");
    let open = purchase::list(app, true, None).await.expect("a list");
    assert!(open.iter().any(|line| line.id == RENEWAL && line.is_overdue));
    let findings = domain::verify::verify(app, &|_| {}).await.expect("looked");
    assert_eq!(
        findings.iter().map(|finding| (finding.rule, finding.row.as_str())).collect::<Vec<_>>(),
        [("L8", "renewal 3")]
    );
});

on_both!(a_wish_whose_process_was_killed_is_in_doubt, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.market.alpha.at().terms.push_back(Term::Waits);
    let (app, ann, of) = (tenant.market.house.app.clone(), tenant.ann, (DAY, tenant.rental));
    let asking = tokio::spawn(async move { rental::renew(&app, ann, of, None, once(ann, "k", 1)).await });
    while tenant.asked() == 0 {
        tokio::task::yield_now().await;
    }
    // The process is gone with its answer: another one takes up the work.
    asking.abort();
    let rival = tenant.market.house.rival().await;
    tenant.market.connect(&rival);
    assert_eq!(purchase::find_stalled(&rival).await.expect("looked"), 0);
    tenant.market.house.pass_ms(20_000);
    assert_eq!(purchase::find_stalled(&rival).await.expect("looked"), 1);
    assert_eq!(tenant.market.states().await, ["bought", "in_doubt"]);
    purchase::round(&rival, tenant.market.sources[0]).await.expect("a round");
    tenant.market.house.pass_ms(80_000);
    purchase::round(&rival, tenant.market.sources[0]).await.expect("a round");
    assert_eq!(tenant.market.states().await, ["bought", "refused"]);
    tenant.has("16.35", "0.00").await;
    tenant.market.is_sound().await;
});

on_both!(a_price_that_moved_otherwise_is_found, async |house: House| {
    let tenant = Tenant::of(house, "20.00").await;
    tenant.renew("k").await.expect("renewed");
    tenant.market.is_sound().await;
    for (tampered, rules) in [
        ("UPDATE renewal SET serves = 0", vec!["L7"]),
        ("UPDATE renewal SET serves = 1, price = price + 10000", vec!["L9"]),
        ("UPDATE renewal SET price = price - 10000, hold = 1", vec!["L7"]),
    ] {
        tenant.market.house.tamper(&[tampered]).await;
        let findings = domain::verify::verify(&tenant.market.house.app, &|_| {}).await.expect("looked");
        let found: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(found, rules, "{tampered} {findings:?}");
    }
});
