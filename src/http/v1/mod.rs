//! The handlers of `/v1`, one file per resource, with the wire types that they read and write.
pub mod inbox;
pub mod notifications;
mod page;
pub mod stream;
