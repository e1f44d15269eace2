//! What the stories stand on: a server on a database of its own, callers, streams, and what to compare.

pub mod answer;
pub mod app;
pub mod call;
pub mod database;
pub mod facts;
pub mod people;
pub mod relay;
pub mod stream;

pub use answer::Answer;
pub(crate) use answer::assert_answer;
pub(crate) use app::both;
pub use app::{TestApp, run, run_empty, run_on, run_set, run_with};
pub use call::Client;
pub use database::Database;
