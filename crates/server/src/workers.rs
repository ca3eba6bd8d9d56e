//! Workers: each is a period and a verb of the house, and never ends before the house does.

use std::pin::Pin;
use std::time::Duration;

use domain::db::DbError;
use domain::policy::kept;
use domain::{
    App, account, alert, complaint, event, figures, login, mail, message, number, order, partner, purchase, rental,
    request, supply, verify,
};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// Rounds that a worker makes at once while there is something to do.
const ROUNDS_MAX: usize = 64;
/// Between two tries to hear the other nodes again.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

/// What a verb did: how many things, so that a worker with its hands full goes on at once.
type Round = Pin<Box<dyn Future<Output = Result<u64, DbError>> + Send>>;

/// A period and a verb.
#[derive(Clone, Copy)]
struct Worker {
    name: &'static str,
    period: Duration,
    verb: fn(App) -> Round,
}

/// Writes a line of the list of workers.
macro_rules! worker {
    ($name:literal every $ms:literal ms: |$app:ident| $verb:expr) => {
        Worker {
            name: $name,
            period: Duration::from_millis($ms),
            verb: |$app| Box::pin(async move { $verb.await.map(counted) }),
        }
    };
}

/// Everything that happens without anybody asking.
const WORKERS: &[Worker] = &[
    worker!("order::expire_due" every 500 ms: |app| order::expire_due(&app)),
    worker!("rental::expire_due" every 1_000 ms: |app| rental::expire_due(&app)),
    worker!("rental::auto_renew_due" every 10_000 ms: |app| rental::auto_renew_due(&app)),
    worker!("purchase::find_stalled" every 1_000 ms: |app| purchase::find_stalled(&app)),
    worker!("number::refill_low" every 200 ms: |app| number::refill_low(&app)),
    worker!("message::tell_incomplete" every 1_000 ms: |app| message::tell_incomplete(&app)),
    worker!("number::erase_ended" every 60_000 ms: |app| number::erase_ended(&app)),
    worker!("account::write_used" every 60_000 ms: |app| account::write_used(&app)),
    worker!("supply::write_heard" every 10_000 ms: |app| supply::write_heard(&app)),
    worker!("supply::health" every 10_000 ms: |app| tell_health(&app)),
    worker!("account::tell_low" every 60_000 ms: |app| account::tell_low(&app)),
    worker!("message::erase_days" every 600_000 ms: |app| message::erase_days(&app)),
    worker!("request::forget_old" every 60_000 ms: |app| request::forget_old(&app)),
    worker!("login::forget_old" every 60_000 ms: |app| login::forget_old(&app)),
    worker!("mail::send_due" every 2_000 ms: |app| mail::send_due(&app)),
    worker!("mail::forget_old" every 600_000 ms: |app| mail::forget_old(&app)),
    worker!("partner::push_due" every 250 ms: |app| partner::push_due(&app)),
    worker!("partner::forget_old" every 600_000 ms: |app| partner::forget_old(&app)),
    worker!("complaint::forget_old" every 600_000 ms: |app| complaint::forget_old(&app)),
    worker!("event::delete_old" every 600_000 ms: |app| event::delete_old(&app)),
    worker!("kept::forget_records" every 20_000 ms: |app| kept::forget_records(&app)),
    worker!("kept::forget_audit" every 600_000 ms: |app| kept::forget_audit(&app)),
    worker!("verify::run_due" every 2_000 ms: |app| verify::run_due(&app)),
    worker!("figures::count_due" every 10_000 ms: |app| figures::count_due(&app)),
    worker!("alert::look" every 30_000 ms: |app| alert::look(&app)),
    worker!("db::notify" every 20 ms: |app| tell_other_nodes(&app)),
];

/// What a verb answers, as a count.
trait Count {
    fn count(self) -> u64;
}

impl Count for () {
    fn count(self) -> u64 {
        0
    }
}

impl Count for u64 {
    fn count(self) -> u64 {
        self
    }
}

impl Count for usize {
    fn count(self) -> u64 {
        self as u64
    }
}

fn counted(done: impl Count) -> u64 {
    done.count()
}

async fn tell_other_nodes(app: &App) -> Result<(), DbError> {
    let untold = app.notices.take_untold();
    if untold.is_empty() { Ok(()) } else { app.db.notify(&untold).await }
}

/// Tells the metrics when each source was last heard, and when something was last wrong with it, by whichever node.
async fn tell_health(app: &App) -> Result<(), DbError> {
    let mut all = supply::health(app).await?;
    for source in supply::sources(app).await? {
        let Some(health) = all.remove(&source.id) else { continue };
        if let Some(heard_ms) = health.heard_ms {
            metrics::gauge!("supply_last_heard_seconds", "source" => source.slug.clone()).set(seconds(heard_ms));
        }
        if let Some((fault_ms, _)) = health.fault {
            metrics::gauge!("supply_last_fault_seconds", "source" => source.slug).set(seconds(fault_ms));
        }
    }
    Ok(())
}

fn seconds(at_ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(at_ms).unwrap_or(0))
}

/// Starts all workers. They end, each after the round it is in, when `closing` turns true.
pub(crate) fn start(app: &App, closing: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut all = JoinSet::new();
    for worker in WORKERS {
        all.spawn(work(app.clone(), *worker, closing.clone()));
    }
    all.spawn(listen(app.clone(), closing.clone()));
    all
}

async fn work(app: App, worker: Worker, mut closing: watch::Receiver<bool>) {
    let mut ticks = interval(worker.period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = closing.wait_for(|is_closing| *is_closing) => return,
        }
        let began = Instant::now();
        for _ in 0..ROUNDS_MAX {
            // A round is a task of its own, so that a panic in it is only a failure.
            let round = tokio::spawn((worker.verb)(app.clone())).await;
            let done = round.unwrap_or(Err(DbError::Panicked));
            note(&app, worker.name, began, &done, &mut is_failing);
            if !matches!(done, Ok(count) if count > 0) || *closing.borrow() {
                break;
            }
        }
    }
}

/// Writes down how a round went; an outage is told once at its start and once at its end.
fn note(app: &App, name: &'static str, began: Instant, done: &Result<u64, DbError>, is_failing: &mut bool) {
    match done {
        Ok(_) => {
            let now = Duration::from_millis(u64::try_from(app.now_ms()).unwrap_or(0));
            metrics::gauge!("worker_last_success_seconds", "worker" => name).set(now.as_secs_f64());
            metrics::histogram!("worker_round_seconds", "worker" => name).record(began.elapsed().as_secs_f64());
            if std::mem::take(is_failing) {
                tracing::info!(worker = name, "works again");
            }
        }
        Err(error) => {
            metrics::counter!("worker_failures_total", "worker" => name).increment(1);
            if !std::mem::replace(is_failing, true) {
                tracing::error!(worker = name, %error, "a worker fails; it goes on trying");
            }
        }
    }
}

/// Wakes who waits on this node for what another node did. On SQLite there are no others.
async fn listen(app: App, mut closing: watch::Receiver<bool>) {
    let hear = async {
        let mut is_failing = false;
        loop {
            match app.db.listen().await {
                Ok(None) => return,
                Ok(Some(mut hints)) => {
                    is_failing = false;
                    while let Some(accounts) = hints.recv().await {
                        accounts.into_iter().for_each(|account| app.notices.wake(account));
                    }
                }
                Err(error) if !is_failing => {
                    is_failing = true;
                    tracing::error!(%error, "other nodes are not heard; waits look once a second");
                }
                Err(_) => {}
            }
            sleep(LISTEN_AGAIN).await;
        }
    };
    tokio::select! {
        () = hear => {}
        _ = closing.wait_for(|is_closing| *is_closing) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use domain::clock::Clock;
    use domain::db::{Db, DbOptions, DbUrl, Durability};
    use domain::seal::Key;

    use super::*;

    #[test]
    fn every_worker_has_a_name_of_its_own_and_a_period() {
        let names: std::collections::HashSet<&str> = WORKERS.iter().map(|worker| worker.name).collect();
        assert_eq!(names.len(), WORKERS.len());
        assert!(WORKERS.iter().all(|worker| !worker.period.is_zero()));
    }

    async fn app(folder: &tempfile::TempDir) -> App {
        let mut options = DbOptions::new(DbUrl::Sqlite(folder.path().join("house.db")));
        options.durability = Durability::Unchecked;
        let db = Db::open(&options).await.expect("it opens");
        App::open(db, Clock::new(|| 0), &Key::from_bytes([7; 32])).await.expect("it opens")
    }

    #[tokio::test]
    async fn neither_an_error_nor_a_panic_ends_a_worker() {
        static ROUNDS: AtomicU64 = AtomicU64::new(0);
        let stumbling: fn(App) -> Round = |_| {
            Box::pin(async {
                match ROUNDS.fetch_add(1, Ordering::SeqCst) {
                    0 => Err(DbError::Busy),
                    1 => panic!("a round of a test panics"),
                    // With its hands full it goes on at once, but not for ever.
                    _ => Ok(1),
                }
            })
        };
        let folder = tempfile::tempdir().expect("a scratch folder");
        let worker = Worker { name: "test", period: Duration::from_millis(1), verb: stumbling };
        let (close, closing) = watch::channel(false);
        let working = tokio::spawn(work(app(&folder).await, worker, closing));
        while ROUNDS.load(Ordering::SeqCst) < 2 + 2 * ROUNDS_MAX as u64 {
            tokio::task::yield_now().await;
        }
        close.send_replace(true);
        working.await.expect("it ends when the house closes");
    }

    #[tokio::test]
    async fn all_workers_end_when_the_house_closes() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (close, closing) = watch::channel(false);
        let mut workers = start(&app(&folder).await, &closing);
        close.send_replace(true);
        while let Some(ended) = workers.join_next().await {
            ended.expect("it ends well");
        }
    }
}
