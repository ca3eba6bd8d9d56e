//! Permits: what shows a verb that somebody may do it. Every verb of the console that changes something takes one, so that
//! no page can forget to ask.

use std::marker::PhantomData;

use super::powers::Power;
use crate::login::Role;

/// A power as a type, so that a permit for one is none for another.
pub trait Right {
    /// The power.
    const POWER: Power;
}

/// [`Power::Run`] as a type.
#[derive(Debug, Clone, Copy)]
pub struct Run;

impl Right for Run {
    const POWER: Power = Power::Run;
}

/// [`Power::Rule`] as a type.
#[derive(Debug, Clone, Copy)]
pub struct Rule;

impl Right for Rule {
    const POWER: Power = Power::Rule;
}

/// [`Power::Answer`] as a type.
#[derive(Debug, Clone, Copy)]
pub struct Answer;

impl Right for Answer {
    const POWER: Power = Power::Answer;
}

/// [`Power::ReadTexts`] as a type.
#[derive(Debug, Clone, Copy)]
pub struct ReadTexts;

impl Right for ReadTexts {
    const POWER: Power = Power::ReadTexts;
}

/// That somebody may use a power, and who it is.
#[derive(Debug, Clone)]
pub struct Permit<R> {
    pub(crate) who: String,
    right: PhantomData<R>,
}

impl<R: Right> Permit<R> {
    /// The permit of somebody who is signed in to the console; none, where the role has not the power.
    #[must_use]
    pub fn of(name: &str, role: Role) -> Option<Self> {
        role.may(R::POWER).then(|| Self::at_the_machine(name))
    }

    /// The permit of somebody who works on the machine itself. Whoever may start the program there has every power.
    #[must_use]
    pub fn at_the_machine(name: &str) -> Self {
        Self { who: name.to_owned(), right: PhantomData }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roles_that_have_a_power_get_its_permit() {
        for role in Role::ALL {
            assert_eq!(Permit::<Run>::of("ann", role).is_some(), role.may(Power::Run));
            assert_eq!(Permit::<Rule>::of("ann", role).is_some(), role.may(Power::Rule));
            assert_eq!(Permit::<Answer>::of("ann", role).is_some(), role.may(Power::Answer));
            assert_eq!(Permit::<ReadTexts>::of("ann", role).is_some(), role.may(Power::ReadTexts));
        }
    }
}
