//! The handlers of `/v1`, one file per resource, with the wire types that they read and write.

pub mod account;
pub mod api_keys;
pub mod batch;
pub mod deliveries;
pub mod demo;
pub mod demo_mailbox;
pub mod email;
pub mod events;
pub mod groups;
pub mod history;
pub mod inbox;
pub mod letters;
pub mod notifications;
pub mod operator;
mod page;
pub mod preferences;
pub mod profile;
pub mod record_calls;
pub mod records;
pub mod references;
pub mod session;
pub mod setup;
pub mod stream;
pub mod system_notifications;
pub mod task_wire;
pub mod tasks;
pub mod users;
