//! What the house asks of whoever pushes SMS to partners.

use std::pin::Pin;

use crate::supply::Settings;

/// An SMS on its way to a partner. It holds a text, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// Its number among the partner's own: the same at every try.
    pub id: i64,
    /// The number that it came in on, in E.164 digits without the plus.
    pub digits: String,
    /// Who sent it.
    pub sender: String,
    /// What it says.
    pub text: String,
}

/// What a partner made of an SMS. The words are for the operator's list, and hold nothing of what the SMS says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// It has it.
    Taken,
    /// It does not want it, and never will: `NO_OPERATION`, say.
    Refused(String),
    /// It may take it later.
    Later(String),
}

/// What a courier answers, once it knows.
pub type Pushing<'a> = Pin<Box<dyn Future<Output = Pushed> + Send + 'a>>;

/// Who brings SMS to partners.
pub trait Courier: Send + Sync {
    /// Checks where a partner's SMS are to be pushed to.
    ///
    /// # Errors
    /// A sentence that says which setting is wrong and what it should be.
    fn check(&self, to: &Settings) -> Result<(), String>;

    /// Pushes one SMS, within 30 seconds.
    fn push<'a>(&'a self, to: &'a Settings, sms: &'a Sms) -> Pushing<'a>;
}
