//! Who did something: a user, an API key, or Bellwire itself.

use super::id::{KeyId, UserId};

/// The doer of an event or of an administrative change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    User(UserId),
    Key(KeyId),
    /// Bellwire: the clock, the command line, the demo.
    System,
}

impl Actor {
    /// The name of the sort, as stored.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Key(_) => "key",
            Self::System => "system",
        }
    }

    /// The id of the user or key.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::User(id) => Some(id.as_str()),
            Self::Key(id) => Some(id.as_str()),
            Self::System => None,
        }
    }
}
