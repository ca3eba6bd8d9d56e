//! What a demo house has: the shipped catalogue, fictional numbers, and a customer with money and a key.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::App;
use domain::account::{self, CreateRefusal, CreditRefusal, NewAccount, NewCredit, NewKey, Tier};
use domain::catalog::seed::{self, Sale};
use domain::money::Usd;
use domain::number::import::{self, BATCH_MAX, Import, ImportRefusal, NewNumber};
use domain::phone::{Nanp, state_of};
use domain::policy::permit::Permit;
use domain::policy::reason::Reason;
use domain::supply::{self, NewSource, Registry, Settings, SourceRefusal};

/// The source that the simulated supply speaks for.
const SOURCE: &str = "simulator";
/// The demo's customer.
pub(super) const CUSTOMER: &str = "demo";
/// Who did it, in the audit log.
pub(super) const BY: &str = "demo";
/// Area codes that the numbers are from, each of another state, with 100 numbers: 555-0100 to 555-0199, which are kept
/// for fiction.
const AREAS: usize = 50;
const CARRIERS: [&str; 4] = ["T-Mobile", "AT&T", "Verizon", "US Cellular"];

/// What went wrong, for the person at the terminal.
pub(super) type Fault = Box<dyn Error + Send + Sync>;

/// What the rest of the demo needs of its stock.
pub(super) struct Stocked {
    /// The source that the texts come in at.
    pub(super) source: i64,
    /// The customer's key.
    pub(super) key: String,
}

/// Makes what is missing; what an earlier demo made stays as it is.
pub(super) async fn fill(app: &App, registry: &Registry, key_file: &Path) -> Result<Stocked, Fault> {
    let source = source(app, registry).await?;
    seed::seed(app, Sale::Now, &Permit::at_the_machine(BY)).await?;
    customer(app).await?;
    numbers(app).await?;
    Ok(Stocked { source, key: key(app, key_file).await? })
}

async fn source(app: &App, registry: &Registry) -> Result<i64, Fault> {
    let secret = format!("whsec_{}", STANDARD.encode(rand::random::<[u8; 32]>()));
    let settings = Settings::new(BTreeMap::from([("secret".to_owned(), secret)]));
    let new = NewSource {
        slug: SOURCE.to_owned(),
        connector: "jesusnumber".to_owned(),
        settings,
        by: Permit::at_the_machine(BY),
    };
    match supply::add_source(app, registry, new).await {
        Ok(id) => Ok(id),
        Err(SourceRefusal::Taken) => {
            let sources = supply::sources(app).await?;
            let own = sources.iter().find(|source| source.slug == SOURCE);
            Ok(own.ok_or("the source `simulator` is gone")?.id)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn customer(app: &App) -> Result<(), Fault> {
    let new = NewAccount { name: CUSTOMER.to_owned(), tier: Tier::Business, by: BY.to_owned() };
    match account::create(app, new).await {
        Ok(_) | Err(CreateRefusal::Taken) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    let credit = NewCredit {
        account: CUSTOMER.to_owned(),
        amount: Usd::parse("1000.00")?,
        reason: Reason::parse("play money").expect("a reason"),
        reference: Some("demo".to_owned()),
        by: Permit::at_the_machine(BY),
    };
    match account::credit(app, credit).await {
        Ok(_) | Err(CreditRefusal::Repeated) => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Imports the numbers, unless they are there; an import that broke off goes on.
async fn numbers(app: &App) -> Result<(), Fault> {
    let all = fictional()?;
    let total = i64::try_from(all.len())?;
    let mut import = import::begin(app, SOURCE, [0x55; 32], total, Permit::at_the_machine(BY)).await?;
    let done = usize::try_from(import.done)?;
    for batch in all[done..].chunks(BATCH_MAX) {
        import = match import::load(app, import, batch.to_vec()).await {
            Ok(import) => import,
            Err(ImportRefusal::Taken) => return undo(app, import).await,
            Err(refusal) => return Err(refusal.into()),
        };
    }
    Ok(import::complete(app, import).await?)
}

/// The numbers were there: what was begun for nothing is taken back.
async fn undo(app: &App, import: Import) -> Result<(), Fault> {
    while import::undo(app, import.id, Permit::at_the_machine(BY)).await? > 0 {}
    Ok(())
}

fn fictional() -> Result<Vec<NewNumber>, Fault> {
    let mut states = BTreeSet::new();
    let areas = (201..1_000_u16).filter(|area| state_of(*area).is_some_and(|state| states.insert(state)));
    let mut numbers = Vec::with_capacity(AREAS * 100);
    for area in areas.take(AREAS) {
        for place in 0..100_usize {
            numbers.push(NewNumber {
                number: Nanp::parse(&format!("1{area}55501{place:02}"))?,
                carrier: CARRIERS[place % CARRIERS.len()].to_owned(),
                line_type: "mobile".to_owned(),
                supplier: "fictional".to_owned(),
                contract: "555-0100 to 555-0199 are kept for fiction".to_owned(),
                acquired_on: "2026-01-01".to_owned(),
                cost: Usd::ZERO,
            });
        }
    }
    Ok(numbers)
}

/// The key of an earlier demo if it still opens the door, else a new one.
async fn key(app: &App, path: &Path) -> Result<String, Fault> {
    match fs::read_to_string(path) {
        Ok(kept) if account::authenticate(app, kept.trim()).await.is_ok() => return Ok(kept.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(_) | Err(_) => {}
    }
    let new = NewKey {
        account: CUSTOMER.to_owned(),
        name: "demo".to_owned(),
        expires_ms: None,
        limits: account::KeyLimits::default(),
        by: BY.to_owned(),
    };
    let key = account::create_key(app, new).await?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{key}")?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_5000_numbers_of_fiction() {
        let numbers = fictional().expect("numbers");
        let digits: BTreeSet<String> = numbers.iter().map(|number| number.number.digits()).collect();
        assert_eq!(digits.len(), 5_000);
        assert!(digits.iter().all(|digits| digits[4..].starts_with("55501")));
        assert!(numbers.iter().all(|number| number.fault().is_none()));
    }
}
