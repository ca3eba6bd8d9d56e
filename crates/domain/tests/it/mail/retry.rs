//! A mail that was given up is tried again.

use domain::login::{self, STATEMENT_VERSION};
use domain::mail::{self, RetryRefusal, State};

use crate::house::{House, may};
use crate::login::visit;
use crate::on_both;

on_both!(a_mail_that_was_given_up_waits_again, async |house: House| {
    login::sign_up(&house.app, &visit(1), "ann@example.org", STATEMENT_VERSION).await.expect("a mail");
    let waiting = mail::retry(&house.app, 1, &may("eve")).await;
    assert!(matches!(waiting, Err(RetryRefusal::NotFailed)));
    house.side("UPDATE mail SET state = 'failed', tries = 9").await.expect("as the sending would");
    let failed = mail::outbox_in(&house.app, Some(State::Failed), i64::MAX, 10).await.expect("listed");
    assert_eq!(failed.len(), 1);
    mail::retry(&house.app, 1, &may("eve")).await.expect("waits again");
    let failed = mail::outbox_in(&house.app, Some(State::Failed), i64::MAX, 10).await.expect("listed");
    assert_eq!(failed, []);
    let all = mail::outbox(&house.app, i64::MAX, 10).await.expect("listed");
    assert_eq!((all[0].state, all[0].tries), (State::Waiting, 0));
});

on_both!(a_mail_without_its_text_is_not_sent_again, async |house: House| {
    login::sign_up(&house.app, &visit(1), "ann@example.org", STATEMENT_VERSION).await.expect("a mail");
    house.side("UPDATE mail SET state = 'failed', sealed = NULL").await.expect("as age would");
    let erased = mail::retry(&house.app, 1, &may("eve")).await;
    assert!(matches!(erased, Err(RetryRefusal::Erased)));
});
