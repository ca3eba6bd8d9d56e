//! Figure 1: what committing together is worth.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::db::{Db, DbError, DbOptions, Lane};
use domain::values;

use crate::fixture;

/// Callers that each wait for their story before they tell the next: a closed loop, not an open one.
const CALLERS: usize = 256;

pub(crate) async fn run(time: Duration) {
    // The two take turns, so that a machine that gets slower meanwhile slows both.
    let (mut alone, mut grouped) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        alone.push(stories_a_second(1, time / 6).await);
        grouped.push(stories_a_second(256, time / 6).await);
    }
    let (alone, grouped) = (median(&mut alone), median(&mut grouped));
    println!("one commit a story       {alone:>10.0} stories/s");
    println!("group commit             {grouped:>10.0} stories/s");
    println!("ratio                    {:>10.2}   (wanted: at least 5)", grouped / alone);
}

pub(crate) fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

async fn stories_a_second(batch_max: usize, time: Duration) -> f64 {
    let folder = fixture::scratch();
    let options = DbOptions { batch_max, ..fixture::sqlite(folder.path()) };
    let db = Db::open(&options).await.expect("the database opens");
    let done = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (db, done) = (db.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let name = format!("caller {caller}");
                while begun.elapsed() < time {
                    let name = name.clone();
                    db.write(Lane::Work, move |tx| story(tx, &name)).await.expect("a story is kept");
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("no caller panics");
    }
    let count = u32::try_from(done.load(Ordering::Relaxed)).expect("fewer than 4 billion");
    f64::from(count) / begun.elapsed().as_secs_f64()
}

/// Two counters counted, one fact written, one looked at.
fn story(tx: &mut domain::db::Tx<'_>, name: &str) -> Result<(), DbError> {
    let count = "INSERT INTO counter (name, next) VALUES ($1, 1)
         ON CONFLICT (name) DO UPDATE SET next = counter.next + 1
         RETURNING next";
    let turn = tx.one(count, values![name])?.map_or(0, |row| row.int(0));
    tx.queue(count, values!["all"])?;
    tx.queue("INSERT INTO house (name, value) VALUES ($1, $2)", values![format!("{name} {turn}"), vec![0_u8; 64]])?;
    tx.one("SELECT value FROM house WHERE name = $1", values![name])?;
    Ok(())
}
