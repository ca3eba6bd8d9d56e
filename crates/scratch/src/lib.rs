//! A place on PostgreSQL for one test, gone when the test ends: a house is a few megabytes there, and there are hundreds.

use tokio_postgres::{Error, NoTls};

/// A schema of a test's own. It is dropped with this value, so whoever uses it stands before it in a struct.
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// Makes an empty schema on the server that `JESUSNUMBER_TEST_POSTGRES` names.
    ///
    /// # Panics
    /// Where no server is named or it does not answer.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it asks a server")]
    pub fn new() -> Self {
        let schema = Self { server: server(), name: fresh_name() };
        tell(&schema.server, format!("CREATE SCHEMA {}", schema.name)).expect("a schema is made");
        schema
    }

    /// The address of the server, for whoever must come to it by another way.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The address of the schema, as the setting `database` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{separator}options=-c%20search_path%3D{}", self.server, self.name)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // A house that is still ending may hold a lock for a moment; one that hangs shall not make its test hang too. What
        // stays behind costs space and nothing else.
        drop(tell(&self.server, format!("SET lock_timeout = '2s'; DROP SCHEMA {} CASCADE", self.name)));
    }
}

/// A whole database of a test's own, because PostgreSQL's programs copy whole ones. It is dropped with this value.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes an empty database on the server that `JESUSNUMBER_TEST_POSTGRES` names.
    ///
    /// # Panics
    /// Where no server is named or it does not answer.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it asks a server")]
    pub fn new() -> Self {
        let database = Self { server: server(), name: fresh_name() };
        tell(&database.server, format!("CREATE DATABASE {}", database.name)).expect("a database is made");
        database
    }

    /// Its address, as the setting `database` takes it.
    ///
    /// # Panics
    /// Where the address of the server names no database.
    #[must_use]
    pub fn url(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').expect("it names a database");
        format!("{base}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Whoever is still in it is turned out.
        drop(tell(&self.server, format!("DROP DATABASE {} WITH (FORCE)", self.name)));
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told by their caller where the server is")]
fn server() -> String {
    std::env::var("JESUSNUMBER_TEST_POSTGRES")
        .expect("JESUSNUMBER_TEST_POSTGRES names a PostgreSQL server; ./check starts one and sets it")
}

fn fresh_name() -> String {
    format!("t{:032x}", rand::random::<u128>())
}

/// Has the server run statements, on a thread of its own: a test is made and dropped within its runtime, where it can
/// neither start another nor wait for its own.
fn tell(server: &str, sql: String) -> Result<(), Error> {
    let server = server.to_owned();
    let told = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&server, NoTls).await?;
            let connection = tokio::spawn(connection);
            client.batch_execute(&sql).await?;
            // The server keeps a place for it until it has read that it is over.
            drop(client);
            connection.await.expect("it ends by itself")
        })
    });
    told.join().expect("the thread ends by itself")
}
