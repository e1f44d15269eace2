//! Deliveries on their way: written with their inbox items, claimed with a lease and a fencing attempt number, ended with
//! a reason. What administrators look at is [`super::delivery_log`]'s.

use super::tx::Row;
use super::{Param, Tx, inbox, notifications};
use crate::domain::delivery::{Channel, DeliveryState, LATE_MS, Reason};
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, ItemId, NotificationId, UserId};
use crate::domain::inbox::Item;
use crate::domain::kind::Kind;
use crate::domain::notification::Notification;

/// A row to be written.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    pub id: String,
    pub item: ItemId,
    pub user: UserId,
    pub notification: NotificationId,
    pub channel: Channel,
    pub kind: Kind,
    pub address: String,
    pub state: DeliveryState,
    pub reason: Option<Reason>,
    pub is_digest: bool,
    pub thread: Option<String>,
    pub next_at: i64,
    pub expires_at: i64,
    pub created_at: i64,
}

/// Writes rows; one that exists already is left alone. Answers how many were new.
pub fn insert_many(tx: &mut Tx, account: Account, deliveries: &[NewDelivery]) -> Result<u64> {
    let texts: Vec<_> = deliveries
        .iter()
        .map(|d| {
            let names = (d.channel.name(), d.kind.name(), d.state.name(), d.reason.map(Reason::name));
            let ids = (d.item.as_str(), d.user.as_str(), d.notification.as_str());
            let ended_at = d.state.is_end().then_some(d.created_at);
            (names, ids, d.address.to_lowercase(), i64::from(d.is_digest), ended_at)
        })
        .collect();
    let rows = deliveries.iter().zip(&texts).map(|(d, (names, ids, key, is_digest, ended_at))| {
        vec![
            &account.0 as &dyn Param,
            &d.id,
            &ids.0,
            &ids.1,
            &ids.2,
            &names.0,
            &names.1,
            &d.address,
            key,
            &names.2,
            &names.3,
            is_digest,
            &d.thread,
            &d.next_at,
            &d.expires_at,
            &d.created_at,
            ended_at,
        ]
    });
    tx.wake_mail();
    tx.insert_many(
        "delivery (account, id, item_id, user_id, notification_id, channel, kind, address, address_key, state,
             reason, is_digest, thread, next_at, expires_at, created_at, ended_at)",
        " on conflict do nothing",
        &rows.collect::<Vec<_>>(),
    )
}

/// A claimed delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub account: Account,
    pub id: String,
    pub item: ItemId,
    pub user: UserId,
    pub kind: Kind,
    pub address: String,
    pub is_digest: bool,
    /// The name of its letter; none before its first claim.
    pub letter: Option<String>,
    pub thread: Option<String>,
    /// What it was before the claim.
    pub was: DeliveryState,
    pub reason: Option<Reason>,
    /// Which claim this is; who lost its lease finds another number here and changes nothing.
    pub attempt: i64,
    pub tries: i64,
    pub crashes: i64,
    pub expires_at: i64,
}

const CLAIMED: &str =
    "w.id, w.item_id, w.user_id, w.kind, w.address, w.is_digest, w.letter, w.thread, w.state,
    w.reason, w.attempt, w.tries, w.crashes, w.expires_at";

fn read_claimed(account: Account, row: &Row) -> Result<Claimed> {
    let (kind, was): (String, String) = (row.get(3)?, row.get(8)?);
    let was = parse_state(&was)?;
    Ok(Claimed {
        account,
        id: row.get(0)?,
        item: ItemId::new(row.get(1)?),
        user: UserId::new(row.get(2)?),
        kind: Kind::parse(&kind).ok_or_else(|| Error::internal(format!("unknown kind {kind:?}")))?,
        address: row.get(4)?,
        is_digest: row.get::<i64>(5)? != 0,
        letter: row.get(6)?,
        thread: row.get(7)?,
        was,
        reason: row.get::<Option<String>>(9)?.and_then(|name| Reason::parse(&name)),
        attempt: row.get::<i64>(10)? + 1,
        tries: row.get(11)?,
        // A claim that finds another one's claim: that one ended with its process.
        crashes: row.get::<i64>(12)? + i64::from(was == DeliveryState::Sending),
        expires_at: row.get(13)?,
    })
}

pub(super) fn parse_state(name: &str) -> Result<DeliveryState> {
    DeliveryState::parse(name).ok_or_else(|| Error::internal(format!("unknown state {name:?}")))
}

/// The accounts that have something due, at most `most`.
pub fn list_due_accounts(tx: &mut Tx, now: i64, most: i64) -> Result<Vec<Account>> {
    tx.query(
        "select a.number from account a
         where a.suspended_at is null and exists (select 1 from delivery d where d.account = a.number and d.ended_at is null
             and d.next_at <= $1 and d.lease_until <= $1)
         order by a.number limit $2",
        &[&now, &most],
        |row| row.get(0).map(Account),
    )
}

/// When the next delivery that nobody is at is due.
pub fn next_due(tx: &mut Tx) -> Result<Option<i64>> {
    let due = tx.query_row(
        "select min((select d.next_at from delivery d where d.account = a.number and d.ended_at is null
             and d.lease_until = 0 order by d.next_at limit 1)) from account a where a.suspended_at is null",
        &[],
        |row| row.get(0),
    )?;
    Ok(due.flatten())
}

/// Claims what is due, oldest first, until `lease_until`. Of a digest, all that belongs to the same letter comes along.
pub fn claim(tx: &mut Tx, account: Account, now: i64, lease_until: i64, most: i64) -> Result<Vec<Claimed>> {
    let due = "w.account = $1 and w.ended_at is null and w.next_at <= $2 and w.lease_until <= $2";
    let skip = tx.engine().claim();
    let sql = format!("select {CLAIMED} from delivery w where {due} order by w.next_at, w.id limit $3{skip}");
    let mut claimed = tx.query(&sql, &[&account.0, &now, &most], |row| read_claimed(account, row))?;
    let mut readers: Vec<String> =
        claimed.iter().filter(|one| one.is_digest).map(|one| one.user.to_string()).collect();
    readers.sort_unstable();
    readers.dedup();
    for reader in readers {
        let sql = format!(
            "select {CLAIMED} from delivery w where {due} and w.user_id = $3 and w.is_digest = 1
             order by w.id{skip}"
        );
        for one in tx.query(&sql, &[&account.0, &now, &reader], |row| read_claimed(account, row))? {
            if !claimed.iter().any(|known| known.id == one.id) {
                claimed.push(one);
            }
        }
    }
    let ids: Vec<&str> = claimed.iter().map(|one| one.id.as_str()).collect();
    tx.query_in(
        "update delivery set state = 'sending', lease_until = $2, attempt = attempt + 1,
             crashes = crashes + case when state = 'sending' then 1 else 0 end,
             letter = coalesce(letter, case when is_digest = 0 then id end)
         where account = $1 and id in ({in}) returning id",
        &[&account.0, &lease_until],
        &ids,
        |row| row.get::<String>(0),
    )?;
    for one in claimed.iter_mut().filter(|one| !one.is_digest) {
        one.letter.get_or_insert_with(|| one.id.clone());
    }
    Ok(claimed)
}

/// Claims of one process go on until `lease_until`. Answers those that it still had.
pub fn renew(
    tx: &mut Tx,
    account: Account,
    attempt: i64,
    ids: &[&str],
    lease_until: i64,
) -> Result<Vec<String>> {
    tx.query_in(
        "update delivery set lease_until = $3
         where account = $1 and attempt = $2 and state = 'sending' and id in ({in}) returning id",
        &[&account.0, &attempt, &lease_until],
        ids,
        |row| row.get(0),
    )
}

/// A delivery as [`claim`] would answer it.
pub fn find(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Claimed>> {
    let sql = format!("select {CLAIMED} from delivery w where w.account = $1 and w.id = $2");
    tx.query_row(&sql, &[&account.0, &id], |row| read_claimed(account, row))
}

/// The name of the letter that a claimed delivery goes into, and the address that it goes to.
pub fn update_letter(tx: &mut Tx, claimed: &Claimed, letter: &str, address: &str) -> Result<()> {
    tx.execute(
        "update delivery set letter = $3, address = $4, address_key = $5 where account = $1 and id = $2",
        &[&claimed.account.0, &claimed.id, &letter, &address, &address.to_lowercase()],
    )?;
    Ok(())
}

/// What claimed deliveries are about: item and notification, by the delivery's id. What is gone is missing.
pub fn list_said(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<(String, Item, Notification)>> {
    let (items, width) = (inbox::COLUMNS, inbox::WIDTH);
    let sql = format!(
        "select {items}, {}, d.id from delivery d
         join inbox_item i on i.account = d.account and i.user_id = d.user_id and i.id = d.item_id
         join notification n on n.account = i.account and n.id = i.notification_id
         where d.account = $1 and d.id in ({{in}})",
        notifications::COLUMNS
    );
    tx.query_in(&sql, &[&account.0], ids, |row| {
        let id = row.get(width + notifications::WIDTH)?;
        Ok((id, inbox::read(row)?, notifications::read(row, width)?))
    })
}

/// What becomes of a claimed delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub state: DeliveryState,
    pub reason: Option<Reason>,
    /// A relay's words.
    pub detail: Option<String>,
    pub relay: Option<String>,
    pub tries: i64,
    pub next_at: i64,
}

/// Writes what became of a claimed delivery. False: this worker had lost its lease, and another one has it.
pub fn conclude(tx: &mut Tx, claimed: &Claimed, outcome: &Outcome, now: i64) -> Result<bool> {
    let ended_at = outcome.state.is_end().then_some(now);
    let updated = tx.execute(
        "update delivery set state = $4, reason = $5, detail = $6, relay = coalesce($7, relay), tries = $8,
             next_at = $9, ended_at = $10, lease_until = 0
         where account = $1 and id = $2 and attempt = $3 and ended_at is null",
        &[
            &claimed.account.0,
            &claimed.id,
            &claimed.attempt,
            &outcome.state.name(),
            &outcome.reason.map(Reason::name),
            &outcome.detail,
            &outcome.relay,
            &outcome.tries,
            &outcome.next_at,
            &ended_at,
        ],
    )?;
    if ended_at.is_none() {
        tx.wake_mail();
    }
    Ok(updated == 1)
}

/// As [`conclude`] for deliveries that a relay has taken, in one statement for all that were tried alike. Answers the ids
/// of those whose lease was not lost.
pub fn conclude_sent(
    tx: &mut Tx,
    account: Account,
    ids: &[&str],
    alike: (i64, i64, &str),
    now: i64,
) -> Result<Vec<String>> {
    let (attempt, tries, relay) = alike;
    tx.query_in(
        "update delivery set state = 'sent', reason = null, detail = null, relay = $2, tries = $3, ended_at = $4,
             next_at = $4, lease_until = 0
         where account = $1 and attempt = $5 and ended_at is null and id in ({in}) returning id",
        &[&account.0, &relay, &tries, &now, &attempt],
        ids,
        |row| row.get(0),
    )
}

/// One attempt, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub number: i64,
    pub at: i64,
    pub relay: Option<String>,
    /// `sent`, `retry`, `gone`, `reject`.
    pub outcome: String,
    pub reason: Option<String>,
    /// `domain::mail::dialogue::Line`s as JSON.
    pub dialogue: String,
}

pub fn insert_attempts(tx: &mut Tx, account: Account, attempts: &[(&str, Attempt)]) -> Result<()> {
    let rows = attempts.iter().map(|(id, attempt)| {
        vec![
            &account.0 as &dyn Param,
            id,
            &attempt.number,
            &attempt.at,
            &attempt.relay,
            &attempt.outcome,
            &attempt.reason,
            &attempt.dialogue,
        ]
    });
    tx.insert_many(
        "delivery_attempt (account, delivery_id, number, at, relay, outcome, reason, dialogue)",
        " on conflict do nothing",
        &rows.collect::<Vec<_>>(),
    )?;
    Ok(())
}

/// What waits for a relay is due: there is one now. Of one account, or of all.
pub fn unpark(tx: &mut Tx, account: Option<Account>, now: i64) -> Result<u64> {
    tx.wake_mail();
    tx.execute(
        "update delivery set next_at = $2, reason = null
         where ended_at is null and state = 'queued' and reason = 'no_relay' and next_at > $2
             and (cast($1 as bigint) is null or account = $1)",
        &[&account.map(|a| a.0), &now],
    )
}

/// All leases of an earlier process are void; only a store with one process may ask for this.
pub fn void_leases(tx: &mut Tx) -> Result<u64> {
    tx.execute("update delivery set lease_until = 0 where lease_until > 0", &[])
}

/// Deliveries of the whole server that are on their way, wait for a relay, and were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub waiting: i64,
    /// Of those, the ones that wait because no relay is set.
    pub without_relay: i64,
    /// Of those, due since before the instant asked for.
    pub late: i64,
    pub dead: i64,
}

/// `late_since`: what was due before this instant and is still there is late.
pub fn count(tx: &mut Tx, late_since: i64) -> Result<Counts> {
    let waiting = tx.query_row(
        "select count(*), coalesce(sum(case when reason = 'no_relay' then 1 else 0 end), 0),
             coalesce(sum(case when next_at < $1 and lease_until < $1 then 1 else 0 end), 0)
         from delivery where ended_at is null",
        &[&late_since],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?)),
    )?;
    // Account by account, because the index begins with it.
    let dead = "select count(*) from account a join delivery d on d.account = a.number and d.state = 'dead'";
    let dead = tx.query_row(dead, &[], |row| row.get(0))?;
    let (waiting, without_relay, late) = waiting.unwrap_or_default();
    Ok(Counts { waiting, without_relay, late, dead: dead.unwrap_or_default() })
}

/// Holds the letters about these events that have not gone: the database was taken back, and they may have been sent before.
pub fn hold_of_events(tx: &mut Tx, account: Account, events: &[&str]) -> Result<()> {
    tx.query_in(
        "update delivery set state = 'held', reason = 'restored', next_at = expires_at + $2
         where account = $1 and ended_at is null and reason is distinct from 'restored' and notification_id in (
             select n.id from notification n where n.account = $1 and n.event_id in ({in}))
         returning id",
        &[&account.0, &(LATE_MS + 1)],
        events,
        |_| Ok(()),
    )?;
    Ok(())
}

/// What the operator does with letters that a restore holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    Release,
    Discard,
}

/// Lets letters go that a restore holds, or ends them; at most `most`, of one account or of all. Answers how many.
pub fn settle_held(tx: &mut Tx, account: Option<Account>, held: Held, now: i64, most: i64) -> Result<u64> {
    let account = account.map(|account| account.0);
    let set = match held {
        Held::Release => "state = 'queued', reason = null, is_digest = 0, next_at = $2",
        Held::Discard => "state = 'suppressed', reason = 'restored', ended_at = $2, next_at = $2",
    };
    tx.wake_mail();
    let sql = format!(
        "update delivery set {set} where (account, id) in (
             select d.account, d.id from delivery d
             where d.ended_at is null and d.state = 'held' and d.reason = 'restored'
                 and (cast($1 as bigint) is null or d.account = $1)
             order by d.account, d.id limit $3)"
    );
    tx.execute(&sql, &[&account, &now, &most])
}

/// Letters that a restore holds, and what rules sent out.
pub fn count_restored(tx: &mut Tx) -> Result<i64> {
    let mut held = 0;
    for table in ["delivery", "rule_delivery"] {
        let sql = format!(
            "select count(*) from {table} where ended_at is null and state = 'held' and reason = 'restored'"
        );
        held += tx.query_row(&sql, &[], |row| row.get(0))?.unwrap_or(0);
    }
    Ok(held)
}
