//! What a house shows of an id that somebody names, and which doubt of ours that may be.

use super::doubt::fits;
use super::look::{At, within};
use super::rows::Purchase;
use crate::supply::{Bought, Fault, Standing, TheirState};

/// What a house shows of an id.
pub(super) struct Shown {
    pub(super) state: TheirState,
    pub(super) standing: Standing,
    /// Whether there is something to see of it: a message, its number, or a place in the list. Some houses refuse what
    /// they do not know in the same words as what has no message yet.
    pub(super) is_seen: bool,
}

/// Asks a house what it shows of an id: by a look, and by its list, which may tell the number where a look does not.
/// `None` where it knows nothing of it.
pub(super) async fn shown((house, wire): At<'_>, id: &str) -> Result<Option<Shown>, Fault> {
    let looked = within(house.look(&wire.settings, id)).await?;
    if looked.state == TheirState::Missing {
        return Ok(None);
    }
    let list = within(house.standing(&wire.settings)).await.ok().flatten().unwrap_or_default();
    let listed = list.all.into_iter().find(|one| one.bought.id == id);
    let is_seen = listed.is_some() || looked.number.is_some() || !looked.messages.is_empty();
    let mut standing = listed.unwrap_or_else(|| Standing {
        bought: Bought { id: id.to_owned(), number: None, price: None, end: None },
        code: None,
        reference: None,
        bought_ms: None,
    });
    standing.bought.number = looked.number.or(standing.bought.number);
    standing.bought.end = looked.end.or(standing.bought.end);
    Ok(Some(Shown { state: looked.state, standing, is_seen }))
}

/// A rule: the doubt that something is. The one that it names, else the oldest that it fits, if those are alike and it
/// is no other purchase's that is being asked for just now.
pub(super) fn doubt_of<'a>(standing: &Standing, doubts: &'a [Purchase], asking: &[Purchase]) -> Option<&'a Purchase> {
    if let Some(reference) = &standing.reference {
        return doubts.iter().find(|doubt| doubt.reference() == *reference);
    }
    let mut fitting = doubts.iter().filter(|doubt| fits(standing, doubt));
    let first = fitting.next()?;
    let is_clear = fitting.all(|other| other.code == first.code) && !asking.iter().any(|other| fits(standing, other));
    is_clear.then_some(first)
}
