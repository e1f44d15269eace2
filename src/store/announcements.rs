//! Announcements, the accounts that they go to, what those answered, and what the operator calls accounts.
//!
//! In each account the event and the notification of an announcement have its id, so that one statement reaches the
//! rows of all accounts.

use super::tx::Row;
use super::{Param, Tx};
use crate::domain::announcement::{Accounts, Announcement, Origin, Replied, Reply, Times};
use crate::domain::error::{Error, Result};
use crate::domain::event::EventType;
use crate::domain::id::{Account, AnnouncementId, OperatorId};
use crate::domain::work::WorkKind;

/// An announcement as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub id: AnnouncementId,
    pub origin: Origin,
    pub announcement: Announcement,
    pub version: i64,
    /// The name of the operator who wrote it.
    pub by: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub times: Times,
}

/// Who tells it: Bellwire and the feed have a key of theirs, which no second one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From<'a> {
    pub origin: Origin,
    pub key: Option<&'a str>,
    pub operator: Option<&'a OperatorId>,
}

const COLUMNS: &str =
    "a.id, a.origin, a.document, a.version, o.name, a.created_at, a.updated_at, a.published_at,
    a.starts_at, a.expires_at, a.recalled_at";
const TABLES: &str = "announcement a left join operator o on o.id = a.created_by";

fn parse(document: &str) -> Result<Announcement> {
    serde_json::from_str(document).map_err(|e| Error::internal(format!("an announcement's document: {e}")))
}

fn write(announcement: &Announcement) -> Result<String> {
    serde_json::to_string(announcement).map_err(|e| Error::internal(e.to_string()))
}

fn read(row: &Row) -> Result<Kept> {
    let origin: String = row.get(1)?;
    Ok(Kept {
        id: AnnouncementId::new(row.get(0)?),
        origin: Origin::parse(&origin)
            .ok_or_else(|| Error::internal(format!("unknown origin of an announcement {origin:?}")))?,
        announcement: parse(&row.get::<String>(2)?)?,
        version: row.get(3)?,
        by: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
        times: Times {
            published_at: row.get(7)?,
            starts_at: row.get(8)?,
            expires_at: row.get(9)?,
            recalled_at: row.get(10)?,
        },
    })
}

/// Writes a draft. False: there is one with this key already.
pub fn insert(
    tx: &mut Tx,
    id: &AnnouncementId,
    from: &From,
    announcement: &Announcement,
    now: i64,
) -> Result<bool> {
    let operator = from.operator.map(OperatorId::as_str);
    let inserted = tx.execute(
        "insert into announcement (id, origin, origin_key, document, created_by, created_at, updated_at,
             starts_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7, $8) on conflict do nothing",
        &[
            &id.as_str(),
            &from.origin.name(),
            &from.key,
            &write(announcement)?,
            &operator,
            &now,
            &announcement.starts_at,
            &announcement.expires_at,
        ],
    )?;
    Ok(inserted == 1)
}

pub fn find(tx: &mut Tx, id: &str) -> Result<Option<Kept>> {
    tx.query_row(&format!("select {COLUMNS} from {TABLES} where a.id = $1"), &[&id], read)
}

/// As [`find`]; nobody else writes it until the transaction ends.
pub fn hold(tx: &mut Tx, id: &str) -> Result<Option<Kept>> {
    tx.execute("update announcement set version = version where id = $1", &[&id])?;
    find(tx, id)
}

/// By the key that its origin gave it.
pub fn find_by_key(tx: &mut Tx, origin: Origin, key: &str) -> Result<Option<Kept>> {
    let sql = format!("select {COLUMNS} from {TABLES} where a.origin = $1 and a.origin_key = $2");
    tx.query_row(&sql, &[&origin.name(), &key], read)
}

/// Announcements, newest first, from before an id on (empty: the newest); of operators, or of all origins.
pub fn list(tx: &mut Tx, origin: Option<Origin>, before: &str, most: i64) -> Result<Vec<Kept>> {
    let sql = format!(
        "select {COLUMNS} from {TABLES}
         where (cast($1 as text) = '' or a.id < $1) and (cast($2 as text) is null or a.origin = $2)
         order by a.id desc limit $3"
    );
    tx.query(&sql, &[&before, &origin.map(Origin::name), &most], read)
}

/// Those that stand at `now`, oldest first.
pub fn list_standing(tx: &mut Tx, now: i64) -> Result<Vec<Kept>> {
    let sql = format!(
        "select {COLUMNS} from {TABLES}
         where a.published_at is not null and a.recalled_at is null
             and (a.starts_at is null or a.starts_at <= $1) and (a.expires_at is null or a.expires_at > $1)
         order by a.id"
    );
    tx.query(&sql, &[&now], read)
}

/// Writes another version, and keeps what it was.
pub fn update(
    tx: &mut Tx,
    before: &Kept,
    announcement: &Announcement,
    by: Option<&OperatorId>,
    now: i64,
) -> Result<()> {
    tx.execute(
        "insert into announcement_version (announcement_id, version, document, by_whom, at)
         values ($1, $2, $3, $4, $5)",
        &[
            &before.id.as_str(),
            &before.version,
            &write(&before.announcement)?,
            &by.map(OperatorId::as_str),
            &now,
        ],
    )?;
    tx.execute(
        "update announcement set document = $2, version = version + 1, updated_at = $3, starts_at = $4,
             expires_at = $5 where id = $1",
        &[
            &before.id.as_str(),
            &write(announcement)?,
            &now,
            &announcement.starts_at,
            &announcement.expires_at,
        ],
    )?;
    Ok(())
}

/// What an announcement was before an edit: number, document, who changed it and when.
pub type Earlier = (i64, Announcement, Option<String>, i64);

/// What it was before each edit, latest first.
pub fn list_versions(tx: &mut Tx, id: &AnnouncementId) -> Result<Vec<Earlier>> {
    tx.query(
        "select v.version, v.document, o.name, v.at from announcement_version v
         left join operator o on o.id = v.by_whom where v.announcement_id = $1 order by v.version desc",
        &[&id.as_str()],
        |row| Ok((row.get(0)?, parse(&row.get::<String>(1)?)?, row.get(2)?, row.get(3)?)),
    )
}

pub fn update_published(tx: &mut Tx, id: &AnnouncementId, at: Option<i64>) -> Result<()> {
    tx.execute("update announcement set published_at = $2 where id = $1", &[&id.as_str(), &at])?;
    Ok(())
}

/// Deletes one that never went anywhere.
pub fn delete_draft(tx: &mut Tx, id: &AnnouncementId) -> Result<()> {
    tx.execute("delete from announcement_version where announcement_id = $1", &[&id.as_str()])?;
    tx.execute("delete from announcement where id = $1 and published_at is null", &[&id.as_str()])?;
    Ok(())
}

/// What a statement over accounts asks of `account n`, left joined with its label `l`; `$1` is the plan or version.
fn chosen(accounts: &Accounts) -> (&'static str, &str) {
    match accounts {
        Accounts::All {} => ("cast($1 as text) = ''", ""),
        Accounts::Chosen { .. } => ("1 = 0 and cast($1 as text) = ''", ""),
        Accounts::Plan { plan } => ("l.plan = $1", plan),
        Accounts::Version { version } => ("l.version = $1", version),
    }
}

/// The accounts that are meant now: those that can be signed in to.
pub fn list_meant(tx: &mut Tx, accounts: &Accounts) -> Result<Vec<(Account, String)>> {
    if let Accounts::Chosen { codes } = accounts {
        let mut codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        codes.sort_unstable();
        codes.dedup();
        return tx.query_in(
            "select number, code from account where code in ({in}) and suspended_at is null",
            &[],
            &codes,
            |row| Ok((Account(row.get(0)?), row.get(1)?)),
        );
    }
    let (condition, value) = chosen(accounts);
    let sql = format!(
        "select n.number, n.code from account n left join account_label l on l.account = n.number
         where n.suspended_at is null and {condition} order by n.number"
    );
    tx.query(&sql, &[&value], |row| Ok((Account(row.get(0)?), row.get(1)?)))
}

/// Gives an announcement to accounts: to each its event, which is routed from `due_at` on. One that has it keeps it.
pub fn spread(
    tx: &mut Tx,
    id: &AnnouncementId,
    accounts: &[Account],
    document: &str,
    now: i64,
    due_at: i64,
) -> Result<()> {
    let (id, kind, system, route) =
        (id.as_str(), EventType::Announcement.name(), "system", WorkKind::Route.name());
    let rows: Vec<Vec<&dyn Param>> =
        accounts.iter().map(|account| vec![&id as &dyn Param, &account.0]).collect();
    tx.insert_many("announcement_account (announcement_id, account)", " on conflict do nothing", &rows)?;
    let rows: Vec<Vec<&dyn Param>> = accounts
        .iter()
        .map(|account| vec![&account.0 as &dyn Param, &id, &kind, &system, &document, &now, &due_at])
        .collect();
    let event = "event (account, id, type, actor_kind, data, created_at, send_at)";
    tx.insert_many(event, " on conflict do nothing", &rows)?;
    let rows: Vec<Vec<&dyn Param>> =
        accounts.iter().map(|account| vec![&account.0 as &dyn Param, &route, &id, &due_at]).collect();
    tx.insert_many("work (account, kind, subject, due_at)", " on conflict do nothing", &rows)?;
    tx.wake_work();
    Ok(())
}

/// Takes back what no account has been told of yet, so that it can be given out anew.
pub fn unspread(tx: &mut Tx, id: &AnnouncementId) -> Result<()> {
    let mine = "account in (select account from announcement_account where announcement_id = $1)";
    tx.execute(
        &format!("delete from work where kind = $2 and subject = $1 and {mine}"),
        &[&id.as_str(), &WorkKind::Route.name()],
    )?;
    tx.execute(&format!("delete from event where id = $1 and {mine}"), &[&id.as_str()])?;
    tx.execute("delete from announcement_account where announcement_id = $1", &[&id.as_str()])?;
    Ok(())
}

/// Takes an announcement back in all accounts; their inbox rows follow as work.
pub fn update_recalled(tx: &mut Tx, id: &AnnouncementId, now: i64) -> Result<()> {
    let mine = "account in (select account from announcement_account where announcement_id = $1)";
    let id = id.as_str();
    tx.execute("update announcement set recalled_at = $2 where id = $1", &[&id, &now])?;
    tx.execute(
        &format!("delete from work where kind = $2 and subject = $1 and {mine}"),
        &[&id, &WorkKind::Route.name()],
    )?;
    tx.execute(&format!("update event set recalled_at = $2 where id = $1 and {mine}"), &[&id, &now])?;
    tx.execute(
        &format!(
            "update notification set withdrawn_at = $2 where id = $1 and withdrawn_at is null and {mine}"
        ),
        &[&id, &now],
    )?;
    insert_work_of_all(tx, id, WorkKind::Withdraw, now)
}

/// The accounts say it anew, as work.
pub fn renew(tx: &mut Tx, id: &AnnouncementId, now: i64) -> Result<()> {
    insert_work_of_all(tx, id.as_str(), WorkKind::Renew, now)
}

fn insert_work_of_all(tx: &mut Tx, id: &str, kind: WorkKind, now: i64) -> Result<()> {
    tx.execute(
        "insert into work (account, kind, subject, due_at)
         select account, cast($2 as text), announcement_id, cast($3 as bigint) from announcement_account
         where announcement_id = $1
         on conflict (account, kind, subject) do update set due_at = excluded.due_at, progress = 0,
             lease_until = 0, dead_at = null",
        &[&id, &kind.name(), &now],
    )?;
    tx.wake_work();
    Ok(())
}

/// How an announcement fares in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fare {
    pub account: Account,
    pub code: String,
    pub name: String,
    pub delivered: i64,
    pub seen: i64,
    pub closed: i64,
    pub replied: Option<Replied>,
}

/// How it fares in its accounts, from after an account's number on, in order of number.
pub fn list_fares(tx: &mut Tx, id: &AnnouncementId, after: i64, most: i64) -> Result<Vec<Fare>> {
    tx.query(
        "select c.account, n.code, n.name, c.answer, c.answered_by, c.answered_at, count(i.id), count(i.seen_at),
             count(case when i.closed_by = 'preferences' then null else i.closed_at end)
         from (select announcement_id, account, answer, answered_by, answered_at from announcement_account
               where announcement_id = $1 and account > $2 order by account limit $3) c
         join account n on n.number = c.account
         left join inbox_item i on i.account = c.account and i.notification_id = c.announcement_id
         group by c.account, n.code, n.name, c.answer, c.answered_by, c.answered_at order by c.account",
        &[&id.as_str(), &after, &most],
        |row| {
            let account = Account(row.get(0)?);
            let replied = read_replied(row, 3)?;
            Ok(Fare {
                account,
                code: row.get(1)?,
                name: row.get(2)?,
                delivered: row.get(6)?,
                seen: row.get(7)?,
                closed: row.get(8)?,
                replied,
            })
        },
    )
}

fn read_replied(row: &Row, first: usize) -> Result<Option<Replied>> {
    let reply = row.get::<Option<String>>(first)?.as_deref().and_then(Reply::parse);
    let (by, at) = (row.get::<Option<String>>(first + 1)?, row.get::<Option<i64>>(first + 2)?);
    Ok(reply.map(|reply| Replied { reply, by: by.unwrap_or_default(), at: at.unwrap_or_default() }))
}

/// How it fares in all: accounts, people who have it, have seen and have closed it, and accounts that accepted and
/// declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub accounts: i64,
    pub delivered: i64,
    pub seen: i64,
    pub closed: i64,
    pub accepted: i64,
    pub declined: i64,
}

pub fn totals(tx: &mut Tx, id: &AnnouncementId) -> Result<Totals> {
    let accounts = tx.query_row(
        "select count(*), count(case when answer = 'accepted' then 1 end),
             count(case when answer = 'declined' then 1 end)
         from announcement_account where announcement_id = $1",
        &[&id.as_str()],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?)),
    )?;
    let people = tx.query_row(
        "select count(i.id), count(i.seen_at),
             count(case when i.closed_by = 'preferences' then null else i.closed_at end)
         from announcement_account c
         join inbox_item i on i.account = c.account and i.notification_id = c.announcement_id
         where c.announcement_id = $1",
        &[&id.as_str()],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?)),
    )?;
    let ((accounts, accepted, declined), (delivered, seen, closed)) =
        (accounts.unwrap_or_default(), people.unwrap_or_default());
    Ok(Totals { accounts, delivered, seen, closed, accepted, declined })
}

/// Whether an account has an announcement, and what it answered.
pub fn find_reply(tx: &mut Tx, id: &AnnouncementId, account: Account) -> Result<Option<Option<Replied>>> {
    tx.query_row(
        "select answer, answered_by, answered_at from announcement_account
         where announcement_id = $1 and account = $2",
        &[&id.as_str(), &account.0],
        |row| read_replied(row, 0),
    )
}

/// False: somebody of the account has answered already.
pub fn update_reply(tx: &mut Tx, id: &AnnouncementId, account: Account, replied: &Replied) -> Result<bool> {
    let updated = tx.execute(
        "update announcement_account set answer = $3, answered_by = $4, answered_at = $5
         where announcement_id = $1 and account = $2 and answer is null",
        &[&id.as_str(), &account.0, &replied.reply.name(), &replied.by, &replied.at],
    )?;
    Ok(updated == 1)
}

/// How many active people of an account are meant: all, or its administrators.
pub fn count_people(tx: &mut Tx, account: Account, administrators: bool) -> Result<i64> {
    let role = if administrators { Some("administrator") } else { None };
    let count = tx.query_row(
        "select count(*) from app_user where account = $1 and locked_at is null and removed_at is null
         and (cast($2 as text) is null or role = $2)",
        &[&account.0, &role],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// What the operator calls an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    pub plan: Option<String>,
    pub version: Option<String>,
}

pub fn put_label(tx: &mut Tx, account: Account, label: &Label) -> Result<()> {
    tx.execute(
        "insert into account_label (account, plan, version) values ($1, $2, $3)
         on conflict (account) do update set plan = excluded.plan, version = excluded.version",
        &[&account.0, &label.plan, &label.version],
    )?;
    Ok(())
}
