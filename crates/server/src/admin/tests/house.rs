//! A house to command: on SQLite in a scratch folder or in a schema of its own on PostgreSQL.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use domain::App;
use domain::account::{self, Caller};
use domain::clock::Clock;
use domain::db::{Db, DbOptions, DbUrl, Durability, EngineKind};
use domain::message;
use domain::order::{self, Ask, Placed};
use domain::partner;
use domain::purchase::Houses;
use domain::seal::Key;
use domain::supply::{Line, Part, Registry};
use scratch::Schema;
use serde_json::Value;

use crate::admin::{Admin, Answer, Desk, Refusal, run};

/// 2026-05-22T14:30:00Z.
pub(super) const NOW_MS: i64 = 1_779_460_200_000;
/// A secret that the `jesusnumber` connector takes.
const SECRET: &str = "secret=whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";

#[derive(Parser)]
struct Typed {
    #[command(flatten)]
    admin: Admin,
}

pub(super) struct House {
    pub(super) app: App,
    pub(super) database: DbUrl,
    pub(super) folder: tempfile::TempDir,
    registry: Registry,
    _schema: Option<Schema>,
}

impl House {
    pub(super) async fn open(engine: EngineKind) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (database, schema) = match engine {
            EngineKind::Sqlite => (DbUrl::Sqlite(folder.path().join("house.db")), None),
            EngineKind::Postgres => {
                let schema = Schema::new();
                (DbUrl::Postgres(schema.url()), Some(schema))
            }
        };
        Self::kept(database, schema, folder).await
    }

    /// A house on a database that is there and empty.
    pub(super) async fn on(database: DbUrl) -> Self {
        Self::kept(database, None, tempfile::tempdir().expect("a scratch folder")).await
    }

    async fn kept(database: DbUrl, schema: Option<Schema>, folder: tempfile::TempDir) -> Self {
        let app = open_app(&database, &key()).await.expect("the house opens");
        app.buy_from(Houses::new(Arc::new(connectors::registry()), Houses::PATIENCE, || 1));
        app.push_by(Box::new(connectors::push::ToPartners::default()), partner::PATIENCE);
        Self { app, database, folder, registry: connectors::registry(), _schema: schema }
    }

    /// A house with a source `rack`, the shipped catalogue, and the numbers 202-555-0100 to 0139.
    pub(super) async fn stocked(engine: EngineKind) -> Self {
        let house = Self::open(engine).await;
        house.stock().await;
        house
    }

    pub(super) async fn stock(&self) {
        self.says("service seed --on-sale").await;
        self.says(&format!("source add rack --connector jesusnumber --set {SECRET}")).await;
        let rows: String = (100..140).map(|line| format!("1202555{line:04},mobile,Cards,C-1,2026-01-01\n")).collect();
        let file = self.file("stock.csv", &format!("number,line_type,supplier,contract,acquired_on\n{rows}"));
        self.says(&format!("number import {file} --source rack")).await;
    }

    /// Writes a file into the scratch folder and tells its path.
    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What a command prints for people; it must succeed.
    pub(super) async fn says(&self, line: &str) -> String {
        let mut answer = self.give(line).await.unwrap_or_else(|refusal| panic!("{line}: {refusal}"));
        let printed = printed(&mut answer, false);
        assert_eq!(answer.into_trouble(), None, "{line}");
        printed
    }

    /// What a command prints for programs; it must succeed.
    pub(super) async fn json(&self, line: &str) -> Value {
        let mut answer = self.give(line).await.unwrap_or_else(|refusal| panic!("{line}: {refusal}"));
        let printed = printed(&mut answer, true);
        assert_eq!(printed.matches('\n').count(), 1, "one value on one line");
        assert_eq!(answer.into_trouble(), None, "{line}");
        serde_json::from_str(&printed).expect("JSON")
    }

    /// The sentence with which a command is refused.
    pub(super) async fn refuses(&self, line: &str) -> String {
        match self.give(line).await {
            Ok(_) => panic!("{line} was not refused"),
            Err(refusal) => refusal.to_string(),
        }
    }

    /// What a command prints for programs although it fails, and the sentence.
    pub(super) async fn fails(&self, line: &str) -> (Value, String) {
        let mut answer = self.give(line).await.unwrap_or_else(|refusal| panic!("{line}: {refusal}"));
        let json = serde_json::from_str(&printed(&mut answer, true)).expect("JSON");
        (json, answer.into_trouble().expect("it fails").to_string())
    }

    async fn give(&self, line: &str) -> Result<Answer, Refusal> {
        let typed = Typed::try_parse_from(std::iter::once("admin").chain(line.split_whitespace()));
        let typed = typed.unwrap_or_else(|error| panic!("{line}: {error}"));
        let desk = Desk {
            app: &self.app,
            registry: &self.registry,
            database: &self.database,
            base_url: "https://house.example",
            given_by: Some("olga"),
        };
        run(&desk, typed.admin.command).await
    }

    /// A customer with some dollars, by a key of their own.
    pub(super) async fn customer(&self, name: &str, dollars: &str) -> Caller {
        self.says(&format!("account create {name}")).await;
        self.says(&format!("credit add {name} {dollars} --reason gift")).await;
        let key = self.says(&format!("key create {name} --name test")).await;
        account::authenticate(&self.app, key.trim()).await.expect("the key opens")
    }

    pub(super) async fn order(&self, caller: Caller) -> Placed {
        let ask = Ask { service: "telegram".to_owned(), max_price: None, area_code: None };
        order::place(&self.app, caller, &ask, None).await.expect("an order")
    }

    /// A text comes in on a number of the first source.
    pub(super) async fn text(&self, digits: &str, text: &str) {
        let part = Part {
            reference: rand::random::<[u8; 16]>().to_vec(),
            line: Line::of_number(digits.to_owned()),
            sender: String::new(),
            text: text.to_owned(),
            raw: text.as_bytes().to_vec(),
            sent_ms: None,
            concat: None,
            trouble: None,
        };
        message::receive(&self.app, 1, part).await.expect("the house keeps it");
    }

    /// The deeds of the audit log, oldest first, as `who deed subject reason`.
    pub(super) async fn audit(&self) -> Vec<String> {
        let sql = "SELECT who, deed, subject, reason FROM audit ORDER BY seq LIMIT 1000";
        let rows = self.app.db.rows(sql, &[]).await.expect("rows");
        let told = |row: &domain::db::Row| {
            format!("{} {} {} {}", row.text(0), row.text(1), row.text(2), row.text(3)).trim_end().to_owned()
        };
        rows.iter().map(told).collect()
    }

    pub(super) async fn last_deed(&self) -> String {
        self.audit().await.pop().expect("a deed")
    }
}

fn printed(answer: &mut Answer, as_json: bool) -> String {
    let mut out = Vec::new();
    answer.write(as_json, &mut out).expect("memory takes it");
    String::from_utf8(out).expect("text")
}

pub(super) fn key() -> Key {
    Key::from_bytes([9; 32])
}

pub(super) fn clock() -> Clock {
    Clock::new(|| NOW_MS)
}

pub(super) async fn open_app(database: &DbUrl, key: &Key) -> Result<App, domain::db::DbError> {
    let mut options = DbOptions::new(database.clone());
    options.durability = Durability::Unchecked;
    options.pool_size = 4;
    App::open(Db::open(&options).await?, clock(), key).await
}
