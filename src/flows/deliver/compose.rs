//! Puts a letter together: who it is from and to, what it is about, and what it says.

use super::Errand;
use crate::channels::email::letter::Draft;
use crate::domain::inbox::Item;
use crate::domain::language::Language;
use crate::domain::mail::sender::{Branding, Sender};
use crate::domain::notification::Notification;
use crate::render::html::plain_text;
use crate::render::item::Message;
use crate::store::accounts::AccountDetails;
use crate::store::audience::Addressee;
use crate::store::deliveries::Claimed;

/// A delivery with all that its letter is about.
#[derive(Debug, Clone)]
pub struct Said {
    pub claimed: Claimed,
    pub reader: Addressee,
    pub item: Item,
    pub notification: Notification,
}

/// What all letters of an account are written on.
#[derive(Debug, Clone)]
pub struct Stationery {
    pub details: AccountDetails,
    pub branding: Branding,
    pub from: Sender,
    /// The start of links.
    pub base_url: String,
}

/// Writes the letter of an errand. `None`: it is about nothing.
#[must_use]
pub fn compose(errand: &Errand, now: i64) -> Option<Draft> {
    let (said, stationery) = (&errand.said, &errand.stationery);
    let first = said.first()?;
    let reader = &first.reader;
    let language = reader.reader.language.as_deref().and_then(Language::parse);
    let language = language.unwrap_or(stationery.details.language());
    let (mut html, mut text, mut subject) = (String::new(), String::new(), String::new());
    for one in said {
        let message = Message::new(&one.notification, language);
        let link = message.link.as_deref().map(|link| absolute(&stationery.base_url, link));
        let title = plain_text(&message.title);
        html += &format!("<h1>{}</h1>\n<p>{}</p>\n", message.title, message.body);
        text += &format!("{title}\n\n{}\n", plain_text(&message.body));
        if let Some(link) = link {
            html += &format!("<p><a href=\"{0}\">{0}</a></p>\n", escape(&link));
            text += &format!("\n{link}\n");
        }
        if subject.is_empty() {
            subject = if title.is_empty() { plain_text(&message.body) } else { title };
        }
    }
    Some(Draft {
        from: stationery.from.clone(),
        to_name: reader.name.clone(),
        to_address: reader.email.clone(),
        subject,
        html,
        text,
        id: errand.letter.clone(),
        thread: first.claimed.thread.clone().filter(|_| said.len() == 1),
        at: now,
        unsubscribe: None,
    })
}

fn absolute(start: &str, link: &str) -> String {
    if link.starts_with('/') { format!("{start}{link}") } else { link.to_owned() }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}
