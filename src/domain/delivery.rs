//! A delivery: one notification on its way to one user over one channel, until it ends with a reason.
//!
//! What an answer of a relay means is [`super::mail::reply`]'s; how long to wait and how long to go on is
//! [`super::mail::pace`]'s.

use super::kind::names;

names! {
    /// How a notification leaves the house.
    Channel {
        Email = "email",
    }
}

names! {
    /// Where a delivery is on its way. The last three are ends.
    DeliveryState {
        /// Waits for its turn, or for the next try.
        Queued = "queued",
        /// Waits whether its reader reads the item in the app.
        Held = "held",
        /// Waits for the reader's next digest.
        Digest = "digest",
        /// Somebody is at it.
        Sending = "sending",
        /// A relay took it.
        Sent = "sent",
        /// Given up, with the reason.
        Dead = "dead",
        /// Deliberately not sent, with the reason.
        Suppressed = "suppressed",
    }
}

impl DeliveryState {
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Sent | Self::Dead | Self::Suppressed)
    }
}

names! {
    /// Why a delivery waits, ended without being sent, or was never to be sent.
    Reason {
        /// No relay is set: it is kept and shown.
        NoRelay = "no_relay",
        /// No relay can be reached, or none takes anything from us.
        RelayDown = "relay_down",
        /// A relay said "later".
        Deferred = "deferred",
        /// Its time was over before a relay took it.
        Expired = "expired",
        /// The address does not exist, says a relay.
        Bounced = "bounced",
        /// A relay refuses this letter.
        Refused = "refused",
        /// The letter could not be written down, or no relay can carry the address.
        Unfit = "unfit",
        /// The process ended during each of its attempts.
        Crashed = "crashed",
        /// The reader is locked or was removed.
        UserGone = "user_gone",
        /// The reader no longer sees the record.
        NoAccess = "no_access",
        /// The notification was recalled, has expired or its reason is gone.
        Withdrawn = "withdrawn",
        /// Too many letters came back from the address.
        AddressSuspended = "address_suspended",
        /// The reader, or the account, has switched e-mail off.
        SwitchedOff = "switched_off",
        /// E-mail is off for this kind.
        KindOff = "kind_off",
        /// The database was restored from a backup: it may have been sent since, so it waits for the operator.
        Restored = "restored",
        /// It was read in the app within the time that it was held for.
        Read = "read",
    }
}

/// How often a claim of one delivery may end with the process before it is given up.
pub const MOST_CRASHES: i64 = 8;

/// How long a claimed delivery is left to its worker, in ms. Conversations may take longer: a worker that lives renews its
/// leases when so much of them is over, and what a dead one had is taken up soon.
pub const LEASE_MS: i64 = 30_000;
/// What is left of a lease when it is renewed, in ms: a database that does not answer for so long costs it.
pub const RENEW_MS: i64 = 20_000;

/// What is known of a delivery at the moment when it would be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each read by its name")]
pub struct Facts {
    pub now: i64,
    pub expires_at: i64,
    pub crashes: i64,
    /// It waited whether its reader reads it in the app.
    pub was_held: bool,
    /// Neither locked nor removed.
    pub is_reader_active: bool,
    /// Still in the inbox: neither recalled, nor expired, nor gone with its reason.
    pub is_standing: bool,
    pub is_read: bool,
    /// What it is about may be seen by its reader, now.
    pub is_seen: bool,
    pub is_address_suspended: bool,
    pub has_relay: bool,
}

/// What to do with a delivery whose time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Send,
    /// It waits until there is a relay, or until its end.
    Park,
    End(DeliveryState, Reason),
}

/// A claim may come a little late; a letter is not given up for that.
pub const LATE_MS: i64 = 60_000;

/// Decides at the moment of sending: what was right when the delivery was written may be wrong by now.
#[must_use]
pub fn fate(facts: Facts) -> Fate {
    use DeliveryState::{Dead, Suppressed};
    let over = facts.now > facts.expires_at + LATE_MS;
    for (applies, state, reason) in [
        (!facts.is_reader_active, Suppressed, Reason::UserGone),
        (!facts.is_standing, Suppressed, Reason::Withdrawn),
        (!facts.is_seen, Suppressed, Reason::NoAccess),
        (facts.was_held && facts.is_read, Suppressed, Reason::Read),
        (facts.crashes >= MOST_CRASHES, Dead, Reason::Crashed),
        (facts.is_address_suspended, Suppressed, Reason::AddressSuspended),
        (!facts.has_relay && facts.now >= facts.expires_at, Dead, Reason::NoRelay),
        (over, Dead, Reason::Expired),
    ] {
        if applies {
            return Fate::End(state, reason);
        }
    }
    if facts.has_relay { Fate::Send } else { Fate::Park }
}

/// What an administrator does with a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Send it once more, whatever became of it.
    Resend,
    /// Send now what waits.
    Release,
}

impl Act {
    /// Whether a delivery in this state can take it.
    #[must_use]
    pub fn suits(self, state: DeliveryState) -> bool {
        match self {
            Self::Resend => state.is_end(),
            Self::Release => {
                matches!(state, DeliveryState::Queued | DeliveryState::Held | DeliveryState::Digest)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_moment_of_sending_everything_is_looked_at_again() {
        use DeliveryState::{Dead, Suppressed};
        let fine = Facts {
            now: 1_000_000,
            expires_at: 1_000_000,
            crashes: MOST_CRASHES - 1,
            was_held: false,
            is_reader_active: true,
            is_standing: true,
            is_read: true,
            is_seen: true,
            is_address_suspended: false,
            has_relay: true,
        };
        for (facts, expected) in [
            (fine, Fate::Send),
            (Facts { now: fine.expires_at + LATE_MS, ..fine }, Fate::Send),
            (Facts { now: fine.expires_at + LATE_MS + 1, ..fine }, Fate::End(Dead, Reason::Expired)),
            (Facts { crashes: MOST_CRASHES, ..fine }, Fate::End(Dead, Reason::Crashed)),
            (Facts { was_held: true, ..fine }, Fate::End(Suppressed, Reason::Read)),
            (Facts { was_held: true, is_read: false, ..fine }, Fate::Send),
            (Facts { is_reader_active: false, ..fine }, Fate::End(Suppressed, Reason::UserGone)),
            (Facts { is_standing: false, ..fine }, Fate::End(Suppressed, Reason::Withdrawn)),
            (Facts { is_seen: false, ..fine }, Fate::End(Suppressed, Reason::NoAccess)),
            (Facts { is_address_suspended: true, ..fine }, Fate::End(Suppressed, Reason::AddressSuspended)),
            (Facts { has_relay: false, ..fine }, Fate::End(Dead, Reason::NoRelay)),
            (Facts { has_relay: false, now: 0, ..fine }, Fate::Park),
            (
                Facts { has_relay: false, is_seen: false, now: 0, ..fine },
                Fate::End(Suppressed, Reason::NoAccess),
            ),
        ] {
            assert_eq!(fate(facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn what_ended_is_sent_again_and_what_waits_is_released() {
        use DeliveryState::{Dead, Digest, Held, Queued, Sending, Sent, Suppressed};
        let suits =
            |act: Act| DeliveryState::ALL.iter().copied().filter(|s| act.suits(*s)).collect::<Vec<_>>();
        assert_eq!(suits(Act::Resend), [Sent, Dead, Suppressed]);
        assert_eq!(suits(Act::Release), [Queued, Held, Digest]);
        assert!(!Sending.is_end() && Dead.is_end());
    }
}
