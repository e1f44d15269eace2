//! E-mail: letters as bytes, and handing them to relays over a few connections that are kept.
//!
//! lettre builds the messages. The conversation is our own ([ADR 6](../../../docs/adr/0006-own-smtp-conversation.md)):
//! what to do with a letter depends on the step at which a relay failed, and the clock, the limits and the record of what
//! was said must be ours. What an outcome means is `domain::mail`'s.

mod conversation;
pub mod letter;
mod post;
pub mod reading;
pub mod sink;
pub mod tls;
mod wire;

pub use post::{Attempt, MOST_CONNECTIONS, Post, Posted, RelayState, describe};
pub use wire::Reach;
