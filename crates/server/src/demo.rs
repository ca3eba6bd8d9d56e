//! `jesusnumber demo`: a house to try out. Everything in it is fictional, and nothing here is reached from `serve`.

mod manner;
mod people;
mod stock;
mod supply;

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use crate::config::{self, ConfigError, Layers, LogFormat, Origin, Settings};
use crate::house;
use crate::observe;
use crate::serve::{self, Doors, ServeError};

/// Files that a demo makes in its folder, but for the locks.
const FILES: [&str; 6] = ["house.db", "house.db-wal", "house.db-shm", "house.key", "demo-key", "demo.toml"];

/// How much of itself the demo logs: its terminal is for the lines to paste.
const LOG_LEVEL: &str = "warn";

/// How the demo is started.
#[derive(Args)]
pub(crate) struct Demo {
    /// Where the demo is reached; port 0 takes any free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder that keeps its data
    #[arg(long, value_name = "DIR", default_value = "./demo-data")]
    data: PathBuf,
    /// Delete what an earlier demo left in the folder
    #[arg(long)]
    fresh: bool,
}

/// Why the demo does not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// Its folder cannot be used.
    #[error("the folder {0} cannot be used: {1}")]
    Folder(PathBuf, io::Error),
    /// Another demo runs on the same data.
    #[error("a demo runs in {0} already: stop it, or name another folder with --data")]
    Running(PathBuf),
    /// Its settings do not fit; its folder has a name that is no text.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its address is taken.
    #[error("{0}; is a demo running already? Choose another address with --listen")]
    Doors(ServeError),
    /// It does not serve.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Its stock could not be made.
    #[error("the demo's stock could not be made: {0}; --fresh begins anew")]
    Stock(stock::Fault),
}

/// Runs the demo until it is told to end.
pub(crate) async fn run(demo: &Demo) -> Result<(), DemoError> {
    let _only_one = take_folder(demo)?;
    // Operator commands find the data from whatever folder they are given in.
    let data = fs::canonicalize(&demo.data).map_err(|error| DemoError::Folder(demo.data.clone(), error))?;
    let (mut settings, mut layers) = settings(&data, demo.listen)?;
    observe::start_log(LogFormat::Plain, LOG_LEVEL).map_err(ServeError::from)?;
    let closing = serve::closing()?;
    let doors = Doors::open(&settings).await.map_err(DemoError::Doors)?;
    let address = doors.public.local_addr().map_err(|error| ServeError::Listen(demo.listen, error))?;
    settings.base_url = base_url(address);
    tell(&mut layers, &doors, &settings.base_url)?;
    let app = house::open(&settings).await.map_err(ServeError::from)?;
    let registry = Arc::new(connectors::registry());
    let stocked = stock::fill(&app, &registry, &data.join("demo-key")).await.map_err(DemoError::Stock)?;
    people::customer(&app, &settings.base_url).await.map_err(DemoError::Stock)?;
    let operator = people::operator(&app, &settings.base_url).await.map_err(DemoError::Stock)?;
    let metrics = doors.private.local_addr().map_err(|error| ServeError::Listen(settings.private_listen, error))?;
    let welcome = Welcome { base: &settings.base_url, key: &stocked.key, operator: &operator, metrics, data: &data };
    // Whoever closed stdout does not want to read it.
    drop(io::stdout().write_all(welcome.text().as_bytes()));
    tokio::spawn(supply::run(app.clone(), stocked.source, closing.clone()));
    Ok(serve::attend(app, registry, doors, (&settings, config::in_force(&layers)), closing).await?)
}

/// Takes the folder for this demo alone, until the file is dropped.
fn take_folder(demo: &Demo) -> Result<File, DemoError> {
    let failed = |error| DemoError::Folder(demo.data.clone(), error);
    fs::create_dir_all(&demo.data).map_err(failed)?;
    let lock = File::create(demo.data.join("demo.lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(DemoError::Running(demo.data.clone())),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    for file in FILES.iter().filter(|_| demo.fresh) {
        match fs::remove_file(demo.data.join(file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(lock)
}

/// The demo's own settings, which are also written down for operator commands.
fn settings(data: &Path, listen: SocketAddr) -> Result<(Settings, Layers), DemoError> {
    let mut layers = Layers::defaults();
    let place = |file: &str| data.join(file).display().to_string();
    let told = [
        ("database", format!("sqlite:{}", place("house.db"))),
        ("key_file", place("house.key")),
        ("listen", listen.to_string()),
        ("private_listen", "127.0.0.1:0".to_owned()),
    ];
    let mut file = String::from("# For operator commands beside the demo.\n");
    for (name, value) in told {
        let value = toml::Value::String(value);
        file.push_str(&format!("{name} = {value}\n"));
        layers.set(name, value, Origin::Command)?;
    }
    let path = data.join("demo.toml");
    fs::write(&path, file).map_err(|error| DemoError::Folder(path, error))?;
    Ok(config::settle(layers)?)
}

/// Tells the settings page what became of what was only asked for: the addresses, and how much is logged.
fn tell(layers: &mut Layers, doors: &Doors, base_url: &str) -> Result<(), ConfigError> {
    let shown = |listener: &TcpListener| listener.local_addr().map(|address| address.to_string()).ok();
    let told = [
        ("base_url", Some(base_url.to_owned())),
        ("listen", shown(&doors.public)),
        ("private_listen", shown(&doors.private)),
        ("log_level", Some(LOG_LEVEL.to_owned())),
    ];
    for (name, value) in told {
        if let Some(value) = value {
            layers.set(name, toml::Value::String(value), Origin::Command)?;
        }
    }
    Ok(())
}

/// The address to be pasted. A loopback address is called by its name, because browsers trust only that with cookies.
fn base_url(address: SocketAddr) -> String {
    let port = address.port();
    match address.ip() {
        ip if ip.is_loopback() || ip.is_unspecified() => format!("http://localhost:{port}"),
        IpAddr::V4(ip) => format!("http://{ip}:{port}"),
        IpAddr::V6(ip) => format!("http://[{ip}]:{port}"),
    }
}

/// What the demo says when it is open.
struct Welcome<'a> {
    base: &'a str,
    key: &'a str,
    operator: &'a str,
    metrics: SocketAddr,
    data: &'a Path,
}

impl Welcome<'_> {
    fn text(&self) -> String {
        let Self { base, key, operator, metrics, data } = self;
        let auth = format!("-H 'Authorization: Bearer {key}'");
        let api = format!("{base}/api/v1");
        let id = r#"sed -n 's/.*"order_id":"\([^"]*\)".*/\1/p'"#;
        let config = data.join("demo.toml");
        // By the name that it was started by, it starts again.
        let program = std::env::args().next().unwrap_or_else(|| "jesusnumber".to_owned());
        format!(
            r#"The demo house is open at {base}; its documentation is at {base}/api-docs
All of it is fictional and lies in {data}. Ctrl-C stops it; started again it keeps its data.

  API key   {key}
  Customer  {base}/sign-in/ with {email} and the password: {password}
  Operator  {operator}
  Commands  {program} admin --config {config} account list
  Metrics   http://{metrics}/metrics

Order a number for Instagram; its SMS comes 2 to 8 seconds later:
ORDER=$(curl -s -X POST {api}/short-term/order/ {auth} -d service=instagram | tee /dev/stderr | {id})

Read the code, waiting up to 30 seconds for it:
curl -s "{api}/short-term/sms/?order_id=$ORDER&wait=30" {auth}

Order another and cancel it before its SMS comes:
curl -s -X POST {api}/short-term/cancel/ {auth} -d order_id=$(curl -s -X POST {api}/short-term/order/ {auth} -d service=telegram | {id})

Rent a number for WhatsApp for a day:
curl -s -X POST {api}/rental/1day/order/ {auth} -d service=whatsapp

"#,
            email = people::EMAIL,
            password = people::PASSWORD,
            data = data.display(),
            config = config.display(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_address_is_called_localhost() {
        let of = |text: &str| base_url(text.parse().expect("an address"));
        assert_eq!(of("127.0.0.1:8080"), "http://localhost:8080");
        assert_eq!(of("0.0.0.0:81"), "http://localhost:81");
        assert_eq!(of("192.0.2.7:82"), "http://192.0.2.7:82");
        assert_eq!(of("[2001:db8::1]:83"), "http://[2001:db8::1]:83");
    }

    #[tokio::test]
    async fn its_settings_page_tells_what_became_of_what_was_asked_for() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (settings, mut layers) = settings(folder.path(), ([127, 0, 0, 1], 0).into()).expect("they fit");
        let doors = Doors::open(&settings).await.expect("free ports");
        let address = doors.public.local_addr().expect("an address");
        tell(&mut layers, &doors, &base_url(address)).expect("told");
        let shown = config::in_force(&layers);
        let value = |name: &str| shown.iter().find(|one| one.name == name).and_then(|one| one.value.clone());
        assert_eq!(value("listen"), Some(format!("\"{address}\"")));
        assert_eq!(value("base_url"), Some(format!("\"http://localhost:{}\"", address.port())));
        assert_eq!(value("log_level"), Some(format!("\"{LOG_LEVEL}\"")));
        let private = value("private_listen").expect("it is told");
        assert!(!private.contains(":0\""), "{private}");
    }
}
