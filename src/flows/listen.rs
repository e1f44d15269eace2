//! What a stream must tell: the changes after a cursor, as frames for the hub.
//!
//! One way of encoding serves the live relay and the replay of one who comes back.

use std::collections::HashMap;

use bytes::Bytes;

use super::Ctx;
use crate::domain::access::SignedIn;
use crate::domain::cursor::{Cursor, MOST_REPLAYED, Start, start};
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, NotificationId, UserId};
use crate::domain::inbox::{Change, Item};
use crate::domain::language::Language;
use crate::domain::notification::Notification;
use crate::hub::Listener;
use crate::hub::frame::{self, Frame};
use crate::render::item::{Head, Message};
use crate::store::{Tx, inbox, notifications, retirement};

/// What a client hears that comes back with a cursor.
#[derive(Debug)]
pub struct Replay {
    pub frames: Vec<Frame>,
    /// The number up to which the frames tell everything.
    pub up_to: i64,
}

/// The changes of one user after `cursor`, on one snapshot; a single `resync` where they cannot be told.
///
/// # Errors
/// What the store says.
pub async fn replay(ctx: &Ctx, who: &SignedIn, cursor: Option<Cursor>) -> Result<Replay> {
    let (account, user, language, epoch) = (who.account, who.user.clone(), who.language, ctx.epoch);
    ctx.store
        .read(move |tx| {
            let (head, kept_after) = (inbox::head(tx, account)?, retirement::kept_after(tx, account)?);
            let resync = || Replay { frames: vec![frame::resync()], up_to: head };
            let after = match start(cursor, Cursor { epoch, seq: head }) {
                Start::Head => return Ok(Replay { frames: Vec::new(), up_to: head }),
                Start::Resync => return Ok(resync()),
                // Rows from before may be gone, and nobody would say that they are.
                Start::After(after) if after < kept_after => return Ok(resync()),
                Start::After(after) => after,
            };
            let most = MOST_REPLAYED as i64 + 1;
            let changes = inbox::list_changes(tx, account, Some(&user), after, head, most)?;
            if changes.len() > MOST_REPLAYED {
                return Ok(resync());
            }
            let listener = Listener { user: user.clone(), languages: vec![language] };
            let encoded = encode(tx, account, epoch, &changes, &[listener])?;
            Ok(Replay { frames: encoded.into_iter().map(|(_, _, frame)| frame).collect(), up_to: head })
        })
        .await
}

/// Changes of an account, as read for the relay.
#[derive(Debug)]
pub struct Changes {
    pub changes: Vec<Change>,
    /// Everything up to this number is in `changes`.
    pub up_to: i64,
    pub more: bool,
}

/// Changes that the relay reads at a time.
const MOST_RELAYED: usize = 2_000;

/// The changes of all users after the number `after`.
///
/// # Errors
/// What the store says.
pub async fn changes(ctx: &Ctx, account: Account, after: i64) -> Result<Changes> {
    ctx.store
        .read(move |tx| {
            let head = inbox::head(tx, account)?;
            let changes = inbox::list_changes(tx, account, None, after, head, MOST_RELAYED as i64)?;
            let more = changes.len() == MOST_RELAYED;
            let up_to = if more { changes.last().map_or(head, Change::seq) } else { head };
            Ok(Changes { changes, up_to, more })
        })
        .await
}

/// The account's number now.
///
/// # Errors
/// What the store says.
pub async fn head(ctx: &Ctx, account: Account) -> Result<i64> {
    ctx.store.read(move |tx| inbox::head(tx, account)).await
}

/// A frame, and whose connections of which language get it.
pub type Directed = (UserId, Language, Frame);

/// Encodes the changes that concern these listeners.
///
/// # Errors
/// What the store says.
pub async fn frames(
    ctx: &Ctx,
    account: Account,
    changes: Vec<Change>,
    listeners: Vec<Listener>,
) -> Result<Vec<Directed>> {
    let epoch = ctx.epoch;
    ctx.store.read(move |tx| encode(tx, account, epoch, &changes, &listeners)).await
}

fn encode(
    tx: &mut Tx,
    account: Account,
    epoch: i64,
    changes: &[Change],
    listeners: &[Listener],
) -> Result<Vec<Directed>> {
    let listeners: HashMap<&UserId, &[Language]> =
        listeners.iter().map(|l| (&l.user, l.languages.as_slice())).collect();
    let concerned = || changes.iter().filter(|change| listeners.contains_key(change.user()));
    let mut said = Said::load(tx, account, concerned())?;
    let mut users: Vec<&str> = listeners.keys().map(|user| user.as_str()).collect();
    users.sort_unstable();
    let unread: HashMap<UserId, i64> = inbox::count_unread_of(tx, account, &users)?.into_iter().collect();
    // The count stands with the last change of each user: it is that of the snapshot, not of each step.
    let last: HashMap<&UserId, i64> = concerned().map(|change| (change.user(), change.seq())).collect();
    let mut out = Vec::with_capacity(changes.len());
    for change in concerned() {
        let user = change.user();
        let cursor = Cursor { epoch, seq: change.seq() };
        let count = unread.get(user).copied().unwrap_or_default();
        let is_last = last.get(user) == Some(&change.seq());
        for language in listeners.get(user).into_iter().copied().flatten() {
            let frame = match change {
                Change::Read(mark) => frame::read_all(cursor, mark.up_to, count),
                Change::Item(item) => {
                    let head = json(&Head::new(item))?;
                    frame::item(cursor, &head, said.bytes(item, *language)?, is_last.then_some(count))
                }
            };
            out.push((user.clone(), *language, frame));
        }
    }
    Ok(out)
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::internal(e.to_string()))
}

/// What the notifications say, each encoded once per language.
struct Said {
    notifications: HashMap<NotificationId, Notification>,
    encoded: HashMap<(NotificationId, Language, bool), Bytes>,
}

impl Said {
    fn load<'a>(tx: &mut Tx, account: Account, changes: impl Iterator<Item = &'a Change>) -> Result<Self> {
        let mut ids: Vec<&str> = changes
            .filter_map(|change| match change {
                Change::Item(item) => Some(item.notification.as_str()),
                Change::Read(_) => None,
            })
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let notifications = notifications::list_by_ids(tx, account, &ids)?;
        let notifications = notifications.into_iter().map(|n| (n.id.clone(), n)).collect();
        Ok(Self { notifications, encoded: HashMap::new() })
    }

    fn bytes(&mut self, item: &Item, language: Language) -> Result<Bytes> {
        let withdrawn = item.state.withdrawn_at.is_some();
        let key = (item.notification.clone(), language, withdrawn);
        if let Some(bytes) = self.encoded.get(&key) {
            return Ok(bytes.clone());
        }
        let notification = self
            .notifications
            .get(&item.notification)
            .ok_or_else(|| Error::internal("an inbox item without its notification"))?;
        let message =
            if withdrawn { Message::withdrawn(notification) } else { Message::new(notification, language) };
        let bytes = frame::message(&json(&message)?);
        self.encoded.insert(key, bytes.clone());
        Ok(bytes)
    }
}
