//! An inbox item's state, and what its owner may do with it.
//!
//! Unread = not read, not archived, not withdrawn. A popup stands while the item is not closed, withdrawn, snoozed or
//! archived (product, §4). A popup that times out is closed, but not read.

use super::id::{ItemId, NotificationId, UserId};
use super::kind::names;

names! {
    /// How a popup was closed.
    ClosedBy {
        /// By hand.
        User = "user",
        /// Its time ran out while it could be seen.
        Timeout = "timeout",
        /// It never stood: its reader wants no popups of this kind, or has quiet hours.
        Preferences = "preferences",
        /// What it asked was answered by somebody else of the account.
        Answered = "answered",
    }
}

/// One user's state of one notification; instants are Unix ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State {
    pub seen_at: Option<i64>,
    pub read_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub closed_by: Option<ClosedBy>,
    pub archived_at: Option<i64>,
    pub snoozed_until: Option<i64>,
    pub withdrawn_at: Option<i64>,
}

/// An inbox item: a notification in one user's inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub user: UserId,
    pub id: ItemId,
    pub notification: NotificationId,
    /// The number of its last change in the account's cursor.
    pub seq: i64,
    /// Changes of the record that it gathers.
    pub changes: i64,
    pub created_at: i64,
    pub state: State,
}

/// "All up to here are read", as one place in the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadMark {
    pub user: UserId,
    pub seq: i64,
    pub up_to: i64,
}

/// A change that a browser must hear, in the order of its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Item(Item),
    Read(ReadMark),
}

impl Change {
    #[must_use]
    pub fn seq(&self) -> i64 {
        match self {
            Self::Item(item) => item.seq,
            Self::Read(mark) => mark.seq,
        }
    }

    #[must_use]
    pub fn user(&self) -> &UserId {
        match self {
            Self::Item(item) => &item.user,
            Self::Read(mark) => &mark.user,
        }
    }
}

/// What the owner does with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Seen,
    Read,
    Unread,
    Close(ClosedBy),
    Reopen,
    Archive,
    Unarchive,
    /// Off the screen until this instant (Unix ms), then it stands again.
    Snooze(i64),
    /// The time of the snooze has come.
    Wake,
}

impl Act {
    /// Whether it takes an item off the screen.
    #[must_use]
    pub fn takes_away(self) -> bool {
        matches!(self, Self::Close(_) | Self::Archive | Self::Snooze(_))
    }
}

impl State {
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.read_at.is_none() && self.archived_at.is_none() && self.withdrawn_at.is_none()
    }

    /// Whether its popup is on screen.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.closed_at.is_none()
            && self.withdrawn_at.is_none()
            && self.snoozed_until.is_none()
            && self.archived_at.is_none()
    }

    /// The state after `act`, or `None` when it changes nothing. A withdrawn item changes no more.
    #[must_use]
    pub fn after(self, act: Act, now: i64) -> Option<Self> {
        if self.withdrawn_at.is_some() {
            return None;
        }
        let seen_at = self.seen_at.or(Some(now));
        let next = match act {
            Act::Seen => Self { seen_at, ..self },
            Act::Read => Self { seen_at, read_at: self.read_at.or(Some(now)), ..self },
            Act::Unread => Self { read_at: None, ..self },
            Act::Close(_) if self.closed_at.is_some() => self,
            Act::Close(by) => {
                Self { seen_at, closed_at: Some(now), closed_by: Some(by), snoozed_until: None, ..self }
            }
            Act::Reopen => Self { closed_at: None, closed_by: None, snoozed_until: None, ..self },
            Act::Archive => Self { archived_at: self.archived_at.or(Some(now)), ..self },
            Act::Unarchive => Self { archived_at: None, ..self },
            Act::Snooze(until) => {
                Self { seen_at, closed_at: None, closed_by: None, snoozed_until: Some(until), ..self }
            }
            Act::Wake => Self { snoozed_until: None, ..self },
        };
        (next != self).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_act_changes_what_it_says_and_nothing_twice() {
        let fresh = State::default();
        let acts =
            [Act::Seen, Act::Read, Act::Close(ClosedBy::User), Act::Close(ClosedBy::Timeout), Act::Archive];
        for act in acts {
            let once = fresh.after(act, 5).unwrap();
            assert_eq!(once.after(act, 9), None, "{act:?} twice");
        }
        for act in [Act::Unread, Act::Reopen, Act::Unarchive] {
            assert_eq!(fresh.after(act, 5), None, "{act:?} on a fresh item");
        }
    }

    #[test]
    fn a_popup_that_times_out_is_closed_but_not_read() {
        let closed = State::default().after(Act::Close(ClosedBy::Timeout), 5).unwrap();
        assert!(!closed.stands());
        assert!(closed.is_unread());
        let reopened = closed.after(Act::Reopen, 6).unwrap();
        assert!(reopened.stands());
        assert_eq!(reopened.closed_by, None);
    }

    #[test]
    fn a_snoozed_item_sleeps_until_it_is_woken_opened_or_closed() {
        let closed = State::default().after(Act::Close(ClosedBy::User), 5).unwrap();
        for before in [State::default(), closed] {
            let asleep = before.after(Act::Snooze(300_000), 6).unwrap();
            assert!(!asleep.stands() && asleep.is_unread());
            assert_eq!(asleep.after(Act::Snooze(300_000), 7), None);
            for act in [Act::Wake, Act::Reopen] {
                assert!(asleep.after(act, 7).unwrap().stands(), "{act:?}");
            }
            let closed = asleep.after(Act::Close(ClosedBy::User), 7).unwrap();
            assert!(!closed.stands() && closed.snoozed_until.is_none());
            assert_eq!(closed.after(Act::Wake, 8), None);
        }
    }

    #[test]
    fn a_withdrawn_item_changes_no_more() {
        let gone = State { withdrawn_at: Some(1), ..State::default() };
        for act in [Act::Seen, Act::Read, Act::Close(ClosedBy::User), Act::Reopen, Act::Archive] {
            assert_eq!(gone.after(act, 5), None);
        }
        assert!(!gone.stands() && !gone.is_unread());
    }
}
