//! Writes the deliveries of new inbox items, in their transaction: whom an item concerns, his mailbox hears of as well.
//!
//! What the letter says, and whether it may still be sent, is looked at when its time comes (`flows::deliver`).

use std::collections::HashMap;

use super::Desk;
use crate::domain::delivery::{Channel, DeliveryState, Reason};
use crate::domain::error::Result;
use crate::domain::id::{Account, ItemId};
use crate::domain::mail::pace;
use crate::domain::plan::GATHERED_MS;
use crate::store::Tx;
use crate::store::audience::{self, Addressee};
use crate::store::deliveries::{self, NewDelivery};
use crate::store::inbox::NewItem;

/// How a reader wants to hear of an item by e-mail.
enum Email {
    /// As soon as it is complete.
    Now,
}

/// The reader's choice.
fn email(_reader: &Addressee, _item: &NewItem) -> Email {
    Email::Now
}

/// `expires_at` says when a notification is over, where it says so itself.
pub(super) fn write(
    tx: &mut Tx,
    desk: &Desk,
    account: Account,
    items: &[NewItem],
    expires_at: impl Fn(&NewItem) -> Option<i64>,
) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let has_relay = desk.mail.has_relay(tx, account)?;
    let mut users: Vec<&str> = items.iter().map(|item| item.user.as_str()).collect();
    users.sort_unstable();
    users.dedup();
    let readers = audience::list_addressees(tx, account, &users)?;
    let readers: HashMap<&str, &Addressee> =
        readers.iter().map(|reader| (reader.reader.person.id.as_str(), reader)).collect();
    let written = items.iter().filter_map(|item| {
        let reader = readers.get(item.user.as_str())?;
        Some(delivery(desk, has_relay, item, reader, expires_at(item)))
    });
    deliveries::insert_many(tx, account, &written.collect::<Vec<_>>())?;
    Ok(())
}

fn delivery(
    desk: &Desk,
    has_relay: bool,
    item: &NewItem,
    reader: &Addressee,
    over_at: Option<i64>,
) -> NewDelivery {
    // An item that later changes may be added to is mailed once, at the end of that time.
    let complete_at = if item.merge_key.is_some() { desk.now + GATHERED_MS } else { desk.now };
    let (state, begins_at) = match email(reader, item) {
        Email::Now => (DeliveryState::Queued, complete_at),
    };
    let expires_at = pace::expires_at(item.kind, begins_at, over_at);
    // Without a relay it waits for one, to its end, and nobody looks at it again and again.
    let waits_for_relay = !has_relay && state == DeliveryState::Queued;
    let id = desk.ids.next(desk.now);
    NewDelivery {
        id,
        item: ItemId::new(item.id.to_string()),
        user: item.user.clone(),
        notification: item.notification.clone(),
        channel: Channel::Email,
        kind: item.kind,
        address: reader.email.clone(),
        state,
        reason: waits_for_relay.then_some(Reason::NoRelay),
        is_digest: false,
        thread: item.merge_key.as_deref().and_then(|key| key.strip_prefix("record:")).map(str::to_owned),
        next_at: if waits_for_relay { expires_at } else { begins_at },
        expires_at,
        created_at: desk.now,
    }
}
