//! Notifications: what was written, once per language, and shown to many.

use super::tx::Row;
use super::{Param, Tx};
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, EventId, NotificationId};
use crate::domain::kind::{Kind, Severity};
use crate::domain::notification::Notification;
use crate::domain::plan::Content;
use crate::domain::task::firing::Reminding;

/// Writes notifications; one that exists already (a later part of the same audience) stays as it is. `search` is the
/// folded plain text of each.
pub fn insert_many(tx: &mut Tx, account: Account, notifications: &[(Notification, String)]) -> Result<()> {
    let json = |e: serde_json::Error| Error::internal(e.to_string());
    let encoded = notifications.iter().map(|(n, _)| {
        let audience = serde_json::to_string(&n.content.audience).map_err(json)?;
        let texts = serde_json::to_string(&n.content.texts).map_err(json)?;
        let told = match &n.content.reminding {
            Some(reminding) => Some(serde_json::to_string(reminding).map_err(json)?),
            None if n.content.rule.is_some() => {
                n.content.rule.as_ref().map(serde_json::to_string).transpose().map_err(json)?
            }
            None => n.content.told.as_ref().map(serde_json::to_string).transpose().map_err(json)?,
        };
        Ok((audience, texts, i64::from(n.content.sticky), told))
    });
    let encoded = encoded.collect::<Result<Vec<_>>>()?;
    let records: Vec<Option<&str>> = notifications.iter().map(|(n, _)| record_of(&n.content)).collect();
    let tasks: Vec<_> = notifications
        .iter()
        .map(|(n, _)| {
            let reminder = n.content.reminding.as_ref().and_then(Reminding::reminder);
            (reminder.map(|r| r.task.as_str()), reminder.map(|r| r.generation))
        })
        .collect();
    let names: Vec<_> = notifications
        .iter()
        .map(|(n, _)| (n.id.as_str(), n.event.as_str(), n.content.kind.name(), n.content.severity.name()))
        .collect();
    let rows = notifications.iter().zip(&encoded).zip(names.iter().zip(records.iter().zip(&tasks)));
    let rows = rows.map(|(((n, search), json), (names, (record, task)))| {
        vec![
            &account.0 as &dyn Param,
            &names.0,
            &names.1,
            &names.2,
            &names.3,
            &json.2,
            &n.content.link,
            &n.content.sender,
            &json.0,
            &json.1,
            search,
            &n.created_at,
            &n.content.expires_at,
            record,
            &json.3,
            &task.0,
            &task.1,
        ]
    });
    tx.insert_many(
        "notification (account, id, event_id, kind, severity, sticky, link, sender, audience, texts, search,
             created_at, expires_at, record_id, data, task_id, task_generation)",
        " on conflict do nothing",
        &rows.collect::<Vec<_>>(),
    )?;
    Ok(())
}

/// The order or customer that it is about.
fn record_of(content: &Content) -> Option<&str> {
    let told = content.told.as_ref().map(|told| told.record.as_str());
    let reminder = content.reminding.as_ref().and_then(Reminding::reminder);
    let rule = content.rule.as_ref().and_then(|rule| Some(rule.about.as_ref()?.id.as_str()));
    told.or_else(|| Some(reminder?.about.as_ref()?.id.as_str())).or(rule)
}

/// The columns of a notification called `n`, for statements that join it.
pub(super) const COLUMNS: &str =
    "n.id, n.event_id, n.kind, n.severity, n.sticky, n.link, n.sender, n.audience,
    n.texts, n.created_at, n.expires_at, n.withdrawn_at, n.data";

pub(super) const WIDTH: usize = 13;

/// Reads [`COLUMNS`] that begin at `first`.
pub(super) fn read(row: &Row, first: usize) -> Result<Notification> {
    let kind: String = row.get(first + 2)?;
    let severity: String = row.get(first + 3)?;
    let json = |e: serde_json::Error| Error::internal(format!("a notification's document: {e}"));
    let unknown = |name: &str| Error::internal(format!("unknown kind or severity {name:?}"));
    // The kind says which document it is.
    let is_task = kind == Kind::Task.name();
    let is_rule = kind == Kind::Custom.name();
    let data: Option<String> = row.get(first + 12)?;
    let data = data.as_deref();
    Ok(Notification {
        id: NotificationId::new(row.get(first)?),
        event: EventId::new(row.get(first + 1)?),
        content: Content {
            kind: Kind::parse(&kind).ok_or_else(|| unknown(&kind))?,
            severity: Severity::parse(&severity).ok_or_else(|| unknown(&severity))?,
            sticky: row.get::<i64>(first + 4)? != 0,
            link: row.get(first + 5)?,
            sender: row.get(first + 6)?,
            audience: serde_json::from_str(&row.get::<String>(first + 7)?).map_err(json)?,
            texts: serde_json::from_str(&row.get::<String>(first + 8)?).map_err(json)?,
            expires_at: row.get(first + 10)?,
            told: data
                .filter(|_| !is_task && !is_rule)
                .map(serde_json::from_str)
                .transpose()
                .map_err(json)?,
            reminding: data.filter(|_| is_task).map(serde_json::from_str).transpose().map_err(json)?,
            rule: data.filter(|_| is_rule).map(serde_json::from_str).transpose().map_err(json)?,
        },
        created_at: row.get(first + 9)?,
        withdrawn_at: row.get(first + 11)?,
    })
}

pub fn list_by_ids(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<Notification>> {
    let sql = format!("select {COLUMNS} from notification n where n.account = $1 and n.id in ({{in}})");
    tx.query_in(&sql, &[&account.0], ids, |row| read(row, 0))
}

/// Marks a notification as gone. False: there is none, or it was gone already.
pub fn update_withdrawn(tx: &mut Tx, account: Account, id: &str, now: i64) -> Result<bool> {
    let updated = tx.execute(
        "update notification set withdrawn_at = $3 where account = $1 and id = $2 and withdrawn_at is null",
        &[&account.0, &id, &now],
    )?;
    Ok(updated == 1)
}

/// The notifications about a record that are not withdrawn.
pub fn list_ids_of_record(tx: &mut Tx, account: Account, record: &str) -> Result<Vec<String>> {
    tx.query(
        "select id from notification where account = $1 and record_id = $2 and withdrawn_at is null",
        &[&account.0, &record],
        |row| row.get(0),
    )
}

/// The reminders of a task that are not withdrawn.
pub fn list_ids_of_task(tx: &mut Tx, account: Account, task: &str) -> Result<Vec<String>> {
    tx.query(
        "select id from notification where account = $1 and task_id = $2 and withdrawn_at is null",
        &[&account.0, &task],
        |row| row.get(0),
    )
}
