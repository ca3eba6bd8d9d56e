//! Asking a source, now and then, for what it pushed while the house was down.

use std::time::Duration;

use domain::db::DbError;
use domain::supply::{Inbox, Setting, Settings};
use tokio::time::sleep;

use super::upstream;
use crate::call::{Answer, Call, CallError, Caller, Site};

/// Between two tries where something went wrong, at first and at most.
const AGAIN_FIRST: Duration = Duration::from_secs(1);
const AGAIN_MAX: Duration = Duration::from_secs(30);
/// How long a source may ask us to stay away.
const AWAY_MAX_S: u64 = 300;
/// Seconds between two looks, if nothing is said, and at most.
const EVERY_S: u64 = 60;
const EVERY_MAX_S: u64 = 86_400;
/// Questions in one look, so that a source that always has more leaves room for others.
const QUESTIONS_MAX: u32 = 1_000;

/// Where the source is asked; without it nothing is.
pub(super) const ADDRESS: Setting = Setting {
    name: "poll_address",
    label: "Address to ask",
    is_secret: false,
    is_optional: true,
    help: "such as https://10.0.0.9, to ask it also for what was pushed while the house was down; not asked if empty",
};

/// As whom.
pub(super) const USER: Setting = Setting {
    name: "poll_user",
    label: "User to ask as",
    is_secret: false,
    is_optional: true,
    help: "the name that the house signs in with where it asks",
};

/// With which password.
pub(super) const PASSWORD: Setting = Setting {
    name: "poll_password",
    label: "Password to ask with",
    is_secret: true,
    is_optional: true,
    help: "the password of that user",
};

/// How often.
pub(super) const EVERY: Setting = Setting {
    name: "poll_seconds",
    label: "Ask every",
    is_secret: false,
    is_optional: true,
    help: "seconds, 1 to 86400; 60 if nothing is said",
};

/// Where it may be although it is private.
pub(super) const ALLOW_NETWORK: Setting = upstream::ALLOW_NETWORK;

/// Whom its TLS may be vouched for by.
pub(super) const CA: Setting = upstream::CA;

/// A source that is asked. It knows a password, so it has no `Debug`.
pub(super) struct Poll {
    caller: Caller,
    site: Site,
    user: String,
    password: String,
    every: Duration,
}

/// Why a question brought nothing: a sentence for the operator, without anything that was sent or answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    says: String,
    away_s: u64,
}

impl Trouble {
    pub(super) fn new(says: impl Into<String>) -> Self {
        Self { says: says.into(), away_s: 0 }
    }
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self::new(format!("the source, asked: {error}"))
    }
}

impl From<DbError> for Trouble {
    fn from(_: DbError) -> Self {
        Self::new("what the source told could not be kept; it is asked again")
    }
}

/// Whether a source has more to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum More {
    /// It is asked again at once.
    Yes,
    /// It is asked again at the next look.
    No,
}

/// One kind of question.
pub(super) trait Asking: Send {
    /// Asks once, and keeps what was told. What must not be asked again is marked only when it is kept.
    fn ask(&mut self, poll: &Poll, inbox: &Inbox) -> impl Future<Output = Result<More, Trouble>> + Send;
}

impl Poll {
    /// Reads the settings; `None` where the source is not asked.
    ///
    /// # Errors
    /// A sentence that says which setting is wrong.
    pub(super) fn of(settings: &Settings) -> Result<Option<Self>, String> {
        let needed = |name: &str| settings.get(name).map(str::to_owned).ok_or(format!("`{name}` is missing"));
        let Some(address) = settings.get(ADDRESS.name) else {
            let given = [USER.name, PASSWORD.name, EVERY.name].into_iter().find(|name| settings.get(name).is_some());
            return given.map_or(Ok(None), |name| Err(format!("`{name}` is given, but no `{}`", ADDRESS.name)));
        };
        let site: Site = address.parse().map_err(|wrong| format!("`{}` {wrong}", ADDRESS.name))?;
        let caller = Caller::new(settings.get(ALLOW_NETWORK.name), settings.get(CA.name))?;
        let every: Option<u64> = settings.get(EVERY.name).map_or(Some(EVERY_S), |text| text.parse().ok());
        let every = every.filter(|seconds| (1..=EVERY_MAX_S).contains(seconds));
        let every = every.ok_or(format!("`{}` must be 1 to {EVERY_MAX_S}", EVERY.name))?;
        let (user, password) = (needed(USER.name)?, needed(PASSWORD.name)?);
        Ok(Some(Self { caller, site, user, password, every: Duration::from_secs(every) }))
    }

    /// Whether these settings say that the source is asked.
    pub(super) fn is_wanted(settings: &Settings) -> bool {
        settings.get(ADDRESS.name).is_some()
    }

    pub(super) fn user(&self) -> &str {
        &self.user
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }

    pub(super) fn site(&self) -> &Site {
        &self.site
    }

    /// Asks, and gives back whatever was answered.
    pub(super) async fn call(&self, call: &Call) -> Result<Answer, Trouble> {
        Ok(self.caller.call(&self.site, call).await?)
    }
}

/// The body of an answer that is one.
pub(super) fn answered(answer: Answer) -> Result<Vec<u8>, Trouble> {
    let away_s = answer.retry_after_s().and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0);
    let says = match answer.status {
        200..=299 => return Ok(answer.body),
        401 | 403 => "the source, asked, does not know the user or the password".to_owned(),
        429 => "the source was asked too often".to_owned(),
        status => format!("the source, asked, answered with status {status}"),
    };
    Err(Trouble { says, away_s: away_s.min(AWAY_MAX_S) })
}

/// What was answered cannot be read.
pub(super) fn garbled() -> Trouble {
    Trouble::new("the source, asked, answered what cannot be read")
}

/// Asks until the inbox closes. A source that answers counts as a connection.
pub(super) async fn hold(settings: Settings, inbox: Inbox, mut asking: impl Asking) {
    let poll = match Poll::of(&settings) {
        Ok(Some(poll)) => poll,
        Ok(None) => return inbox.closed().await,
        Err(wrong) => {
            inbox.fault(&wrong);
            return inbox.closed().await;
        }
    };
    let (mut failed, mut link) = (0, None);
    while !inbox.is_closed() {
        let looked = tokio::select! {
            looked = look(&poll, &inbox, &mut asking) => looked,
            () = inbox.closed() => return,
        };
        let wait = match looked {
            Ok(()) => {
                if failed > 0 {
                    inbox.reconnects();
                }
                failed = 0;
                link.get_or_insert_with(|| inbox.link());
                poll.every
            }
            Err(trouble) => {
                link = None;
                inbox.fault(&trouble.says);
                failed += 1;
                pause(failed, trouble.away_s)
            }
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = inbox.closed() => return,
        }
    }
}

async fn look(poll: &Poll, inbox: &Inbox, asking: &mut impl Asking) -> Result<(), Trouble> {
    for _ in 0..QUESTIONS_MAX {
        if asking.ask(poll, inbox).await? == More::No {
            break;
        }
    }
    Ok(())
}

/// How long to wait after so many failures in a row.
fn pause(failed: u32, away_s: u64) -> Duration {
    let doubled = AGAIN_FIRST.saturating_mul(1 << (failed.saturating_sub(1)).min(10));
    doubled.min(AGAIN_MAX).max(Duration::from_secs(away_s))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn who_fails_is_asked_ever_more_seldom_but_twice_a_minute() {
        let seconds: Vec<u64> = (1..=7).map(|failed| pause(failed, 0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!((pause(u32::MAX, 0), pause(1, 90)), (AGAIN_MAX, Duration::from_secs(90)));
    }

    #[test]
    fn a_source_without_an_address_is_not_asked_and_half_of_the_settings_are_refused() {
        let of = |pairs: &[(&str, &str)]| {
            let all: BTreeMap<String, String> =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Poll::of(&Settings::new(all)).map(|poll| poll.is_some())
        };
        let whole = [("poll_address", "http://10.0.0.9"), ("poll_user", "u"), ("poll_password", "p")];
        assert_eq!((of(&[]), of(&whole)), (Ok(false), Ok(true)));
        for place in 0..whole.len() {
            let mut part = whole.to_vec();
            part.remove(place);
            assert!(of(&part).is_err_and(|wrong| wrong.contains("poll_")), "{place}");
        }
        for odd in ["0", "86401", "-1", "soon"] {
            let wrong = of(&[whole.as_slice(), &[("poll_seconds", odd)]].concat());
            assert!(wrong.is_err_and(|wrong| wrong.contains("poll_seconds")), "{odd}");
        }
        assert!(of(&[whole.as_slice(), &[("allow_network", "10.0.0.0/99")]].concat()).is_err());
    }
}
