//! `smpp`: a message centre that speaks SMPP 3.4 (or 5.0), to which the house binds as a receiver.
//!
//! A message is answered only when it is kept; what cannot be read is kept too, for the operator, and costs neither the
//! bind nor the messages behind it.

mod bind;
mod body;
mod centre;
mod frame;
mod repeats;

use std::sync::Arc;

use domain::supply::{Holding, Inbox, Setting, Settings, Supply};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use self::centre::Centre;
use self::repeats::Repeats;
use super::upstream::{ALLOW_NETWORK, CA};

const fn setting(name: &'static str, label: &'static str, help: &'static str) -> Setting {
    Setting { name, label, is_secret: false, is_optional: true, help }
}

const SETTINGS: [Setting; 12] = [
    Setting {
        is_optional: false,
        ..setting(
            "hosts",
            "Centres",
            "1 to 4 hosts such as smsc.example.com:2775, with spaces between them; each is bound to",
        )
    },
    Setting { is_optional: false, ..setting("system_id", "System id", "the name that the centre gave you") },
    Setting { is_secret: true, ..setting("password", "Password", "the password that the centre gave you") },
    setting("system_type", "System type", "if the centre asks for one"),
    setting("bind", "Bind as", "receiver (if nothing is said) or transceiver; the house never sends either way"),
    setting("binds", "Binds", "to each centre, 0 to 8; 1 if nothing is said, and 0 keeps the source unbound"),
    setting("tls", "TLS", "yes or no (if nothing is said)"),
    CA,
    ALLOW_NETWORK,
    setting("alphabet", "Alphabet", "what data_coding 0 means: gsm (if nothing is said), latin1, utf8 or ucs2"),
    setting("window", "Window", "messages on their way at once for each bind, 1 to 1000; 100 if nothing is said"),
    setting("enquire_seconds", "Enquire every", "seconds, 1 to 300; 30 if nothing is said"),
];

/// A message centre.
pub(super) struct Smpp;

impl Supply for Smpp {
    fn name(&self) -> &'static str {
        "smpp"
    }

    fn about(&self) -> &'static str {
        "A carrier's or aggregator's message centre by SMPP 3.4; the house binds to it as a receiver."
    }

    fn settings(&self) -> &'static [Setting] {
        &SETTINGS
    }

    fn check(&self, settings: &Settings) -> Result<(), String> {
        Centre::of(settings).map(drop)
    }

    fn holds(&self) -> bool {
        true
    }

    fn hold(&self, settings: Settings, inbox: Inbox) -> Holding {
        Box::pin(hold(settings, inbox))
    }
}

async fn hold(settings: Settings, inbox: Inbox) {
    let centre = match Centre::of(&settings) {
        Ok(centre) => Arc::new(centre),
        Err(wrong) => {
            inbox.fault(&wrong);
            return inbox.closed().await;
        }
    };
    let repeats = Arc::new(Mutex::new(Repeats::from_mark(&inbox.mark())));
    let mut binds = JoinSet::new();
    for place in 0..centre.all_binds() {
        binds.spawn(bind::hold(place, centre.clone(), repeats.clone(), inbox.clone()));
    }
    while let Some(ended) = binds.join_next().await {
        if ended.is_err() {
            // It panicked, and that was logged. All binds are begun again.
            return;
        }
    }
    inbox.closed().await;
}
