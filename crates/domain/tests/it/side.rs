//! A side door to the rows, past everything that guards them: what only a fault or an intruder could do.

use domain::db::DbUrl;

use crate::house::House;

impl House {
    /// Runs statements with triggers, foreign keys and checks switched off.
    pub(crate) async fn tamper(&self, statements: &[&str]) {
        match &self.options.url {
            DbUrl::Sqlite(path) => tamper_sqlite(path, statements),
            DbUrl::Postgres(url) => tamper_postgres(url, statements).await,
        }
    }

    /// Runs statements as anybody could who has the database's address; tells what the database said.
    pub(crate) async fn side(&self, sql: &str) -> Result<(), String> {
        match &self.options.url {
            DbUrl::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).expect("the file opens");
                connection.execute_batch(sql).map_err(|error| error.to_string())
            }
            DbUrl::Postgres(url) => {
                let client = connect(url).await;
                client.batch_execute(sql).await.map_err(|error| match error.as_db_error() {
                    Some(said) => said.message().to_owned(),
                    None => error.to_string(),
                })
            }
        }
    }

    /// All that somebody sees who has the disk: the bytes of the files, or those of every row of every table.
    pub(crate) async fn raw(&self) -> Vec<u8> {
        match &self.options.url {
            DbUrl::Sqlite(path) => raw_sqlite(path),
            DbUrl::Postgres(url) => raw_postgres(url).await,
        }
    }

    /// The first column of the first row, which is a BIGINT.
    pub(crate) async fn number_of(&self, sql: &str) -> i64 {
        match &self.options.url {
            DbUrl::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).expect("the file opens");
                connection.query_row(sql, [], |row| row.get(0)).expect("a row")
            }
            DbUrl::Postgres(url) => connect(url).await.query_one(sql, &[]).await.expect("a row").get(0),
        }
    }
}

/// Bytes as PostgreSQL writes them in a row.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The file and what stands beside it.
fn raw_sqlite(path: &std::path::Path) -> Vec<u8> {
    let beside = ["", "-wal"].map(|end| format!("{}{end}", path.display()));
    beside.iter().flat_map(|path| std::fs::read(path).expect("the file is there")).collect()
}

async fn raw_postgres(url: &str) -> Vec<u8> {
    let client = connect(url).await;
    let tables = client.query("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()", &[]).await;
    let mut all = String::new();
    for table in tables.expect("read") {
        let name: String = table.get(0);
        let rows = client.query(&format!("SELECT r::text FROM {name} r"), &[]).await.expect("read");
        all.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    all.into_bytes()
}

fn tamper_sqlite(path: &std::path::Path, statements: &[&str]) {
    let connection = rusqlite::Connection::open(path).expect("the file opens");
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").expect("switched off");
    let mut query = connection.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").expect("prepared");
    let triggers = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let triggers: Vec<(String, String)> = triggers.expect("read").collect::<Result<_, _>>().expect("rows");
    drop(query);
    for (name, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {name}")).expect("dropped");
    }
    for statement in statements {
        connection.execute_batch(statement).expect(statement);
    }
    for (_, sql) in &triggers {
        connection.execute_batch(sql).expect("made again");
    }
}

async fn tamper_postgres(url: &str, statements: &[&str]) {
    let client = connect(url).await;
    let off = "SET session_replication_role = replica;
         CREATE TEMP TABLE off AS
           SELECT format('ALTER TABLE %s ADD CONSTRAINT %I ', c.conrelid::regclass, c.conname)
             || replace(pg_get_constraintdef(c.oid), ' NOT VALID', '') || ' NOT VALID' AS again
           FROM pg_constraint c
           WHERE c.contype = 'c' AND c.connamespace = current_schema()::regnamespace;
         DO $$
         DECLARE found record;
         BEGIN
           FOR found IN
             SELECT c.conname, c.conrelid::regclass AS owner FROM pg_constraint c
             WHERE c.contype = 'c' AND c.connamespace = current_schema()::regnamespace
           LOOP
             EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.owner, found.conname);
           END LOOP;
         END
         $$;";
    client.batch_execute(off).await.expect("switched off");
    for statement in statements {
        client.batch_execute(statement).await.expect(statement);
    }
    let on = "DO $$
         DECLARE found record;
         BEGIN
           FOR found IN SELECT again FROM off LOOP
             EXECUTE found.again;
           END LOOP;
         END
         $$;";
    client.batch_execute(on).await.expect("switched on, for what comes from now on");
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the server answers");
    tokio::spawn(connection);
    client
}
