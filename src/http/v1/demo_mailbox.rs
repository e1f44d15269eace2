//! The demo's mailbox: the letters that its people would have got, as its own relay took them.
//!
//! Like all doors of the demo, a server that is none has no such routes.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use super::demo::of;
use crate::channels::email::reading::Read;
use crate::channels::email::sink::Received;
use crate::domain::error::Error;
use crate::http::State;
use crate::http::extract::Path;
use crate::http::problem::Result;
use crate::http::reply::Success;
use crate::render::instant::to_rfc3339;

/// Letters that are kept; the oldest go first.
const MOST: usize = 200;

/// The letters that were taken.
#[derive(Debug, Default)]
pub struct Mailbox(Mutex<Letters>);

#[derive(Debug, Default)]
struct Letters {
    kept: VecDeque<(u64, i64, Received)>,
    last: u64,
}

impl Mailbox {
    /// Keeps a letter that came at this instant (Unix ms).
    pub fn keep(&self, letter: Received, at: i64) {
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.last += 1;
        let number = letters.last;
        letters.kept.push_front((number, at, letter));
        letters.kept.truncate(MOST);
    }
}

/// A letter in the list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LetterRow {
    id: String,
    to: String,
    subject: String,
    at: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct MailboxOut {
    items: Vec<LetterRow>,
}

pub async fn list_letters(state: State) -> Result<Success<MailboxOut>> {
    let letters = of(&state)?.mailbox().0.lock().unwrap_or_else(PoisonError::into_inner);
    let row = |(number, at, letter): &(u64, i64, Received)| LetterRow {
        id: number.to_string(),
        to: letter.to.join(", "),
        subject: Read::parse(&letter.raw).header("Subject").unwrap_or_default().to_owned(),
        at: to_rfc3339(*at),
    };
    Ok(Success::new(MailboxOut { items: letters.kept.iter().map(row).collect() }))
}

/// A letter as it was taken.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MailboxLetter {
    /// Names and values, decoded.
    headers: Vec<(String, String)>,
    html: String,
    text: String,
    raw: String,
}

pub async fn get_letter(state: State, Path(id): Path<String>) -> Result<Success<MailboxLetter>> {
    let letters = of(&state)?.mailbox().0.lock().unwrap_or_else(PoisonError::into_inner);
    let found = letters.kept.iter().find(|(number, ..)| number.to_string() == id);
    let raw = found.map(|(.., letter)| letter.raw.clone()).ok_or(Error::NotFound)?;
    drop(letters);
    let read = Read::parse(&raw);
    Ok(Success::new(MailboxLetter { headers: read.headers, html: read.html, text: read.text, raw }))
}
