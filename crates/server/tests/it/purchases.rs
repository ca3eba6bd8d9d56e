//! Purchases and renewals that a person settles by the command, after the house that was asked never answered.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::App;
use domain::account::{self, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewPrice, NewService};
use domain::clock::{Clock, MINUTE_MS};
use domain::db::{Db, DbOptions};
use domain::money::Usd;
use domain::order::Ask;
use domain::policy::permit::{Permit, Right};
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::purchase::{self, Houses, NewMapping};
use domain::rental;
use domain::request::Failure;
use domain::seal::Key;
use domain::supply::{
    self, Answer, Bought, Calling, Fault, House, Looked, NewSource, Offer, Registry, Rejected, Renewed, Setting,
    Settings, Supply, TheirState, Trouble, Window, Wish,
};
use serde_json::Value;

use crate::admin::{admin, said};
use crate::house::{Kept, Resting, now_ms};

const DAY: Product = Product::Rental1Day;

fn by<R: Right>() -> Permit<R> {
    Permit::at_the_machine("test")
}

/// A house that rents out numbers and never says what became of a wish for another term.
#[derive(Default)]
struct Mute(AtomicI64);

impl House for Mute {
    fn balance<'a>(&'a self, _: &'a Settings) -> Calling<'a, Result<Option<Usd>, Fault>> {
        Box::pin(async { Ok(None) })
    }

    fn offers<'a>(&'a self, _: &'a Settings) -> Calling<'a, Result<Vec<Offer>, Fault>> {
        let (code, name) = ("ig".to_owned(), "Instagram".to_owned());
        let (price, window) = (Usd::from_cents(20), Window::Whole { ms: None });
        Box::pin(async move { Ok(vec![Offer { code, name, product: None, price, available: None, window }]) })
    }

    fn buy<'a>(&'a self, _: &'a Settings, _: &'a Wish) -> Calling<'a, Answer> {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        let (id, number) = (count.to_string(), Some(format!("1312555{:04}", 100 + count)));
        Box::pin(async { Answer::Bought(Bought { id, number, price: Some(Usd::from_cents(20)), end: None }) })
    }

    fn look<'a>(&'a self, _: &'a Settings, _: &'a str) -> Calling<'a, Result<Looked, Fault>> {
        Box::pin(async { Ok(Looked { state: TheirState::Open, number: None, end: None, messages: Vec::new() }) })
    }

    fn reject<'a>(&'a self, _: &'a Settings, _: &'a str) -> Calling<'a, Result<Rejected, Fault>> {
        Box::pin(async { Ok(Rejected::Done) })
    }

    fn renew<'a>(&'a self, _: &'a Settings, _: &'a str) -> Calling<'a, Result<Renewed, Fault>> {
        Box::pin(async { Err(Fault::Unknown(Trouble::new("it did not answer"))) })
    }
}

impl Supply for Mute {
    fn name(&self) -> &'static str {
        "mute"
    }

    fn about(&self) -> &'static str {
        "rents out numbers"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn check(&self, _: &Settings) -> Result<(), String> {
        Ok(())
    }

    fn house(&self) -> Option<&dyn House> {
        Some(self)
    }
}

/// The house of a database, with a clock that is so many ms behind.
async fn open(house: &Resting, behind_ms: &Arc<AtomicI64>) -> App {
    let db = Db::open(&DbOptions::new(house.database.parse().expect("an address"))).await.expect("it opens");
    let behind_ms = Arc::clone(behind_ms);
    let clock = Clock::new(move || now_ms() - behind_ms.load(Ordering::SeqCst));
    let app = App::open(db, clock, &Key::from_bytes([7; 32])).await.expect("it opens");
    let new = NewService {
        slug: "instagram".into(),
        name: "Instagram".into(),
        code: None,
        category: "social".into(),
        is_enabled: true,
        any_text_counts: false,
        senders: Vec::new(),
        texts: vec!["instagram".into()],
    };
    edit::put_service(&app, new, by()).await.expect("a service");
    let price = NewPrice { service: "instagram".into(), product: DAY, amount: Some(Usd::from_cents(365)) };
    edit::set_prices(&app, vec![price], by()).await.expect("a price");
    app
}

/// Each of these customers pays 3.65 of ten dollars for a rental, and wishes a term more that nobody knows of.
async fn doubts(house: &Resting, names: &[&str]) {
    let behind_ms = Arc::new(AtomicI64::new(21 * MINUTE_MS));
    let app = open(house, &behind_ms).await;
    let registry = Arc::new(Registry::new(vec![Box::new(Mute::default()) as Box<dyn Supply>]));
    let settings = Settings::new(BTreeMap::new());
    let new = NewSource { slug: "mute".into(), connector: "mute".into(), settings, by: by() };
    let source = supply::add_source(&app, &registry, new).await.expect("a source");
    app.buy_from(Houses::new(registry, Houses::PATIENCE, || 1));
    let (slug, service, code) = ("mute".into(), "instagram".into(), "ig".into());
    let new = NewMapping { source: slug, service, product: DAY, code, short_ok: false, by: by() };
    purchase::map(&app, new).await.expect("mapped");
    purchase::round(&app, source).await.expect("a round");
    let mut rentals = Vec::new();
    for name in names {
        let new = NewAccount { name: (*name).into(), tier: Tier::Business, by: "test".into() };
        account::create(&app, new).await.expect("an account");
        let (amount, reason) = (Usd::from_cents(1_000), Reason::parse("a gift").expect("a reason"));
        let new = NewCredit { account: (*name).into(), amount, reason, reference: None, by: by() };
        account::credit(&app, new).await.expect("a credit");
        let (expires_ms, limits) = (None, account::KeyLimits::default());
        let new = NewKey { account: (*name).into(), name: "k".into(), expires_ms, limits, by: "test".into() };
        let key = account::create_key(&app, new).await.expect("a key");
        let caller = account::authenticate(&app, &key).await.expect("it opens");
        let ask = Ask { service: "instagram".into(), max_price: None, area_code: None };
        let rented = rental::rent(&app, caller, DAY, &ask, None).await.expect("a rental");
        rentals.push((caller, rented.rental));
    }
    behind_ms.store(0, Ordering::SeqCst);
    for (caller, rental) in rentals {
        let open = rental::renew(&app, caller, (DAY, rental), None, None).await;
        assert!(matches!(open, Err(Failure::Open { .. })), "{open:?}");
    }
}

/// The ids of what is open, oldest first, as the command lists them.
fn open_ids(house: &Resting) -> Vec<String> {
    let list = admin(house, &["purchase", "list", "--json"]);
    let (code, stdout, stderr) = said(&list);
    assert_eq!((code, stderr), (Some(0), ""));
    let lines: Vec<Value> = serde_json::from_str(stdout).expect("JSON");
    for line in &lines {
        assert_eq!((line["what"].as_str(), line["state"].as_str()), (Some("renewal"), Some("in_doubt")), "{line}");
    }
    let mut ids: Vec<i64> = lines.iter().map(|line| line["id"].as_i64().expect("an id")).collect();
    ids.sort_unstable();
    ids.iter().map(ToString::to_string).collect()
}

fn a_renewal_in_doubt_is_settled_by_the_command(kept: Kept) {
    let house = Resting::new(kept);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(doubts(&house, &["ann", "ben", "cyd"]));
    drop(runtime);
    let ids = open_ids(&house);
    let settle = |id: &str, verdict: &[&str]| {
        let mut arguments = vec!["purchase", "settle", id, "--reason", "their support says so", "--by", "olga"];
        arguments.extend(verdict);
        let output = admin(&house, &arguments);
        let (code, stdout, stderr) = said(&output);
        (code, stdout.to_owned(), stderr.to_owned())
    };
    let [first, second, third] = ids.as_slice() else { panic!("{ids:?}") };
    for nothing in [&[][..], &["--bought", "4711"]] {
        let (code, stdout, stderr) = settle(first, nothing);
        assert!(code != Some(0) && stdout.is_empty() && !stderr.is_empty(), "{nothing:?} {stdout}");
    }
    assert_eq!(open_ids(&house), ids);
    for (id, verdict, word) in
        [(first, "--renewed", "done"), (second, "--not-bought", "refused"), (third, "--lost", "done")]
    {
        assert_eq!(settle(id, &[verdict]), (Some(0), format!("renewal {id} is {word}\n"), String::new()), "{verdict}");
        let again = settle(id, &[verdict]);
        assert_eq!(again, (Some(1), String::new(), format!("jesusnumber: it is settled already: {word}\n")));
    }
    assert_eq!(open_ids(&house), Vec::<String>::new());
    let money = [
        "SELECT available FROM account WHERE name = 'ann'",
        "SELECT available FROM account WHERE name = 'ben'",
        "SELECT available FROM account WHERE name = 'cyd'",
        "SELECT CAST(SUM(held) AS BIGINT) FROM account",
    ];
    assert_eq!(money.map(|sql| house.count(sql)), [2_700_000, 6_350_000, 6_350_000, 0]);
    let renewed = "SELECT a.name FROM rental r JOIN account a ON a.id = r.account_id WHERE r.renewals = 1";
    assert_eq!(house.text(renewed), "ann");
    assert_eq!(house.count("SELECT CAST(SUM(renewals) AS BIGINT) FROM rental"), 1);
    let days = admin(&house, &["purchase", "report", "--json"]);
    let days: Vec<Value> = serde_json::from_str(said(&days).1).expect("JSON");
    let differences = days.last().expect("a day")["differences"].as_array().expect("a list").clone();
    let told: Vec<_> = differences.iter().map(|one| (one["purchase"].to_string(), one["paid"].as_str())).collect();
    assert_eq!(told, [(third.clone(), Some("0.20"))]);
    assert_eq!(said(&admin(&house, &["verify"])), (Some(0), "every invariant holds\n", ""));
}

#[test]
fn a_renewal_in_doubt_is_settled_by_the_command_on_sqlite() {
    a_renewal_in_doubt_is_settled_by_the_command(Kept::Sqlite);
}

#[test]
fn a_renewal_in_doubt_is_settled_by_the_command_on_postgres() {
    a_renewal_in_doubt_is_settled_by_the_command(Kept::Postgres);
}
