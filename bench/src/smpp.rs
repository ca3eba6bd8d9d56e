//! Figure 7: SMS by SMPP that capture an order each, durable, over one bind with a window of 100, against what Kannel
//! forwards from its `fakesmsc` to HTTP on the same machine without keeping anything, and against what Jasmin forwards to
//! HTTP from one bind with the same window.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::policy::permit::Permit;
use domain::supply::{self, NewSource, Settings};
use tokio::net::TcpListener;

use crate::centre::{Centre, WINDOW};
use crate::fixture::Fixture;
use crate::jasmin::Jasmin;
use crate::kannel::Kannel;
use crate::load::Turns;
use crate::program::{Program, build};

/// Accounts among which the orders are.
const ACCOUNTS: usize = 256;
/// The source that is the centre.
const SOURCE: &str = "smsc";
/// Messages that Jasmin forwards in a turn, at most: it is slow.
const JASMIN_MAX: usize = 4_000;
/// How long the house may take to bind.
const PATIENCE: Duration = Duration::from_secs(30);

/// Figure 7, with so many messages in all.
pub(crate) async fn run(count: usize) {
    let (kannel, jasmin) = (Kannel::find(), Jasmin::find());
    if kannel.is_none() {
        println!("Kannel is left out. It needs apt-get install kannel kannel-extras");
    }
    if jasmin.is_none() {
        println!("Jasmin is left out. {}", Jasmin::HOW);
    }
    if kannel.is_none() && jasmin.is_none() {
        return;
    }
    let binary = build();
    println!("ordering {count} numbers …");
    let house = Fixture::open(|_| ()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    bind_to(&house, &listener.local_addr().expect("it is bound").to_string()).await;
    house.numbers_of(SOURCE, count + 20_000).await;
    let customers = house.customers(ACCOUNTS).await;
    let of_each = house.ordered(&customers, count).await;
    // Messages of one account are not neighbours, as in life.
    let numbers: Vec<String> =
        (0..count / ACCOUNTS).flat_map(|place| of_each.iter().map(move |numbers| numbers[place].clone())).collect();
    let database = format!("sqlite:{}", house.folder.path().join("house.db").display());
    let _program = Program::start(&binary, house.folder.path(), &database).await;
    let mut centre = tokio::time::timeout(PATIENCE, Centre::of(&listener)).await.expect("the house binds");
    let (mut of_kannel, mut of_jasmin) = (Turns::default(), Turns::default());
    for part in numbers.chunks(count.div_ceil(usize::try_from(Turns::COUNT).expect("few turns"))) {
        let kannel = async { Some(kannel.as_ref()?.forward(part.len()).await) };
        let jasmin = async { Some(jasmin.as_ref()?.forward(part.len().min(JASMIN_MAX)).await) };
        let (kannel, jasmin) = centre.meanwhile(async { (kannel.await, jasmin.await) }).await;
        let reached = centre.deliver(part).await;
        if let Some(limit) = kannel {
            of_kannel.add(limit, reached);
        }
        if let Some(limit) = jasmin {
            of_jasmin.add(limit, reached);
        }
    }
    assert_eq!(house.received(), numbers.len(), "every message has captured its order");
    if kannel.is_some() {
        of_kannel.tell("against Kannel", 1.00);
    }
    if jasmin.is_some() {
        of_jasmin.tell("against Jasmin", 5.00);
    }
}

/// Lets the house bind to a centre.
async fn bind_to(house: &Fixture, host: &str) {
    let window = WINDOW.to_string();
    let values = [
        ("hosts", host),
        ("allow_network", "127.0.0.1"),
        ("system_id", "bench"),
        ("password", "bench"),
        ("window", &window),
    ];
    let new = NewSource {
        slug: SOURCE.into(),
        connector: "smpp".into(),
        settings: Settings::new(BTreeMap::from(values.map(|(name, value)| (name.to_owned(), value.to_owned())))),
        by: Permit::at_the_machine("bench"),
    };
    supply::add_source(&house.app, &connectors::registry(), new).await.expect("a source");
}
