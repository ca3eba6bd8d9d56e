//! How long customers wait while an operator imports many numbers, and then as many prices as a file may have, into the
//! same SQLite file from another process.
//!
//! `cargo run --release -p jesusnumber --example import_beside_orders -- target/release/jesusnumber 1000000`
//!
//! Orders are placed at a fixed rate whether or not the earlier ones are answered, and each is timed from the moment
//! it was due, so that a stall counts for every order that would have come in it.

#![expect(clippy::print_stdout, reason = "the figures are what it is run for")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use domain::account::{self, Caller, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::edit::{self, NewService};
use domain::clock::Clock;
use domain::db::{Db, DbOptions, DbUrl};
use domain::money::Usd;
use domain::order::{self, Ask};
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::product::Product;
use domain::seal::Key;
use domain::{App, number};

/// Between two orders: 100 a second.
const BETWEEN_ORDERS: Duration = Duration::from_millis(10);
/// How long orders are timed without an import, for comparison.
const ALONE: Duration = Duration::from_secs(5);
/// Services in a file of prices.
const SERVICES: u64 = 416;
/// Prices in it, twelve a service: as many as it may have, but for less than one service's.
const PRICES: u64 = 12 * SERVICES;
/// Times that it is imported.
const PRICE_FILES: u64 = 20;
/// Numbers that can be ordered meanwhile.
const FOR_SALE: u64 = 40_000;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let binary = PathBuf::from(arguments.next().ok_or("name the program's binary")?);
    let rows: u64 = arguments.next().as_deref().unwrap_or("1000000").parse()?;
    let folder = tempfile::tempdir_in(".")?;
    let admin = Admin { binary, folder: folder.path().to_owned() };
    std::fs::write(folder.path().join("house.key"), secret())?;
    let app = admin.open().await?;
    admin.run(&["service", "seed", "--on-sale"])?;
    admin.run(&[
        "source",
        "add",
        "rack",
        "--connector",
        "jesusnumber",
        "--set",
        &format!("secret=whsec_{}", secret()),
    ])?;
    let stock = folder.path().join("stock.csv");
    write_numbers(&stock, 0..FOR_SALE)?;
    admin.import(&stock)?;
    let many = folder.path().join("many.csv");
    write_numbers(&many, FOR_SALE..FOR_SALE + rows)?;

    make_services(&app).await?;
    let files = ["0.42", "0.43"].map(|amount| (folder.path().join(format!("prices-{amount}.csv")), amount));
    for (path, amount) in &files {
        write_prices(path, amount)?;
    }

    let caller = customer(&app).await?;
    tokio::spawn(refill(app.clone()));
    let alone = tokio::spawn(time_orders(app.clone(), caller, Instant::now() + ALONE)).await?;
    report("orders alone", &alone);

    let numbers = ["number", "import", &many.to_string_lossy(), "--source", "rack"].map(str::to_owned);
    beside(&app, caller, &admin, ("numbers", rows), vec![numbers.to_vec()]).await?;
    // One file of prices is set within a blink, so many are, one after the other, and each changes all of them.
    let one = |(path, _): &(PathBuf, &str)| ["price", "import", &path.to_string_lossy()].map(str::to_owned).to_vec();
    let commands = files.iter().cycle().take(usize::try_from(PRICE_FILES)?).map(one).collect();
    beside(&app, caller, &admin, ("prices", PRICE_FILES * PRICES), commands).await
}

/// Places orders while commands run one after the other, and tells how long both took.
async fn beside(
    app: &App,
    caller: Caller,
    admin: &Admin,
    (what, rows): (&str, u64),
    commands: Vec<Vec<String>>,
) -> Result<(), Failure> {
    let (begun, admin) = (Instant::now(), admin.clone());
    let import = tokio::task::spawn_blocking(move || {
        let run = |command: &Vec<String>| admin.run(&command.iter().map(String::as_str).collect::<Vec<_>>());
        commands.iter().try_for_each(|command| run(command).map_err(|error| error.to_string()))
    });
    let mut times = Vec::new();
    while !import.is_finished() {
        times.extend(time_orders(app.clone(), caller, Instant::now() + Duration::from_secs(1)).await);
    }
    import.await??;
    let seconds = begun.elapsed().as_secs_f64();
    report(&format!("orders beside the import of {what}"), &times);
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown in three digits")]
    let rate = rows as f64 / seconds;
    println!("import: {rows} {what} in {seconds:.1} s, {rate:.0} a second, with checking");
    Ok(())
}

/// Makes as many services as a whole file of prices is for.
async fn make_services(app: &App) -> Result<(), Failure> {
    for place in 0..SERVICES {
        let slug = format!("service-{place}");
        let new = NewService {
            slug: slug.clone(),
            name: slug.clone(),
            code: None,
            category: "shopping".to_owned(),
            is_enabled: false,
            any_text_counts: false,
            senders: Vec::new(),
            texts: Vec::new(),
        };
        edit::put_service(app, new, Permit::at_the_machine("bench")).await?;
    }
    Ok(())
}

/// Writes a file with a price for each of those services, in each form, for all and for each tier.
fn write_prices(path: &Path, amount: &str) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "service,product,amount,tier")?;
    for place in 0..SERVICES {
        for product in Product::ALL {
            for tier in ["", "new", "verified", "business"] {
                writeln!(file, "service-{place},{},{amount},{tier}", product.word())?;
            }
        }
    }
    Ok(file.flush()?)
}

fn secret() -> String {
    base64::engine::general_purpose::STANDARD.encode([7; 32])
}

/// The program, spoken to as an operator does.
#[derive(Clone)]
struct Admin {
    binary: PathBuf,
    folder: PathBuf,
}

impl Admin {
    fn import(&self, file: &Path) -> Result<(), Failure> {
        self.run(&["number", "import", &file.to_string_lossy(), "--source", "rack"])
    }

    fn run(&self, arguments: &[&str]) -> Result<(), Failure> {
        let status = Command::new(&self.binary)
            .arg("admin")
            .args(["--by", "bench"])
            .args(arguments)
            .env("JESUSNUMBER_DATABASE", format!("sqlite:{}", self.folder.join("house.db").display()))
            .env("JESUSNUMBER_KEY_FILE", self.folder.join("house.key"))
            .stdout(Stdio::null())
            .status()?;
        if status.success() { Ok(()) } else { Err(format!("{arguments:?} failed").into()) }
    }

    async fn open(&self) -> Result<App, Failure> {
        let text = std::fs::read_to_string(self.folder.join("house.key"))?;
        let key = base64::engine::general_purpose::STANDARD.decode(text.trim())?;
        let key = Key::from_bytes(key.try_into().map_err(|_| "a key has 32 bytes")?);
        let db = Db::open(&DbOptions::new(DbUrl::Sqlite(self.folder.join("house.db")))).await?;
        let started = Instant::now();
        let clock = Clock::new(move || 1_779_460_200_000 + i64::try_from(started.elapsed().as_millis()).unwrap_or(0));
        Ok(App::open(db, clock, &key).await?)
    }
}

/// Numbers in an order that jumps about, as lists from carriers do.
fn write_numbers(path: &Path, places: std::ops::Range<u64>) -> Result<(), Failure> {
    let areas: Vec<u64> = (201..990).filter(|area| domain::phone::state_of(*area).is_some()).map(u64::from).collect();
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "number,carrier,line_type,supplier,contract,acquired_on,cost")?;
    for place in places {
        // Numbers below 2^26 are spread over all area codes and lines by a step that shares no divisor with them.
        let spread = place * 48_271 % (1 << 26);
        let (area, line) = (areas[usize::try_from(spread % areas.len() as u64)?], spread / areas.len() as u64);
        let number = 10_000_000_000 + area * 10_000_000 + 3_120_000 + line;
        writeln!(file, "{number},T-Mobile,mobile,Example Cards LLC,2026-17,2026-05-01,0.05")?;
    }
    Ok(file.flush()?)
}

async fn customer(app: &App) -> Result<Caller, Failure> {
    let (account, by) = ("ann".to_owned(), "bench".to_owned());
    account::create(app, NewAccount { name: account.clone(), tier: Tier::Business, by: by.clone() }).await?;
    let amount = Usd::parse("1000000")?;
    let (reason, permit) = (Reason::parse("bench").ok_or("a reason")?, Permit::at_the_machine(&by));
    let credit = NewCredit { account: account.clone(), amount, reason, reference: None, by: permit };
    account::credit(app, credit).await?;
    let limits = account::KeyLimits::default();
    let new = NewKey { account, name: "bench".to_owned(), expires_ms: None, limits, by };
    let key = account::create_key(app, new).await?;
    Ok(account::authenticate(app, &key).await?)
}

/// What the house's worker does beside the orders.
async fn refill(app: App) {
    loop {
        drop(number::refill_low(&app).await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Places orders at the fixed rate until a moment; how long each took from when it was due.
async fn time_orders(app: App, caller: Caller, until: Instant) -> Vec<Duration> {
    let mut due = Instant::now();
    let mut orders = Vec::new();
    while due < until {
        tokio::time::sleep_until(due.into()).await;
        let app = app.clone();
        orders.push(tokio::spawn(async move {
            let ask = Ask { service: "instagram".to_owned(), max_price: None, area_code: None };
            order::place(&app, caller, &ask, None).await.map(|_| due.elapsed())
        }));
        due += BETWEEN_ORDERS;
    }
    let mut times = Vec::with_capacity(orders.len());
    for order in orders {
        times.push(order.await.expect("an order does not panic").expect("an order is placed"));
    }
    times
}

fn report(what: &str, times: &[Duration]) {
    let mut sorted = times.to_vec();
    sorted.sort();
    let at = |per_mille: usize| sorted[(sorted.len() - 1) * per_mille / 1_000];
    println!(
        "{what}: {} orders, median {:.1?}, 99 % {:.1?}, 99.9 % {:.1?}, longest {:.1?}",
        sorted.len(),
        at(500),
        at(990),
        at(999),
        at(1_000)
    );
}
