//! What a story may do, and what becomes of its changes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Barrier, Mutex};

use domain::db::{Db, DbError, EngineKind, Lane, Tx};
use domain::values;

use super::{KEEP, is_kept, keep};
use crate::house::House;
use crate::on_both;

on_both!(a_story_that_fails_is_rolled_back_alone, async |house: House| {
    let db = &house.app.db;
    let fails = |tx: &mut Tx<'_>| {
        tx.run(KEEP, values!["bad", vec![1_u8]])?;
        Err::<(), DbError>(DbError::Busy)
    };
    let (first, failed, second) = tokio::join!(keep(db, "first"), db.write(Lane::Work, fails), keep(db, "second"));
    assert!(first.is_ok() && matches!(failed, Err(DbError::Busy)) && second.is_ok());
    assert!(is_kept(db, "first").await && is_kept(db, "second").await && !is_kept(db, "bad").await);
});

on_both!(a_panic_is_caught_and_rolled_back, async |house: House| {
    let db = &house.app.db;
    let panics = |tx: &mut Tx<'_>| -> Result<(), DbError> {
        tx.run(KEEP, values!["bad", vec![1_u8]])?;
        panic!("on purpose")
    };
    assert!(matches!(db.write(Lane::Work, panics).await, Err(DbError::Panicked)));
    keep(db, "after").await.expect("the door still opens");
    assert!(!is_kept(db, "bad").await);
});

on_both!(a_thread_that_reads_in_two_houses_hears_each_of_its_own, async |house: House| {
    let other = House::open(house.app.db.kind()).await;
    keep(&house.app.db, "here").await.expect("kept");
    keep(&other.app.db, "there").await.expect("kept");
    for _ in 0..2 {
        assert!(is_kept(&house.app.db, "here").await && !is_kept(&house.app.db, "there").await);
        assert!(is_kept(&other.app.db, "there").await && !is_kept(&other.app.db, "here").await);
    }
});

/// Holds the one writer inside a story, so that what follows becomes one batch.
async fn hold_writer(db: &Db) -> (Sender<()>, tokio::task::JoinHandle<Result<(), DbError>>) {
    let (go_on, waits) = channel::<()>();
    let (started, is_started) = tokio::sync::oneshot::channel::<()>();
    let (waits, started) = (Mutex::new(waits), Mutex::new(Some(started)));
    let db = db.clone();
    let story = move |_: &mut Tx<'_>| {
        if let Some(started) = started.lock().expect("unpoisoned").take() {
            started.send(()).expect("somebody waits");
        }
        waits.lock().expect("unpoisoned").recv().map_err(|_| DbError::Busy)
    };
    let held = tokio::spawn(async move { db.write(Lane::Work, story).await });
    is_started.await.expect("it started");
    (go_on, held)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_story_that_ends_the_transaction_fails_its_whole_batch() {
    let house = House::open(EngineKind::Sqlite).await;
    let db = house.app.db.clone();
    let (go_on, held) = hold_writer(&db).await;
    let write = |story: fn(&mut Tx<'_>) -> Result<(), DbError>| {
        let db = db.clone();
        tokio::spawn(async move { db.write(Lane::Work, story).await })
    };
    let mut batch = vec![write(|tx| tx.run(KEEP, values!["before", vec![1_u8]]).map(drop))];
    batch.push(write(|tx| tx.run("ROLLBACK", &[]).map(drop)));
    batch.push(write(|tx| tx.run(KEEP, values!["after", vec![1_u8]]).map(drop)));
    while db.probe().await.expect("alive") < 3 {
        tokio::task::yield_now().await;
    }
    go_on.send(()).expect("the writer waits");
    held.await.expect("no panic").expect("the batch before is kept");
    for story in batch {
        assert!(story.await.expect("no panic").is_err());
    }
    assert!(!is_kept(&db, "before").await && !is_kept(&db, "after").await);
    keep(&db, "later").await.expect("the door still opens");
}

const FORGET: &str = "DELETE FROM house WHERE name = $1";

/// Runs three stories as one batch, of which the second fails, and tells how often the first was run.
async fn first_of_a_batch(db: &Db, name: &'static str, fails: fn(&mut Tx<'_>) -> Result<(), DbError>) -> usize {
    let (go_on, held) = hold_writer(db).await;
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let first = move |tx: &mut Tx<'_>| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.run(KEEP, values![name, vec![1_u8]]).map(drop)
    };
    let house = db.clone();
    let first = tokio::spawn(async move { house.write(Lane::Work, first).await });
    while db.probe().await.expect("alive") < 1 {
        tokio::task::yield_now().await;
    }
    let house = db.clone();
    let failed = tokio::spawn(async move { house.write(Lane::Work, fails).await });
    let house = db.clone();
    let last = tokio::spawn(async move {
        house.write(Lane::Work, |tx: &mut Tx<'_>| tx.run(KEEP, values!["last", vec![1_u8]])).await
    });
    while db.probe().await.expect("alive") < 3 {
        tokio::task::yield_now().await;
    }
    go_on.send(()).expect("the writer waits");
    held.await.expect("no panic").expect("the batch before is kept");
    first.await.expect("no panic").expect("kept");
    assert!(matches!(failed.await.expect("no panic"), Err(DbError::Busy)));
    last.await.expect("no panic").expect("kept");
    assert!(is_kept(db, name).await && is_kept(db, "last").await && !is_kept(db, "bad").await);
    let forget = |tx: &mut Tx<'_>| tx.run(FORGET, values!["last"]);
    db.write(Lane::Work, forget).await.expect("forgotten");
    runs.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_run_again_behind_savepoints_if_a_story_fails_that_changed_something() {
    let house = House::open(EngineKind::Sqlite).await;
    let db = &house.app.db;
    let before = |_: &mut Tx<'_>| Err(DbError::Busy);
    let after = |tx: &mut Tx<'_>| tx.run(KEEP, values!["bad", vec![1_u8]]).and(Err(DbError::Busy));
    let in_part = |tx: &mut Tx<'_>| {
        let part = tx.savepoint(|tx| tx.run(KEEP, values!["bad", vec![1_u8]]).and(Err::<(), _>(DbError::Busy)));
        assert!(matches!(part, Err(DbError::Busy)));
        Err(DbError::Busy)
    };
    assert_eq!(first_of_a_batch(db, "one", before).await, 1);
    assert_eq!(first_of_a_batch(db, "two", after).await, 2);
    // The next ones are written with care at once.
    assert_eq!(first_of_a_batch(db, "three", after).await, 1);
    assert_eq!(first_of_a_batch(db, "four", in_part).await, 1);
    for _ in 0..64 {
        db.write(Lane::Work, |_: &mut Tx<'_>| Ok::<_, DbError>(())).await.expect("written");
    }
    assert_eq!(first_of_a_batch(db, "five", in_part).await, 2);
}

on_both!(a_part_that_fails_is_undone_and_the_rest_is_kept, async |house: House| {
    let db = &house.app.db;
    let story = |tx: &mut Tx<'_>| {
        tx.queue(KEEP, values!["before", vec![1_u8]])?;
        let part = tx.savepoint(|tx| {
            tx.queue(KEEP, values!["inside", vec![1_u8]])?;
            Err::<(), DbError>(DbError::Busy)
        });
        assert!(matches!(part, Err(DbError::Busy)));
        tx.queue(KEEP, values!["after", vec![1_u8]])
    };
    db.write(Lane::Work, story).await.expect("kept");
    assert!(is_kept(db, "before").await && is_kept(db, "after").await && !is_kept(db, "inside").await);
});

on_both!(a_panic_in_a_part_undoes_what_the_story_did_before_it, async |house: House| {
    let db = &house.app.db;
    let story = |tx: &mut Tx<'_>| {
        tx.run(KEEP, values!["before", vec![1_u8]])?;
        tx.savepoint(|tx| -> Result<(), DbError> {
            tx.run(KEEP, values!["inside", vec![1_u8]])?;
            panic!("on purpose")
        })
    };
    // The second one is written behind savepoints from the start.
    for _ in 0..2 {
        assert!(matches!(db.write(Lane::Work, story).await, Err(DbError::Panicked)));
        assert!(!is_kept(db, "before").await && !is_kept(db, "inside").await);
    }
    keep(db, "after").await.expect("the door still opens");
});

on_both!(a_part_that_breaks_a_constraint_leaves_the_story_whole, async |house: House| {
    let db = &house.app.db;
    keep(db, "one").await.expect("kept");
    let story = |tx: &mut Tx<'_>| {
        let part = tx.savepoint(|tx| {
            tx.queue(KEEP, values!["one", vec![2_u8]])?;
            tx.flush()
        });
        assert!(matches!(part, Err(DbError::Constraint(_))), "{part:?}");
        tx.queue(KEEP, values!["two", vec![1_u8]])
    };
    db.write(Lane::Work, story).await.expect("kept");
    assert!(is_kept(db, "two").await);
});

on_both!(a_queued_statement_that_fails_fails_its_story, async |house: House| {
    let db = &house.app.db;
    keep(db, "one").await.expect("kept");
    let story = |tx: &mut Tx<'_>| {
        tx.queue(KEEP, values!["two", vec![1_u8]])?;
        tx.queue(KEEP, values!["one", vec![2_u8]])
    };
    assert!(matches!(db.write(Lane::Work, story).await, Err(DbError::Constraint(_))));
    assert!(!is_kept(db, "two").await);
});

on_both!(more_queued_statements_than_fit_one_flight_are_all_kept, async |house: House| {
    let story = |tx: &mut Tx<'_>| {
        for place in 0..100_i64 {
            tx.queue(KEEP, values![format!("row {place}"), vec![1_u8]])?;
        }
        tx.one("SELECT COUNT(*) FROM house WHERE name LIKE 'row %'", &[])
    };
    let row = house.app.db.write(Lane::Work, story).await.expect("kept").expect("a row");
    assert_eq!(row.int(0), 100);
});

on_both!(values_go_to_the_places_that_bear_their_number, async |house: House| {
    let sql = "SELECT CAST($2 AS TEXT) || CAST($1 AS TEXT)";
    let row = house.app.db.row(sql, values!["b", "a"]).await.expect("read").expect("a row");
    assert_eq!(row.text(0), "ab");
});

on_both!(a_snapshot_does_not_see_what_is_written_meanwhile, async |house: House| {
    let db = house.app.db.clone();
    let (go_on, waits) = channel::<()>();
    let (started, is_started) = tokio::sync::oneshot::channel::<()>();
    let (waits, started) = (Mutex::new(waits), Mutex::new(Some(started)));
    let count = "SELECT COUNT(*) FROM house";
    let story = move |tx: &mut Tx<'_>| {
        let before = tx.one(count, &[])?.map(|row| row.int(0));
        if let Some(started) = started.lock().expect("unpoisoned").take() {
            started.send(()).expect("somebody waits");
        }
        waits.lock().expect("unpoisoned").recv().expect("told to go on");
        Ok::<_, DbError>((before, tx.one(count, &[])?.map(|row| row.int(0))))
    };
    let reader = db.clone();
    let read = tokio::spawn(async move { reader.read(story).await });
    is_started.await.expect("it started");
    keep(&db, "meanwhile").await.expect("kept");
    go_on.send(()).expect("the reader waits");
    let (before, after) = read.await.expect("no panic").expect("read");
    assert_eq!(before, after);
});

on_both!(a_snapshot_cannot_write, async |house: House| {
    let story = |tx: &mut Tx<'_>| tx.run(KEEP, values!["sneaked", vec![1_u8]]);
    assert!(house.app.db.read::<u64, DbError, _>(story).await.is_err());
    assert!(!is_kept(&house.app.db, "sneaked").await);
});

/// Locks one row, and another once somebody else has locked that one: a deadlock, the first time.
async fn cross(db: &Db, account: i64, rows: [&'static str; 2], meet: &Arc<Barrier>, tries: &Arc<AtomicUsize>) {
    let (meet, tries, mine) = (Arc::clone(meet), Arc::clone(tries), AtomicUsize::new(0));
    let story = move |tx: &mut Tx<'_>| {
        tries.fetch_add(1, Ordering::SeqCst);
        tx.run("UPDATE house SET value = value WHERE name = $1", values![rows[0]])?;
        if mine.fetch_add(1, Ordering::SeqCst) == 0 {
            meet.wait();
        }
        tx.run("UPDATE house SET value = value WHERE name = $1", values![rows[1]])
    };
    let changed: Result<u64, DbError> = db.write(Lane::Account(account), story).await;
    assert_eq!(changed.expect("it won at last"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_story_that_lost_a_deadlock_is_run_again() {
    let house = House::open(EngineKind::Postgres).await;
    let db = &house.app.db;
    keep(db, "one").await.expect("kept");
    keep(db, "two").await.expect("kept");
    let (meet, tries) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    tokio::join!(cross(db, 1, ["one", "two"], &meet, &tries), cross(db, 2, ["two", "one"], &meet, &tries));
    assert!(tries.load(Ordering::SeqCst) > 2, "nobody had to try again");
}
