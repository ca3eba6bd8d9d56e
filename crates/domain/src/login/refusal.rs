//! Why the sign-in of somebody who is known already was not changed.

use super::throttle::MustWait;
use super::{Busy, PasswordFault, SignInRefusal};
use crate::db::DbError;

/// Why a password, an address or a second factor was not changed, or not taken.
#[derive(Debug, thiserror::Error)]
pub enum ChangeRefusal {
    /// The password or the code is wrong, or the code was used before: nobody is told which.
    #[error("the password or the code is wrong")]
    Wrong,
    /// What came before, a link or a password, is used, old or wrong: nobody is told which.
    #[error("the link is not valid any more")]
    BadLink,
    /// It is no address that a mail can be sent to.
    #[error("this is not an address of mail")]
    BadEmail,
    /// The new password is not taken, or the one in force may not stand alone.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// It was tried too often.
    #[error("too many tries: wait {seconds} seconds")]
    MustWait {
        /// Seconds until it may be tried again.
        seconds: i64,
    },
    /// Too many passwords are being checked.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database could not.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<SignInRefusal> for ChangeRefusal {
    fn from(refusal: SignInRefusal) -> Self {
        match refusal {
            SignInRefusal::Wrong => Self::Wrong,
            SignInRefusal::MustWait { seconds } => Self::MustWait { seconds },
            SignInRefusal::Busy(busy) => Self::Busy(busy),
            SignInRefusal::Db(error) => Self::Db(error),
        }
    }
}

impl From<MustWait> for ChangeRefusal {
    fn from(wait: MustWait) -> Self {
        Self::MustWait { seconds: wait.seconds }
    }
}
