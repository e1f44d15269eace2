//! Inbox items and read marks: who has which notification, in which state, changed when in the account's cursor.

use super::tx::Row;
use super::{Param, Tx, notifications};
use crate::domain::error::{Error, Result};
use crate::domain::id::{Account, ItemId, NotificationId, UserId};
use crate::domain::inbox::{Change, ClosedBy, Item, ReadMark, State};
use crate::domain::kind::Kind;
use crate::domain::notification::Notification;

/// A row to be written.
#[derive(Debug, Clone)]
pub struct NewItem {
    pub user: UserId,
    pub id: ItemId,
    pub notification: NotificationId,
    pub dedup_key: String,
    /// Items that carry one take later changes of the same record.
    pub merge_key: Option<String>,
    pub kind: Kind,
    /// Whether it stands as a popup; else it is in the bell alone.
    pub popup: bool,
    pub created_at: i64,
}

pub(super) const COLUMNS: &str =
    "i.user_id, i.id, i.notification_id, i.seq, i.changes, i.created_at, i.seen_at, i.read_at,
    i.closed_at, i.closed_by, i.archived_at, i.snoozed_until, i.withdrawn_at";
pub(super) const WIDTH: usize = 13;
const UNREAD: &str = "i.read_at is null and i.archived_at is null and i.withdrawn_at is null";
const STANDING: &str = "i.closed_at is null and i.archived_at is null and i.withdrawn_at is null
    and i.snoozed_until is null";

pub(super) fn read(row: &Row) -> Result<Item> {
    Ok(Item {
        user: UserId::new(row.get(0)?),
        id: ItemId::new(row.get(1)?),
        notification: NotificationId::new(row.get(2)?),
        seq: row.get(3)?,
        changes: row.get(4)?,
        created_at: row.get(5)?,
        state: State {
            seen_at: row.get(6)?,
            read_at: row.get(7)?,
            closed_at: row.get(8)?,
            closed_by: row.get::<Option<String>>(9)?.and_then(|name| ClosedBy::parse(&name)),
            archived_at: row.get(10)?,
            snoozed_until: row.get(11)?,
            withdrawn_at: row.get(12)?,
        },
    })
}

/// An item with its notification.
pub(super) fn read_full(row: &Row) -> Result<(Item, Notification)> {
    Ok((read(row)?, notifications::read(row, WIDTH)?))
}

/// Takes `count` numbers of the account's cursor and answers the first. The row's lock lasts until the commit, so
/// that commit order is number order: take them as late in the transaction as can be.
pub fn take_seqs(tx: &mut Tx, account: Account, count: i64) -> Result<i64> {
    tx.wake_account(account.0);
    let last = tx.query_row(
        "update account set seq = seq + $2 where number = $1 returning seq",
        &[&account.0, &count],
        |row| row.get::<i64>(0),
    )?;
    last.map(|last| last - count + 1).ok_or(Error::NotFound)
}

/// Items of these users that a later change may still be added to: with this key, since `since`, neither read nor
/// closed. Each with its notification.
pub fn list_open(
    tx: &mut Tx,
    account: Account,
    merge_key: &str,
    since: i64,
) -> Result<Vec<(Item, Notification)>> {
    let mut open = Vec::new();
    // One that never stood was not closed by anybody. Asked apart, so that each has its index.
    for not_closed in ["i.closed_at is null", "i.closed_by = 'preferences'"] {
        let sql = format!(
            "select {COLUMNS}, {} from inbox_item i
             join notification n on n.account = i.account and n.id = i.notification_id
             where i.account = $1 and i.merge_key = $2 and i.created_at > $3
                 and {not_closed} and i.read_at is null and i.withdrawn_at is null and i.archived_at is null",
            notifications::COLUMNS
        );
        open.extend(tx.query(&sql, &[&account.0, &merge_key, &since], read_full)?);
    }
    Ok(open)
}

/// An item says something else from now on, under a new number.
pub fn update_notification(
    tx: &mut Tx,
    account: Account,
    user: &UserId,
    id: &ItemId,
    notification: &NotificationId,
    seq: i64,
) -> Result<()> {
    tx.execute(
        "update inbox_item set notification_id = $4, seq = $5, changes = changes + 1
         where account = $1 and user_id = $2 and id = $3",
        &[&account.0, &user.as_str(), &id.as_str(), &notification.as_str(), &seq],
    )?;
    Ok(())
}

/// The account's last number.
pub fn head(tx: &mut Tx, account: Account) -> Result<i64> {
    let seq = tx.query_row("select seq from account where number = $1", &[&account.0], |row| row.get(0))?;
    seq.ok_or(Error::NotFound)
}

/// Writes inbox rows, numbered from `first_seq` in order; a copy that exists already is left alone. Answers how many
/// were new.
pub fn insert_many(tx: &mut Tx, account: Account, items: &[NewItem], first_seq: i64) -> Result<u64> {
    let seqs: Vec<i64> = (first_seq..).take(items.len()).collect();
    let texts: Vec<_> = items
        .iter()
        .map(|item| (item.user.as_str(), item.id.as_str(), item.notification.as_str(), item.kind.name()))
        .collect();
    let closed: Vec<_> = items
        .iter()
        .map(|item| {
            if item.popup {
                (None, None)
            } else {
                (Some(item.created_at), Some(ClosedBy::Preferences.name()))
            }
        })
        .collect();
    let rows =
        items.iter().zip(&seqs).zip(texts.iter().zip(&closed)).map(|((item, seq), (texts, closed))| {
            vec![
                &account.0 as &dyn Param,
                &texts.0,
                &texts.1,
                &texts.2,
                &item.dedup_key,
                &texts.3,
                seq,
                &item.created_at,
                &item.merge_key,
                &closed.0,
                &closed.1,
            ]
        });
    tx.insert_many(
        "inbox_item (account, user_id, id, notification_id, dedup_key, kind, seq, created_at, merge_key,
             closed_at, closed_by)",
        " on conflict do nothing",
        &rows.collect::<Vec<_>>(),
    )
}

/// Puts the new items of a notification into the archive, where it is mailed to their readers.
pub fn archive_mailed(tx: &mut Tx, account: Account, notification: &NotificationId, now: i64) -> Result<u64> {
    tx.execute(
        "update inbox_item set archived_at = $3
         where account = $1 and notification_id = $2 and archived_at is null and id in (
             select d.item_id from delivery d
             where d.account = $1 and d.notification_id = $2 and d.state <> 'suppressed')",
        &[&account.0, &notification.as_str(), &now],
    )
}

const FIND: &str = "from inbox_item i where i.account = $1 and i.user_id = $2 and i.id = $3";

pub fn find(tx: &mut Tx, account: Account, user: &UserId, id: &str) -> Result<Option<Item>> {
    tx.query_row(&format!("select {COLUMNS} {FIND}"), &[&account.0, &user.as_str(), &id], read)
}

/// Whether somebody has an item with this key.
pub fn exists(tx: &mut Tx, account: Account, user: &UserId, dedup_key: &str) -> Result<bool> {
    let found = tx.query_row(
        "select 1 from inbox_item where account = $1 and dedup_key = $2 and user_id = $3",
        &[&account.0, &dedup_key, &user.as_str()],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// As [`find`], to be changed: nobody else changes it until the transaction ends.
pub fn hold(tx: &mut Tx, account: Account, user: &UserId, id: &str) -> Result<Option<Item>> {
    let sql = format!("select {COLUMNS} {FIND}{}", tx.engine().hold());
    tx.query_row(&sql, &[&account.0, &user.as_str(), &id], read)
}

/// Items of one user by their ids, to be changed; unknown ones are missing from the answer.
pub fn list_by_ids(tx: &mut Tx, account: Account, user: &UserId, ids: &[&str]) -> Result<Vec<Item>> {
    let sql = format!(
        "select {COLUMNS} from inbox_item i
         where i.account = $1 and i.user_id = $2 and i.id in ({{in}}) order by i.id{}",
        tx.engine().hold()
    );
    tx.query_in(&sql, &[&account.0, &user.as_str()], ids, read)
}

/// Writes the state of an item under a new number.
pub fn update_state(tx: &mut Tx, account: Account, item: &Item) -> Result<()> {
    let state = item.state;
    tx.execute(
        "update inbox_item set seq = $4, seen_at = $5, read_at = $6, closed_at = $7, closed_by = $8,
             archived_at = $9, snoozed_until = $10, withdrawn_at = $11
         where account = $1 and user_id = $2 and id = $3",
        &[
            &account.0,
            &item.user.as_str(),
            &item.id.as_str(),
            &item.seq,
            &state.seen_at,
            &state.read_at,
            &state.closed_at,
            &state.closed_by.map(ClosedBy::name),
            &state.archived_at,
            &state.snoozed_until,
            &state.withdrawn_at,
        ],
    )?;
    Ok(())
}

/// Which items of an inbox are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// Neither archived nor withdrawn.
    #[default]
    All,
    Unread,
    Archived,
    /// Those whose popups stand.
    Standing,
}

/// A page of an inbox, as asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub filter: Filter,
    pub kind: Option<Kind>,
    /// Folded text to be found.
    pub search: Option<String>,
    /// Created from this instant on, and before that one.
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// Older than the item with this id.
    pub before: Option<String>,
    pub most: i64,
}

/// Items with their notifications, newest first.
pub fn list(
    tx: &mut Tx,
    account: Account,
    user: &UserId,
    wanted: &Wanted,
) -> Result<Vec<(Item, Notification)>> {
    let filter = match wanted.filter {
        Filter::All => "i.archived_at is null and i.withdrawn_at is null",
        Filter::Unread => UNREAD,
        Filter::Archived => "i.archived_at is not null and i.withdrawn_at is null",
        Filter::Standing => STANDING,
    };
    let user = user.as_str();
    let kind = wanted.kind.map(Kind::name);
    let pattern = wanted.search.as_deref().map(contains);
    let mut sql = format!(
        "select {COLUMNS}, {} from inbox_item i
         join notification n on n.account = i.account and n.id = i.notification_id
         where i.account = $1 and i.user_id = $2 and {filter}",
        notifications::COLUMNS
    );
    let mut params: Vec<&dyn Param> = vec![&account.0, &user];
    let mut and = |condition: &str, param| {
        params.push(param);
        sql.push_str(&condition.replace("{}", &format!("${}", params.len())));
    };
    if wanted.before.is_some() {
        and(" and i.id < {}", &wanted.before);
    }
    if kind.is_some() {
        and(" and i.kind = {}", &kind);
    }
    if wanted.from.is_some() {
        and(" and i.created_at >= {}", &wanted.from);
    }
    if wanted.to.is_some() {
        and(" and i.created_at < {}", &wanted.to);
    }
    if pattern.is_some() {
        and(" and n.search like {} escape '~'", &pattern);
    }
    and(" order by i.id desc limit {}", &wanted.most);
    tx.query(&sql, &params, read_full)
}

/// A `like` pattern for texts that contain `part`, to be used with `escape '~'`.
#[must_use]
pub fn contains(part: &str) -> String {
    let escaped = part.replace('~', "~~").replace('%', "~%").replace('_', "~_");
    format!("%{escaped}%")
}

/// Unread items of one user.
pub fn count_unread(tx: &mut Tx, account: Account, user: &UserId) -> Result<i64> {
    let sql =
        format!("select count(*) from inbox_item i where i.account = $1 and i.user_id = $2 and {UNREAD}");
    let count = tx.query_row(&sql, &[&account.0, &user.as_str()], |row| row.get(0))?;
    Ok(count.unwrap_or_default())
}

/// Unread items of many users; who has none is missing from the answer.
pub fn count_unread_of(tx: &mut Tx, account: Account, users: &[&str]) -> Result<Vec<(UserId, i64)>> {
    let sql = format!(
        "select i.user_id, count(*) from inbox_item i
         where i.account = $1 and i.user_id in ({{in}}) and {UNREAD} group by i.user_id"
    );
    tx.query_in(&sql, &[&account.0], users, |row| Ok((UserId::new(row.get(0)?), row.get(1)?)))
}

/// Marks as read what is unread up to a number. The items keep their numbers; the mark tells the browsers.
pub fn update_read_up_to(tx: &mut Tx, account: Account, user: &UserId, up_to: i64, now: i64) -> Result<u64> {
    tx.execute(
        "update inbox_item set read_at = $4, seen_at = coalesce(seen_at, $4)
         where account = $1 and user_id = $2 and seq <= $3
             and read_at is null and archived_at is null and withdrawn_at is null",
        &[&account.0, &user.as_str(), &up_to, &now],
    )
}

pub fn insert_read_mark(tx: &mut Tx, account: Account, mark: &ReadMark, now: i64) -> Result<()> {
    tx.execute(
        "insert into read_mark (account, seq, user_id, up_to, created_at) values ($1, $2, $3, $4, $5)",
        &[&account.0, &mark.seq, &mark.user.as_str(), &mark.up_to, &now],
    )?;
    Ok(())
}

/// Changes of an account after `after` and up to `up_to`, at most `most`; of one user or of all.
pub fn list_changes(
    tx: &mut Tx,
    account: Account,
    user: Option<&UserId>,
    after: i64,
    up_to: i64,
    most: i64,
) -> Result<Vec<Change>> {
    let (items_of, marks_of) =
        if user.is_some() { (" and i.user_id = $5", " and user_id = $5") } else { ("", "") };
    let user = user.map(UserId::as_str);
    let mut params: Vec<&dyn Param> = vec![&account.0, &after, &up_to, &most];
    if user.is_some() {
        params.push(&user);
    }
    let sql = format!(
        "select {COLUMNS} from inbox_item i
         where i.account = $1 and i.seq > $2 and i.seq <= $3{items_of} order by i.seq limit $4"
    );
    let items = tx.query(&sql, &params, |row| read(row).map(Change::Item))?;
    let sql = format!(
        "select user_id, seq, up_to from read_mark
         where account = $1 and seq > $2 and seq <= $3{marks_of} order by seq limit $4"
    );
    let marks = tx.query(&sql, &params, |row| {
        Ok(Change::Read(ReadMark { user: UserId::new(row.get(0)?), seq: row.get(1)?, up_to: row.get(2)? }))
    })?;
    if marks.is_empty() {
        return Ok(items);
    }
    let mut changes = items;
    changes.extend(marks);
    changes.sort_by_key(Change::seq);
    changes.truncate(usize::try_from(most).unwrap_or_default());
    Ok(changes)
}

/// Items of a notification that are not withdrawn, at most `most`.
pub fn list_not_withdrawn(tx: &mut Tx, account: Account, notification: &str, most: i64) -> Result<Vec<Item>> {
    let sql = format!(
        "select {COLUMNS} from inbox_item i
         where i.account = $1 and i.notification_id = $2 and i.withdrawn_at is null
         order by i.user_id limit $3{}",
        tx.engine().hold()
    );
    tx.query(&sql, &[&account.0, &notification, &most], read)
}

/// Items of a notification that are not withdrawn, after the first `skip` in the order of their readers.
pub fn list_of_notification(
    tx: &mut Tx,
    account: Account,
    notification: &str,
    skip: i64,
    most: i64,
) -> Result<Vec<Item>> {
    let sql = format!(
        "select {COLUMNS} from inbox_item i
         where i.account = $1 and i.notification_id = $2 and i.withdrawn_at is null
         order by i.user_id limit $4 offset $3{}",
        tx.engine().hold()
    );
    tx.query(&sql, &[&account.0, &notification, &skip, &most], read)
}

/// Items about records that are not withdrawn, numbered after `after`, in order of number: of one user, or about one
/// record.
pub fn list_about_records(
    tx: &mut Tx,
    account: Account,
    of: About,
    after: i64,
    most: i64,
) -> Result<Vec<(Item, Notification)>> {
    let (column, id) = match of {
        About::User(user) => ("i.user_id", user),
        About::Record(record) => ("n.record_id", record),
    };
    let sql = format!(
        "select {COLUMNS}, {} from inbox_item i
         join notification n on n.account = i.account and n.id = i.notification_id
         where i.account = $1 and {column} = $2 and n.record_id is not null and i.withdrawn_at is null
             and i.seq > $3
         order by i.seq limit $4",
        notifications::COLUMNS
    );
    tx.query(&sql, &[&account.0, &id, &after, &most], read_full)
}

/// Whose items are looked at, or those about which record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    User(&'a str),
    Record(&'a str),
}

/// A user's items about a record that are not withdrawn, newest first.
pub fn list_of_record(
    tx: &mut Tx,
    account: Account,
    user: &UserId,
    record: &str,
    most: i64,
) -> Result<Vec<(Item, Notification)>> {
    let sql = format!(
        "select {COLUMNS}, {} from inbox_item i
         join notification n on n.account = i.account and n.id = i.notification_id
         where i.account = $1 and i.user_id = $2 and n.record_id = $3 and i.withdrawn_at is null
         order by i.id desc limit $4",
        notifications::COLUMNS
    );
    tx.query(&sql, &[&account.0, &user.as_str(), &record, &most], read_full)
}
