//! The rows of one person: read out for him, looked through for his words, deleted. Which of these is done is
//! `flows::erasure`'s to say.

use serde_json::{Map, Value as Json};

use super::dialect::Engine;
use super::open;
use super::{Param, Store, Tx};
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::record::RecordType;

/// Texts that people wrote, or that say something of people.
pub struct Place {
    table: &'static str,
    key: &'static str,
    /// The key is a number.
    is_number: bool,
    columns: &'static [&'static str],
    /// Which rows are about a record, whose id is $4.
    of_record: &'static str,
}

const fn place(
    table: &'static str,
    key: &'static str,
    columns: &'static [&'static str],
    of_record: &'static str,
) -> Place {
    Place { table, key, is_number: false, columns, of_record }
}

impl Place {
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.table
    }
}

/// All places where somebody's words may stand.
pub const PLACES: &[Place] = &[
    place("event", "id", &["data"], "data like '%' || $4 || '%'"),
    place("notification", "id", &["texts", "search", "data", "sender"], "record_id = $4"),
    Place { is_number: true, ..place("history", "seq", &["change"], "record_id = $4") },
    place("audit", "id", &["detail"], "subject = $4"),
    place("action_log", "id", &["message", "record_title", "search"], "record_id = $4"),
    place("rule_delivery", "id", &["target", "request", "detail"], "record_id = $4"),
    place("rule_later", "id", &["data"], "data like '%' || $4 || '%'"),
    place("task", "id", &["text", "comment", "search", "phone"], "(customer_id = $4 or order_id = $4)"),
    place(
        "task_comment",
        "id",
        &["text"],
        "task_id in (select t.id from task t where t.account = $1 and (t.customer_id = $4 or t.order_id = $4))",
    ),
];

/// A row of a place: its key, and its texts in the order of the columns.
pub type Texts = (String, Vec<Option<String>>);

/// Rows of a place after a key (empty: from the first), of a record or of the whole account.
pub fn list_texts(
    tx: &mut Tx,
    account: Account,
    place: &Place,
    record: Option<&str>,
    after: &str,
    limit: i64,
) -> Result<Vec<Texts>> {
    let Place { table, key, is_number, columns, of_record } = place;
    let number: i64 = after.parse().unwrap_or(-1);
    let after: &dyn Param = if *is_number { &number } else { &after };
    let mut params: Vec<&dyn Param> = vec![&account.0, after, &limit];
    let scope = if let Some(record) = &record {
        params.push(record);
        format!(" and {of_record}")
    } else {
        String::new()
    };
    let sql = format!(
        "select cast({key} as text), {} from {table} where account = $1 and {key} > $2{scope}
         order by {key} limit $3",
        columns.join(", ")
    );
    tx.query(&sql, &params, |row| {
        let texts = (1..=columns.len()).map(|column| row.get(column)).collect::<Result<_>>()?;
        Ok((row.get(0)?, texts))
    })
}

pub fn update_texts(tx: &mut Tx, account: Account, place: &Place, row: &Texts) -> Result<()> {
    let Place { table, key, is_number, columns, .. } = place;
    let set: Vec<String> = (3..).zip(*columns).map(|(n, column)| format!("{column} = ${n}")).collect();
    let sql = format!("update {table} set {} where account = $1 and {key} = $2", set.join(", "));
    let number: i64 = row.0.parse().unwrap_or(-1);
    let key: &dyn Param = if *is_number { &number } else { &row.0 };
    let mut params: Vec<&dyn Param> = vec![&account.0, key];
    params.extend(row.1.iter().map(|text| text as &dyn Param));
    tx.execute(&sql, &params).map(drop)
}

/// Deletes answers that are kept for an Idempotency-Key and hold one of these words.
pub fn delete_answers(tx: &mut Tx, account: Account, words: &[String]) -> Result<u64> {
    let mut deleted = 0;
    for word in words {
        let sql = "delete from idempotency where account = $1 and answer like '%' || $2 || '%'";
        deleted += tx.execute(sql, &[&account.0, word])?;
    }
    Ok(deleted)
}

/// What is only a user's own, in an order in which it can go; $2 is his id.
const OWN: &[(&str, &str)] = &[
    ("delivery", "user_id = $2"),
    ("inbox_item", "user_id = $2"),
    ("read_mark", "user_id = $2"),
    ("preference", "user_id = $2"),
    ("group_member", "user_id = $2"),
    ("session", "user_id = $2"),
    ("one_time_link", "user_id = $2"),
    ("idempotency", "caller = 'user:' || $2"),
    ("work", "subject like $2 || '/%'"),
    (
        "mail_address",
        "address_key = (select lower(u.email) from app_user u where u.account = $1 and u.id = $2)",
    ),
];

/// Deletes at most `most` of what is only a user's own; answers how many rows, and the notifications that went from his
/// inbox.
pub fn delete_own(tx: &mut Tx, account: Account, user: &str, most: i64) -> Result<(u64, Vec<String>)> {
    let row = tx.engine().row_name();
    for (table, own) in OWN {
        let chosen = format!("select {row} from {table} where account = $1 and {own} limit $3");
        if *table == "inbox_item" {
            let sql = format!("delete from inbox_item where {row} in ({chosen}) returning notification_id");
            let gone = tx.query(&sql, &[&account.0, &user, &most], |row| row.get::<String>(0))?;
            if !gone.is_empty() {
                return Ok((gone.len() as u64, gone));
            }
            continue;
        }
        let sql = format!("delete from {table} where {row} in ({chosen})");
        let deleted = tx.execute(&sql, &[&account.0, &user, &most])?;
        if deleted > 0 {
            return Ok((deleted, Vec::new()));
        }
    }
    Ok((0, Vec::new()))
}

/// Deletes those of these notifications that are in nobody's inbox, with their events; answers how many.
pub fn delete_orphans(tx: &mut Tx, account: Account, notifications: &[&str]) -> Result<u64> {
    let gone = tx.query_in(
        "delete from notification where account = $1 and not exists (
             select 1 from inbox_item i where i.account = $1 and i.notification_id = notification.id)
             and id in ({in}) returning id, event_id",
        &[&account.0],
        notifications,
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (notification, event) in &gone {
        tx.execute("delete from work where account = $1 and subject = $2", &[&account.0, notification])?;
        tx.execute(
            "delete from event where account = $1 and id = $2 and not exists (
                 select 1 from notification n where n.account = $1 and n.event_id = $2)
                 and not exists (select 1 from work w where w.account = $1 and w.subject = $2)",
            &[&account.0, event],
        )?;
    }
    Ok(gone.len() as u64)
}

/// A user's row without the user: his number stays, so that what he did is still one person's.
pub fn update_anonymous(tx: &mut Tx, account: Account, user: &str, name: &str, email: &str) -> Result<()> {
    tx.execute(
        "update app_user set name = $3, email = $4, email_key = null, search = '', password_hash = null,
             language = null, zone = null, last_seen_at = null where account = $1 and id = $2",
        &[&account.0, &user, &name, &email],
    )
    .map(drop)
}

/// The orders of a customer.
pub fn list_orders(tx: &mut Tx, account: Account, customer: &str) -> Result<Vec<String>> {
    tx.query(
        "select id from record where account = $1 and customer_id = $2 and type = $3 order by id",
        &[&account.0, &customer, &RecordType::Order.name()],
        |row| row.get(0),
    )
}

/// Writes a record's state without the person in it; `gone`: nothing is left of the record but its number.
pub fn update_stripped(
    tx: &mut Tx,
    account: Account,
    record: &str,
    state: &str,
    search: &str,
    gone: Option<(i64, &str)>,
) -> Result<()> {
    tx.execute(
        "update record set state = $3, search = $4 where account = $1 and id = $2",
        &[&account.0, &record, &state, &search],
    )?;
    tx.execute("delete from custom_value where account = $1 and record_id = $2", &[&account.0, &record])?;
    if let Some((now, title)) = gone {
        tx.execute(
            "update record set title = $3, external_key = null, deleted_at = coalesce(deleted_at, $4)
             where account = $1 and id = $2",
            &[&account.0, &record, &title, &now],
        )?;
        tx.execute("delete from history where account = $1 and record_id = $2", &[&account.0, &record])?;
    }
    Ok(())
}

/// A part of what is kept of somebody: its name, the table, which rows ($2 is the id), and the columns. `:t` is an instant,
/// `:n` a number, `:j` a document.
type Part = (&'static str, &'static str, &'static str, &'static str);

/// What is kept of a user. Never secrets: passwords, sessions' and links' secrets stay where they are.
pub const OF_USER: &[Part] = &[
    (
        "user",
        "app_user",
        "id = $2",
        "id number:n email name role language zone availability created_at:t last_seen_at:t locked_at:t removed_at:t",
    ),
    ("groups", "group_member", "user_id = $2", "group_id"),
    ("sessions", "session", "user_id = $2", "created_at:t seen_at:t expires_at:t ended_at:t"),
    ("preferences", "preference", "user_id = $2", "value:j changed_at:t"),
    (
        "inbox",
        "inbox_item",
        "user_id = $2",
        "id notification_id kind created_at:t seen_at:t read_at:t closed_at:t archived_at:t snoozed_until:t withdrawn_at:t",
    ),
    (
        "notifications",
        "notification",
        "id in (select i.notification_id from inbox_item i where i.account = $1 and i.user_id = $2)",
        "id kind severity link sender texts:j created_at:t expires_at:t",
    ),
    ("sent", "event", "actor_id = $2", "id type data:j created_at:t send_at:t recalled_at:t"),
    ("letters", "delivery", "user_id = $2", "id kind address state reason created_at:t ended_at:t"),
    (
        "suspended_addresses",
        "mail_address",
        "address_key = (select lower(u.email) from app_user u where u.account = $1 and u.id = $2)",
        "address bounces:n reason suspended_at:t suspended_until:t",
    ),
    (
        "tasks",
        "task",
        "(performer_id = $2 or creator_id = $2)",
        "id number:n text comment due_at:t done_at:t created_at:t",
    ),
    ("remarks", "task_comment", "actor_id = $2", "task_id text created_at:t"),
    ("changes", "history", "actor_id = $2", "record_type record_id field change:j created_at:t"),
    ("administrative_acts", "audit", "actor_id = $2", "action subject detail:j created_at:t"),
    ("api_keys", "api_key", "created_by = $2", "name prefix scopes created_at:t revoked_at:t"),
];

/// What is kept of a customer and of his orders.
pub const OF_CUSTOMER: &[Part] = &[
    ("customer", "record", "id = $2", "id number:n title state:j created_at:t changed_at:t deleted_at:t"),
    (
        "orders",
        "record",
        "customer_id = $2",
        "id number:n title status state:j created_at:t changed_at:t deleted_at:t",
    ),
    (
        "changes",
        "history",
        "(record_id = $2 or record_id in (select o.id from record o where o.account = $1 and o.customer_id = $2))",
        "record_type record_id field change:j created_at:t",
    ),
    (
        "tasks",
        "task",
        "(customer_id = $2 or order_id in (select o.id from record o where o.account = $1 and o.customer_id = $2))",
        "id number:n text comment phone due_at:t done_at:t created_at:t",
    ),
    (
        "notifications",
        "notification",
        "(record_id = $2 or record_id in (select o.id from record o where o.account = $1 and o.customer_id = $2))",
        "id kind texts:j created_at:t",
    ),
];

/// Reads a part, as JSON; `instant` writes instants.
pub fn read_part(
    tx: &mut Tx,
    account: Account,
    id: &str,
    part: &Part,
    instant: fn(i64) -> String,
) -> Result<Vec<Json>> {
    let (_, table, rows, columns) = part;
    let columns: Vec<(&str, &str)> = columns
        .split_ascii_whitespace()
        .map(|column| column.split_once(':').unwrap_or((column, "")))
        .collect();
    let list: Vec<String> = columns.iter().map(|(name, _)| format!("cast({name} as text)")).collect();
    let sql = format!("select {} from {table} where account = $1 and {rows}", list.join(", "));
    tx.query(&sql, &[&account.0, &id], |row| {
        let mut out = Map::new();
        for (index, (name, kind)) in columns.iter().enumerate() {
            let text: Option<String> = row.get(index)?;
            let number = || text.as_deref().and_then(|text| text.parse::<i64>().ok());
            let value = match *kind {
                "t" => number().map_or(Json::Null, |at| instant(at).into()),
                "n" => number().map_or(Json::Null, Json::from),
                "j" => text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
                _ => text.map_or(Json::Null, Json::from),
            };
            out.insert((*name).to_owned(), value);
        }
        Ok(Json::Object(out))
    })
}

impl Store {
    /// Leaves nothing of what was deleted in the write-ahead log. PostgreSQL does its own housekeeping.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn forget_deleted(&self) -> Result<()> {
        if self.engine() != Engine::Sqlite {
            return Ok(());
        }
        let super::Location::Directory(dir) = self.location() else { return Ok(()) };
        let file = open::database_file(dir);
        // A reader that is still at an older page keeps the log; the next checkpoint takes it along.
        self.write(|_| Ok(())).await?;
        let mut connection =
            open::sqlite(&file, true).map_err(|error| Error::unavailable(error.to_string()))?;
        connection.script("pragma wal_checkpoint(truncate)")
    }
}
