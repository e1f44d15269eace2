//! The handlers of `/v1`, one file per resource, with the wire types that they read and write.

pub mod account;
pub mod api_keys;
pub mod demo;
pub mod groups;
pub mod inbox;
pub mod notifications;
mod page;
pub mod profile;
pub mod session;
pub mod setup;
pub mod stream;
pub mod users;
