//! Deliveries as administrators look at them: pages, one delivery with its attempts, sending again.

use super::deliveries::{Attempt, parse_state};
use super::tx::Row;
use super::{Param, Tx, inbox};
use crate::domain::delivery::{Act, Channel, DeliveryState};
use crate::domain::error::Result;
use crate::domain::id::{Account, ItemId, NotificationId, UserId};

/// A delivery with the name of its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: String,
    pub item: ItemId,
    pub user: UserId,
    pub user_name: String,
    pub notification: NotificationId,
    pub channel: String,
    pub kind: String,
    pub address: String,
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub detail: Option<String>,
    pub is_digest: bool,
    pub letter: Option<String>,
    pub relay: Option<String>,
    pub tries: i64,
    pub attempt: i64,
    pub next_at: i64,
    pub expires_at: i64,
    pub created_at: i64,
    pub ended_at: Option<i64>,
}

const COLUMNS: &str = "d.id, d.item_id, d.user_id, u.name, d.notification_id, d.channel, d.kind, d.address,
    d.state, d.reason, d.detail, d.is_digest, d.letter, d.relay, d.tries, d.attempt, d.next_at, d.expires_at,
    d.created_at, d.ended_at";
const FROM: &str = "from delivery d join app_user u on u.account = d.account and u.id = d.user_id";

fn read(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        id: row.get(0)?,
        item: ItemId::new(row.get(1)?),
        user: UserId::new(row.get(2)?),
        user_name: row.get(3)?,
        notification: NotificationId::new(row.get(4)?),
        channel: row.get(5)?,
        kind: row.get(6)?,
        address: row.get(7)?,
        state: parse_state(&row.get::<String>(8)?)?,
        reason: row.get(9)?,
        detail: row.get(10)?,
        is_digest: row.get::<i64>(11)? != 0,
        letter: row.get(12)?,
        relay: row.get(13)?,
        tries: row.get(14)?,
        attempt: row.get(15)?,
        next_at: row.get(16)?,
        expires_at: row.get(17)?,
        created_at: row.get(18)?,
        ended_at: row.get(19)?,
    })
}

/// A page, as asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub state: Option<DeliveryState>,
    pub channel: Option<Channel>,
    pub user: Option<String>,
    pub notification: Option<String>,
    /// Folded text in the address or the reader's name.
    pub search: Option<String>,
    /// Older than the delivery with this id.
    pub before: Option<String>,
    pub most: i64,
}

/// Deliveries, newest first.
pub fn list(tx: &mut Tx, account: Account, wanted: &Wanted) -> Result<Vec<Delivery>> {
    let state = wanted.state.map(DeliveryState::name);
    let channel = wanted.channel.map(Channel::name);
    let pattern = wanted.search.as_deref().map(inbox::contains);
    let mut sql = format!("select {COLUMNS} {FROM} where d.account = $1");
    let mut params: Vec<&dyn Param> = vec![&account.0];
    let mut and = |condition: &str, param| {
        params.push(param);
        sql.push_str(&condition.replace("{}", &format!("${}", params.len())));
    };
    if state.is_some() {
        and(" and d.state = {}", &state);
    }
    if channel.is_some() {
        and(" and d.channel = {}", &channel);
    }
    if wanted.user.is_some() {
        and(" and d.user_id = {}", &wanted.user);
    }
    if wanted.notification.is_some() {
        and(" and d.notification_id = {}", &wanted.notification);
    }
    if pattern.is_some() {
        and(" and (d.address_key like {} escape '~' or u.search like {} escape '~')", &pattern);
    }
    if wanted.before.is_some() {
        and(" and d.id < {}", &wanted.before);
    }
    and(" order by d.id desc limit {}", &wanted.most);
    tx.query(&sql, &params, read)
}

pub fn find(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Delivery>> {
    let sql = format!("select {COLUMNS} {FROM} where d.account = $1 and d.id = $2");
    tx.query_row(&sql, &[&account.0, &id], read)
}

/// The attempts of a delivery, in order.
pub fn list_attempts(tx: &mut Tx, account: Account, id: &str) -> Result<Vec<Attempt>> {
    tx.query(
        "select number, at, relay, outcome, reason, dialogue from delivery_attempt
         where account = $1 and delivery_id = $2 order by number",
        &[&account.0, &id],
        |row| {
            Ok(Attempt {
                number: row.get(0)?,
                at: row.get(1)?,
                relay: row.get(2)?,
                outcome: row.get(3)?,
                reason: row.get(4)?,
                dialogue: row.get(5)?,
            })
        },
    )
}

/// Puts a delivery on its way again: what ended begins anew as another letter, until `expires_at`; what waits is due. A
/// digest's delivery goes on its own. False: it is in no state for that.
pub fn restart(
    tx: &mut Tx,
    account: Account,
    id: &str,
    act: Act,
    letter: &str,
    now: i64,
    expires_at: i64,
) -> Result<bool> {
    let states = match act {
        Act::Resend => "state in ('sent', 'dead', 'suppressed')",
        Act::Release => "state in ('queued', 'held', 'digest')",
    };
    let sql = format!(
        "update delivery set state = 'queued', reason = null, detail = null, is_digest = 0, tries = 0, crashes = 0,
             letter = $3, next_at = $4, expires_at = $5, ended_at = null, lease_until = 0, attempt = attempt + 1
         where account = $1 and id = $2 and {states}"
    );
    tx.wake_mail();
    Ok(tx.execute(&sql, &[&account.0, &id, &letter, &now, &expires_at])? == 1)
}

/// Deletes what was said in attempts before an instant, at most `most`; the deliveries stay.
pub fn delete_attempts_before(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    let old = tx.query(
        "select account, delivery_id, number from delivery_attempt where at < $1 limit $2",
        &[&before, &most],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?)),
    )?;
    for (account, id, number) in &old {
        tx.execute(
            "delete from delivery_attempt where account = $1 and delivery_id = $2 and number = $3",
            &[account, id, number],
        )?;
    }
    Ok(old.len() as u64)
}
