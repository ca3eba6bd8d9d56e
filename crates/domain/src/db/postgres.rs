//! PostgreSQL: a pool of threads that each drive one connection through a story, and shared connections for the
//! single statements of the hot reads.

mod pool;
mod session;
mod single;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

pub(super) use session::Session;

use super::{Access, DbError, DbOptions, DbUrl, Durability, EngineKind, Holds, Lane, Row, Tx, Val, migrate};
use pool::Pool;
use single::Single;

/// The channel of the hints between nodes.
const CHANNEL: &str = "jesusnumber_news";
/// Hints that may wait for this node to take them; more are dropped, because the 1 s poll is the net.
const HINTS_MAX: usize = 1_024;
/// Accounts named in one hint: a NOTIFY carries at most 8,000 bytes.
const HINT_ACCOUNTS_MAX: usize = 400;
/// Any number that no other program of this database takes for its own advisory lock.
const MIGRATION_LOCK: i64 = 7_406_131_052_026;

/// The engine for several nodes.
pub(super) struct Postgres {
    config: Config,
    pool: Pool,
    single: Single,
}

impl Postgres {
    pub(super) async fn open(url: &str, options: &DbOptions) -> Result<Self, DbError> {
        let config = configure(url, options)?;
        let client = connect(&config).await?;
        if options.durability == Durability::Checked {
            check_durable(&client).await?;
        }
        match options.access {
            Access::Make => migrate_up(&client).await?,
            Access::Join | Access::Read => migrate::must_be_done(&applied(&client).await?)?,
        }
        let waiting = Arc::new(AtomicUsize::new(0));
        Ok(Self { pool: Pool::open(&config, options.pool_size, waiting)?, single: Single::new(config.clone()), config })
    }

    pub(super) async fn write<T, E, F>(&self, lane: Lane, story: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.pool.write(lane, story).await
    }

    pub(super) async fn read<T, E, F>(&self, story: F) -> Result<T, E>
    where
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.pool.read(story).await
    }

    pub(super) async fn rows(&self, sql: &'static str, values: &[Val]) -> Result<Vec<Row>, DbError> {
        self.single.rows(sql, values).await
    }

    pub(super) fn waiting(&self) -> usize {
        self.pool.waiting().load(Ordering::Relaxed)
    }

    pub(super) async fn notify(&self, accounts: &[i64]) -> Result<(), DbError> {
        for some in accounts.chunks(HINT_ACCOUNTS_MAX) {
            let text: Vec<String> = some.iter().map(i64::to_string).collect();
            let values = [Val::from(CHANNEL), Val::from(text.join(","))];
            // The function returns void, which is not one of our types; its being counted is enough.
            self.single.rows("SELECT COUNT(pg_notify($1, $2))", &values).await?;
        }
        Ok(())
    }

    pub(super) async fn listen(&self) -> Result<tokio::sync::mpsc::Receiver<Vec<i64>>, DbError> {
        let (hints, receiver) = tokio::sync::mpsc::channel(HINTS_MAX);
        let config = self.config.clone();
        tokio::spawn(async move {
            while !hints.is_closed() {
                if let Err(error) = pass_hints_on(&config, &hints).await {
                    tracing::warn!(%error, "the hints of other nodes are not heard for the moment");
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        Ok(receiver)
    }
}

/// Looks what a database holds.
pub(super) async fn look(url: &str) -> Result<Holds, DbError> {
    let options = DbOptions { access: Access::Read, ..DbOptions::new(DbUrl::Postgres(url.to_owned())) };
    let client = connect(&configure(url, &options)?).await?;
    if !applied(&client).await?.is_empty() {
        let row = client.query_one("SELECT CAST(current_schema() AS TEXT)", &[]).await.map_err(|error| told(&error))?;
        return Ok(Holds::House { schema: row.get(0) });
    }
    let own = "SELECT EXISTS (
           SELECT 1
           FROM pg_class c
           JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
         )";
    let row = client.query_one(own, &[]).await.map_err(|error| told(&error))?;
    Ok(if row.get(0) { Holds::Something } else { Holds::Nothing })
}

fn configure(url: &str, options: &DbOptions) -> Result<Config, DbError> {
    let mut config: Config =
        url.parse().map_err(|_| DbError::Down("the postgres:// address is malformed".to_owned()))?;
    let mut settings = "-c lock_timeout=2s -c statement_timeout=5s -c idle_in_transaction_session_timeout=10s \
                        -c default_transaction_isolation=read\\ committed"
        .to_owned();
    if options.durability == Durability::Unchecked {
        settings.push_str(" -c synchronous_commit=off");
    }
    if let Some(own) = config.get_options() {
        settings.push(' ');
        settings.push_str(own);
    }
    // The server itself refuses to write then, whatever it is told.
    if options.access == Access::Read {
        settings.push_str(" -c default_transaction_read_only=on");
    }
    config.options(settings);
    config.application_name("jesusnumber");
    config.connect_timeout(Duration::from_secs(5));
    config.keepalives_idle(Duration::from_secs(30));
    Ok(config)
}

/// Connects and drives the connection on the runtime of the caller.
async fn connect(config: &Config) -> Result<Client, DbError> {
    let down = |error: tokio_postgres::Error| DbError::Down(told(&error).to_string());
    if config.get_ssl_mode() == SslMode::Disable || config.get_ssl_mode() == SslMode::Prefer {
        let (client, connection) = config.connect(NoTls).await.map_err(down)?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| DbError::Down(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls);
    let (client, connection) = config.connect(tls).await.map_err(down)?;
    tokio::spawn(connection);
    Ok(client)
}

/// Each of these settings, switched off, loses acknowledged commits when the power goes.
async fn check_durable(client: &Client) -> Result<(), DbError> {
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let row = client.query_one("SELECT current_setting($1)", &[&name]).await.map_err(|error| told(&error))?;
        if row.get::<_, String>(0) == "off" {
            return Err(DbError::Engine(format!(
                "PostgreSQL runs with {name}=off, which can lose what was acknowledged; switch it on"
            )));
        }
    }
    Ok(())
}

async fn migrate_up(client: &Client) -> Result<(), DbError> {
    let failed = |error: tokio_postgres::Error| told(&error);
    client.batch_execute("BEGIN").await.map_err(failed)?;
    // Houses in schemas of their own do not wait for each other.
    let lock = "SELECT pg_advisory_xact_lock(CAST($1 AS BIGINT) + hashtext(current_schema()))";
    client.execute(lock, &[&MIGRATION_LOCK]).await.map_err(failed)?;
    client.batch_execute(migrate::MIGRATION_TABLE).await.map_err(failed)?;
    for (version, text) in migrate::pending(&applied(client).await?)? {
        client.batch_execute(&migrate::text_for(EngineKind::Postgres, text)).await.map_err(failed)?;
        let insert = "INSERT INTO migration (version, at_ms) VALUES ($1, 0)";
        client.execute(insert, &[&version]).await.map_err(failed)?;
    }
    client.batch_execute("COMMIT").await.map_err(failed)
}

/// The migrations that the schema has had; none if no house was ever opened in it.
async fn applied(client: &Client) -> Result<Vec<i64>, DbError> {
    let failed = |error: tokio_postgres::Error| told(&error);
    let kept = client.query_one("SELECT to_regclass('migration') IS NOT NULL", &[]).await.map_err(failed)?;
    if !kept.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let versions = client.query("SELECT version FROM migration", &[]).await.map_err(failed)?;
    Ok(versions.iter().map(|row| row.get(0)).collect())
}

/// Listens on a connection of its own until it breaks.
async fn pass_hints_on(config: &Config, hints: &tokio::sync::mpsc::Sender<Vec<i64>>) -> Result<(), DbError> {
    let (client, mut connection) =
        config.connect(NoTls).await.map_err(|error| DbError::Down(told(&error).to_string()))?;
    let listen = async move {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await.map_err(|error| told(&error))?;
        Ok::<Client, DbError>(client)
    };
    let mut messages = Box::pin(async move {
        loop {
            match std::future::poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(note))) => {
                    let accounts = note.payload().split(',').filter_map(|id| id.parse().ok()).collect();
                    drop(hints.try_send(accounts));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return told(&error),
                None => return DbError::Down("the connection ended".to_owned()),
            }
        }
    });
    tokio::select! {
        error = &mut messages => Err(error),
        client = listen => {
            let _listening = client?;
            Err(messages.await)
        }
    }
}

/// What PostgreSQL says, in our few kinds. Its details hold values of rows, so they are left out.
fn told(error: &tokio_postgres::Error) -> DbError {
    let Some(said) = error.as_db_error() else {
        return DbError::Down(error.to_string());
    };
    match said.code() {
        &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => DbError::Conflict,
        &SqlState::LOCK_NOT_AVAILABLE | &SqlState::QUERY_CANCELED | &SqlState::TOO_MANY_CONNECTIONS => DbError::Busy,
        code if code.code().starts_with("23") => {
            DbError::Constraint(said.constraint().unwrap_or(code.code()).to_owned())
        }
        code => DbError::Engine(format!("{} ({})", said.message(), code.code())),
    }
}
