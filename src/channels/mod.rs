//! The ways out of the house: e-mail, HTTP requests of rules, and later push; one way in, the vendor's feed; and the line
//! between nodes. A channel is
//! given what to say and where, and answers what became of it; whether and when to try again is decided elsewhere.

pub mod email;
pub mod feed;
pub mod nats;
pub mod web;
