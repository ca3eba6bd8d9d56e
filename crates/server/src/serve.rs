//! The house at work: its doors, its workers, and how it closes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::App;
use domain::partner;
use domain::policy::kept::Kept;
use domain::purchase::Houses;
use domain::supply::Registry;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch as channel;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};
use tokio_rustls::TlsAcceptor;
use web::Web;

use crate::config::Settings;
use crate::house::{self, StartError};
use crate::observe::{self, Metrics, ObserveError};
use crate::postman::{self, PostmanError};
use crate::tls::{self, TlsError};
use crate::{watch, wires, workers};

/// Connections to the private door: a scraper, a load balancer, a person.
const PRIVATE_MAX: usize = 64;
/// How long a worker may take to end its round.
const LAST_ROUND: Duration = Duration::from_secs(10);
/// How often measured times are folded into their histograms.
const FOLD_EVERY: Duration = Duration::from_secs(5);
/// What a program ends with that was told twice to end: 128 and the number of SIGINT.
const IMPATIENT: i32 = 130;

/// Why the house does not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The address is taken, or not ours.
    #[error("{0} cannot be listened on: {1}")]
    Listen(SocketAddr, io::Error),
    /// The house did not open.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The certificate does not work.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Log or metrics do not work.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// Mails cannot be sent with the settings.
    #[error("mails: {0}")]
    Postman(#[from] PostmanError),
    /// The system does not tell of signals.
    #[error("signals cannot be heard: {0}")]
    Signals(io::Error),
}

/// The doors of a house, open but unattended.
pub(crate) struct Doors {
    pub(crate) public: TcpListener,
    pub(crate) private: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Doors {
    /// Opens the doors that the settings name.
    pub(crate) async fn open(settings: &Settings) -> Result<Self, ServeError> {
        let tls = match (&settings.tls_cert, &settings.tls_key) {
            (Some(cert), Some(key)) => Some(tls::acceptor(cert, key)?),
            (None, _) | (_, None) => None,
        };
        Ok(Self { public: listen(settings.listen).await?, private: listen(settings.private_listen).await?, tls })
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|error| ServeError::Listen(address, error))
}

/// Serves until it is told to end.
pub(crate) async fn serve(settings: &Settings, in_force: Vec<web::SettingInForce>) -> Result<(), ServeError> {
    observe::start_log(settings.log_format, &settings.log_level)?;
    let closing = closing()?;
    let doors = Doors::open(settings).await?;
    tracing::info!("listening; who comes now is answered later");
    let postman = postman::postman(settings)?;
    let app = house::open(settings).await?;
    if let Some(postman) = postman {
        app.send_mails_by(Box::new(postman));
    }
    attend(app, Arc::new(connectors::registry()), doors, (settings, in_force), closing).await
}

/// Attends the doors, as the settings say, and runs the workers until `closing` turns true; then answers what is in flight and ends.
pub(crate) async fn attend(
    app: App,
    registry: Arc<Registry>,
    doors: Doors,
    (settings, in_force): (&Settings, Vec<web::SettingInForce>),
    mut closing: channel::Receiver<bool>,
) -> Result<(), ServeError> {
    let metrics = Metrics::start()?;
    app.watch_by(watch::watch(settings));
    app.keep(Kept { records_days: settings.records_days, audit_days: settings.audit_days });
    app.buy_from(Houses::new(registry.clone(), Houses::PATIENCE, rand::random));
    app.push_by(Box::new(connectors::push::ToPartners::default()), partner::PATIENCE);
    if let (Ok(listen), Ok(private)) = (doors.public.local_addr(), doors.private.local_addr()) {
        tracing::info!(%listen, %private, "the house is open");
    }
    let (stop, stopping) = channel::channel(false);
    let mut workers = workers::start(&app, &stopping);
    workers.spawn(fold(app.clone(), metrics.clone(), stopping.clone()));
    workers.spawn(wires::hold(app.clone(), registry.clone(), wires::PACE, stopping.clone()));
    let web = Web { app: app.clone(), registry, settings: web_settings(settings, in_force) };
    let private = tokio::spawn(attend_private(web.clone(), doors.private, metrics, stopping));
    let drain = Duration::from_secs(settings.shutdown_seconds);
    let connections = web::Connections { max: settings.connections_max, drain };
    let told = async move {
        // The sender lives as long as the program.
        let _told = closing.wait_for(|is_closing| *is_closing).await;
        tracing::info!("closing: answering what is in flight");
    };
    web::serve(&app, doors.public, web::router(web), doors.tls, connections, told).await;
    stop.send_replace(true);
    end(workers).await;
    // It only answers a scraper; a panic in it was logged.
    drop(private.await);
    tracing::info!("the house is closed");
    Ok(())
}

fn web_settings(settings: &Settings, in_force: Vec<web::SettingInForce>) -> web::Settings {
    web::Settings {
        base_url: settings.base_url.trim_end_matches('/').to_owned(),
        trusted_proxies: settings.trusted_proxies.iter().map(|proxy| proxy.0).collect(),
        orders_per_minute_key: settings.orders_per_minute_key,
        reads_per_minute_key: settings.reads_per_minute_key,
        orders_per_minute_address: settings.orders_per_minute_address,
        reads_per_minute_address: settings.reads_per_minute_address,
        in_force,
        funds_text: settings.funds_text.clone(),
        ..web::Settings::default()
    }
}

async fn attend_private(web: Web, listener: TcpListener, metrics: Metrics, mut stopping: channel::Receiver<bool>) {
    let (app, router) = (web.app.clone(), web::private_router(web, metrics.render()));
    let connections = web::Connections { max: PRIVATE_MAX, drain: Duration::from_secs(1) };
    let told = async move { drop(stopping.wait_for(|is_stopping| *is_stopping).await) };
    web::serve(&app, listener, router, None, connections, told).await;
}

async fn fold(app: App, metrics: Metrics, mut stopping: channel::Receiver<bool>) {
    let mut ticks = interval(FOLD_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
        }
        metrics.fold();
        let asleep = u32::try_from(app.notices.asleep()).unwrap_or(u32::MAX);
        metrics::gauge!("waits_asleep").set(asleep);
    }
}

async fn end(mut workers: JoinSet<()>) {
    let all = async { while workers.join_next().await.is_some() {} };
    if timeout(LAST_ROUND, all).await.is_err() {
        tracing::warn!("a worker did not end its round in time; what it left is found at the next start");
    }
}

/// Turns true at the first SIGTERM or SIGINT. A second one ends the program at once, as a kill would: nothing that was
/// acknowledged is lost by either.
pub(crate) fn closing() -> Result<channel::Receiver<bool>, ServeError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Signals)?;
    let (close, closing) = channel::channel(false);
    tokio::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        close.send_replace(true);
        either(&mut terminate, &mut interrupt).await;
        std::process::exit(IMPATIENT);
    });
    Ok(closing)
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
