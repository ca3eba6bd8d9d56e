//! Tells which service sent a text.
//!
//! The order of the rules, first to last:
//!
//! 1. A brand that leads the text decides: `[TikTok] 1234`, `Your Uber code is 1234`. A short code
//!    that belongs to others does not change that, as short codes are shared. A sender that is
//!    a name does: "WhatsApp" does not write "Your Telegram code".
//! 2. A brand that signs the text or stands beside the word "code" decides, unless the sender
//!    belongs to one other service.
//! 3. A sender that only one service uses decides.
//! 4. A sender that several use decides together with a mention of one of them.
//!
//! Whenever two services come out of a rule the sender chooses between them; if it cannot, the
//! text is nobody's. A bare mention without a fitting sender says nothing: an unclassified text
//! is safe, one of a wrong service is not.

pub(crate) mod phrases;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use self::phrases::{Found, Phrases, Place};
use crate::phone::{Sender, SenderKind};

/// What the catalogue knows about one service's messages (patterns only).
///
/// A sender is compared as a whole, without regard to case or `+1`. A text is a phrase of whole
/// words; one that begins with `^` counts only at the very start of a message. Words of ordinary
/// English ("signal", "line") belong into phrases ("signal code", "^line:").
pub struct Patterns<'a> {
    /// The service's id, which is what `classify` answers.
    pub service: i64,
    /// Names and short codes the service sends from. Aggregators' shared codes do not belong here.
    pub senders: &'a [String],
    /// Phrases by which the service's texts are known.
    pub texts: &'a [String],
}

/// Finds the service of a text; built once for each state of the catalogue.
pub struct Classifier {
    services: Vec<i64>,
    senders: HashMap<String, Vec<usize>>,
    phrases: Phrases,
}

impl Classifier {
    /// Prepares the patterns of all services.
    #[must_use]
    pub fn new(patterns: &[Patterns<'_>]) -> Classifier {
        let mut senders: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, pattern) in patterns.iter().enumerate() {
            for sender in pattern.senders {
                let users = senders.entry(Sender::new(sender).key()).or_default();
                if !users.contains(&place) {
                    users.push(place);
                }
            }
        }
        // An empty sender is legal and says nothing.
        senders.remove("");
        let texts = patterns.iter().enumerate().flat_map(|(place, pattern)| {
            let texts = pattern.texts.iter();
            texts.map(move |text| (place, text.as_str()))
        });
        Classifier {
            services: patterns.iter().map(|pattern| pattern.service).collect(),
            senders,
            phrases: Phrases::new(texts),
        }
    }

    /// The service that sent this text, if that is beyond doubt.
    ///
    /// Takes time in proportion to the length of the text, however large the catalogue is.
    #[must_use]
    pub fn classify(&self, sender: &str, text: &str) -> Option<i64> {
        let sender = Sender::new(sender);
        let users = self.senders.get(&sender.key());
        let users = users.map_or(&[][..], Vec::as_slice);
        let found = self.phrases.find(text);
        let decided = decide(sender.kind(), users, &found)?;
        self.services.get(decided).copied()
    }
}

fn decide(kind: SenderKind, users: &[usize], found: &[Found]) -> Option<usize> {
    let is_named = kind == SenderKind::Alphanumeric && !users.is_empty();
    let leading = owners(found, |place| place == Place::Lead);
    if !leading.is_empty() {
        let others = if is_named { &[][..] } else { &leading };
        return agreed(&leading, users, others);
    }
    let own = owners(found, |place| matches!(place, Place::SignOff | Place::ByCode));
    if !own.is_empty() {
        let is_taken = is_named || users.len() == 1;
        let others = if is_taken { &[][..] } else { &own };
        return agreed(&own, users, others);
    }
    match users {
        [] => None,
        [only] => Some(*only),
        _ => agreed(&owners(found, |_| true), users, &[]),
    }
}

/// The different owners of the phrases in certain places.
fn owners(found: &[Found], is_wanted: impl Fn(Place) -> bool) -> Vec<usize> {
    let wanted = found.iter().filter(|found| is_wanted(found.place));
    let mut owners: Vec<usize> = wanted.map(|found| found.owner).collect();
    owners.sort_unstable();
    owners.dedup();
    owners
}

/// The one service that both the text and the sender name; if there is none, the only other one.
fn agreed(named: &[usize], users: &[usize], others: &[usize]) -> Option<usize> {
    let both: Vec<usize> = named.iter().filter(|place| users.contains(place)).copied().collect();
    match (both.as_slice(), others) {
        ([only], _) | ([], [only]) => Some(*only),
        _ => None,
    }
}
