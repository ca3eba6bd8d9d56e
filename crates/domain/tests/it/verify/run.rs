//! Runs of the checks: asked for or due, one at a time, and what they found is kept.

use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::verify::{self, AskRefusal, RunState};

use super::busy;
use crate::house::{House, may};
use crate::on_both;

on_both!(a_run_that_is_asked_for_is_carried_out_once_and_kept, async |house: House| {
    let house = busy(house).await;
    let id = verify::ask(&house.app, &may("eve")).await.expect("asked");
    assert!(matches!(verify::ask(&house.app, &may("eve")).await, Err(AskRefusal::Open)));
    assert_eq!(verify::latest(&house.app).await.expect("read"), None);
    assert_eq!(verify::run_due(&house.app).await.expect("carried out"), 1);
    assert_eq!(verify::run_due(&house.app).await.expect("nothing to do"), 0);
    let run = verify::latest(&house.app).await.expect("read").expect("it has ended");
    assert_eq!((run.id, run.state, run.findings, run.asker.as_deref()), (id, RunState::Sound, 0, Some("eve")));
});

on_both!(what_is_broken_is_named_row_by_row, async |house: House| {
    let house = busy(house).await;
    house.tamper(&["UPDATE account SET available = available + 10000 WHERE name = 'ann'"]).await;
    let id = verify::ask(&house.app, &may("eve")).await.expect("asked");
    verify::run_due(&house.app).await.expect("carried out");
    let run = verify::latest(&house.app).await.expect("read").expect("it has ended");
    assert_eq!((run.state, run.findings), (RunState::Broken, 1));
    let found = verify::found(&house.app, id, 0, 10).await.expect("read");
    assert_eq!((found[0].rule.as_str(), found[0].row.as_str()), ("L3", "account 1"));
});

on_both!(the_house_looks_at_itself_every_day, async |house: House| {
    assert_eq!(verify::run_due(&house.app).await.expect("it catches up first"), 0);
    house.pass_ms(10 * MINUTE_MS);
    assert_eq!(verify::run_due(&house.app).await.expect("carried out"), 1);
    assert_eq!(verify::run_due(&house.app).await.expect("not due"), 0);
    house.pass_ms(DAY_MS);
    assert_eq!(verify::run_due(&house.app).await.expect("carried out"), 1);
    let runs = verify::runs(&house.app, i64::MAX, 10).await.expect("read");
    assert!(runs.len() == 2 && runs.iter().all(|run| run.asker.is_none() && run.state == RunState::Sound));
});

on_both!(a_run_whose_process_is_gone_is_given_up, async |house: House| {
    let id = verify::ask(&house.app, &may("eve")).await.expect("asked");
    house.side("UPDATE verify_run SET state = 'running'").await.expect("as another process would");
    assert_eq!(verify::run_due(&house.app).await.expect("it may still live"), 0);
    house.pass_ms(5 * MINUTE_MS);
    assert_eq!(verify::run_due(&house.app).await.expect("given up"), 0);
    let run = verify::latest(&house.app).await.expect("read").expect("it has ended");
    assert_eq!((run.id, run.state), (id, RunState::Failed));
    house.pass_ms(HOUR_MS);
    assert_eq!(verify::run_due(&house.app).await.expect("again"), 1);
});

on_both!(a_run_that_failed_makes_nothing_good, async |house: House| {
    let house = busy(house).await;
    house.tamper(&["UPDATE account SET available = available + 10000 WHERE name = 'ann'"]).await;
    let broken = verify::ask(&house.app, &may("eve")).await.expect("asked");
    verify::run_due(&house.app).await.expect("carried out");
    verify::ask(&house.app, &may("eve")).await.expect("asked");
    house
        .side("UPDATE verify_run SET state = 'running' WHERE state = 'asked'")
        .await
        .expect("as another process would");
    house.pass_ms(5 * MINUTE_MS);
    verify::run_due(&house.app).await.expect("given up");
    assert_eq!(verify::latest(&house.app).await.expect("read").map(|run| run.state), Some(RunState::Failed));
    let standing = verify::standing(&house.app).await.expect("read").expect("there are runs");
    assert_eq!((standing.id, standing.state), (broken, RunState::Broken));
});

on_both!(a_run_ends_when_the_house_closes, async |house: House| {
    verify::ask(&house.app, &may("eve")).await.expect("asked");
    house.app.notices.close();
    assert!(verify::run_due(&house.app).await.is_err());
    let run = verify::latest(&house.app).await.expect("read").expect("it has ended");
    assert_eq!(run.state, RunState::Failed);
    assert!(run.fault.is_some_and(|fault| fault.contains("closed")));
});
