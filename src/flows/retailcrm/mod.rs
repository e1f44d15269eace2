//! What the RetailCRM-compatible API asks of Bellwire: the same records, people and lists, named by numbers and external
//! ids, read by pages and written in uploads.
//!
//! Everything that changes a record goes through [`super::records`]. Not here: parameters, and JSON but that of states.

pub mod lists;
pub mod payments;
pub mod people;
pub mod read;
pub mod tasks;
pub mod write;
