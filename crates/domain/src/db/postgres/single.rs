//! Single statements of the hot reads: many callers share a few connections, and their statements travel together.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Mutex;
use tokio_postgres::{Client, Config, Statement};

use super::connect;
use super::session::{ask, prepare};
use crate::db::{DbError, Row, Val};

/// Connections for single statements: each is a process of the server, and two keep two cores busy.
const CONNECTIONS: usize = 4;

pub(super) struct Single {
    config: Config,
    next: AtomicUsize,
    connections: [Mutex<Option<Arc<Shared>>>; CONNECTIONS],
}

struct Shared {
    client: Client,
    statements: std::sync::RwLock<HashMap<(usize, usize), Statement>>,
}

impl Single {
    pub(super) fn new(config: Config) -> Self {
        Self { config, next: AtomicUsize::new(0), connections: Default::default() }
    }

    pub(super) async fn rows(&self, sql: &'static str, values: &[Val]) -> Result<Vec<Row>, DbError> {
        let shared = self.shared().await?;
        let statement = shared.statement(sql).await?;
        ask(&shared.client, &statement, values).await.map(|(rows, _)| rows)
    }

    async fn shared(&self) -> Result<Arc<Shared>, DbError> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % CONNECTIONS;
        let mut place = self.connections[turn].lock().await;
        if let Some(shared) = place.as_ref().filter(|shared| !shared.client.is_closed()) {
            return Ok(Arc::clone(shared));
        }
        let shared = Arc::new(Shared { client: connect(&self.config).await?, statements: Default::default() });
        *place = Some(Arc::clone(&shared));
        Ok(shared)
    }
}

impl Shared {
    async fn statement(&self, sql: &'static str) -> Result<Statement, DbError> {
        let key = (sql.as_ptr() as usize, sql.len());
        let known = |statements: &HashMap<_, Statement>| statements.get(&key).cloned();
        if let Some(statement) = known(&self.statements.read().expect("no holder of this lock panics")) {
            return Ok(statement);
        }
        let statement = prepare(&self.client, sql).await?;
        self.statements.write().expect("no holder of this lock panics").insert(key, statement.clone());
        Ok(statement)
    }
}
