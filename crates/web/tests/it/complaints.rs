//! Reports of customers on their own pages.

use domain::complaint::{self, Answer, Kind, State, Which};
use domain::login::Role;
use domain::money::Usd;

use crate::dashboard::buy;
use crate::on_both;
use crate::people::rich;
use crate::world::World;

on_both!(an_order_is_reported_and_the_answer_stands_on_its_page, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let order = buy(&mut ann, "instagram", "short_term+0.42").await;
    let report = order.replace("/orders/", "/complaints/");
    assert!(ann.get(&order).await.body.contains(&format!("href=\"{report}\"")));
    assert_eq!(ann.get(&report).await.status, 200);
    let sent = ann.post(&report, "kind=bad_number&words=It+said+%3Cscript%3Eno%3C%2Fscript%3E").await;
    assert_eq!((sent.status, sent.header("location")), (303, Some(order.as_str())));
    // Sent twice, it is one.
    assert_eq!(ann.post(&report, "kind=bad_number&words=again").await.status, 303);
    let page = ann.get(&order).await;
    assert!(page.body.contains("The number was not accepted") && page.body.contains("It said &#60;script&#62;no"));
    assert!(!ann.get(&report).await.body.contains("<form class=\"card\""));
    let which = Which { state: State::Open, kind: Some(Kind::BadNumber) };
    let open = complaint::all(&world.app, which, None, 10).await.expect("listed");
    assert_eq!(open.len(), 1);
    let answer = Answer {
        complaint: open[0].complaint.id,
        text: "Take <another>.".into(),
        refund: Usd::ZERO,
        pauses_number: false,
        base_url: "http://localhost:8080".into(),
        by: "olga".into(),
        role: Role::Support,
    };
    complaint::answer(&world.app, answer).await.expect("answered");
    for place in [order.as_str(), "/complaints/"] {
        assert!(ann.get(place).await.body.contains("Take &#60;another&#62;."), "{place}");
    }
    assert!(ann.get(&report).await.body.contains("<form class=\"card\""));
});

on_both!(what_is_typed_stays_when_it_is_not_taken, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let report = buy(&mut ann, "instagram", "short_term+0.42").await.replace("/orders/", "/complaints/");
    let unsaid = ann.post(&report, "kind=&words=My+words").await;
    assert!(
        unsaid.status == 422 && unsaid.body.contains("Choose what went wrong.") && unsaid.body.contains("My words")
    );
    let long = ann.post(&report, &format!("kind=no_code&words={}", "x".repeat(1_001))).await;
    assert!(long.status == 422 && long.body.contains("value=\"no_code\" required checked"));
});

on_both!(nobody_reports_or_sees_what_is_not_theirs, async |world: &World| {
    world.numbers(&["12025550147"]).await;
    let mut ann = rich(world, "ann@example.org", "5.00").await;
    let report = buy(&mut ann, "instagram", "short_term+0.42").await.replace("/orders/", "/complaints/");
    let mut bob = rich(world, "bob@example.org", "5.00").await;
    assert_eq!(bob.get(&report).await.status, 404);
    assert_eq!(bob.post(&report, "kind=no_code&words=").await.status, 404);
    ann.post(&report, "kind=no_code&words=mine").await;
    assert!(!bob.get("/complaints/").await.body.contains("mine"));
    assert_eq!(ann.post_from(&report, "kind=no_code", &["Sec-Fetch-Site: cross-site"]).await.status, 403);
    assert_eq!(ann.get("/complaints/ORD-1/").await.status, 404);
});
