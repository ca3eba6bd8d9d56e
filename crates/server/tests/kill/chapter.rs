//! A chapter: one house, its nodes, and load upon them round after round until it ends with a look at everything.

use std::sync::Arc;
use std::time::Duration;

use domain::db::EngineKind;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::centre::{By, Centre, Feeder};
use crate::checker::Checker;
use crate::client::Client;
use crate::desk::Desk;
use crate::history::History;
use crate::house::House;
use crate::program::Program;
use crate::pusher::Pusher;
use crate::sender::{Doors, Pace, Sender, Shared};

/// Customers' programs at once; two share an account.
const CLIENTS: usize = 8;
const CLIENT_ACCOUNTS: usize = 4;
const PUSHERS: usize = 2;
/// How long the load may take to come to a moment.
const MOMENT_WAIT: Duration = Duration::from_secs(60);

/// A house with its nodes under load.
pub(crate) struct Chapter {
    pub(crate) house: House,
    pub(crate) shared: Shared,
    pub(crate) checker: Checker,
    pub(crate) dice: StdRng,
    pub(crate) nodes: Vec<Program>,
    desk: Arc<Desk>,
    rounds: usize,
    /// Where the history is.
    _papers: TempDir,
}

/// Clients, pushers and the centre at work.
pub(crate) struct Load {
    centre: Centre,
    over: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Chapter {
    /// Builds a house and starts its nodes.
    pub(crate) async fn begin(engine: EngineKind, by: By, nodes: usize, seed: u64) -> Self {
        let papers = tempfile::tempdir().expect("a scratch folder");
        let (history, pace) = (Arc::new(History::begin(papers.path())), Arc::new(Pace::new()));
        let (centre, address) = Centre::open(by, &history, &pace).await;
        let house = House::build(engine, address).await;
        let (doors, keys) = (Arc::new(Doors::default()), Arc::new(house.keys.clone()));
        let shared = Shared { history, doors, pace, keys, centre };
        let (checker, dice) = (Checker::new(&shared), StdRng::seed_from_u64(seed));
        let (nodes_now, desk) = (Vec::new(), Arc::new(Desk::default()));
        let mut chapter = Self { house, shared, checker, dice, nodes: nodes_now, desk, rounds: 0, _papers: papers };
        for place in 0..nodes {
            let node = chapter.start(place).await;
            chapter.nodes.push(node);
        }
        chapter
    }

    /// Starts a node and tells the clients where it is.
    pub(crate) async fn start(&self, place: usize) -> Program {
        let node = Program::start(&self.house.told(place)).await;
        self.shared.doors.set(place, node.address);
        node
    }

    /// Lets everybody work.
    pub(crate) fn load(&mut self) -> Load {
        self.rounds += 1;
        let (over, is_over) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for place in 0..CLIENTS {
            let client = Client {
                sender: Sender::new(&self.shared, place),
                desk: Arc::clone(&self.desk),
                dice: StdRng::seed_from_u64(self.dice.random()),
                account: place % CLIENT_ACCOUNTS,
                name: format!("r{}-c{place}", self.rounds),
            };
            tasks.spawn(client.work(is_over.clone()));
        }
        for place in 0..PUSHERS {
            let pusher = Pusher {
                sender: Sender::new(&self.shared, place),
                desk: Arc::clone(&self.desk),
                dice: StdRng::seed_from_u64(self.dice.random()),
            };
            tasks.spawn(pusher.work(is_over.clone()));
        }
        let feeder = Feeder {
            shared: self.shared.clone(),
            desk: Arc::clone(&self.desk),
            dice: StdRng::seed_from_u64(self.dice.random()),
        };
        tasks.spawn(feeder.work(is_over));
        let centre = self.shared.centre.clone();
        centre.open_up();
        Load { centre, over, tasks }
    }

    /// Waits for a random moment: after so many more answers, or so many more requests sent. Those two lie in different
    /// stages of the program's work.
    pub(crate) async fn moment(&mut self, most: u64) {
        let count = self.dice.random_range(1..=most);
        let pace = if self.dice.random() { &self.shared.pace.asked } else { &self.shared.pace.answered };
        let mut pace = pace.subscribe();
        let until = *pace.borrow() + count;
        let reached = timeout(MOMENT_WAIT, pace.wait_for(|now| *now >= until)).await;
        reached.expect("the load goes on").expect("the pace is kept");
    }
}

impl Load {
    /// Ends the load; everybody finishes the request they are at, and the centre delivers nothing more.
    pub(crate) async fn end(mut self) {
        self.centre.pause();
        self.over.send_replace(true);
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("no client and no pusher found a fault");
        }
    }
}
