//! Who may sign in to the pages: addresses, passwords, second factors and sessions of customers and operators.
//!
//! A customer's login begins with a confirmed address: until then there is only a link in a mail. So nobody learns from
//! the pages which addresses have accounts, and nobody can take an address that is not theirs.

mod address;
mod change;
mod email;
mod evenly;
mod forget;
mod invite;
mod kitchen;
mod letters;
mod link;
mod of_account;
mod operator;
mod passkey;
mod password;
mod refusal;
mod remove_second_for;
mod reset;
mod rows;
mod second;
mod secret;
mod session;
mod sign_in;
mod sign_up;
mod statement;
mod throttle;
mod totp;

use std::net::IpAddr;

use crate::db::{DbError, Tx};

pub use change::{NewPassword, change_password};
pub use email::{ask_email, confirm_email};
pub use forget::forget_old;
pub use invite::{Invitation, InviteRefusal, invite};
pub use kitchen::Busy;
pub(crate) use kitchen::Kitchen;
pub use of_account::{Person, PersonRefusal, forgive_account, person, sign_out_account};
pub(crate) use of_account::{accounts_like, addresses};
pub use operator::{
    NewOperator, OperatorLine, OperatorRefusal, SetUp, create_operator, operators, recover_operator, resume_operator,
    set_role, set_up, set_up_offer, sign_out_operator, stop_operator,
};
pub use passkey::{
    Asked, Begun, NewPasskey, PASSKEYS_MAX, Passkey, PasskeyRefusal, Signer, add_passkey, ask_passkey, begin_passkey,
    may_have_passkeys, passkeys, remove_passkey, rename_passkey, sign_in_with_passkey,
};
pub use password::{LENGTH_ALONE_MIN, LENGTH_MAX, LENGTH_WITH_SECOND_MIN, PasswordFault};
pub use refusal::ChangeRefusal;
pub use remove_second_for::{NoSecond, Removal, remove_second_for};
pub use reset::{ask_reset, reset};
pub use second::{
    CODES, begin_second, confirm_second, recovery_left, remove_second, renew_recovery, sign_in_with_code,
};
pub use secret::Secret;
pub use session::{Device, Session, peek, session, sessions, sign_out, sign_out_everywhere};
pub use sign_in::{Credentials, SignIn, SignInRefusal, sign_in};
pub use sign_up::{Chosen, ConfirmRefusal, SignUpRefusal, confirm_sign_up, must_accept, sign_up};
pub use statement::{STATEMENT, STATEMENT_VERSION};
pub use totp::Offer;

/// Who signs in, and so with which cookie and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A customer, by an address.
    Customer,
    /// Somebody who runs the house, by a name.
    Operator,
}

impl Kind {
    /// Its word in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Operator => "operator",
        }
    }

    /// The kind of a word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Customer, Self::Operator].into_iter().find(|kind| kind.word() == word)
    }
}

/// What an operator may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything, other operators too.
    Owner,
    /// Everything but other operators and settings.
    Operator,
    /// Reads, and refunds within a limit.
    Support,
    /// Reads.
    Auditor,
}

impl Role {
    /// All of them, the mightiest first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Operator, Self::Support, Self::Auditor];

    /// Its word in the database and in operator commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operator => "operator",
            Self::Support => "support",
            Self::Auditor => "auditor",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// Who stands before the door, as far as the wire tells.
#[derive(Clone)]
pub struct Visit {
    /// Where customers reach the house, for links in mails: `https://jesusnumber.com`, without a slash at its end.
    pub base_url: String,
    /// The client's address, as it is counted.
    pub address: IpAddr,
    /// The browser in a few words: `Firefox on Linux`.
    pub device: String,
    /// The cookie by which a browser is known again, if it has one.
    pub known_by: Option<Secret>,
}

/// Somebody who came in: what the browser keeps.
pub struct Entered {
    /// The secret of the session.
    pub session: Secret,
    /// The secret by which the browser is known again.
    pub device: Secret,
}

/// The confirmed address of whoever signs in to an account, if anybody does.
pub(crate) fn address_of(tx: &mut Tx<'_>, account: i64) -> Result<Option<String>, DbError> {
    rows::address_of(tx, account)
}

/// Whether an account belongs to somebody whose address is confirmed.
pub(crate) fn is_confirmed(tx: &mut Tx<'_>, account: i64) -> Result<bool, DbError> {
    Ok(rows::of_account(tx, account)?.is_some())
}
