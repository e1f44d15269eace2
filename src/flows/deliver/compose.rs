//! Puts a letter together: who it is from and to, what it is about. How it looks is `render::letter`'s.

use super::Errand;
use crate::channels::email::letter::{Draft, Picture};
use crate::domain::branding::Branding;
use crate::domain::inbox::Item;
use crate::domain::language::Language;
use crate::domain::mail::sender::Sender;
use crate::domain::notification::Notification;
use crate::flows::{Ctx, preferences};
use crate::render::item::Message;
use crate::render::letter::{
    self, DigestInput, LOGO_ID, Letter, LetterInput, LetterItem, Office, Reader, Why,
};
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
    pub why: Why,
    /// Whether the reader can end letters of this kind himself.
    pub may_unsubscribe: bool,
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
pub fn compose(ctx: &Ctx, errand: &Errand, now: i64) -> Option<Draft> {
    let first = errand.said.first()?;
    let stationery = &errand.stationery;
    let may_unsubscribe = errand.said.iter().all(|said| said.may_unsubscribe);
    let unsubscribe = may_unsubscribe
        .then(|| preferences::unsubscribe_url(ctx, errand.account, &first.item.user, &stationery.base_url));
    let letter = render(ctx, errand, first, unsubscribe.as_deref());
    Some(Draft {
        from: stationery.from.clone(),
        to_name: first.reader.name.clone(),
        to_address: first.reader.email.clone(),
        subject: letter.subject,
        html: letter.html,
        text: letter.text,
        id: errand.letter.clone(),
        thread: first.claimed.thread.clone().filter(|_| !first.claimed.is_digest),
        at: now,
        unsubscribe,
        picture: letter.logo.map(|logo| Picture {
            id: LOGO_ID,
            media: logo.picture.name(),
            bytes: logo.bytes,
        }),
    })
}

/// What a letter says.
#[must_use]
pub fn render(ctx: &Ctx, errand: &Errand, first: &Said, unsubscribe_url: Option<&str>) -> Letter {
    let stationery = &errand.stationery;
    let language = first.reader.reader.language.as_deref().and_then(Language::parse);
    let language = language.unwrap_or(stationery.details.language());
    let reader = Reader {
        name: &first.reader.name,
        address: &first.reader.email,
        language,
        zone: first.reader.zone.as_deref().unwrap_or(&stationery.details.zone),
    };
    let office = Office {
        name: &stationery.details.name,
        branding: &stationery.branding,
        public_url: &stationery.base_url,
    };
    let messages: Vec<Message> =
        errand.said.iter().map(|said| Message::new(&said.notification, language)).collect();
    let records: Vec<Option<String>> = errand.said.iter().map(|said| record(ctx, said, language)).collect();
    let items = errand.said.iter().zip(&messages).zip(&records);
    let items: Vec<LetterItem> =
        items.map(|((said, message), record)| item(said, message, record.as_deref())).collect();
    match items.as_slice() {
        [item] if !first.claimed.is_digest => {
            letter::letter(&ctx.texts, &LetterInput { reader, office, item: item.clone(), unsubscribe_url })
        }
        items => letter::digest(&ctx.texts, &DigestInput { reader, office, items, unsubscribe_url }),
    }
}

fn item<'a>(said: &'a Said, message: &'a Message, record: Option<&'a str>) -> LetterItem<'a> {
    let told = said.notification.content.told.as_ref();
    let own = said.notification.content.rule.as_ref().and_then(|rule| rule.letter.as_ref());
    LetterItem {
        kind: message.kind,
        severity: message.severity,
        title: own.map_or(&message.title, |letter| &letter.subject),
        body: own.map_or(&message.body, |letter| &letter.body),
        record,
        link: message.link.as_deref(),
        by: message.sender.as_deref().or(told.and_then(|told| told.by.as_deref())),
        created_at: said.item.created_at,
        why: said.why.clone(),
    }
}

/// What people call the record that a notification is about.
fn record(ctx: &Ctx, said: &Said, language: Language) -> Option<String> {
    let content = &said.notification.content;
    let told = content.told.as_ref().map(|told| (told.record_type, &told.title));
    let about = content.rule.as_ref().and_then(|rule| rule.about.as_ref());
    let (record_type, title) = told.or_else(|| about.map(|about| (about.record_type, &about.title)))?;
    let key = format!("record.{}", record_type.name());
    Some(ctx.texts.say(language, &key, &[("title", title.clone())]))
}
