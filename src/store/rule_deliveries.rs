//! What leaves the house on behalf of a rule: claimed, tried, ended with a reason.

use super::deliveries::Held;
use super::tx::Row;
use super::{Param, Tx, inbox};
use crate::domain::delivery::{DeliveryState, LATE_MS};
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::kind::names;
use crate::domain::rule::{RuleRef, RuleType};

names! {
    /// By which way it leaves.
    Outlet {
        Http = "http",
        /// A letter to somebody who is no user.
        Email = "email",
    }
}

/// A delivery to be written; due at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    pub id: String,
    pub outlet: Outlet,
    pub rule: RuleRef,
    pub record: Option<String>,
    /// The URL or address, for people.
    pub target: String,
    /// What is sent, as JSON.
    pub request: String,
    pub created_at: i64,
    pub expires_at: i64,
    /// It may have left before a restore: it waits until the operator lets it go.
    pub held: bool,
}

pub fn insert(tx: &mut Tx, account: Account, new: &New) -> Result<()> {
    let (state, reason, next_at) = if new.held {
        (DeliveryState::Held, Some("restored"), new.expires_at + LATE_MS + 1)
    } else {
        (DeliveryState::Queued, None, new.created_at)
    };
    tx.execute(
        "insert into rule_delivery (account, id, channel, rule_type, rule_id, rule_name, record_id, target, request, state,
             reason, next_at, expires_at, created_at)
         values ($1, $2, $3, $4, $5, $6, cast($7 as text), $8, $9, $12, cast($14 as text), $13, $11, $10)",
        &[
            &account.0,
            &new.id,
            &new.outlet.name(),
            &new.rule.rule_type.name(),
            &new.rule.id,
            &new.rule.name,
            &new.record,
            &new.target,
            &new.request,
            &new.created_at,
            &new.expires_at,
            &state.name(),
            &next_at,
            &reason,
        ],
    )?;
    tx.wake_mail();
    Ok(())
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub account: Account,
    pub id: String,
    pub outlet: Outlet,
    pub rule: RuleRef,
    pub record: Option<String>,
    pub target: String,
    pub request: String,
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub detail: Option<String>,
    /// Which claim this is; who lost its lease finds another number here and changes nothing.
    pub attempt: i64,
    pub tries: i64,
    pub crashes: i64,
    pub next_at: i64,
    pub expires_at: i64,
    pub created_at: i64,
    pub ended_at: Option<i64>,
}

const COLUMNS: &str = "w.account, w.id, w.channel, w.rule_type, w.rule_id, w.rule_name, w.record_id, w.target, w.request,
    w.state, w.reason, w.detail, w.attempt, w.tries, w.crashes, w.next_at, w.expires_at, w.created_at, w.ended_at";

fn read(row: &Row) -> Result<Delivery> {
    let (outlet, sort, state): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(9)?);
    let unknown = |name: &str| Error::internal(format!("a delivery of a rule: {name:?}"));
    Ok(Delivery {
        account: Account(row.get(0)?),
        id: row.get(1)?,
        outlet: Outlet::parse(&outlet).ok_or_else(|| unknown(&outlet))?,
        rule: RuleRef {
            rule_type: RuleType::parse(&sort).ok_or_else(|| unknown(&sort))?,
            id: row.get(4)?,
            name: row.get(5)?,
        },
        record: row.get(6)?,
        target: row.get(7)?,
        request: row.get(8)?,
        state: DeliveryState::parse(&state).ok_or_else(|| unknown(&state))?,
        reason: row.get(10)?,
        detail: row.get(11)?,
        attempt: row.get(12)?,
        tries: row.get(13)?,
        crashes: row.get(14)?,
        next_at: row.get(15)?,
        expires_at: row.get(16)?,
        created_at: row.get(17)?,
        ended_at: row.get(18)?,
    })
}

/// Claims what is due, oldest first, until `lease_until`. Answered as it is from now on.
pub fn claim(tx: &mut Tx, now: i64, lease_until: i64, most: i64) -> Result<Vec<Delivery>> {
    let sql = format!(
        "select {COLUMNS} from rule_delivery w
         where w.ended_at is null and w.next_at <= $1 and w.lease_until <= $1
             and w.account not in (select a.number from account a where a.suspended_at is not null)
         order by w.next_at, w.account, w.id limit $2{}",
        tx.engine().claim()
    );
    let mut claimed = tx.query(&sql, &[&now, &most], read)?;
    for one in &mut claimed {
        // A claim that finds another one's claim: that one ended with its process.
        one.crashes += i64::from(one.state == DeliveryState::Sending);
        one.attempt += 1;
        one.state = DeliveryState::Sending;
        tx.execute(
            "update rule_delivery set state = 'sending', lease_until = $3, attempt = $4, crashes = $5
             where account = $1 and id = $2",
            &[&one.account.0, &one.id, &lease_until, &one.attempt, &one.crashes],
        )?;
    }
    Ok(claimed)
}

/// What a try came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub state: DeliveryState,
    pub reason: Option<String>,
    pub detail: Option<String>,
    pub tries: i64,
    pub next_at: i64,
}

/// Writes down what a claim came to. False: its lease was lost, and somebody else has it.
pub fn conclude(tx: &mut Tx, claimed: &Delivery, outcome: &Outcome, now: i64) -> Result<bool> {
    let ended_at = outcome.state.is_end().then_some(now);
    let updated = tx.execute(
        "update rule_delivery set state = $4, reason = cast($5 as text), detail = cast($6 as text), tries = $7,
             next_at = $8, lease_until = 0, ended_at = cast($9 as bigint)
         where account = $1 and id = $2 and attempt = $3",
        &[
            &claimed.account.0,
            &claimed.id,
            &claimed.attempt,
            &outcome.state.name(),
            &outcome.reason,
            &outcome.detail,
            &outcome.tries,
            &outcome.next_at,
            &ended_at,
        ],
    )?;
    Ok(updated == 1)
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub number: i64,
    pub at: i64,
    pub outcome: String,
    pub reason: Option<String>,
    pub duration_ms: i64,
}

pub fn insert_attempt(tx: &mut Tx, account: Account, delivery: &str, attempt: &Attempt) -> Result<()> {
    tx.execute(
        "insert into rule_delivery_attempt (account, delivery_id, number, at, outcome, reason, duration_ms)
         values ($1, $2, $3, $4, $5, cast($6 as text), $7) on conflict do nothing",
        &[
            &account.0,
            &delivery,
            &attempt.number,
            &attempt.at,
            &attempt.outcome,
            &attempt.reason,
            &attempt.duration_ms,
        ],
    )?;
    Ok(())
}

pub fn list_attempts(tx: &mut Tx, account: Account, delivery: &str) -> Result<Vec<Attempt>> {
    tx.query(
        "select number, at, outcome, reason, duration_ms from rule_delivery_attempt
         where account = $1 and delivery_id = $2 order by number",
        &[&account.0, &delivery],
        |row| {
            Ok(Attempt {
                number: row.get(0)?,
                at: row.get(1)?,
                outcome: row.get(2)?,
                reason: row.get(3)?,
                duration_ms: row.get(4)?,
            })
        },
    )
}

pub fn find(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Delivery>> {
    let sql = format!("select {COLUMNS} from rule_delivery w where w.account = $1 and w.id = $2");
    tx.query_row(&sql, &[&account.0, &id], read)
}

/// A page, as asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub outlet: Option<Outlet>,
    pub state: Option<DeliveryState>,
    /// Folded text in the target or the rule's name.
    pub search: Option<String>,
    /// Older than the delivery with this id.
    pub before: Option<String>,
    pub most: i64,
}

/// Deliveries, newest first.
pub fn list(tx: &mut Tx, account: Account, wanted: &Wanted) -> Result<Vec<Delivery>> {
    let (outlet, state) = (wanted.outlet.map(Outlet::name), wanted.state.map(DeliveryState::name));
    let pattern = wanted.search.as_deref().map(inbox::contains);
    let mut sql = format!("select {COLUMNS} from rule_delivery w where w.account = $1");
    let mut params: Vec<&dyn Param> = vec![&account.0];
    let mut and = |condition: &str, param| {
        params.push(param);
        sql.push_str(&condition.replace("{}", &format!("${}", params.len())));
    };
    if let Some(outlet) = &outlet {
        and(" and w.channel = {}", outlet);
    }
    if let Some(state) = &state {
        and(" and w.state = {}", state);
    }
    if let Some(pattern) = &pattern {
        and(" and lower(w.target) like {} escape '~'", pattern);
    }
    if let Some(before) = &wanted.before {
        and(" and w.id < {}", before);
    }
    and(" order by w.id desc limit {}", &wanted.most);
    tx.query(&sql, &params, read)
}

/// When the next one is due, or a lease runs out.
pub fn next_due(tx: &mut Tx) -> Result<Option<i64>> {
    let next = tx.query_row(
        "select next_at, lease_until from rule_delivery where ended_at is null
             and account not in (select a.number from account a where a.suspended_at is not null)
         order by next_at, account, id limit 1",
        &[],
        |row| Ok(row.get::<i64>(0)?.max(row.get::<i64>(1)?)),
    )?;
    Ok(next)
}

/// Lets go what a restore holds, or ends it, as `deliveries::settle_held` does with letters.
pub fn settle_held(tx: &mut Tx, account: Option<Account>, held: Held, now: i64, most: i64) -> Result<u64> {
    let account = account.map(|account| account.0);
    let set = match held {
        Held::Release => "state = 'queued', reason = null, next_at = $2",
        Held::Discard => "state = 'suppressed', reason = 'restored', ended_at = $2, next_at = $2",
    };
    tx.wake_mail();
    let sql = format!(
        "update rule_delivery set {set} where (account, id) in (
             select d.account, d.id from rule_delivery d
             where d.ended_at is null and d.state = 'held' and d.reason = 'restored'
                 and (cast($1 as bigint) is null or d.account = $1)
             order by d.account, d.id limit $3)"
    );
    tx.execute(&sql, &[&account, &now, &most])
}

/// What has ended is due again, with a new life.
pub fn restart(tx: &mut Tx, account: Account, id: &str, now: i64, until: i64) -> Result<bool> {
    tx.wake_mail();
    let updated = tx.execute(
        "update rule_delivery set state = 'queued', reason = null, detail = null, tries = 0, crashes = 0, next_at = $3,
             lease_until = 0, expires_at = $4, ended_at = null
         where account = $1 and id = $2 and state <> 'sending'",
        &[&account.0, &id, &now, &until],
    )?;
    Ok(updated == 1)
}

/// All leases of an earlier process are void; only a store with one process may ask for this.
pub fn void_leases(tx: &mut Tx) -> Result<u64> {
    tx.execute("update rule_delivery set lease_until = 0 where lease_until > 0", &[])
}

/// Forgets attempts that are older.
pub fn delete_attempts_before(tx: &mut Tx, before: i64, most: i64) -> Result<u64> {
    tx.execute(
        "delete from rule_delivery_attempt where (account, delivery_id, number) in (
             select account, delivery_id, number from rule_delivery_attempt where at < $1 limit $2)",
        &[&before, &most],
    )
}
