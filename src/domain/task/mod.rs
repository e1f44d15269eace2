//! A task: something that somebody is to do by a certain time, and what is decided around it.
//!
//! Pure, as all of the domain: when a reminder belongs ([`mark`]), what a due time means ([`due`]), when a repeated task
//! comes again ([`repeat`]), until when an item sleeps ([`snooze`]), what a firing says and to whom ([`firing`]), whether
//! the clocks can be trusted ([`trust`]). Not here: storing, looking people up, and texts (`render::reminder`).

pub mod due;
pub mod firing;
pub mod mark;
pub mod repeat;
pub mod snooze;
pub mod trust;

use serde::{Deserialize, Serialize};

use super::error::{Error, Fault, Result};
use super::id::{GroupId, UserId};

/// Longest text, in characters.
pub const LONGEST_TEXT: usize = 1_000;
/// Longest comment of a task, and longest remark beneath it.
pub const LONGEST_COMMENT: usize = 5_000;
pub const LONGEST_PHONE: usize = 100;
/// Tasks that one call may make or change.
pub const MOST_AT_ONCE: usize = 500;

/// Who is to do it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Performer {
    User(UserId),
    /// Every member, as the group is when a reminder fires.
    Group(GroupId),
}

impl Performer {
    /// The name of the sort, as stored.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
        }
    }

    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Group(id) => id.as_str(),
        }
    }

    /// The inverse of [`Performer::kind`] and [`Performer::id`].
    #[must_use]
    pub fn read(kind: &str, id: String) -> Self {
        if kind == "group" { Self::Group(GroupId::new(id)) } else { Self::User(UserId::new(id)) }
    }
}

/// How long before the due time a reminder is wanted, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RemindBefore(i64);

impl RemindBefore {
    pub const CHOICES: [i64; 8] = [0, 5, 10, 15, 30, 60, 120, 1440];

    /// # Errors
    /// `remind_before` is named when it is none of the choices.
    pub fn parse(minutes: i64) -> Result<Self> {
        let fault = || Error::field("remind_before", Fault::NotAChoice("0, 5, 10, 15, 30, 60, 120, 1440"));
        Self::CHOICES.contains(&minutes).then_some(Self(minutes)).ok_or_else(fault)
    }

    #[must_use]
    pub fn minutes(self) -> i64 {
        self.0
    }
}

/// "Not closed after so many minutes: remind again."
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Minutes.
    pub after: i64,
}

impl Escalation {
    const SHORTEST: i64 = 5;
    const LONGEST: i64 = 7 * 24 * 60;

    /// # Errors
    /// `escalation.after` is named when it is shorter than the marks are apart, or longer than a week.
    pub fn parse(after: i64) -> Result<Self> {
        let fault = || Error::field("escalation.after", Fault::NotAChoice("5 – 10080"));
        (Self::SHORTEST..=Self::LONGEST).contains(&after).then_some(Self { after }).ok_or_else(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_meant_is_taken() {
        for minutes in RemindBefore::CHOICES {
            assert_eq!(RemindBefore::parse(minutes).map(RemindBefore::minutes), Ok(minutes));
        }
        for minutes in [-5, 1, 7, 1439] {
            assert!(RemindBefore::parse(minutes).is_err(), "{minutes}");
        }
        assert!(Escalation::parse(5).is_ok() && Escalation::parse(10_080).is_ok());
        assert!(Escalation::parse(4).is_err() && Escalation::parse(10_081).is_err());
    }

    #[test]
    fn a_performer_reads_as_it_was_stored() {
        let group = Performer::Group(GroupId::new("g".into()));
        assert_eq!(Performer::read(group.kind(), group.id().to_owned()), group);
        let user = Performer::User(UserId::new("u".into()));
        assert_eq!(Performer::read(user.kind(), user.id().to_owned()), user);
    }
}
