//! The states of an account.

use super::kind::names;

names! {
    /// How an account stands with the operator.
    AccountState {
        /// Its people are let in.
        Open = "open",
        /// Nobody is let in, until the operator opens it again.
        Suspended = "suspended",
        /// Nobody is let in, and its rows go when its grace is over.
        Deleted = "deleted",
    }
}
