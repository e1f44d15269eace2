//! E-mail as decisions: what a relay's answer means, when to try again, when a relay or an address is left in peace.
//!
//! Values only. The conversation itself is `channels::email`'s, the rows are `store::deliveries`'.

pub mod bounce;
pub mod breaker;
pub mod dialogue;
pub mod health;
pub mod pace;
pub mod relay;
pub mod reply;
pub mod sender;
