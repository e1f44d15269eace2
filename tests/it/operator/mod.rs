//! Who runs the server for all accounts: his own identity, what he announces, and what the server says of itself.

mod accounts;
mod announcements;
mod asking;
mod conditions;
mod feed;
mod identity;
mod watch;
mod watch_backups;
mod watch_relays;
mod watch_rules;
