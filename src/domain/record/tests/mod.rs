//! The change engine held by tables and laws. What concerns one file alone stands at the end of that file.

mod changing;
mod matching;
mod properties;
mod reading;
pub(in crate::domain) mod samples;
mod told;
mod writing;
