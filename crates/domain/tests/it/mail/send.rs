//! Mails on their way out of the house.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use domain::login::{self, STATEMENT_VERSION};
use domain::mail::{self, Carried, Envelope, MailLine, Postman, ReadRefusal, State, Undelivered};

use crate::house::{House, may, why};
use crate::login::visit;
use crate::on_both;

/// A postman who does as told, and then takes everything.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Notes>>);

#[derive(Default)]
struct Notes {
    answers: VecDeque<Undelivered>,
    carried: Vec<Envelope>,
}

impl Told {
    fn with(answers: impl IntoIterator<Item = Undelivered>) -> Self {
        let answers = answers.into_iter().collect();
        Self(Arc::new(Mutex::new(Notes { answers, carried: Vec::new() })))
    }

    fn carried(&self) -> Vec<Envelope> {
        self.0.lock().expect("whole").carried.clone()
    }
}

impl Postman for Told {
    fn carry<'a>(&'a self, mail: &'a Envelope) -> Carried<'a> {
        Box::pin(async move {
            let mut notes = self.0.lock().expect("whole");
            notes.carried.push(mail.clone());
            notes.answers.pop_front().map_or(Ok(()), Err)
        })
    }
}

fn later(words: &str) -> Undelivered {
    Undelivered::Later(words.to_owned())
}

async fn post_one(house: &House, to: &str) {
    login::sign_up(&house.app, &visit(1), to, STATEMENT_VERSION).await.expect("a mail");
}

async fn newest(house: &House) -> MailLine {
    mail::outbox(&house.app, i64::MAX, 1).await.expect("the outbox").pop().expect("a mail")
}

async fn sent(house: &House) -> usize {
    mail::send_due(&house.app).await.expect("tried")
}

on_both!(a_mail_that_is_taken_keeps_no_text, async |house: House| {
    let postman = Told::default();
    house.app.send_mails_by(Box::new(postman.clone()));
    post_one(&house, "ann@example.org").await;
    assert_eq!((sent(&house).await, sent(&house).await), (1, 0));
    let carried = postman.carried();
    assert_eq!((carried.len(), carried[0].to.as_str()), (1, "ann@example.org"));
    assert!(carried[0].body.contains("https://house.example/sign-up/confirm/?token="));
    let line = newest(&house).await;
    assert_eq!((line.state, line.tries, line.sent_ms), (State::Sent, 1, Some(house.app.now_ms())));
    assert!(matches!(mail::read(&house.app, line.id, &why("a test"), &may("test")).await, Err(ReadRefusal::Erased)));
});

on_both!(without_a_postman_it_stays_in_the_outbox, async |house: House| {
    post_one(&house, "ann@example.org").await;
    assert_eq!(sent(&house).await, 0);
    assert_eq!((newest(&house).await.state, newest(&house).await.tries), (State::Waiting, 0));
});

on_both!(a_mail_that_cannot_be_opened_holds_up_no_other, async |house: House| {
    let postman = Told::default();
    house.app.send_mails_by(Box::new(postman.clone()));
    post_one(&house, "ann@example.org").await;
    let damaged = newest(&house).await.id;
    post_one(&house, "bob@example.org").await;
    let other = newest(&house).await.id;
    house
        .tamper(&[&format!(
            "UPDATE mail SET sealed = (SELECT sealed FROM mail WHERE id = {other}) WHERE id = {damaged}"
        )])
        .await;
    sent(&house).await;
    let lines = mail::outbox(&house.app, i64::MAX, 2).await.expect("the outbox");
    assert_eq!(lines.iter().map(|line| line.state).collect::<Vec<_>>(), [State::Sent, State::Failed]);
    assert_eq!(postman.carried().iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["bob@example.org"]);
});

on_both!(what_is_not_taken_yet_is_tried_later_and_ever_more_seldom, async |house: House| {
    let postman = Told::with([later("451 busy\r\n"), later("the line broke")]);
    house.app.send_mails_by(Box::new(postman.clone()));
    post_one(&house, "ann@example.org").await;
    assert_eq!((sent(&house).await, sent(&house).await), (1, 0));
    let line = newest(&house).await;
    assert_eq!((line.state, line.fault.as_deref()), (State::Waiting, Some("451 busy  ")));
    house.pass_ms(MINUTE_MS);
    assert_eq!(sent(&house).await, 1);
    house.pass_ms(MINUTE_MS);
    assert_eq!(sent(&house).await, 0);
    house.pass_ms(4 * MINUTE_MS);
    assert_eq!(sent(&house).await, 1);
    let line = newest(&house).await;
    assert_eq!((line.state, line.tries, line.fault), (State::Sent, 3, None));
    assert_eq!(postman.carried().len(), 3);
});

on_both!(a_mail_that_is_never_taken_is_given_up_within_a_day, async |house: House| {
    let postman = Told::with((0..100).map(|_| later("no")));
    house.app.send_mails_by(Box::new(postman.clone()));
    post_one(&house, "ann@example.org").await;
    for _ in 0..DAY_MS / MINUTE_MS {
        sent(&house).await;
        house.pass_ms(MINUTE_MS);
    }
    let line = newest(&house).await;
    assert_eq!((line.state, line.tries, line.fault.as_deref()), (State::Failed, 8, Some("no")));
    assert_eq!(postman.carried().len(), 8);
});

on_both!(a_mail_is_not_sent_once_its_link_has_ended, async |house: House| {
    crate::login::customer(&house, "ann@example.org").await;
    let postman = Told::with((0..100).map(|_| later("no")));
    house.app.send_mails_by(Box::new(postman.clone()));
    while sent(&house).await > 0 {}
    let before = postman.carried().len();
    login::ask_reset(&house.app, &visit(1), "ann@example.org").await.expect("asked");
    let asked = newest(&house).await;
    for _ in 0..120 {
        sent(&house).await;
        house.pass_ms(MINUTE_MS);
    }
    let line = mail::outbox(&house.app, asked.id + 1, 1).await.expect("the outbox").pop().expect("a mail");
    assert_eq!((line.kind.as_str(), line.state, line.tries), ("reset", State::Failed, 4));
    let resets = postman.carried()[before..].iter().filter(|mail| mail.id == asked.id).count();
    assert_eq!(resets, 4);
    mail::retry(&house.app, asked.id, &may("olga")).await.expect("to be tried again");
    sent(&house).await;
    let line = mail::outbox(&house.app, asked.id + 1, 1).await.expect("the outbox").pop().expect("a mail");
    assert_eq!((line.state, line.fault.as_deref()), (State::Failed, Some("its link has ended")));
});

on_both!(what_is_refused_is_not_tried_again_and_its_neighbours_are_sent, async |house: House| {
    let postman = Told::with([Undelivered::Refused("550 no such mailbox".to_owned())]);
    house.app.send_mails_by(Box::new(postman));
    for to in ["nobody@example.org", "bob@example.org"] {
        post_one(&house, to).await;
    }
    assert_eq!((sent(&house).await, sent(&house).await), (2, 0));
    let lines = mail::outbox(&house.app, i64::MAX, 10).await.expect("the outbox");
    let mut states: Vec<State> = lines.iter().map(|line| line.state).collect();
    states.sort_by_key(|state| state.word());
    assert_eq!(states, [State::Failed, State::Sent]);
    house.pass_ms(HOUR_MS);
    assert_eq!(sent(&house).await, 0);
});

on_both!(two_nodes_send_each_mail_once, async |house: House| {
    let postman = Told::default();
    let rival = house.rival().await;
    house.app.send_mails_by(Box::new(postman.clone()));
    rival.send_mails_by(Box::new(postman.clone()));
    for place in 0..20 {
        post_one(&house, &format!("a{place}@example.org")).await;
    }
    for _ in 0..3 {
        let (one, other) = tokio::join!(mail::send_due(&house.app), mail::send_due(&rival));
        one.and(other).expect("tried");
    }
    let mut names: Vec<String> = postman.carried().iter().map(|mail| mail.to.clone()).collect();
    names.sort();
    names.dedup();
    assert_eq!((names.len(), postman.carried().len()), (20, 20));
});

on_both!(a_text_that_nobody_took_is_erased_after_a_day_and_its_line_after_ninety, async |house: House| {
    post_one(&house, "ann@example.org").await;
    house.pass_ms(DAY_MS - 1);
    assert_eq!(mail::forget_old(&house.app).await.expect("forgotten"), 0);
    house.pass_ms(1);
    assert_eq!(mail::forget_old(&house.app).await.expect("forgotten"), 1);
    let line = newest(&house).await;
    assert_eq!((line.state, line.fault.as_deref()), (State::Failed, Some("nobody took it within a day")));
    assert!(matches!(mail::read(&house.app, line.id, &why("a test"), &may("test")).await, Err(ReadRefusal::Erased)));
    house.pass_ms(89 * DAY_MS);
    assert_eq!(mail::forget_old(&house.app).await.expect("forgotten"), 1);
    assert!(mail::outbox(&house.app, i64::MAX, 10).await.expect("the outbox").is_empty());
});
