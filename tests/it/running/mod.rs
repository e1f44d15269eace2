//! A server that runs for years and for others: what the operator allows an account, what time takes away, what is kept of
//! a person and how it goes, who administered what.

mod accounts;
mod audit;
mod backup;
mod persons;
mod retention;
