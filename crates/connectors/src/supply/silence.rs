//! Sources that say now and then that they are there: the numbers of one that does not any more are taken from the sale.

use domain::clock::MINUTE_MS;
use domain::supply::{Inbox, Setting, Settings};
use tokio::time::{Duration, sleep};

use super::poll::Poll;

/// Minutes after which a source may count as silent. When it was heard last is written down to some minutes.
const SILENT_MIN: i64 = 10;
const SILENT_MAX: i64 = 1_440;
/// How often it is looked who is silent.
const LOOK: Duration = Duration::from_secs(5);

/// The setting that says after how many minutes.
pub(super) const SILENT: Setting = Setting {
    name: "silent_minutes",
    label: "Silent after",
    is_secret: false,
    is_optional: true,
    help: "minutes, 10 to 1440: a SIM of which something was told before, and nothing for so long, is taken from the sale; never if empty",
};

/// Checks the setting.
pub(super) fn check(settings: &Settings) -> Result<(), String> {
    silent_ms(settings).map(drop)
}

/// Whether these settings say that it is of interest.
pub(super) fn is_watched(settings: &Settings) -> bool {
    settings.get(SILENT.name).is_some()
}

fn silent_ms(settings: &Settings) -> Result<Option<i64>, String> {
    let Some(written) = settings.get(SILENT.name) else { return Ok(None) };
    let minutes = written.parse().ok().filter(|minutes| (SILENT_MIN..=SILENT_MAX).contains(minutes));
    let wrong = || format!("`{}` must be a number from {SILENT_MIN} to {SILENT_MAX}", SILENT.name);
    minutes.map(|minutes: i64| Some(minutes * MINUTE_MS)).ok_or_else(wrong)
}

/// Takes the numbers of silent SIMs from the sale, until the inbox closes.
pub(super) async fn watch(settings: &Settings, inbox: &Inbox) {
    let Ok(Some(silent_ms)) = silent_ms(settings) else { return inbox.closed().await };
    // One that is asked as well has a connection when it answers.
    let _link = (!Poll::is_wanted(settings)).then(|| inbox.link());
    // While nobody listened, nobody was silent.
    let began_ms = inbox.now_ms();
    while !inbox.is_closed() {
        let since_ms = inbox.now_ms() - silent_ms;
        if since_ms >= began_ms {
            // What cannot be written down now is so in a moment.
            drop(inbox.note_silence(since_ms).await);
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            () = inbox.closed() => {}
        }
    }
}
