//! What an API key may do.

use super::error::{Error, Fault, Result};
use super::kind::names;

names! {
    /// A scope of an API key. `all` contains every other.
    Scope {
        /// Everything that an administrator may.
        All = "all",
        /// Send events and records.
        Ingest = "ingest",
        /// Send one-time notifications.
        Notify = "notify",
        /// Make users' tokens for browsers.
        Tokens = "tokens",
        /// Read users and groups.
        Read = "read",
        /// The RetailCRM-compatible API.
        Retailcrm = "retailcrm",
    }
}

/// The scopes of one key: at least one, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// # Errors
    /// `field` is named when there is none or one is unknown.
    pub fn parse<'a>(field: &'static str, names: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut scopes = Vec::new();
        for name in names {
            let unknown = || Error::field(field, Fault::UnknownScope(name.to_owned()));
            let scope = Scope::parse(name).ok_or_else(unknown)?;
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        if scopes.is_empty() { Err(Error::field(field, Fault::Required)) } else { Ok(Self(scopes)) }
    }

    #[must_use]
    pub fn allow(&self, wanted: Scope) -> bool {
        self.0.iter().any(|scope| *scope == wanted || *scope == Scope::All)
    }

    #[must_use]
    pub fn as_slice(&self) -> &[Scope] {
        &self.0
    }

    /// The form in which they are stored: names separated by spaces.
    #[must_use]
    pub fn joined(&self) -> String {
        self.0.iter().map(|s| s.name()).collect::<Vec<_>>().join(" ")
    }
}
