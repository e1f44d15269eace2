//! Who calls, and whether a route is theirs: the one rule that every door goes through.

use super::actor::Actor;
use super::error::{Error, Result};
use super::id::{Account, KeyId, SessionId, UserId};
use super::language::Language;
use super::rights::{Rights, Role};
use super::scope::{Scope, Scopes};

/// A caller whose credentials were found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    User(SignedIn),
    Key(KeyCaller),
}

/// A user, by the console's cookie or by a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub account: Account,
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub rights: Rights,
    pub language: Language,
    pub zone: String,
    /// The user's generation when he signed in; a raised one ends session, token and stream.
    pub generation: i64,
    pub by: Credential,
}

/// How a user showed who he is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    Session(SessionId),
    /// A user's token, good until this instant (Unix ms).
    Token {
        expires_at: i64,
    },
}

/// An API key: an account's machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCaller {
    pub account: Account,
    pub key: KeyId,
    pub name: String,
    pub scopes: Scopes,
}

impl Caller {
    #[must_use]
    pub fn account(&self) -> Account {
        match self {
            Self::User(user) => user.account,
            Self::Key(key) => key.account,
        }
    }

    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::User(user) => Actor::User(user.user.clone()),
            Self::Key(key) => Actor::Key(key.key.clone()),
        }
    }

    /// Whether the caller may do what administrators do.
    #[must_use]
    pub fn administers(&self) -> bool {
        Access::ADMINISTRATOR.check(self).is_ok()
    }
}

/// What a user must be for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserNeeds {
    SignIn,
    MaySendNotifications,
    /// Templates, triggers, marketing rules.
    MayEditRules,
    Administrator,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without credentials.
    Public,
    /// Users with this, and keys with that scope; `None` shuts that sort of caller out.
    Caller { user: Option<UserNeeds>, key: Option<Scope> },
}

impl Access {
    /// One's own things: a key is an account's machine and has none.
    pub const OWN: Self = Self::Caller { user: Some(UserNeeds::SignIn), key: None };
    pub const SENDER: Self =
        Self::Caller { user: Some(UserNeeds::MaySendNotifications), key: Some(Scope::Notify) };
    pub const ADMINISTRATOR: Self =
        Self::Caller { user: Some(UserNeeds::Administrator), key: Some(Scope::All) };
    /// Whoever makes rules for the account.
    pub const RULES: Self = Self::Caller { user: Some(UserNeeds::MayEditRules), key: Some(Scope::All) };
    /// What such a user does for himself.
    pub const RULE_MAKER: Self = Self::Caller { user: Some(UserNeeds::MayEditRules), key: None };
    pub const DIRECTORY: Self =
        Self::Caller { user: Some(UserNeeds::MaySendNotifications), key: Some(Scope::Read) };
    /// Records and what they refer to; a user reads those that he sees.
    pub const RECORDS: Self = Self::Caller { user: Some(UserNeeds::SignIn), key: Some(Scope::Read) };
    /// Writing records and telling events; a user writes those that he sees.
    pub const FEEDER: Self = Self::Caller { user: Some(UserNeeds::SignIn), key: Some(Scope::Ingest) };
    pub const TOKENS: Self = Self::Caller { user: None, key: Some(Scope::Tokens) };

    /// # Errors
    /// [`Error::Forbidden`] when this caller may not.
    pub fn check(self, caller: &Caller) -> Result<()> {
        let allowed = match (self, caller) {
            (Self::Public, _) => true,
            (Self::Caller { user: Some(needs), .. }, Caller::User(user)) => match needs {
                UserNeeds::SignIn => true,
                UserNeeds::MaySendNotifications => user.rights.may_send_notifications,
                UserNeeds::MayEditRules => user.rights.may_edit_rules,
                // A token is made by any key with the scope `tokens`, for any user: it must not make that key more
                // than it is. Administrators sign in themselves.
                UserNeeds::Administrator => {
                    user.role == Role::Administrator && matches!(user.by, Credential::Session(_))
                }
            },
            (Self::Caller { key: Some(scope), .. }, Caller::Key(key)) => key.scopes.allow(scope),
            _ => false,
        };
        if allowed { Ok(()) } else { Err(Error::Forbidden) }
    }
}
