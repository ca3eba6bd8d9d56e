//! Killed at any moment: the real program under load, killed again and again, and told to end, while a checker with a
//! history of its own looks for anything that was acknowledged and is missing, or is there twice. Texts are pushed over
//! HTTP and delivered by a message centre over SMPP at once, and told again by both until they are acknowledged.
//!
//! `JESUSNUMBER_TEST_KILLS` is the number of kills over all tests (20), `JESUSNUMBER_TEST_KILL_CENTRE` the message centre
//! (`own`, or `node-smpp`, which is installed as the connectors' peers are), and `JESUSNUMBER_TEST_KILL_SEED` repeats the
//! plan of an earlier run, whose seed it printed.

mod centre;
mod chapter;
mod checker;
mod client;
mod desk;
mod history;
mod house;
mod program;
mod pusher;
mod record;
mod sender;
mod terminate;
mod wire;

use std::env;

use domain::db::EngineKind;
use rand::RngExt;

use crate::centre::{By, Tally};
use crate::chapter::Chapter;
use crate::checker::Inboxes;
use crate::program::{Program, START_LINES};

/// Kills of all three tests together, unless the caller wants more.
const KILLS: usize = 20;
/// Kills in one house: its numbers last for them, and it is younger than the pause after a lease.
const CHAPTER_MAX: usize = 10;
/// Requests or answers between two kills, at most.
const MOMENT_MAX: u64 = 160;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_on_sqlite_loses_and_doubles_nothing() {
    for (kills, seed) in chapters(share(0)) {
        alone(EngineKind::Sqlite, kills, seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_on_postgres_loses_and_doubles_nothing() {
    for (kills, seed) in chapters(share(1)) {
        alone(EngineKind::Postgres, kills, seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_three_nodes_is_killed_and_the_others_go_on() {
    for (kills, seed) in chapters(share(2)) {
        together(kills, seed).await;
    }
}

/// A lone node, killed and started again.
async fn alone(engine: EngineKind, kills: usize, seed: u64) {
    let mut chapter = Chapter::begin(engine, by(), 1, seed).await;
    for kill in 1..=kills {
        let load = chapter.load();
        chapter.moment(MOMENT_MAX).await;
        chapter.nodes.remove(0).kill().await;
        load.end().await;
        if chapter.dice.random_ratio(1, 4) {
            // Killed once more, somewhere within its start and its recovery.
            let lines = chapter.dice.random_range(0..=START_LINES);
            Program::kill_in_start(&chapter.house.told(0), lines).await;
        }
        if engine == EngineKind::Postgres {
            chapter.house.silence().await;
        }
        let node = chapter.start(0).await;
        chapter.nodes.push(node);
        chapter.checker.settle().await;
        chapter.checker.check(&chapter.house, inboxes(kill == kills)).await;
    }
    tell(&chapter, kills, engine);
}

/// Three nodes on one database, one of which is killed and started again while the others go on.
async fn together(kills: usize, seed: u64) {
    let mut chapter = Chapter::begin(EngineKind::Postgres, by(), 3, seed).await;
    for kill in 1..=kills {
        let load = chapter.load();
        chapter.moment(MOMENT_MAX).await;
        let place = chapter.dice.random_range(0..chapter.nodes.len());
        chapter.nodes.remove(place).kill().await;
        chapter.moment(MOMENT_MAX / 2).await;
        let node = chapter.start(place).await;
        chapter.nodes.insert(place, node);
        chapter.moment(MOMENT_MAX / 2).await;
        load.end().await;
        chapter.checker.settle().await;
        chapter.checker.check(&chapter.house, inboxes(kill == kills)).await;
    }
    tell(&chapter, kills, EngineKind::Postgres);
}

fn inboxes(is_last: bool) -> Inboxes {
    if is_last { Inboxes::All } else { Inboxes::New }
}

fn tell(chapter: &Chapter, kills: usize, engine: EngineKind) {
    let (nodes, acknowledged) = (chapter.nodes.len(), chapter.checker.record.acknowledged());
    let Tally { acknowledged: texts, unanswered } = chapter.shared.centre.tally();
    say(&format!(
        "{kills} kills of {nodes} nodes on {engine:?}: {acknowledged} acknowledged requests, all there, once; {texts} of \
         them are texts by SMPP ({:?}), delivered {unanswered} times more on a bind that ended before the answer",
        by()
    ));
}

/// A test's share of all kills.
fn share(place: usize) -> usize {
    let all = setting("JESUSNUMBER_TEST_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number of kills"));
    let weights = [8, 6, 6];
    let upto = |place: usize| all * weights[..place].iter().sum::<usize>() / weights.iter().sum::<usize>();
    upto(place + 1) - upto(place)
}

/// The message centre that texts come from.
fn by() -> By {
    match setting("JESUSNUMBER_TEST_KILL_CENTRE").as_deref() {
        None | Some("own") => By::Own,
        Some("node-smpp") => By::NodeSmpp,
        Some(other) => panic!("JESUSNUMBER_TEST_KILL_CENTRE is own or node-smpp, not {other}"),
    }
}

/// Kills in houses of their own, each with the seed of its plan.
fn chapters(kills: usize) -> Vec<(usize, u64)> {
    let seed = seed();
    let sizes = (0..kills).step_by(CHAPTER_MAX).map(|done| CHAPTER_MAX.min(kills - done));
    sizes.zip(seed..).collect()
}

/// The seed that was asked for, or a fresh one, told so that a failure can be repeated.
fn seed() -> u64 {
    let told = setting("JESUSNUMBER_TEST_KILL_SEED").map(|seed| seed.parse().expect("a seed"));
    let seed = told.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    say(&format!("JESUSNUMBER_TEST_KILL_SEED={seed} repeats this plan"));
    seed
}

#[expect(clippy::print_stdout, reason = "the seed is for whoever reads why a test failed")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "tests are told by their caller how long to go on")]
fn setting(name: &str) -> Option<String> {
    env::var(name).ok()
}
