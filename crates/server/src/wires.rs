//! The wires that the house holds itself: one task each, on the one node that owns it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::App;
use domain::db::DbError;
use domain::supply::{self, Inbox, Owned, Registry, Wire, WireState};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often sources are looked at: so long until a new or changed one is taken up.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often an owner says that it is there, well within [`supply::SILENCE_MS`].
const KEEP_EVERY: Duration = Duration::from_secs(4);
/// How long a connector has to end its wire in order.
const ENDING: Duration = Duration::from_secs(8);

/// A wire that this node looks after.
struct Held {
    wire: Wire,
    close: watch::Sender<bool>,
}

/// Holds the wires of all sources that have one until the house closes.
pub(crate) async fn hold(app: App, registry: Arc<Registry>, mut closing: watch::Receiver<bool>) {
    let owner = format!("{:032x}", rand::random::<u128>());
    let mut held: HashMap<i64, Held> = HashMap::new();
    let mut tasks: JoinSet<i64> = JoinSet::new();
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
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
        match supply::wires(&app, &registry).await {
            Ok(wires) => {
                is_failing = false;
                begin(&app, &registry, &owner, wires, &mut held, &mut tasks);
            }
            Err(error) if !std::mem::replace(&mut is_failing, true) => {
                tracing::error!(%error, "sources cannot be looked at; their wires go on as they are");
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
fn begin(
    app: &App,
    registry: &Arc<Registry>,
    owner: &str,
    wires: Vec<Wire>,
    held: &mut HashMap<i64, Held>,
    tasks: &mut JoinSet<i64>,
) {
    let wanted: HashMap<i64, Wire> = wires.into_iter().map(|wire| (wire.source, wire)).collect();
    for (source, held) in held.iter() {
        if wanted.get(source).is_none_or(|wire| wire.settings != held.wire.settings) {
            held.close.send_replace(true);
        }
    }
    for (source, wire) in wanted {
        held.entry(source).or_insert_with(|| {
            let (close, closing) = watch::channel(false);
            let (app, registry, owner) = (app.clone(), registry.clone(), owner.to_owned());
            let task = wire.clone();
            tasks.spawn(async move {
                hold_one(&app, &registry, &owner, &task, closing).await;
                task.source
            });
            Held { wire, close }
        });
    }
}

/// Takes one wire if it is free, and holds it until it is to be closed or another node has it.
async fn hold_one(app: &App, registry: &Registry, owner: &str, wire: &Wire, mut closing: watch::Receiver<bool>) {
    let mut ticks = interval(KEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let owned = loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = closing.wait_for(|is_closing| *is_closing) => return,
        }
        // What the database could not is tried again with the next tick.
        if let Ok(Some(owned)) = supply::own(app, wire.source, &wire.connector, owner).await {
            break owned;
        }
    };
    let Some(connector) = registry.get(&wire.connector) else { return };
    let (stop, stopping) = watch::channel(false);
    let inbox = Inbox::new(app.clone(), owned.clone(), stopping);
    // A task of its own, so that a panic in a connector ends nothing else.
    let mut holding = tokio::spawn(connector.hold(wire.settings.clone(), inbox.clone()));
    tracing::info!(source = wire.slug, "holding the wire");
    let mut told = WireState::default();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = closing.wait_for(|is_closing| *is_closing) => break,
            _ = &mut holding => break,
        }
        told = tell(wire, inbox.state(), told);
        if !is_ours(app, &owned, inbox.state()).await {
            tracing::warn!(source = wire.slug, "another node holds the wire now");
            break;
        }
    }
    stop.send_replace(true);
    if !holding.is_finished() && timeout(ENDING, &mut holding).await.is_err() {
        holding.abort();
    }
    tell(wire, WireState { links: 0, backlog: 0, ..inbox.state() }, told);
    if let Err(error) = supply::let_go(app, &owned).await {
        tracing::warn!(source = wire.slug, %error, "the wire is free after some seconds of silence");
    }
}

/// Says that we are there. While the database does not answer the wire is held on: messages are refused until it does.
async fn is_ours(app: &App, owned: &Owned, state: WireState) -> bool {
    match supply::keep(app, owned, state).await {
        Ok(is_ours) => is_ours,
        Err(DbError::Damaged(_)) => false,
        Err(_) => true,
    }
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
