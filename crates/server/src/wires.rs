//! The wires that the house holds itself: one task each, on the one node that owns it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::App;
use domain::db::DbError;
use domain::purchase;
use domain::supply::{self, Holding, Inbox, Registry, Supply, Wire, WireState};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

/// How often this node looks and speaks.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// How often sources are looked at: so long until a new or changed one is taken up.
    look: Duration,
    /// How often an owner says that it is there, well within [`supply::SILENCE_MS`].
    keep: Duration,
    /// How long it may fail to say so until it lets its wires go, because another node takes them then.
    silence: Duration,
}

/// The pace of a house at work.
pub(crate) const PACE: Pace = Pace {
    look: Duration::from_secs(2),
    keep: Duration::from_secs(4),
    silence: Duration::from_millis(supply::SILENCE_MS.unsigned_abs()),
};
/// How long a connector has to end its wire in order.
const ENDING: Duration = Duration::from_secs(8);

/// One process of the house.
#[derive(Clone)]
struct Node {
    app: App,
    registry: Arc<Registry>,
    pace: Pace,
    owner: String,
}

/// A wire that this node looks after.
struct Held {
    wire: Wire,
    close: watch::Sender<bool>,
}

/// Holds the wires of all sources that have one until the house closes.
pub(crate) async fn hold(app: App, registry: Arc<Registry>, pace: Pace, mut closing: watch::Receiver<bool>) {
    let node = Node { app, registry, pace, owner: format!("{:032x}", rand::random::<u128>()) };
    let mut held: HashMap<i64, Held> = HashMap::new();
    let mut tasks: JoinSet<i64> = JoinSet::new();
    let mut ticks = interval(pace.look);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
    if let Err(error) = supply::take_back(&node.app).await {
        tracing::warn!(%error, "wires that were held before are taken up after some seconds of silence");
    }
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            Some(ended) = tasks.join_next() => {
                // One that ended is begun again at the next look; one that panicked says no more which it was.
                match ended {
                    Ok(source) => drop(held.remove(&source)),
                    Err(_) => held.retain(|_, held| held.close.receiver_count() > 0),
                }
                continue;
            }
            _ = closing.wait_for(|is_closing| *is_closing) => break,
        }
        match supply::wires(&node.app, &node.registry).await {
            Ok(wires) => {
                is_failing = false;
                begin(&node, wires, &mut held, &mut tasks);
            }
            Err(error) if !std::mem::replace(&mut is_failing, true) => {
                tracing::error!(%error, "sources cannot be looked at; no wire is begun or changed");
            }
            Err(_) => {}
        }
    }
    held.values().for_each(|held| {
        held.close.send_replace(true);
    });
    while tasks.join_next().await.is_some() {}
}

/// Begins what is new, and ends what is gone or changed; that is begun anew once it has ended.
fn begin(node: &Node, wires: Vec<Wire>, held: &mut HashMap<i64, Held>, tasks: &mut JoinSet<i64>) {
    let wanted: HashMap<i64, Wire> = wires.into_iter().map(|wire| (wire.source, wire)).collect();
    for (source, held) in held.iter() {
        if wanted.get(source).is_none_or(|wire| wire.settings != held.wire.settings) {
            held.close.send_replace(true);
        }
    }
    for (source, wire) in wanted {
        held.entry(source).or_insert_with(|| {
            let (close, closing) = watch::channel(false);
            let (node, task) = (node.clone(), wire.clone());
            tasks.spawn(async move {
                hold_one(&node, &task, closing).await;
                task.source
            });
            Held { wire, close }
        });
    }
}

/// Takes one wire if it is free, and holds it until it is to be closed or another node has it.
async fn hold_one(node: &Node, wire: &Wire, mut closing: watch::Receiver<bool>) {
    let Node { app, registry, pace, owner } = node;
    let mut ticks = interval(pace.keep);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (owned, mut said) = loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = closing.wait_for(|is_closing| *is_closing) => return,
        }
        let began = Instant::now();
        // What the database could not is tried again with the next tick.
        if let Ok(Some(owned)) = supply::own(app, wire.source, &wire.connector, owner).await {
            break (owned, began);
        }
    };
    let Some(connector) = registry.get(&wire.connector) else { return };
    let (stop, stopping) = watch::channel(false);
    let inbox = Inbox::new(app.clone(), owned.clone(), stopping);
    // A task of its own, so that a panic in a connector ends nothing else.
    let mut holding = tokio::spawn(hold_and_attend(app, connector, wire, &inbox));
    tracing::info!(source = wire.slug, "holding the wire");
    let mut told = WireState::default();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = closing.wait_for(|is_closing| *is_closing) => break,
            _ = &mut holding => break,
        }
        told = tell(wire, inbox.state(), told);
        let began = Instant::now();
        match timeout_at(said + pace.silence, supply::keep(app, &owned, inbox.state())).await {
            Ok(Ok(true)) => said = began,
            Ok(Ok(false) | Err(DbError::Damaged(_))) => {
                tracing::warn!(source = wire.slug, "another node holds the wire now");
                break;
            }
            // For a while messages are refused; then another node takes the wire, and two must not hold it.
            Ok(Err(_)) if said.elapsed() < pace.silence => {}
            Ok(Err(_)) | Err(_) => {
                tracing::warn!(source = wire.slug, "the database does not answer; the wire is let go");
                break;
            }
        }
    }
    stop.send_replace(true);
    if !holding.is_finished() && timeout(ENDING, &mut holding).await.is_err() {
        holding.abort();
    }
    tell(wire, WireState { links: 0, backlog: 0, ..inbox.state() }, told);
    if !matches!(timeout(ENDING, supply::let_go(app, &owned)).await, Ok(Ok(()))) {
        tracing::warn!(source = wire.slug, "the wire is free after some seconds of silence");
    }
}

/// What is done while a wire is ours: its connector holds it, and where it is another house, what was bought there is
/// looked after.
fn hold_and_attend(app: &App, connector: &dyn Supply, wire: &Wire, inbox: &Inbox) -> Holding {
    let holding = connector.hold(wire.settings.clone(), inbox.clone());
    if connector.house().is_none() {
        return holding;
    }
    let attending = purchase::attend(app.clone(), wire.source, inbox.clone());
    // Whichever ends first is begun again with the other: neither ends before its inbox closes.
    Box::pin(async move {
        tokio::select! {
            () = holding => {}
            () = attending => {}
        }
    })
}

/// Tells the log and the metrics how a wire does.
fn tell(wire: &Wire, now: WireState, before: WireState) -> WireState {
    let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    metrics::gauge!("supply_links", "source" => wire.slug.clone()).set(count(now.links));
    metrics::gauge!("supply_backlog", "source" => wire.slug.clone()).set(count(now.backlog));
    let again = u64::try_from(now.reconnects - before.reconnects).unwrap_or(0);
    metrics::counter!("supply_reconnects_total", "source" => wire.slug.clone()).increment(again);
    if now.links != before.links {
        tracing::info!(source = wire.slug, links = now.links, "connections of the wire");
    }
    now
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicI64, Ordering};

    use domain::clock::Clock;
    use domain::db::{Db, DbOptions, DbUrl, Durability};
    use domain::policy::permit::Permit;
    use domain::policy::reason::Reason;
    use domain::seal::Key;
    use domain::supply::{NewSource, Setting, Settings};
    use tokio::time::sleep;

    use super::*;

    const QUICK: Pace =
        Pace { look: Duration::from_millis(5), keep: Duration::from_millis(5), silence: Duration::from_secs(60) };

    /// A connector that writes down what it is told.
    #[derive(Clone, Default)]
    struct Scribe(Arc<Mutex<Vec<String>>>);

    impl Scribe {
        fn write(&self, line: String) {
            self.0.lock().expect("no panic").push(line);
        }

        async fn until(&self, wanted: &[&str]) {
            for _ in 0..2_000 {
                if *self.0.lock().expect("no panic") == wanted {
                    return;
                }
                sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(*self.0.lock().expect("no panic"), wanted);
        }
    }

    impl Supply for Scribe {
        fn name(&self) -> &'static str {
            "scribe"
        }

        fn about(&self) -> &'static str {
            "writes down"
        }

        fn settings(&self) -> &'static [Setting] {
            &[Setting { name: "word", label: "Word", is_secret: false, is_optional: true, help: "a word" }]
        }

        fn check(&self, _: &Settings) -> Result<(), String> {
            Ok(())
        }

        fn holds(&self) -> bool {
            true
        }

        fn hold(&self, settings: Settings, inbox: Inbox) -> Holding {
            let (scribe, word) = (self.clone(), settings.get("word").unwrap_or_default().to_owned());
            Box::pin(async move {
                scribe.write(format!("begins {word}"));
                assert!(word != "panic", "a connector of a test panics");
                let _link = inbox.link();
                inbox.closed().await;
                scribe.write(format!("ends {word}"));
            })
        }
    }

    fn some(word: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("word".to_owned(), word.to_owned())])
    }

    async fn app(folder: &tempfile::TempDir, now_ms: &Arc<AtomicI64>) -> App {
        let mut options = DbOptions::new(DbUrl::Sqlite(folder.path().join("house.db")));
        options.durability = Durability::Unchecked;
        let db = Db::open(&options).await.expect("it opens");
        let now_ms = Arc::clone(now_ms);
        App::open(db, Clock::new(move || now_ms.load(Ordering::SeqCst)), &Key::from_bytes([7; 32]))
            .await
            .expect("it opens")
    }

    async fn sourced(folder: &tempfile::TempDir, word: &str) -> (App, Arc<Registry>, Scribe, Arc<AtomicI64>) {
        let (scribe, now_ms) = (Scribe::default(), Arc::new(AtomicI64::new(1_000_000)));
        let (app, registry) = (app(folder, &now_ms).await, Arc::new(Registry::new(vec![Box::new(scribe.clone())])));
        let settings = Settings::new(some(word));
        let new =
            NewSource { slug: "one".into(), connector: "scribe".into(), settings, by: Permit::at_the_machine("test") };
        supply::add_source(&app, &registry, new).await.expect("added");
        (app, registry, scribe, now_ms)
    }

    #[tokio::test]
    async fn other_settings_begin_the_wire_anew_and_closing_ends_it() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (app, registry, scribe, _) = sourced(&folder, "first").await;
        let (close, closing) = watch::channel(false);
        let holding = tokio::spawn(hold(app.clone(), registry.clone(), QUICK, closing));
        scribe.until(&["begins first"]).await;
        let why = Reason::parse("a test").expect("a reason");
        supply::set_settings(&app, &registry, "one", &some("second"), &why, &Permit::at_the_machine("test"))
            .await
            .expect("changed");
        scribe.until(&["begins first", "ends first", "begins second"]).await;
        close.send_replace(true);
        holding.await.expect("it ends well");
        scribe.until(&["begins first", "ends first", "begins second", "ends second"]).await;
        let health = supply::health(&app).await.expect("told").remove(&1).expect("known");
        assert_eq!(health.wire.map(|wire| wire.links), Some(0));
    }

    #[tokio::test]
    async fn of_two_nodes_one_holds_a_wire_and_the_other_follows_it() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (one, registry, scribe, now_ms) = sourced(&folder, "word").await;
        let other = app(&folder, &now_ms).await;
        let (close, closing) = watch::channel(false);
        let first = tokio::spawn(hold(one, registry.clone(), QUICK, closing));
        scribe.until(&["begins word"]).await;
        let (close_other, closing) = watch::channel(false);
        let second = tokio::spawn(hold(other, registry, QUICK, closing));
        sleep(Duration::from_millis(100)).await;
        scribe.until(&["begins word"]).await;
        close.send_replace(true);
        first.await.expect("it ends well");
        scribe.until(&["begins word", "ends word", "begins word"]).await;
        close_other.send_replace(true);
        second.await.expect("it ends well");
    }

    #[tokio::test]
    async fn what_a_killed_node_held_is_taken_up_without_waiting_for_it() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (app, registry, scribe, _) = sourced(&folder, "word").await;
        supply::own(&app, 1, "scribe", "a former life").await.expect("looked").expect("free");
        let (close, closing) = watch::channel(false);
        let holding = tokio::spawn(hold(app, registry, QUICK, closing));
        scribe.until(&["begins word"]).await;
        close.send_replace(true);
        holding.await.expect("it ends well");
    }

    #[tokio::test]
    async fn a_node_that_cannot_say_that_it_is_there_lets_its_wire_go() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (app, registry, scribe, now_ms) = sourced(&folder, "word").await;
        let tamper = |sql| {
            let beside = rusqlite::Connection::open(folder.path().join("house.db")).expect("it opens");
            beside.execute_batch(sql).expect("it is done");
        };
        let (close, closing) = watch::channel(false);
        let pace = Pace { silence: Duration::from_millis(500), ..QUICK };
        let holding = tokio::spawn(hold(app, registry, pace, closing));
        scribe.until(&["begins word"]).await;
        tamper("ALTER TABLE source_wire RENAME TO gone");
        scribe.until(&["begins word", "ends word"]).await;
        tamper("ALTER TABLE gone RENAME TO source_wire");
        now_ms.fetch_add(supply::SILENCE_MS, Ordering::SeqCst);
        scribe.until(&["begins word", "ends word", "begins word"]).await;
        close.send_replace(true);
        holding.await.expect("it ends well");
    }

    #[tokio::test]
    async fn a_connector_that_panics_is_begun_again_and_harms_no_other() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (app, registry, scribe, _) = sourced(&folder, "panic").await;
        let (close, closing) = watch::channel(false);
        let holding = tokio::spawn(hold(app.clone(), registry.clone(), QUICK, closing));
        while scribe.0.lock().expect("no panic").len() < 2 {
            sleep(Duration::from_millis(1)).await;
        }
        close.send_replace(true);
        holding.await.expect("it ends well");
    }
}
