//! Routes accepted events: loads what is known, has `domain::plan` decide, and writes notifications and inbox rows.
//!
//! The only place that creates inbox rows. One step is one transaction, so a crash at any moment leaves an event
//! either routed up to a known place or not; running it again plans the same rows, and the unique key lets no second
//! copy in.

mod announcements;
mod changes;
mod custom;
mod letters;
mod messages;
mod reminders;

pub use changes::SYSTEM_NOTIFICATIONS;
pub(super) use custom::{Message, tell};
pub(super) use letters::Mailroom;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Ctx;
use super::mail::Mail;
use crate::domain::error::Result;
use crate::domain::event::EventType;
use crate::domain::id::Account;
use crate::domain::work::{MOST_ATTEMPTS, WorkKind, retry_after_ms};
use crate::flows::restored;
use crate::ids::Ids;
use crate::render::texts::Texts;
use crate::store::Tx;
use crate::store::events::{self, Unrouted};
use crate::store::restore::RestoreMark;
use crate::store::work::{self, Work};

/// Events that one step takes at most.
const EVENTS: i64 = 256;
/// Recipients that one step writes at most: a broadcast goes out in parts of this size, so that no transaction keeps
/// the writer from others for longer than some 20 ms.
const RECIPIENTS: usize = 2_000;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Routed {
    /// Events that were routed to their last recipient.
    pub events: usize,
    /// Inbox rows written.
    pub items: u64,
    /// Whether there may be more that is due now.
    pub more: bool,
}

/// Events of one account, by how they are routed.
#[derive(Default)]
struct Sorted {
    written: Vec<Unrouted>,
    changed: Vec<Unrouted>,
    fired: Vec<Unrouted>,
    announced: Vec<Unrouted>,
}

impl Sorted {
    fn count(&self) -> usize {
        self.written.len() + self.changed.len() + self.fired.len() + self.announced.len()
    }
}

/// What a transaction that tells somebody something writes with.
pub(super) struct Desk {
    pub ids: Ids,
    pub texts: Arc<Texts>,
    pub mail: Arc<Mail>,
    pub now: i64,
    pub(in crate::flows) restored: Option<Arc<RestoreMark>>,
}

impl Desk {
    pub(super) fn new(ctx: &Ctx) -> Self {
        Self {
            ids: ctx.ids.clone(),
            texts: Arc::clone(&ctx.texts),
            mail: Arc::clone(&ctx.mail),
            now: ctx.now(),
            restored: ctx.restored.clone(),
        }
    }
}

/// Routes what is due, up to the size of one step. When the step fails as a whole, its events are tried one by one,
/// so that one bad event holds up no other; a failing one is tried again later, and put aside at last.
///
/// # Errors
/// What the store says, when not even that was possible.
pub async fn step(ctx: &Ctx) -> Result<Routed> {
    let desk = Desk::new(ctx);
    let all = ctx.store.write_first(move |tx| route(tx, &desk, EVENTS)).await;
    match all {
        Ok(routed) => Ok(routed),
        Err(error) => {
            tracing::warn!(%error, "a step of the router failed; its events are tried one by one");
            one_by_one(ctx).await
        }
    }
}

async fn one_by_one(ctx: &Ctx) -> Result<Routed> {
    let (desk, now) = (Desk::new(ctx), ctx.now());
    let first = ctx.store.write_first(move |tx| route(tx, &desk, 1)).await;
    match first {
        Ok(routed) => Ok(routed),
        Err(error) => {
            let reason = error.to_string();
            ctx.store.write_first(move |tx| put_back(tx, now, &reason)).await?;
            Ok(Routed { more: true, ..Routed::default() })
        }
    }
}

/// The oldest event that is due failed: later, or never again.
fn put_back(tx: &mut Tx, now: i64, reason: &str) -> Result<()> {
    let Some(unrouted) = events::claim_unrouted(tx, now, 1)?.pop() else {
        return Ok(());
    };
    let event = &unrouted.addressed.event;
    let attempt = unrouted.attempt + 1;
    let failed = Work {
        account: event.account,
        kind: WorkKind::Route,
        subject: event.id.to_string(),
        attempt,
        progress: unrouted.progress,
    };
    let again = (attempt < MOST_ATTEMPTS).then(|| now + retry_after_ms(attempt));
    work::fail(tx, &failed, again, now, reason)
}

fn route(tx: &mut Tx, desk: &Desk, most: i64) -> Result<Routed> {
    let claimed = events::claim_unrouted(tx, desk.now, most)?;
    let mut routed = Routed { more: claimed.len() as i64 == most, ..Routed::default() };
    let mut by_account: BTreeMap<Account, Sorted> = BTreeMap::new();
    let (mut room, mut old) = (RECIPIENTS, Vec::new());
    for mut unrouted in claimed {
        if room == 0 {
            routed.more = true;
            break;
        }
        if unrouted.addressed.audience.is_none() {
            messages::fix_audience(tx, &mut unrouted.addressed)?;
            announcements::fix_audience(tx, &mut unrouted.addressed)?;
        }
        if let Some(mark) = &desk.restored
            && restored::is_older(&unrouted.addressed.event, mark)
        {
            old.push(unrouted.addressed.event.id.to_string());
        }
        let audience = unrouted.addressed.audience.as_ref().map_or(0, Vec::len);
        let rest = audience.saturating_sub(usize::try_from(unrouted.progress).unwrap_or_default());
        let rest = rest.max(reminders::rest(&unrouted));
        room = room.saturating_sub(rest.max(1));
        let sorted = by_account.entry(unrouted.addressed.event.account).or_default();
        match unrouted.addressed.event.fact.event_type() {
            EventType::OneTime => sorted.written.push(unrouted),
            EventType::Reminders => sorted.fired.push(unrouted),
            EventType::Announcement => sorted.announced.push(unrouted),
            // The last two are not routed; if one ever comes here, it is about nobody.
            EventType::RecordChanged | EventType::Custom | EventType::Task | EventType::Tick => {
                sorted.changed.push(unrouted);
            }
        }
    }
    for (account, sorted) in by_account {
        let mut done = Vec::new();
        routed.items += changes::route(tx, desk, account, &sorted.changed, &mut done)?;
        routed.items += messages::route(tx, desk, account, &sorted.written, &mut done)?;
        routed.items += reminders::route(tx, desk, account, &sorted.fired, &mut done)?;
        routed.items += announcements::route(tx, desk, account, &sorted.announced, &mut done)?;
        routed.more |= done.len() < sorted.count();
        routed.events += done.len();
        restored::hold(tx, account, &old)?;
    }
    let (welcomed, more) = announcements::welcome(tx, desk)?;
    routed.items += welcomed;
    routed.more |= more;
    Ok(routed)
}
