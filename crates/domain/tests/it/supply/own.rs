//! One owner for a wire.

use domain::db::EngineKind;
use domain::supply::{
    self, Inbox, NewSource, Owned, Registry, Request, SILENCE_MS, Setting, Settings, Supply, WireState,
};
use tokio::sync::watch;

use crate::house::{House, may, part};
use crate::on_both;

async fn take(house: &House, owner: &str) -> Option<Owned> {
    supply::own(&house.app, 1, "smpp", owner).await.expect("looked")
}

on_both!(a_wire_has_one_owner, async |house: House| {
    house.source("rack").await;
    let first = take(&house, "a").await.expect("free");
    assert_eq!(take(&house, "b").await, None);
    house.pass_ms(SILENCE_MS - 1);
    assert!(supply::keep(&house.app, &first, WireState::default()).await.expect("kept"));
    house.pass_ms(SILENCE_MS - 1);
    assert_eq!(take(&house, "b").await, None);
    supply::let_go(&house.app, &first).await.expect("free");
    assert!(take(&house, "b").await.is_some());
});

on_both!(an_owner_that_was_silent_has_lost_its_wire, async |house: House| {
    house.source("rack").await;
    let first = take(&house, "a").await.expect("free");
    let inbox = |owned: &Owned| Inbox::new(house.app.clone(), owned.clone(), watch::channel(false).1);
    assert!(inbox(&first).set_mark("7").await.expect("written"));
    house.pass_ms(SILENCE_MS);
    let second = take(&house, "b").await.expect("taken over");
    assert!(second.fence > first.fence && second.mark == "7");
    assert!(!supply::keep(&house.app, &first, WireState::default()).await.expect("looked"));
    assert!(!inbox(&first).set_mark("8").await.expect("looked"));
    supply::let_go(&house.app, &first).await.expect("nothing happens");
    assert_eq!(take(&house, "c").await, None);
    assert!(inbox(&second).set_mark("9").await.expect("written"));
});

on_both!(a_node_takes_back_at_once_what_a_former_life_of_its_file_had, async |house: House| {
    house.source("rack").await;
    let first = take(&house, "a").await.expect("free");
    let inbox = Inbox::new(house.app.clone(), first.clone(), watch::channel(false).1);
    assert!(inbox.set_mark("7").await.expect("written"));
    drop(inbox);
    let house = house.next_life().await;
    supply::take_back(&house.app).await.expect("looked");
    let second = take(&house, "b").await;
    match house.app.db.kind() {
        EngineKind::Sqlite => {
            let second = second.expect("nobody else has the file");
            assert!(second.fence > first.fence && second.mark == "7");
        }
        // Whether another node is at work there, nobody can tell but the owner by its silence.
        EngineKind::Postgres => assert_eq!(second, None),
    }
});

// Two houses on one PostgreSQL have a schema each, and there nobody knows that they are alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_two_houses_in_one_folder_takes_its_own_back() {
    let house = House::open(EngineKind::Sqlite).await;
    let neighbour = house.neighbour().await;
    assert!(house.app.db.is_ours_alone() && neighbour.db.is_ours_alone());
    assert!(!house.rival().await.db.is_ours_alone());
    house.source("rack").await;
    assert!(take(&house, "a").await.is_some());
    let house = house.next_life().await;
    supply::take_back(&house.app).await.expect("looked");
    assert!(take(&house, "b").await.is_some());
    assert!(!house.rival().await.db.is_ours_alone());
}

on_both!(a_node_that_is_not_alone_takes_nothing_back, async |house: House| {
    house.source("rack").await;
    assert!(take(&house, "a").await.is_some());
    let rival = house.rival().await;
    supply::take_back(&rival).await.expect("looked");
    assert_eq!(supply::own(&rival, 1, "smpp", "b").await.expect("looked"), None);
});

on_both!(two_that_reach_for_a_wire_at_once_do_not_both_get_it, async |house: House| {
    house.source("rack").await;
    let rival = house.rival().await;
    let (one, other) = tokio::join!(take(&house, "a"), supply::own(&rival, 1, "smpp", "b"));
    assert_eq!(usize::from(one.is_some()) + usize::from(other.expect("looked").is_some()), 1);
});

on_both!(how_a_wire_does_is_told, async |house: House| {
    let house = House::stocked(house, 1).await;
    let owned = take(&house, "a").await.expect("free");
    let inbox = Inbox::new(house.app.clone(), owned.clone(), watch::channel(false).1);
    let (link, pending) = (inbox.link(), inbox.pending());
    inbox.reconnects();
    inbox.fault("the centre\ndoes not answer");
    supply::write_heard(&house.app).await.expect("written");
    supply::keep(&house.app, &owned, inbox.state()).await.expect("kept");
    let health = supply::health(&house.app).await.expect("told").remove(&1).expect("known");
    assert_eq!(health.wire, Some(WireState { links: 1, reconnects: 1, backlog: 1 }));
    assert_eq!(health.fault.expect("a fault").1, "the centre does not answer");
    drop((link, pending));
    assert_eq!(inbox.state(), WireState { links: 0, reconnects: 1, backlog: 0 });
    supply::let_go(&house.app, &owned).await.expect("free");
    let health = supply::health(&house.app).await.expect("told").remove(&1).expect("known");
    assert_eq!(health.wire.map(|wire| wire.links), Some(0));
});

on_both!(an_inbox_knows_what_it_kept, async |house: House| {
    let house = House::stocked(house, 1).await;
    let owned = take(&house, "a").await.expect("free");
    let inbox = Inbox::new(house.app.clone(), owned, watch::channel(false).1);
    let piece = part("one", "12025550100", "32665", "482910");
    let reference = piece.reference.clone();
    assert!(!inbox.knows(&reference).await.expect("looked"));
    inbox.receive(piece).await.expect("kept");
    assert!(inbox.knows(&reference).await.expect("looked"));
});

/// A connector that holds a wire, and is pushed to by nobody.
struct Holder;

impl Supply for Holder {
    fn name(&self) -> &'static str {
        "holder"
    }

    fn about(&self) -> &'static str {
        "holds a wire"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn holds(&self) -> bool {
        true
    }
}

on_both!(a_source_whose_settings_are_damaged_keeps_no_other_from_being_held, async |house: House| {
    let registry = Registry::new(vec![Box::new(Holder)]);
    for slug in ["one", "two"] {
        let (settings, slug) = (Settings::default(), slug.to_owned());
        let new = NewSource { slug, connector: "holder".into(), settings, by: may("test") };
        supply::add_source(&house.app, &registry, new).await.expect("added");
    }
    house
        .tamper(&["UPDATE source SET settings = (SELECT settings FROM source WHERE slug = 'two') WHERE slug = 'one'"])
        .await;
    let wires = supply::wires(&house.app, &registry).await.expect("looked");
    assert_eq!(wires.iter().map(|wire| wire.slug.as_str()).collect::<Vec<_>>(), ["two"]);
});

on_both!(a_push_to_a_wire_is_refused_and_is_no_fault_of_it, async |house: House| {
    let registry = Registry::new(vec![Box::new(Holder)]);
    let settings = Settings::default();
    let new = NewSource { slug: "one".into(), connector: "holder".into(), settings, by: may("test") };
    supply::add_source(&house.app, &registry, new).await.expect("added");
    let (method, tail, query) = ("POST".to_owned(), String::new(), String::new());
    let request = Request { method, tail, query, headers: Vec::new(), body: Vec::new() };
    let reply = supply::ingest(&house.app, &registry, "one", &request).await.expect("a reply");
    assert_eq!(reply.status, 404);
    supply::write_heard(&house.app).await.expect("written");
    assert!(supply::health(&house.app).await.expect("told").is_empty());
});
