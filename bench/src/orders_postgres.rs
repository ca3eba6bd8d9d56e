//! Figure 3: durable short-term orders over HTTP on PostgreSQL, against pgbench running the same statements.

use std::fmt::Write;
use std::ops::RangeInclusive;
use std::time::Duration;

use domain::order::{self, Ask};

use crate::fixture::{Fixture, scratch};
use crate::load::Turns;
use crate::orders::{CONNECTIONS, STORY_BEGIN, against};
use crate::pgbench::{Server, literal, on_one_line};
use crate::program::{Program, build};
use crate::replay::{Recording, Statement};

/// What changes from order to order, by the statement and the place (from 1) of the value.
const VARIABLES: [(&str, usize, &str); 17] = [
    ("UPDATE account", 1, ":account"),
    ("SELECT digits", 1, ":number"),
    ("INSERT INTO number_use", 1, ":number"),
    ("INSERT INTO number_use", 4, ":account"),
    ("UPDATE number", 1, ":number"),
    ("INSERT INTO lease", 1, ":order"),
    ("INSERT INTO lease", 2, ":account"),
    ("INSERT INTO lease", 3, ":number"),
    ("INSERT INTO transfer", 1, ":account"),
    ("INSERT INTO transfer", 2, ":a_ledger_seq"),
    ("INSERT INTO event", 1, ":account"),
    ("INSERT INTO event", 2, ":a_event_seq"),
    ("INSERT INTO event", 5, ":order"),
    ("INSERT INTO orders", 1, ":order"),
    ("INSERT INTO orders", 2, ":account"),
    ("INSERT INTO orders", 4, ":number"),
    ("INSERT INTO orders", 7, ":a_ledger_seq"),
];

pub(crate) async fn run(time: Duration, count: usize) {
    let binary = build();
    let (server, recording) = (Server::start(), Recording::default());
    let mut options = server.options();
    options.tap = Some(recording.tap());
    println!("importing {count} numbers …");
    let house = Fixture::on(&options, scratch()).await;
    house.numbers(count).await;
    let customers = house.customers(CONNECTIONS).await;
    recording.forget();
    let ask = Ask { service: "instagram".into(), max_price: None, area_code: None };
    order::place(&house.app, customers[0].0, &ask, None).await.expect("an order");
    let story = recording.stories(STORY_BEGIN).pop().expect("an order is a story");
    let ids = customers.iter().map(|(caller, _)| caller.account);
    let (first, last) = (ids.clone().min().expect("some"), ids.max().expect("some"));
    let keys: Vec<String> = customers.into_iter().map(|(_, key)| key).collect();
    let most = i64::try_from(count).expect("a count");
    for (what, accounts, keys) in
        [("many accounts", first..=last, keys.clone()), ("one hot account", first..=first, keys[..1].to_vec())]
    {
        let program = Program::start(&binary, house.folder.path(), &server.url).await;
        let (script, mut turns) = (script(&story, &accounts, most), Turns::default());
        for _ in 0..Turns::COUNT {
            let limit = server.pgbench(&script, time / Turns::COUNT);
            turns.add(limit, against(program.address, &keys, time / Turns::COUNT).await.a_second());
        }
        turns.tell(what, 0.60);
    }
}

/// The story as a script of pgbench: each time another order, an account and a number by chance.
fn script(story: &[Statement], accounts: &RangeInclusive<i64>, numbers: i64) -> String {
    let mut script = String::new();
    let (first, last) = (accounts.start(), accounts.end());
    writeln!(script, "\\set account random({first}, {last})").expect("a String takes all");
    writeln!(script, "\\set number random(1, {numbers})").expect("a String takes all");
    // Above every order of the program.
    writeln!(script, "\\set order random(4294967296, 4611686018427387904)").expect("a String takes all");
    script.push_str("BEGIN;\n");
    for (sql, values) in story {
        let mut text = on_one_line(sql);
        for (place, value) in values.iter().enumerate().rev() {
            let variable = VARIABLES.iter().find(|(begin, at, _)| sql.starts_with(begin) && *at == place + 1);
            let value = variable.map_or_else(|| literal(value), |(_, _, variable)| (*variable).to_owned());
            text = text.replace(&format!("${}", place + 1), &value);
        }
        script.push_str(&text);
        script.push_str(if sql.starts_with(STORY_BEGIN) { " \\gset a_\n" } else { ";\n" });
    }
    script.push_str("COMMIT;\n");
    script
}
