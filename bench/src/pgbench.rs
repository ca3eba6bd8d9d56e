//! The limit on PostgreSQL: pgbench running the same statements on a server of its own that is started here.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use domain::db::{DbOptions, DbUrl, Val};

use crate::fixture::scratch;
use crate::replay::Recording;

/// Connections of a house's pool, and clients of pgbench.
pub(crate) const POOL: usize = 16;

/// A PostgreSQL on the disk of the working folder; it is stopped when this is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    bin: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
}

impl Server {
    pub(crate) fn start_if(is_wanted: bool) -> Option<Self> {
        is_wanted.then(Self::start)
    }

    /// Starts a server with its own settings but for the memory it may use and, as every figure says, durable.
    pub(crate) fn start() -> Self {
        let bin = newest_bin();
        let folder = scratch();
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.expect("a port is free").port();
        let path = folder.path().canonicalize().expect("it exists");
        let script = format!(
            "set -e; cd '{dir}'; mkdir data; if [ $(id -u) = 0 ]; then chown postgres . data; \
             as='runuser -u postgres --'; fi; chmod 755 .; \
             $as '{bin}/initdb' -N -D '{dir}/data' -U postgres -A trust >/dev/null; \
             $as '{bin}/pg_ctl' -D '{dir}/data' -l '{dir}/data/log' -w -o '-p {port} -k {dir}/data \
             -c listen_addresses=127.0.0.1 -c max_connections=100 -c shared_buffers=1GB -c max_wal_size=8GB' \
             start >/dev/null",
            dir = path.display(),
            bin = bin.display(),
        );
        let status = Command::new("sh").args(["-c", &script]).status().expect("a shell starts");
        assert!(status.success(), "PostgreSQL starts; install Debian's package postgresql");
        Self { url: format!("postgres://postgres@127.0.0.1:{port}/postgres"), bin, folder, port }
    }

    pub(crate) fn options(&self) -> DbOptions {
        let mut options = DbOptions::new(DbUrl::Postgres(self.url.clone()));
        options.pool_size = POOL;
        options
    }

    /// Has it run statements that are no house's.
    pub(crate) async fn tell(&self, sql: &str) {
        let (client, connection) =
            tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await.expect("the server answers");
        tokio::spawn(connection);
        client.batch_execute(sql).await.expect("it is done");
    }

    /// Runs a script of pgbench with prepared statements and tells transactions a second.
    pub(crate) fn pgbench(&self, script: &str, time: Duration) -> f64 {
        let path = self.folder.path().join("script.sql");
        std::fs::write(&path, script).expect("the folder can be written");
        let output = Command::new(self.bin.join("pgbench"))
            .args([
                "-n",
                "-M",
                "prepared",
                "-h",
                "127.0.0.1",
                "-U",
                "postgres",
                "-j",
                "2",
                "-p",
                &self.port.to_string(),
            ])
            .args(["-c", &POOL.to_string(), "-T", &time.as_secs().to_string(), "-f"])
            .arg(&path)
            .arg("postgres")
            .output()
            .expect("pgbench starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.unwrap_or_else(|| panic!("pgbench said: {text}{}", String::from_utf8_lossy(&output.stderr)))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        let stop = format!(
            "if [ $(id -u) = 0 ]; then as='runuser -u postgres --'; fi; cd '{data}'; \
             $as '{bin}/pg_ctl' -D . -m immediate stop >/dev/null",
            data = data.display(),
            bin = self.bin.display(),
        );
        drop(Command::new("sh").args(["-c", &stop]).status());
    }
}

fn newest_bin() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("Debian's package postgresql is installed");
    let mut bins: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
    bins.sort();
    bins.pop().expect("a version is installed")
}

/// The reads of one request, again and again.
pub(crate) fn reads(server: &Server, recording: &Recording, time: Duration) -> f64 {
    let mut script = String::new();
    for (sql, values) in recording.statements() {
        writeln!(script, "{};", with_literals(sql, &values)).expect("a String takes all");
    }
    server.pgbench(&script, time)
}

/// A statement on one line, with what was bound as literals.
fn with_literals(sql: &str, values: &[Val]) -> String {
    let mut text = on_one_line(sql);
    for (place, value) in values.iter().enumerate().rev() {
        text = text.replace(&format!("${}", place + 1), &literal(value));
    }
    text
}

/// A statement as PostgreSQL is told it, on one line.
pub(crate) fn on_one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ").replace("{for_update}", "FOR UPDATE")
}

pub(crate) fn literal(value: &Val) -> String {
    match value {
        Val::Null => "NULL".to_owned(),
        Val::Int(value) => format!("CAST({value} AS BIGINT)"),
        Val::Text(value) => format!("'{}'", value.replace('\'', "''")),
        Val::Blob(value) => {
            let mut hex = String::new();
            value.iter().for_each(|byte| write!(hex, "{byte:02x}").expect("a String takes all"));
            format!("'\\x{hex}'::bytea")
        }
    }
}
