//! Who did something: a user, an API key, or Bellwire itself.

use super::id::{KeyId, UserId};

/// The doer of an event or of an administrative change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    User(UserId),
    Key(KeyId),
    /// A trigger or marketing rule, by its id.
    Rule(String),
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
            Self::Rule(_) => "rule",
            Self::System => "system",
        }
    }

    /// The id of the user or key.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::User(id) => Some(id.as_str()),
            Self::Key(id) => Some(id.as_str()),
            Self::Rule(id) => Some(id),
            Self::System => None,
        }
    }

    /// The inverse of [`Actor::kind`] and [`Actor::id`].
    #[must_use]
    pub fn read(kind: &str, id: Option<String>) -> Self {
        let id = id.unwrap_or_default();
        match kind {
            "user" => Self::User(UserId::new(id)),
            "key" => Self::Key(KeyId::new(id)),
            "rule" => Self::Rule(id),
            _ => Self::System,
        }
    }
}
