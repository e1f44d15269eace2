//! Events: facts as they were accepted, with the audience that was fixed then.

use super::Tx;
use super::tx::Row;
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Result};
use crate::domain::event::{self, Event, EventType, Fact};
use crate::domain::id::{Account, EventId, UserId};
use crate::domain::record::RecordId;
use crate::domain::rule::chain::Chain;
use crate::domain::work::WorkKind;

/// An event with the audience fixed so far; `None` until a scheduled one is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    pub event: Event,
    pub audience: Option<Vec<UserId>>,
}

/// Writes events, each with the work row that has it routed when its time comes.
pub fn insert_many(tx: &mut Tx, events: &[Addressed]) -> Result<()> {
    insert_for(tx, events, Some(WorkKind::Route))
}

/// Writes events that nobody is told of and rules alone listen to.
pub fn insert_for_rules(tx: &mut Tx, events: &[Addressed]) -> Result<()> {
    insert_for(tx, events, Some(WorkKind::Rules))
}

/// Writes an event that nothing follows from by itself.
pub fn insert_bare(tx: &mut Tx, event: Addressed) -> Result<()> {
    insert_for(tx, &[event], None)
}

fn insert_for(tx: &mut Tx, events: &[Addressed], whose: Option<WorkKind>) -> Result<()> {
    struct Columns<'a> {
        addressed: &'a Addressed,
        data: String,
        audience: Option<String>,
        due_at: i64,
    }
    let columns = events.iter().map(|addressed| {
        let event = &addressed.event;
        Ok(Columns {
            addressed,
            data: document(&event.fact)?,
            audience: addressed.audience.as_deref().map(event::join_audience),
            due_at: event.send_at.unwrap_or(event.created_at),
        })
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let ids: Vec<_> = events.iter().map(|e| (e.event.id.as_str(), e.event.actor.id())).collect();
    let records: Vec<Option<&str>> = events.iter().map(|e| record_of(&e.event.fact)).collect();
    let kinds: Vec<_> =
        events.iter().map(|e| (e.event.fact.event_type().name(), e.event.actor.kind())).collect();
    let rows = columns.iter().zip(&ids).zip(kinds.iter().zip(&records));
    let rows = rows.map(|((c, (id, actor)), ((kind, actor_kind), record))| {
        let event = &c.addressed.event;
        vec![
            &event.account.0 as &dyn super::Param,
            id,
            kind,
            actor_kind,
            actor,
            &c.data,
            &c.audience,
            &event.created_at,
            &event.send_at,
            record,
        ]
    });
    tx.insert_many(
        "event (account, id, type, actor_kind, actor_id, data, audience, created_at, send_at, record_id)",
        "",
        &rows.collect::<Vec<_>>(),
    )?;
    let Some(kind) = whose.map(WorkKind::name) else { return Ok(()) };
    let work = columns
        .iter()
        .zip(&ids)
        .map(|(c, (id, _))| vec![&c.addressed.event.account.0 as &dyn super::Param, &kind, id, &c.due_at]);
    tx.insert_many("work (account, kind, subject, due_at)", "", &work.collect::<Vec<_>>())?;
    tx.wake_work();
    Ok(())
}

/// The record that an event is about, as far as it says so by its id.
fn record_of(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::RecordChanged(changed) => Some(changed.record.as_str()),
        Fact::Task(told) => told.about().map(RecordId::as_str),
        Fact::OneTime(_) | Fact::Custom(_) | Fact::Reminders(_) | Fact::Announcement(_) | Fact::Tick(_) => {
            None
        }
    }
}

fn document(fact: &Fact) -> Result<String> {
    match fact {
        Fact::OneTime(message) => serde_json::to_string(message),
        Fact::RecordChanged(changed) => serde_json::to_string(changed),
        Fact::Custom(custom) => serde_json::to_string(custom),
        Fact::Reminders(due) => serde_json::to_string(due),
        Fact::Announcement(announced) => serde_json::to_string(announced),
        Fact::Task(told) => serde_json::to_string(told),
        Fact::Tick(tick) => serde_json::to_string(tick),
    }
    .map_err(|e| Error::internal(e.to_string()))
}

const COLUMNS: &str = "e.account, e.id, e.type, e.actor_kind, e.actor_id, e.data, e.audience, e.created_at,
    e.send_at, e.recalled_at";

fn read(row: &Row) -> Result<Addressed> {
    let kind: String = row.get(2)?;
    let data: String = row.get(5)?;
    let broken = |e: serde_json::Error| Error::internal(format!("an event's document: {e}"));
    let fact = match EventType::parse(&kind) {
        Some(EventType::OneTime) => Fact::OneTime(serde_json::from_str(&data).map_err(broken)?),
        Some(EventType::RecordChanged) => Fact::RecordChanged(serde_json::from_str(&data).map_err(broken)?),
        Some(EventType::Custom) => Fact::Custom(serde_json::from_str(&data).map_err(broken)?),
        Some(EventType::Reminders) => Fact::Reminders(serde_json::from_str(&data).map_err(broken)?),
        Some(EventType::Announcement) => Fact::Announcement(serde_json::from_str(&data).map_err(broken)?),
        Some(EventType::Task) => Fact::Task(serde_json::from_str(&data).map_err(broken)?),
        Some(EventType::Tick) => Fact::Tick(serde_json::from_str(&data).map_err(broken)?),
        None => return Err(Error::internal(format!("unknown type of event {kind:?}"))),
    };
    let actor = Actor::read(&row.get::<String>(3)?, row.get(4)?);
    Ok(Addressed {
        event: Event {
            account: Account(row.get(0)?),
            id: EventId::new(row.get(1)?),
            actor,
            fact,
            created_at: row.get(7)?,
            send_at: row.get(8)?,
            recalled_at: row.get(9)?,
        },
        audience: row.get::<Option<String>>(6)?.map(|text| event::split_audience(&text)),
    })
}

/// An event that waits to be routed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrouted {
    pub addressed: Addressed,
    /// How many of its audience have been served.
    pub progress: i64,
    pub attempt: i64,
}

/// Claims events that are due to be routed, oldest first. The claim lives as long as the transaction, because routing
/// has no effect outside it; a failure is counted by `work::fail`.
pub fn claim_unrouted(tx: &mut Tx, now: i64, most: i64) -> Result<Vec<Unrouted>> {
    claim_for(tx, WorkKind::Route, now, most)
}

/// As [`claim_unrouted`], of events that rules are to look at.
pub fn claim_for_rules(tx: &mut Tx, now: i64, most: i64) -> Result<Vec<Unrouted>> {
    claim_for(tx, WorkKind::Rules, now, most)
}

fn claim_for(tx: &mut Tx, whose: WorkKind, now: i64, most: i64) -> Result<Vec<Unrouted>> {
    let sql = format!(
        "select {COLUMNS}, w.progress, w.attempt from work w
         join event e on e.account = w.account and e.id = w.subject
         where w.kind = $1 and w.due_at <= $2 and w.lease_until <= $2 and w.dead_at is null
         order by w.due_at, w.subject limit $3{}",
        tx.engine().claim()
    );
    tx.query(&sql, &[&whose.name(), &now, &most], |row| {
        Ok(Unrouted { addressed: read(row)?, progress: row.get(10)?, attempt: row.get(11)? })
    })
}

/// How many events of a type wait to be routed, counted up to `most`.
pub fn count_unrouted(tx: &mut Tx, event_type: EventType, now: i64, most: i64) -> Result<i64> {
    let count = tx.query_row(
        "select count(*) from (
             select 1 from work w join event e on e.account = w.account and e.id = w.subject
             where w.kind = $1 and w.due_at <= $2 and w.dead_at is null and e.type = $3 limit $4) waiting",
        &[&WorkKind::Route.name(), &now, &event_type.name(), &most],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// What led to an event, where a rule caused it.
pub fn find_chain(tx: &mut Tx, account: Account, id: &str) -> Result<Chain> {
    let chain =
        tx.query_row("select chain from event where account = $1 and id = $2", &[&account.0, &id], |row| {
            row.get::<Option<String>>(0)
        })?;
    let chain = chain.flatten().map(|json| serde_json::from_str(&json));
    Ok(chain.transpose().map_err(|e| Error::internal(e.to_string()))?.unwrap_or_default())
}

/// Writes what led to an event.
pub fn put_chain(tx: &mut Tx, account: Account, id: &EventId, chain: &Chain) -> Result<()> {
    let json = serde_json::to_string(chain).map_err(|e| Error::internal(e.to_string()))?;
    tx.execute(
        "update event set chain = $3 where account = $1 and id = $2",
        &[&account.0, &id.as_str(), &json],
    )?;
    Ok(())
}

/// The events of these ids were routed to their last recipient.
pub fn finish_routing(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<()> {
    tx.query_in(
        "delete from work where account = $1 and kind = $2 and subject in ({in}) returning subject",
        &[&account.0, &WorkKind::Route.name()],
        ids,
        |_| Ok(()),
    )?;
    Ok(())
}

pub fn find(tx: &mut Tx, account: Account, id: &str) -> Result<Option<Addressed>> {
    let sql = format!("select {COLUMNS} from event e where e.account = $1 and e.id = $2");
    tx.query_row(&sql, &[&account.0, &id], read)
}

/// Fixes the audience of a scheduled event, once it is due.
pub fn update_audience(tx: &mut Tx, account: Account, id: &EventId, audience: &[UserId]) -> Result<()> {
    tx.execute(
        "update event set audience = $3 where account = $1 and id = $2",
        &[&account.0, &id.as_str(), &event::join_audience(audience)],
    )?;
    Ok(())
}

pub fn update_recalled(tx: &mut Tx, account: Account, id: &str, now: i64) -> Result<()> {
    tx.execute("update event set recalled_at = $3 where account = $1 and id = $2", &[&account.0, &id, &now])?;
    Ok(())
}

/// One-time notifications, newest first, from `before` (an id) on; of one actor or of all.
pub fn list_one_time(
    tx: &mut Tx,
    account: Account,
    actor_id: Option<&str>,
    before: Option<&str>,
    most: i64,
) -> Result<Vec<Addressed>> {
    // Two texts, because a condition that may be absent would keep the index from being used.
    let whose = if actor_id.is_some() { "e.actor_id = $3" } else { "cast($3 as text) is null" };
    let sql = format!(
        "select {COLUMNS} from event e
         where e.account = $1 and e.type = $2 and {whose} and (cast($4 as text) is null or e.id < $4)
         order by e.id desc limit $5"
    );
    tx.query(&sql, &[&account.0, &EventType::OneTime.name(), &actor_id, &before, &most], read)
}
