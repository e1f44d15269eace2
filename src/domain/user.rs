//! The states of a user.

use super::kind::names;

names! {
    /// How a user stands; a removed one is in no list and has none.
    UserState {
        /// Can sign in.
        Active = "active",
        /// Has chosen no password yet.
        Invited = "invited",
        /// An administrator shut him out.
        Locked = "locked",
    }
}
