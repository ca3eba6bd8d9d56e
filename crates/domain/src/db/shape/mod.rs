//! Whether the schema itself still keeps what it is relied on for: its keys, indexes, CHECKs and triggers.
//!
//! What must stand is read from the migrations: they are run once on an SQLite in memory, and both engines are held to
//! that. PostgreSQL spells expressions in its own way, so what a CHECK or an index says is compared by its words.

mod words;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::sqlite::Memory;
use super::{DbError, EngineKind, Inner, Row, Tx, migrate};
use words::{checks, columns, joined, plain, words};

/// A part of a schema: its name, as people are told of it, and what makes it what it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    name: String,
    says: String,
}

type Shape = BTreeSet<Part>;

fn part(name: impl Into<String>, says: impl Into<String>) -> Part {
    Part { name: name.into(), says: says.into() }
}

/// The names of what the migrations made and what does not stand, or not as they made it.
pub(super) fn faults(tx: &mut Tx<'_>) -> Result<Vec<String>, DbError> {
    let (found, wanted) = match tx.0 {
        Inner::Sqlite(_) => (of_sqlite(&mut |sql| tx.all(sql, &[]))?, wanted(EngineKind::Sqlite)),
        Inner::Postgres(_) => (of_postgres(tx)?, wanted(EngineKind::Postgres)),
    };
    Ok(wanted.difference(&found).map(|part| part.name.clone()).collect())
}

/// What an engine must hold.
fn wanted(engine: EngineKind) -> &'static Shape {
    static SQLITE: OnceLock<Shape> = OnceLock::new();
    static POSTGRES: OnceLock<Shape> = OnceLock::new();
    let sqlite = SQLITE.get_or_init(|| {
        let memory = Memory::migrated().expect("the migrations run in memory");
        of_sqlite(&mut |sql| memory.all(sql)).expect("it tells what it holds")
    });
    match engine {
        EngineKind::Sqlite => sqlite,
        EngineKind::Postgres => POSTGRES.get_or_init(|| {
            let is_common = |part: &&Part| !part.name.starts_with("trigger ");
            sqlite.iter().filter(is_common).cloned().chain(guards_of_postgres()).collect()
        }),
    }
}

/// The keys of tables: table, a word for the key, and one of its columns.
const KEYS_OF_SQLITE: &str = "SELECT m.name, 'primary', p.name
     FROM sqlite_master m, pragma_table_info(m.name) p
     WHERE m.type = 'table' AND p.pk > 0
     UNION ALL
     SELECT m.name, l.name, i.name
     FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
     WHERE m.type = 'table' AND l.origin = 'u'
     ORDER BY 1, 2";

const PARTS_OF_SQLITE: &str = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL";

fn of_sqlite(all: &mut dyn FnMut(&'static str) -> Result<Vec<Row>, DbError>) -> Result<Shape, DbError> {
    let mut shape = keys(&all(KEYS_OF_SQLITE)?);
    for row in all(PARTS_OF_SQLITE)? {
        let (name, table, sql) = (row.text(1), row.text(2), row.text(3));
        match row.text(0) {
            "table" => shape.extend(checks(sql).iter().map(|check| part_of_check(table, check))),
            "index" => shape.extend([part_of_index(name, table, sql)]),
            _ => shape.extend([part(format!("trigger {name}"), plain(sql))]),
        }
    }
    Ok(shape)
}

fn keys(rows: &[Row]) -> Shape {
    let of_one = |some: &[Row]| {
        let columns: BTreeSet<&str> = some.iter().map(|row| row.text(2)).collect();
        let columns: Vec<&str> = columns.into_iter().collect();
        part(format!("key of {} on {}", some[0].text(0), columns.join(", ")), "")
    };
    rows.chunk_by(|one, next| (one.text(0), one.text(1)) == (next.text(0), next.text(1))).map(of_one).collect()
}

fn part_of_check(table: &str, check: &str) -> Part {
    let words = words(check);
    part(format!("check of {table} on {}", columns(&words)), joined(&words))
}

/// An index, from the statement that makes it: what it is of stands from the first bracket on.
fn part_of_index(name: &str, table: &str, sql: &str) -> Part {
    let kind = if plain(sql).starts_with("CREATE UNIQUE ") { "unique" } else { "plain" };
    let of = sql.find('(').map_or("", |place| &sql[place..]);
    part(format!("index {name}"), format!("{kind} {table} {}", joined(&words(of))))
}

/// What guards tables on PostgreSQL, from the migrations' own text: triggers, and what the functions behind them do.
fn guards_of_postgres() -> Shape {
    let mut shape = Shape::new();
    for (_, text) in migrate::MIGRATIONS {
        let text = migrate::text_for(EngineKind::Postgres, text);
        for made in text.split("CREATE TRIGGER ").skip(1) {
            let name = made.split_whitespace().next().unwrap_or_default();
            let statement = made.split(';').next().unwrap_or_default();
            shape.insert(part(format!("trigger {name}"), joined(&words(&format!("CREATE TRIGGER {statement}")))));
        }
        for made in text.split("CREATE FUNCTION ").skip(1) {
            let name = made.split('(').next().unwrap_or_default();
            shape.insert(part(format!("function {name}"), plain(made.split("$$").nth(1).unwrap_or_default())));
        }
    }
    shape
}

/// What the house's own schema holds, as the server spells it, but for the schema's name.
const PARTS_OF_POSTGRES: &str = "SELECT 'key', CAST(k.conname AS TEXT), CAST(c.relname AS TEXT),
       (SELECT string_agg(CAST(a.attname AS TEXT), ', ' ORDER BY a.attname)
        FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey))
     FROM pg_constraint k
     JOIN pg_class c ON c.oid = k.conrelid
     WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND k.contype IN ('p', 'u')
     UNION ALL
     SELECT 'check', CAST(k.conname AS TEXT), CAST(c.relname AS TEXT), pg_get_constraintdef(k.oid)
     FROM pg_constraint k
     JOIN pg_class c ON c.oid = k.conrelid
     WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND k.contype = 'c'
     UNION ALL
     SELECT 'index', CAST(i.relname AS TEXT), CAST(c.relname AS TEXT), pg_get_indexdef(x.indexrelid)
     FROM pg_index x
     JOIN pg_class i ON i.oid = x.indexrelid
     JOIN pg_class c ON c.oid = x.indrelid
     WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND x.indisvalid AND x.indisready
     UNION ALL
     SELECT 'trigger', CAST(t.tgname AS TEXT), CAST(c.relname AS TEXT),
       replace(pg_get_triggerdef(t.oid), current_schema() || '.', '')
     FROM pg_trigger t
     JOIN pg_class c ON c.oid = t.tgrelid
     WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
     UNION ALL
     SELECT 'function', CAST(p.proname AS TEXT), '', p.prosrc
     FROM pg_proc p
     WHERE p.pronamespace = CAST(current_schema() AS regnamespace)";

fn of_postgres(tx: &mut Tx<'_>) -> Result<Shape, DbError> {
    let mut shape = Shape::new();
    for row in tx.all(PARTS_OF_POSTGRES, &[])? {
        let (name, table, says) = (row.text(1), row.text(2), row.text(3));
        match row.text(0) {
            "key" => shape.extend([part(format!("key of {table} on {says}"), "")]),
            "check" => shape.extend(checks(says).iter().map(|check| part_of_check(table, check))),
            "index" => shape.extend([part_of_index(name, table, says)]),
            "trigger" => shape.extend([part(format!("trigger {name}"), joined(&words(says)))]),
            _ => shape.extend([part(format!("function {name}"), plain(says))]),
        }
    }
    Ok(shape)
}
