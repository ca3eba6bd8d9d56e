//! What is read of the audit log, and how long what is known is kept.

mod kept;

use domain::account::{self, State, Tier};
use domain::clock::DAY_MS;
use domain::policy::deeds::{DeedFilter, deeds};

use crate::house::{House, START_MS, may, why};
use crate::on_both;

/// The deeds that fit, as `deed subject`, newest first.
async fn told(house: &House, filter: DeedFilter) -> Vec<String> {
    let (lines, _) = deeds(&house.app, &filter, None, 100).await.expect("read");
    lines.iter().map(|line| format!("{} {}", line.deed, line.subject)).collect()
}

on_both!(deeds_are_found_by_who_what_whom_and_when, async |house: House| {
    house.customer_of(Tier::New, "ann_1", "1.00").await;
    house.customer_of(Tier::New, "annx1", "0.00").await;
    house.pass_ms(DAY_MS);
    account::set_state(&house.app, "ann_1", State::Suspended, &why("trouble"), &may("eve")).await.expect("suspended");
    let state = "account.state ann_1";
    assert_eq!(told(&house, DeedFilter { who: "eve".into(), ..DeedFilter::default() }).await, [state]);
    assert_eq!(told(&house, DeedFilter { deed: "account.st".into(), ..DeedFilter::default() }).await, [state]);
    let later = DeedFilter { from_ms: Some(START_MS + DAY_MS), ..DeedFilter::default() };
    assert_eq!(told(&house, later).await, [state]);
    let whom = DeedFilter { subject: "NN_1".into(), ..DeedFilter::default() };
    assert_eq!(told(&house, whom).await.len(), 4);
    let (lines, _) = deeds(&house.app, &DeedFilter::default(), None, 1).await.expect("read");
    let line = &lines[0];
    assert_eq!((line.before.as_deref(), line.after.as_deref()), (Some("active"), Some("suspended")));
    assert_eq!(line.reason, "trouble");
});

on_both!(pages_of_deeds_follow_without_a_gap, async |house: House| {
    for turn in 0..5 {
        house.customer_of(Tier::New, &format!("c{turn}"), "0.00").await;
    }
    let (mut seqs, mut before) = (Vec::new(), None);
    loop {
        let (lines, next) = deeds(&house.app, &DeedFilter::default(), before, 3).await.expect("read");
        seqs.extend(lines.iter().map(|line| line.seq));
        before = next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(seqs, (1..=10).rev().collect::<Vec<_>>());
    let before_all = deeds(&house.app, &DeedFilter::default(), Some(i64::MIN), 3).await.expect("read");
    assert_eq!((before_all.0.len(), before_all.1), (0, None));
});
