//! The operator's doors, under `/v1/operator`: who runs the server for all accounts.

pub mod accounts;
pub mod announcements;
pub mod health;
pub mod session;
