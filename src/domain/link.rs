//! One-time links: whoever holds one may do the one thing that it is for, once, for a while.

use super::kind::names;

names! {
    /// What a one-time link is for.
    LinkKind {
        /// Become the first administrator of an account.
        Setup = "setup",
        /// Choose the first password.
        Invitation = "invitation",
        /// Choose another password.
        PasswordReset = "password_reset",
    }
}

const HOUR: i64 = 3_600_000;

impl LinkKind {
    /// How long it can be used, in milliseconds.
    #[must_use]
    pub fn lifetime_ms(self) -> i64 {
        match self {
            Self::Setup | Self::PasswordReset => 24 * HOUR,
            Self::Invitation => 7 * 24 * HOUR,
        }
    }

    /// The page that it opens. The secret follows as fragment, which browsers send to nobody.
    #[must_use]
    pub fn page(self) -> &'static str {
        match self {
            Self::Setup => "/setup",
            Self::Invitation => "/invitation",
            Self::PasswordReset => "/password",
        }
    }
}
