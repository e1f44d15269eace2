//! Announcements: written, published, changed and recalled by operators; told by Bellwire of itself; answered by the
//! administrators of accounts.
//!
//! Publishing gives every account that is meant an event; the router does the rest (`flows::route`), as with every
//! other kind. Nothing of an account is read here but how many people have what they were told.

mod raise;
mod read;
mod renew;
mod reply;
mod write;

pub use raise::{Condition, Said, clear, raise};
pub use read::{Detail, Page, Reach, Summary, detail, list, page_of_fares, reach, standing};
pub(super) use renew::{content, renew_part, search};
pub(super) use reply::reply;
pub use write::{Draft, create, delete, edit, publish, put_label, recall, tell, tell_of_feed};
pub(super) use write::{cover, label, welcome_later};
