//! What the operator sees of the running program: its log and its metrics.

use std::io;
use std::sync::Arc;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

use crate::config::LogFormat;

/// Bounds of what took seconds.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// Bounds of everything else that is measured: it counts things.
const COUNTS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Why the program cannot be observed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObserveError {
    /// The filter is malformed.
    #[error("`log_level` must be error, warn, info, debug, or a filter such as info,domain=debug: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// The metrics could not be set up.
    #[error("the metrics: {0}")]
    Metrics(#[from] BuildError),
}

/// Writes the log to stderr from now on. What it holds never names a key, a text or a whole number: no type with one
/// of them can be written.
pub(crate) fn start_log(format: LogFormat, level: &str) -> Result<(), ObserveError> {
    // Whoever checks passkeys would write whole credentials down at the lower levels.
    let silent: Directive = "webauthn_rs_core=off".parse()?;
    let filter = EnvFilter::builder().parse(level)?.add_directive(silent);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Plain => log.with_ansi(io::IsTerminal::is_terminal(&io::stderr())).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

/// The metrics of the program.
#[derive(Clone)]
pub(crate) struct Metrics(PrometheusHandle);

impl Metrics {
    /// Counts from now on.
    pub(crate) fn start() -> Result<Self, ObserveError> {
        let took = Matcher::Suffix("_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets(&COUNTS)?.set_buckets_for_metric(took, &SECONDS)?;
        Ok(Self(builder.install_recorder()?))
    }

    /// Writes them in the text format of Prometheus.
    pub(crate) fn render(&self) -> Arc<dyn Fn() -> String + Send + Sync> {
        let handle = self.0.clone();
        Arc::new(move || {
            // Histograms collect single values until somebody folds them in; a scrape is the moment it matters.
            handle.run_upkeep();
            handle.render()
        })
    }

    /// Folds in what was measured, so that an unscraped program does not grow.
    pub(crate) fn fold(&self) {
        self.0.run_upkeep();
    }
}
