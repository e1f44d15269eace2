//! The stories of Bellwire, told through its doors: HTTP in; HTTP, streams and the database out. Each runs on SQLite
//! and on PostgreSQL, on a clock that it moves itself. What a module can tell of itself alone stands beside it in `src/`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod support;

mod access;
mod hostile;
mod idempotency;
mod inbox;
mod mail;
mod nodes;
mod notifications;
mod openapi;
mod operator;
mod pages;
mod preferences;
mod problems;
mod races;
mod records;
mod restarts;
mod retailcrm;
mod rules;
mod running;
mod sessions;
mod settings;
mod sockets;
mod spine;
mod store;
mod streams;
mod tasks;
