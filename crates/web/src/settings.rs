//! How the house meets the web.

use std::path::PathBuf;
use std::time::Duration;

use domain::network::Network;

/// How the house meets the web. A limit of 0 is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where customers reach the house, for the examples on its pages: `https://jesusnumber.com`.
    pub base_url: String,
    /// Proxies whose `X-Forwarded-For` is believed; none by default.
    pub trusted_proxies: Vec<Network>,
    /// Calls that sell something, a minute and key: 60.
    pub orders_per_minute_key: u32,
    /// All other calls, a minute and key: 600.
    pub reads_per_minute_key: u32,
    /// Calls that sell something, a minute and client address: 300.
    pub orders_per_minute_address: u32,
    /// All other calls, a minute and client address: 3,000.
    pub reads_per_minute_address: u32,
    /// Bytes of a request's body: 64 KiB.
    pub body_max: usize,
    /// Bytes of what a source pushes: 256 KiB.
    pub ingest_body_max: usize,
    /// How long a body may take to arrive, and a request to be answered beyond its `wait`: 30 s.
    pub request_timeout: Duration,
    /// How funds are added, for the page that says so; an empty line parts paragraphs.
    pub funds_text: String,
    /// The folder where files that operators upload lie while they are read.
    pub uploads: PathBuf,
    /// The settings in force, as the console shows them.
    pub in_force: Vec<SettingInForce>,
}

/// A setting as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingInForce {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Its value without secrets; none if it is not set.
    pub value: Option<String>,
    /// Where its value is from.
    pub origin: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: "http://localhost:8080".to_owned(),
            trusted_proxies: Vec::new(),
            orders_per_minute_key: 60,
            reads_per_minute_key: 600,
            orders_per_minute_address: 300,
            reads_per_minute_address: 3_000,
            body_max: 64 * 1024,
            ingest_body_max: 256 * 1024,
            request_timeout: Duration::from_secs(30),
            funds_text: String::new(),
            uploads: std::env::temp_dir(),
            in_force: Vec::new(),
        }
    }
}
