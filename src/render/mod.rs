//! What people get to read: HTML from outside made harmless, links made safe, and the program's own
//! sentences in the languages of its users.
//!
//! How any of it is drawn is deliberately not here: the browser builds nodes from the small grammar
//! that [`html`] writes, and a channel decides what it takes.

pub mod html;
pub mod instant;
pub mod item;
pub mod letter;
pub mod link;
pub mod reminder;
pub mod template;
pub mod texts;
pub mod told;
