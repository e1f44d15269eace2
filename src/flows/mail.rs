//! What letters are sent with: the post, the relays of the server and of an account, and who letters come from.

use crate::channels::email::Post;
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::mail::relay::Relay;
use crate::domain::mail::sender::Sender;
use crate::store::{Tx, references, relays};

/// The name of the account's choice of sender.
pub const SENDER: &str = "mail_sender";

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

/// The account's choice of sender.
///
/// # Errors
/// What the store says.
pub fn chosen_sender(tx: &mut Tx, account: Account) -> Result<Option<Sender>> {
    let chosen = references::find_choice(tx, account, SENDER)?;
    // `null` is kept where the server's is meant.
    let chosen: Option<Option<Sender>> = chosen
        .map(|json| serde_json::from_str(&json))
        .transpose()
        .map_err(|e| Error::internal(e.to_string()))?;
    Ok(chosen.flatten())
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
    pub fn sender_of(&self, chosen: Option<Sender>, account_name: &str) -> Option<Sender> {
        let mut sender = chosen.or_else(|| self.sender.clone())?;
        if sender.name.is_empty() {
            account_name.clone_into(&mut sender.name);
        }
        Some(sender)
    }
}
