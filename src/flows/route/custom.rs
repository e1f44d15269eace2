//! Writes the notification of a rule: its texts are rendered and its recipients found; here it becomes inbox rows and
//! letters, in the transaction of the rule's run.

use super::Desk;
use super::letters::{self, Mailroom};
use crate::domain::code::fold;
use crate::domain::error::Result;
use crate::domain::id::{EventId, ItemId, NotificationId, UserId};
use crate::domain::kind::{Kind, Severity};
use crate::domain::notification::Notification;
use crate::domain::plan::{Content, Text};
use crate::domain::rule::said::RuleSaid;
use crate::render::html;
use crate::store::inbox::{self, NewItem};
use crate::store::{Tx, notifications};

/// A notification of a rule, ready to be written. Title and body are HTML of the allow-list.
pub struct Message {
    pub event: EventId,
    /// Tells it from every other notification of the account.
    pub dedup_key: String,
    pub severity: Severity,
    pub sticky: bool,
    pub title: String,
    pub body: String,
    pub link: Option<String>,
    pub said: RuleSaid,
    /// Whether it stands as a popup, and whether it is mailed, for those who want that. What is mailed and no popup is a letter:
    /// it is put into the archive of who gets it, and only who wants no letters finds it in the bell.
    pub popup: bool,
    pub mails: bool,
    pub recipients: Vec<UserId>,
}

/// Writes it; answers its id.
///
/// # Errors
/// What the store says.
pub fn tell(
    tx: &mut Tx,
    desk: &Desk,
    room: &mut Mailroom,
    message: Message,
) -> Result<(NotificationId, u64)> {
    let account = room.account;
    let id = NotificationId::new(desk.ids.next(desk.now));
    let search = fold(&format!("{} {}", html::plain_text(&message.title), html::plain_text(&message.body)));
    let text = Text { language: String::new(), title: message.title, body: message.body };
    let content = Content {
        kind: Kind::Custom,
        severity: message.severity,
        sticky: message.sticky,
        link: message.link,
        sender: None,
        audience: Vec::new(),
        texts: vec![text],
        expires_at: None,
        told: None,
        reminding: None,
        announcing: None,
        rule: Some(Box::new(message.said)),
    };
    let notification = Notification {
        id: id.clone(),
        event: message.event,
        content,
        created_at: desk.now,
        withdrawn_at: None,
    };
    notifications::insert_many(tx, account, &[(notification, search)])?;
    let item = |user| NewItem {
        user,
        id: ItemId::new(desk.ids.next(desk.now)),
        notification: id.clone(),
        dedup_key: message.dedup_key.clone(),
        merge_key: None,
        kind: Kind::Custom,
        popup: message.popup,
        created_at: desk.now,
    };
    let mut items: Vec<NewItem> = message.recipients.into_iter().map(item).collect();
    if items.is_empty() {
        return Ok((id, 0));
    }
    // A letter alone: there is nothing in the application that it could wait to be read in.
    let is_letter = message.mails && !message.popup;
    (room.mails, room.is_letter) = (message.mails, is_letter);
    letters::write(tx, desk, room, &mut items, |_| None)?;
    let first = inbox::take_seqs(tx, account, items.len() as i64)?;
    let written = inbox::insert_many(tx, account, &items, first)?;
    if is_letter {
        inbox::archive_mailed(tx, account, &id, desk.now)?;
    }
    Ok((id, written))
}
