//! The program itself, as anyone would start it, on a house that was made ready before.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;

use crate::fixture::MASTER;

/// A running `jesusnumber serve`; it is killed when this is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// Builds the program once, in the profile of this one, so that what is measured is what this checkout holds.
pub(crate) fn build() -> PathBuf {
    // What is built without optimization measures nothing; so it is tried out.
    let profile: &[&str] = if cfg!(debug_assertions) { &[] } else { &["--release"] };
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "-p", "jesusnumber"]).args(profile).current_dir(env!("CARGO_MANIFEST_DIR"));
    // What `cargo run` tells this program of itself would reach the build scripts of others, one of which (ring's) takes it
    // for a reason to build anew, and most of the program with it.
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(told)) {
        cargo.env_remove(name);
    }
    let status = cargo.status().expect("cargo starts");
    assert!(status.success(), "the program builds");
    let target = std::env::current_exe().expect("this program has a path");
    target.with_file_name("jesusnumber")
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound")
}

impl Program {
    /// Starts the program on a database, with no limits of requests.
    pub(crate) async fn start(binary: &Path, folder: &Path, database: &str) -> Self {
        let key_file = folder.join("house.key");
        let key = base64::engine::general_purpose::STANDARD.encode(MASTER);
        std::fs::write(&key_file, format!("{key}\n")).expect("the folder can be written");
        private(&key_file);
        let (address, private) = (free_address(), free_address());
        let child = Command::new(binary)
            .arg("serve")
            .env("JESUSNUMBER_DATABASE", database)
            .env("JESUSNUMBER_KEY_FILE", &key_file)
            .env("JESUSNUMBER_LISTEN", address.to_string())
            .env("JESUSNUMBER_PRIVATE_LISTEN", private.to_string())
            .env("JESUSNUMBER_ORDERS_PER_MINUTE_KEY", "0")
            .env("JESUSNUMBER_READS_PER_MINUTE_KEY", "0")
            .env("JESUSNUMBER_ORDERS_PER_MINUTE_ADDRESS", "0")
            .env("JESUSNUMBER_READS_PER_MINUTE_ADDRESS", "0")
            // A measurement of throttled forms comes from many addresses.
            .env("JESUSNUMBER_TRUSTED_PROXIES", "127.0.0.1")
            .env("JESUSNUMBER_POOL_SIZE", crate::pgbench::POOL.to_string())
            .env("JESUSNUMBER_LOG_LEVEL", "warn")
            .stdout(Stdio::null())
            .spawn()
            .expect("the program starts");
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the program listens");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { child, address }
    }
}

impl Program {
    /// How much memory it holds, in KiB, as the system counts it.
    pub(crate) fn resident_kib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux tells");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program refuses a key file that others can read.
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("the file is ours");
}
