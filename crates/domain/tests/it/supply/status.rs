//! What sources tell of their SIMs, and that a number whose SIM is not in the network is not sold.

use domain::number;
use domain::order::{self, SaleRefusal};
use domain::phone::Nanp;
use domain::request::Failure;
use domain::supply::{
    self, Heard, Inbox, Line, NewSource, Registry, Reply, Request, Setting, Settings, Status, Supply,
};
use tokio::sync::watch;

use crate::house::{House, ask, may};
use crate::on_both;

/// A connector that tells of SIMs, a word each line: `SIM PORT on|off`, with `-` for what is not told.
struct Teller;

impl Supply for Teller {
    fn name(&self) -> &'static str {
        "teller"
    }

    fn about(&self) -> &'static str {
        "tells of SIMs"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn hear(&self, _: &Settings, request: &Request, _: i64) -> Result<Heard, Reply> {
        let told = std::str::from_utf8(&request.body).expect("text");
        let some = |word: &str| if word == "-" { None } else { Some(word.to_owned()) };
        let status = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            let line = Line { sim: some(words[0]), port: some(words[1]), number: None };
            Status { line, is_online: words[2] == "on", signal: Some("21".to_owned()) }
        };
        let statuses = told.lines().map(status).collect();
        Ok(Heard { statuses, ..Heard::new(Vec::new(), Reply::json(200, "{}")) })
    }
}

/// A house whose only number is the SIM `one`.
async fn house_of_one(house: House) -> (House, i64) {
    let house = House::stocked(house, 0).await;
    let new =
        NewSource { slug: "box".into(), connector: "teller".into(), settings: Settings::default(), by: may("test") };
    supply::add_source(&house.app, &registry(), new).await.expect("added");
    let digits = house.numbers("box", 1).await.remove(0);
    let number = Nanp::parse(&digits).expect("a number");
    supply::map_sim(&house.app, "box", "one", &number, may("test")).await.expect("mapped");
    let id = number::show(&house.app, &number).await.expect("told").expect("there").id;
    (house, id)
}

/// A second number, which is the SIM `two`.
async fn another_number(house: &House) -> i64 {
    let digits = "12125550100".to_owned();
    house.import("box", std::slice::from_ref(&digits)).await;
    let number = Nanp::parse(&digits).expect("a number");
    supply::map_sim(&house.app, "box", "two", &number, may("test")).await.expect("mapped");
    number::show(&house.app, &number).await.expect("told").expect("there").id
}

fn registry() -> Registry {
    Registry::new(vec![Box::new(Teller)])
}

async fn tell(house: &House, told: &str) {
    let (method, tail, query) = ("POST".to_owned(), String::new(), String::new());
    let request = Request { method, tail, query, headers: Vec::new(), body: told.as_bytes().to_vec() };
    let reply = supply::ingest(&house.app, &registry(), "box", &request).await.expect("kept");
    assert_eq!(reply.status, 200);
}

async fn is_sold(house: &House, name: &str) -> bool {
    let caller = house.customer(name, "5.00").await;
    match order::place(&house.app, caller, &ask("instagram"), None).await {
        Ok(_) => true,
        Err(Failure::Refused(SaleRefusal::NoNumbers)) => false,
        Err(_) => panic!("refused otherwise"),
    }
}

on_both!(a_number_whose_sim_is_not_in_the_network_is_not_sold_until_it_is, async |house: House| {
    let (house, id) = house_of_one(house).await;
    assert_eq!(number::line_state(&house.app, id).await.expect("told"), None);
    tell(&house, "one 1.01 off").await;
    assert!(!is_sold(&house, "ann").await);
    let line = number::line_state(&house.app, id).await.expect("told").expect("known");
    assert_eq!((line.is_online, line.port.as_str(), line.signal.as_str()), (false, "1.01", "21"));
    let number = number::of_id(&house.app, id).await.expect("told").expect("there");
    assert!(number.is_offline);
    assert_eq!(number::line_states(&house.app, number.source).await.expect("told").get(&number.digits), Some(&line));
    assert_eq!(number::offline(&house.app).await.expect("told").get(&number.source), Some(&1));
    house.pass_ms(60_000);
    tell(&house, "one 1.01 on").await;
    house.pass_ms(60_000);
    assert!(is_sold(&house, "bob").await);
    let later = number::line_state(&house.app, id).await.expect("told").expect("known");
    assert_eq!((later.is_online, later.since_ms - line.since_ms), (true, 60_000));
    assert!(number::offline(&house.app).await.expect("told").is_empty());
});

on_both!(a_candidate_that_went_off_line_on_the_shelf_is_not_taken, async |house: House| {
    let (house, _) = house_of_one(house).await;
    number::refill_low(&house.app).await.expect("filled");
    let ann = house.customer("ann", "5.00").await;
    let refused = order::place(&house.app, ann, &ask("whatsapp"), None).await;
    assert!(refused.is_ok(), "the shelf is filled");
    tell(&house, "one 1.01 off").await;
    assert!(!is_sold(&house, "bob").await);
});

on_both!(a_sim_that_moved_is_where_it_is_told_and_an_empty_port_is_the_one_that_left_it, async |house: House| {
    let (house, id) = house_of_one(house).await;
    tell(&house, "one 1.01 on").await;
    tell(&house, "- 1.01 off\none 2.03 on").await;
    let line = number::line_state(&house.app, id).await.expect("told").expect("known");
    assert_eq!((line.is_online, line.port.as_str()), (true, "2.03"));
    tell(&house, "- 1.01 off").await;
    assert!(number::line_state(&house.app, id).await.expect("told").expect("known").is_online, "it had left that port");
    tell(&house, "- 2.03 off").await;
    assert!(!number::line_state(&house.app, id).await.expect("told").expect("known").is_online);
    assert!(!is_sold(&house, "ann").await);
});

on_both!(a_sim_whose_port_another_sim_sits_in_is_not_there_any_more, async |house: House| {
    let (house, id) = house_of_one(house).await;
    let line = async |id: i64| number::line_state(&house.app, id).await.expect("told").expect("known");
    tell(&house, "one 1.01 on").await;
    tell(&house, "stranger 1.01 on").await;
    assert_eq!((line(id).await.is_online, line(id).await.port.as_str()), (false, ""));
    assert!(!is_sold(&house, "ann").await);
    tell(&house, "one 2.03 on").await;
    assert_eq!((line(id).await.is_online, line(id).await.port.as_str()), (true, "2.03"));
    // The same where the other SIM is a number of ours, and is not in the network itself.
    let other = another_number(&house).await;
    tell(&house, "two 2.03 off").await;
    assert!(!line(id).await.is_online && !line(other).await.is_online);
    tell(&house, "two 2.03 on").await;
    assert!(!line(id).await.is_online && line(other).await.is_online);
    // What left that port before is not what is in it, if it is empty now.
    tell(&house, "one 3.01 on\n- 2.03 off").await;
    assert!(line(id).await.is_online && !line(other).await.is_online);
});

on_both!(sims_that_change_places_are_where_they_are_told, async |house: House| {
    let (house, id) = house_of_one(house).await;
    let other = another_number(&house).await;
    tell(&house, "one 1.01 on\ntwo 2.03 on").await;
    tell(&house, "two 1.01 on\none 2.03 on").await;
    for (id, port) in [(id, "2.03"), (other, "1.01")] {
        let line = number::line_state(&house.app, id).await.expect("told").expect("known");
        assert_eq!((line.is_online, line.port.as_str()), (true, port));
    }
});

on_both!(another_sim_in_a_port_that_is_mapped_beside_its_sim_takes_its_number_from_the_sale, async |house: House| {
    let (house, id) = house_of_one(house).await;
    let digits = number::of_id(&house.app, id).await.expect("told").expect("there").digits;
    let number = Nanp::parse(&digits).expect("a number");
    supply::map_sim(&house.app, "box", "1.01", &number, may("test")).await.expect("mapped");
    tell(&house, "one 1.01 on").await;
    tell(&house, "stranger 1.01 on").await;
    assert!(!number::line_state(&house.app, id).await.expect("told").expect("known").is_online);
    assert!(!is_sold(&house, "ann").await);
});

on_both!(another_sim_is_for_sale_until_its_source_tells, async |house: House| {
    let (house, id) = house_of_one(house).await;
    tell(&house, "one 1.01 off").await;
    let digits = number::of_id(&house.app, id).await.expect("told").expect("there").digits;
    let number = Nanp::parse(&digits).expect("a number");
    supply::map_sim(&house.app, "box", "two", &number, may("test")).await.expect("mapped");
    assert_eq!(number::line_state(&house.app, id).await.expect("told"), None);
    assert!(is_sold(&house, "ann").await);
});

on_both!(what_is_no_number_of_ours_is_not_kept, async |house: House| {
    let (house, id) = house_of_one(house).await;
    tell(&house, "stranger 9.09 off\n- 8.08 off\nodd\u{0}sim 1.01 off").await;
    assert_eq!(number::line_state(&house.app, id).await.expect("told"), None);
    assert!(is_sold(&house, "ann").await);
});

on_both!(a_wire_that_is_held_tells_too_and_silence_is_told_of_what_spoke_before, async |house: House| {
    let (house, id) = house_of_one(house).await;
    let source = supply::sources(&house.app).await.expect("told").into_iter().find(|source| source.slug == "box");
    let owned =
        supply::own(&house.app, source.expect("there").id, "teller", "test").await.expect("looked").expect("free");
    let (_close, closing) = watch::channel(false);
    let inbox = Inbox::new(house.app.clone(), owned, closing);
    let line = async || number::line_state(&house.app, id).await.expect("told");
    inbox.note_silence(house.app.now_ms() + 1).await.expect("noted");
    assert_eq!(line().await, None, "who never spoke is not silent");
    let status = Status { line: Line { sim: Some("one".into()), ..Line::default() }, is_online: true, signal: None };
    inbox.note(vec![status]).await.expect("noted");
    let spoke_ms = house.app.now_ms();
    house.pass_ms(60_000);
    inbox.note_silence(spoke_ms).await.expect("noted");
    assert!(line().await.expect("known").is_online);
    inbox.note_silence(spoke_ms + 1).await.expect("noted");
    let silent = line().await.expect("known");
    assert_eq!((silent.is_online, silent.since_ms), (false, spoke_ms + 60_000));
    assert!(!is_sold(&house, "ann").await);
});
