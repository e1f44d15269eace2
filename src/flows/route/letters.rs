//! Writes the deliveries of new inbox items, in their transaction: whom an item concerns, his mailbox hears of as well.
//!
//! The same choices of the reader say which items stand as popups, so that is settled here as well.
//!
//! What the letter says, and whether it may still be sent, is looked at when its time comes (`flows::deliver`).

use std::collections::{BTreeSet, HashMap};

use super::Desk;
use crate::domain::announcement::{Announcement, Form};
use crate::domain::delivery::{Channel, DeliveryState, Reason};
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::mail::pace;
use crate::domain::plan::GATHERED_MS;
use crate::domain::preferences::{AccountDefaults, Channels, Email, Suppressed, channels};
use crate::domain::rights::Role;
use crate::store::audience::{self, Addressee};
use crate::store::deliveries::{self, NewDelivery};
use crate::store::inbox::NewItem;
use crate::store::{Tx, accounts, preferences};

/// What all letters of an account are written by, loaded once per transaction.
pub(in crate::flows) struct Mailroom {
    pub(super) account: Account,
    has_relay: bool,
    /// Whether anything is mailed at all.
    pub(super) mails: bool,
    /// Whether it is for the mailbox alone.
    pub(super) is_letter: bool,
    defaults: AccountDefaults,
    zone: String,
    announcing: Option<Announcing>,
}

/// How an announcement is told. Its letters go to administrators; a banner is no popup, so no choice of popups or quiet
/// hours takes it away.
#[derive(Clone, Copy)]
struct Announcing {
    mandatory: bool,
    is_banner: bool,
}

impl Mailroom {
    pub(in crate::flows) fn load(tx: &mut Tx, desk: &Desk, account: Account) -> Result<Self> {
        Ok(Self {
            account,
            has_relay: desk.mail.has_relay(tx, account)?,
            mails: true,
            is_letter: false,
            defaults: preferences::find_defaults(tx, account)?,
            zone: accounts::get(tx, account)?.zone,
            announcing: None,
        })
    }

    /// For the items of this announcement.
    pub(super) fn announcing(self, announcement: &Announcement) -> Self {
        let (mandatory, is_banner) = (announcement.mandatory, announcement.form == Form::Banner);
        Self { announcing: Some(Announcing { mandatory, is_banner }), ..self }
    }
}

/// `expires_at` says when a notification is over, where it says so itself.
pub(super) fn write(
    tx: &mut Tx,
    desk: &Desk,
    room: &Mailroom,
    items: &mut [NewItem],
    expires_at: impl Fn(&NewItem) -> Option<i64>,
) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let (account, defaults) = (room.account, &room.defaults);
    let users: BTreeSet<String> = items.iter().map(|item| item.user.to_string()).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let readers = audience::list_addressees(tx, account, &users)?;
    let chosen = preferences::list(tx, account, &users)?;
    let readers: HashMap<&str, &Addressee> =
        readers.iter().map(|reader| (reader.reader.person.id.as_str(), reader)).collect();
    let written = items.iter_mut().filter_map(|item| {
        let reader = readers.get(item.user.as_str())?;
        let own = chosen.get(&item.user);
        let wants = own.cloned().unwrap_or_default();
        let mandatory = room.announcing.is_some_and(|announcing| announcing.mandatory);
        let Channels { popup, email, .. } = channels(item.kind, mandatory, &wants, defaults, desk.now);
        // What is not to stand anyway does not, whatever the reader likes.
        item.popup &= popup || room.announcing.is_some_and(|announcing| announcing.is_banner);
        let is_for_others = room.announcing.is_some() && reader.reader.role != Role::Administrator;
        if !room.mails || is_for_others {
            return None;
        }
        let digest = wants.choices(defaults).digest;
        let next_digest = digest.next(desk.now, reader.zone.as_deref().unwrap_or(&room.zone));
        Some(delivery(
            desk,
            item,
            reader,
            &Wish {
                has_relay: room.has_relay,
                email: at_once(room, email),
                next_digest,
                over_at: expires_at(item),
            },
        ))
    });
    deliveries::insert_many(tx, account, &written.collect::<Vec<_>>())?;
    Ok(())
}

/// What is for the mailbox alone does not wait to be read elsewhere.
fn at_once(room: &Mailroom, email: Email) -> Email {
    match email {
        Email::Hold(_) if room.is_letter => Email::Now,
        other => other,
    }
}

/// What decides about one delivery, beside the item itself.
struct Wish {
    has_relay: bool,
    email: Email,
    next_digest: Option<i64>,
    /// When the notification is over, where it says so itself.
    over_at: Option<i64>,
}

fn delivery(desk: &Desk, item: &NewItem, reader: &Addressee, wish: &Wish) -> NewDelivery {
    // An item that later changes may be added to is mailed once, at the end of that time.
    let complete_at = if item.merge_key.is_some() { desk.now + GATHERED_MS } else { desk.now };
    let (state, reason, begins_at) = match wish.email {
        Email::Now => (DeliveryState::Queued, None, complete_at),
        Email::Hold(seconds) => (DeliveryState::Held, None, complete_at.max(desk.now + seconds * 1_000)),
        Email::Digest => {
            (DeliveryState::Digest, None, wish.next_digest.unwrap_or(complete_at).max(complete_at))
        }
        Email::Suppressed(Suppressed::SwitchedOff) => {
            (DeliveryState::Suppressed, Some(Reason::SwitchedOff), desk.now)
        }
        Email::Suppressed(Suppressed::KindOff) => {
            (DeliveryState::Suppressed, Some(Reason::KindOff), desk.now)
        }
    };
    let expires_at = pace::expires_at(item.kind, begins_at, wish.over_at);
    // Without a relay it waits for one, to its end, and nobody looks at it again and again.
    let waits_for_relay = !wish.has_relay && state == DeliveryState::Queued;
    NewDelivery {
        id: desk.ids.next(desk.now),
        item: item.id.clone(),
        user: item.user.clone(),
        notification: item.notification.clone(),
        channel: Channel::Email,
        kind: item.kind,
        address: reader.email.clone(),
        state,
        reason: if waits_for_relay { Some(Reason::NoRelay) } else { reason },
        is_digest: state == DeliveryState::Digest,
        thread: item.merge_key.as_deref().and_then(|key| key.strip_prefix("record:")).map(str::to_owned),
        next_at: if waits_for_relay { expires_at } else { begins_at },
        expires_at,
        created_at: desk.now,
    }
}
