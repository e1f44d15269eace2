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
        /// It was read in the app within the time that it was held for.
        Read = "read",
    }
}

/// How often a claim of one delivery may end with the process before it is given up.
pub const MOST_CRASHES: i64 = 8;

/// How long a claimed delivery is left to its worker, in ms: longer than any conversation may take.
pub const LEASE_MS: i64 = 10 * 60_000;

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
    fn what_ended_is_sent_again_and_what_waits_is_released() {
        use DeliveryState::{Dead, Digest, Held, Queued, Sending, Sent, Suppressed};
        let suits =
            |act: Act| DeliveryState::ALL.iter().copied().filter(|s| act.suits(*s)).collect::<Vec<_>>();
        assert_eq!(suits(Act::Resend), [Sent, Dead, Suppressed]);
        assert_eq!(suits(Act::Release), [Queued, Held, Digest]);
        assert!(!Sending.is_end() && Dead.is_end());
    }
}
