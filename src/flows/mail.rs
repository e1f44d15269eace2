//! What letters are sent with: the post, the server's own relays, and how an account's letters look.

use serde::{Deserialize, Serialize};

use crate::channels::email::Post;
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::mail::relay::Relay;
use crate::domain::mail::sender::{Branding, Sender};
use crate::store::{Tx, references, relays};

/// The account's choice of sender and look.
pub const EMAIL: &str = "email";

/// What letters are sent with.
pub struct Mail {
    pub post: Post,
    /// The server's own, for accounts without any.
    pub relays: Vec<Relay>,
    /// Who the server's letters come from.
    pub sender: Option<Sender>,
    /// The start of links where an account has no address of its own.
    pub base_url: String,
}

/// An account's choice of sender and look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    pub sender: Option<Sender>,
    pub branding: Branding,
}

/// # Errors
/// What the store says.
pub fn look(tx: &mut Tx, account: Account) -> Result<Look> {
    let chosen = references::find_choice(tx, account, EMAIL)?;
    let chosen = chosen.map(|json| serde_json::from_str(&json)).transpose();
    Ok(chosen.map_err(|e| Error::internal(e.to_string()))?.unwrap_or_default())
}

impl Mail {
    /// The relays that an account's letters are handed to, the first to be tried first: its own, else the server's.
    ///
    /// # Errors
    /// What the store says.
    pub fn relays_of(&self, tx: &mut Tx, account: Account) -> Result<Vec<Relay>> {
        let own = relays::list(tx, account)?;
        Ok(if own.is_empty() { self.relays.clone() } else { own })
    }

    /// Whether an account's letters can be sent at all.
    ///
    /// # Errors
    /// What the store says.
    pub fn has_relay(&self, tx: &mut Tx, account: Account) -> Result<bool> {
        Ok(!self.relays.is_empty() || relays::exist(tx, account)?)
    }

    /// Who an account's letters come from; a sender without a name has the account's.
    #[must_use]
    pub fn sender_of(&self, look: &Look, account_name: &str) -> Option<Sender> {
        let mut sender = look.sender.clone().or_else(|| self.sender.clone())?;
        if sender.name.is_empty() {
            account_name.clone_into(&mut sender.name);
        }
        Some(sender)
    }
}
