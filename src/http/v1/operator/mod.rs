//! The operator's doors, under `/v1/operator`: who runs the server for all accounts.

pub mod session;
