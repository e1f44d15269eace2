//! What reaches a person over which channel: his own choices, the account's defaults and locks, quiet hours, digests.
//!
//! Pure, like all of the domain: [`channels`] answers for one notification and one reader at one time. What a person
//! chose is kept apart from what his account has as default, so that a default that changes reaches everybody who
//! did not choose. Not here: language and zone (the profile), sound (a switch of each browser), and who is addressed.

mod digest;
mod quiet;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use digest::Digest;
pub use quiet::{Hours, Quiet};

use super::error::{Error, Fault, FieldError, Result};
use super::kind::{Kind, names};
use super::record::rules::Rule;

/// The least and the most seconds that a popup may stay.
const POPUP_SECONDS: (i64, i64) = (5, 60);
/// The longest hold: a day.
const LONGEST_HOLD_S: i64 = 86_400;

names! {
    /// A way to a person that can be switched per kind. The bell has everything, so it has no switch.
    Switch {
        Popup = "popup",
        Email = "email",
    }
}

/// The switches of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    pub popup: bool,
    pub email: bool,
}

impl Default for Cells {
    fn default() -> Self {
        Self { popup: true, email: true }
    }
}

/// Everything that can be chosen, with nothing left open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// *Notify by e-mail*: the switch over all kinds.
    pub email: bool,
    /// Kinds that are not named have every channel.
    pub matrix: BTreeMap<Kind, Cells>,
    pub quiet: Option<Quiet>,
    /// How long a popup stays that does not say so itself.
    pub popup_seconds: i64,
    pub digest: Digest,
    /// A mail goes out only if the notification was not read within so many seconds; 0: at once.
    pub hold_seconds: i64,
    /// Rules of system notifications that do not reach this user at all, not even in the bell. An account has a switch of
    /// its own for each rule, so its defaults have none here.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub rules_off: BTreeSet<Rule>,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            email: true,
            matrix: BTreeMap::new(),
            quiet: None,
            popup_seconds: 10,
            digest: Digest::Off,
            hold_seconds: 0,
            rules_off: BTreeSet::new(),
        }
    }
}

impl Choices {
    #[must_use]
    pub fn cells(&self, kind: Kind) -> Cells {
        self.matrix.get(&kind).copied().unwrap_or_default()
    }

    fn cell(&self, kind: Kind, channel: Switch) -> bool {
        let cells = self.cells(kind);
        match channel {
            Switch::Popup => cells.popup,
            Switch::Email => cells.email,
        }
    }

    /// # Errors
    /// Every number that is out of its range.
    pub fn check(&self) -> Result<()> {
        let ranges = [
            ("popup_seconds", self.popup_seconds, POPUP_SECONDS),
            ("hold_seconds", self.hold_seconds, (0, LONGEST_HOLD_S)),
        ];
        let out = |(field, value, (least, most)): (&'static str, i64, (i64, i64))| {
            let fault = Fault::NotBetween(least, most);
            (value < least || value > most).then(|| FieldError { field: field.into(), fault })
        };
        let faults: Vec<_> = ranges.into_iter().filter_map(out).collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }
}

/// What an account gives to everybody who has not chosen, and the cells in which nobody may choose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountDefaults {
    pub choices: Choices,
    pub locked: BTreeMap<Kind, BTreeSet<Switch>>,
}

impl AccountDefaults {
    #[must_use]
    pub fn is_locked(&self, kind: Kind, channel: Switch) -> bool {
        self.locked.get(&kind).is_some_and(|channels| channels.contains(&channel))
    }

    /// Whether an administrator locked mails of this kind on, so that a reader cannot end them.
    #[must_use]
    pub fn is_forced(&self, kind: Kind) -> bool {
        self.is_locked(kind, Switch::Email) && self.choices.cell(kind, Switch::Email)
    }
}

/// What one user chose; everything else is as his account has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<bool>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub matrix: BTreeMap<Kind, BTreeMap<Switch, bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub popup_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_seconds: Option<i64>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub rules_off: BTreeSet<Rule>,
}

/// A choice about quiet hours; to have none is one, where the account has some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuietChoice {
    None,
    Hours(Quiet),
}

impl Preferences {
    /// The choices of somebody who wants exactly `wanted`. What is as the account has it is no choice of his own, and
    /// goes on following the account.
    ///
    /// # Errors
    /// Numbers out of range, and each locked cell that `wanted` would change.
    pub fn wanting(wanted: &Choices, defaults: &AccountDefaults) -> Result<Self> {
        let usual = &defaults.choices;
        let mut faults = match wanted.check() {
            Err(Error::Invalid(faults)) => faults,
            other => other.map(|()| Vec::new())?,
        };
        let mut matrix: BTreeMap<Kind, BTreeMap<Switch, bool>> = BTreeMap::new();
        for (kind, channel) in every_cell() {
            let (cell, default) = (wanted.cell(kind, channel), usual.cell(kind, channel));
            if cell == default {
                continue;
            }
            if defaults.is_locked(kind, channel) {
                let field = format!("matrix.{}.{}", kind.name(), channel.name());
                faults.push(FieldError { field: field.into(), fault: Fault::Locked });
            }
            matrix.entry(kind).or_default().insert(channel, cell);
        }
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let quiet = wanted.quiet.clone().map_or(QuietChoice::None, QuietChoice::Hours);
        Ok(Self {
            email: own(wanted.email, usual.email),
            matrix,
            quiet: (wanted.quiet != usual.quiet).then_some(quiet),
            popup_seconds: own(wanted.popup_seconds, usual.popup_seconds),
            digest: own(wanted.digest, usual.digest),
            hold_seconds: own(wanted.hold_seconds, usual.hold_seconds),
            rules_off: wanted.rules_off.clone(),
        })
    }

    /// What holds for the user: his choice, else the account's; in a locked cell the account's.
    #[must_use]
    pub fn choices(&self, defaults: &AccountDefaults) -> Choices {
        let usual = &defaults.choices;
        let cell = |kind: Kind, channel: Switch| {
            let chosen = self.matrix.get(&kind).and_then(|cells| cells.get(&channel)).copied();
            chosen.filter(|_| !defaults.is_locked(kind, channel)).unwrap_or_else(|| usual.cell(kind, channel))
        };
        let cells =
            |kind: &Kind| Cells { popup: cell(*kind, Switch::Popup), email: cell(*kind, Switch::Email) };
        Choices {
            email: self.email.unwrap_or(usual.email),
            matrix: Kind::ALL.iter().map(|kind| (*kind, cells(kind))).collect(),
            quiet: match &self.quiet {
                None => usual.quiet.clone(),
                Some(QuietChoice::None) => None,
                Some(QuietChoice::Hours(quiet)) => Some(quiet.clone()),
            },
            popup_seconds: self.popup_seconds.unwrap_or(usual.popup_seconds),
            digest: self.digest.unwrap_or(usual.digest),
            hold_seconds: self.hold_seconds.unwrap_or(usual.hold_seconds),
            rules_off: self.rules_off.clone(),
        }
    }
}

fn own<T: Copy + PartialEq>(wanted: T, usual: T) -> Option<T> {
    (wanted != usual).then_some(wanted)
}

fn every_cell() -> impl Iterator<Item = (Kind, Switch)> {
    Kind::ALL.iter().flat_map(|kind| Switch::ALL.iter().map(|channel| (*kind, *channel)))
}

/// What a notification does for one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channels {
    /// Whether it stands as a popup; else it is in the bell alone.
    pub popup: bool,
    /// Whether browsers may sound.
    pub sound: bool,
    pub email: Email,
    /// Whether the reader can end mails of this kind himself: what an administrator locked on, he cannot.
    pub may_unsubscribe: bool,
}

/// What becomes of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Email {
    /// It goes out.
    Now,
    /// It goes out with others; [`Digest::next`] says when.
    Digest,
    /// It goes out after so many seconds, unless the notification was read by then.
    Hold(i64),
    /// It does not go out.
    Suppressed(Suppressed),
}

names! {
    /// Why a mail does not go out.
    Suppressed {
        /// *Notify by e-mail* is off.
        SwitchedOff = "switched_off",
        /// E-mail is off for this kind.
        KindOff = "kind_off",
    }
}

/// Over which channels a notification reaches a user now. The bell has it in any case.
///
/// A mandatory announcement stands as a popup whatever was chosen. It and reminders of tasks ignore quiet hours but for
/// the sound, and wait for no digest. In quiet hours the rest is in the bell alone, and its mail waits for their end.
#[must_use]
pub fn channels(
    kind: Kind,
    mandatory: bool,
    preferences: &Preferences,
    defaults: &AccountDefaults,
    now: i64,
) -> Channels {
    let choices = preferences.choices(defaults);
    let cells = choices.cells(kind);
    let quiet_until = choices.quiet.as_ref().and_then(|quiet| quiet.until(now));
    let urgent = mandatory || kind == Kind::Task;
    let locked_on = defaults.is_forced(kind);
    let waits = if urgent { 0 } else { quiet_until.map_or(0, |until| (until - now + 999) / 1_000) };
    let email = if !choices.email && !locked_on {
        Email::Suppressed(Suppressed::SwitchedOff)
    } else if !cells.email {
        Email::Suppressed(Suppressed::KindOff)
    } else if choices.digest != Digest::Off && !urgent {
        Email::Digest
    } else {
        match waits.max(choices.hold_seconds) {
            0 => Email::Now,
            seconds => Email::Hold(seconds),
        }
    };
    Channels {
        popup: mandatory || cells.popup && (urgent || quiet_until.is_none()),
        sound: quiet_until.is_none(),
        email,
        may_unsubscribe: !locked_on,
    }
}

#[cfg(test)]
mod tests;
