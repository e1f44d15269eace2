//! Bellwire: the notification centre of a back office.
//!
//! A row imports only rows beneath it (`tests/tidy.rs` holds that):
//!
//! | row | modules | knows of the outside |
//! |--:|---|---|
//! | 6 | [`app`], [`bench`], [`cli`] | everything; the only place that constructs |
//! | 5 | [`http`], [`worker`] | axum |
//! | 4 | [`flows`]: one verb per file, one transaction each | nothing |
//! | 3 | [`store`] (all SQL), [`hub`] (live connections), [`render`] (texts, HTML allow-list), [`channels`] (e-mail) | one library each |
//! | 2 | [`clock`], [`config`], [`ids`], [`shutdown`], [`telemetry`] | std, tracing |
//! | 1 | [`domain`]: types that are valid once they exist, and decisions | nothing |
//!
//! The way of one event: `http` hands it to `flows::accept`, which commits it with a work row and answers 2xx; the
//! worker claims the row and `flows::route` asks `domain::plan` who gets what and writes the inbox rows; the relay
//! reads what was committed and the hub sends it to the browsers.

pub mod app;
pub mod bench;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod flows;
pub mod http;
pub mod hub;
pub mod ids;
pub mod render;
pub mod shutdown;
pub mod store;
pub mod telemetry;
pub mod worker;
