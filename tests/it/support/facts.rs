//! What is in the database, for "nothing was changed", and what must hold of it after every story.

use std::collections::BTreeMap;

use bellwire::domain::error::Result;
use bellwire::store::Tx;

/// Every row of every table, as text.
pub type Facts = BTreeMap<String, Vec<String>>;

/// Notes of use, which even a call that is refused may write.
const NOTES: &[(&str, &str)] =
    &[("session", "seen_at"), ("app_user", "last_seen_at"), ("api_key", "last_used_at")];

/// Tables and their columns, read off the migrations.
pub fn tables() -> Vec<(&'static str, Vec<&'static str>)> {
    const SCHEMA: &str = concat!(
        include_str!("../../../migrations/0001_init.sql"),
        include_str!("../../../migrations/0002_records.sql"),
        include_str!("../../../migrations/0003_tasks.sql"),
        include_str!("../../../migrations/0004_deliveries.sql"),
        include_str!("../../../migrations/0005_preferences.sql"),
        include_str!("../../../migrations/0006_rules.sql"),
        include_str!("../../../migrations/0007_marketing.sql"),
        include_str!("../../../migrations/0008_operator.sql"),
        include_str!("../../../migrations/0009_running.sql")
    );
    let table = |text: &'static str| {
        let (name, rest) = text.split_once(" (\n").unwrap();
        let lines = rest.split("\n);").next().unwrap().lines();
        let columns = lines.filter_map(|line| {
            let mut words = line.split_whitespace();
            let (name, kind) = (words.next()?, words.next()?.trim_end_matches(','));
            matches!(kind, "text" | "bigint").then_some(name)
        });
        (name, columns.collect())
    };
    SCHEMA.split("create table ").skip(1).map(table).collect()
}

/// Reads everything.
pub fn read(tx: &mut Tx) -> Result<Facts> {
    let mut facts = Facts::new();
    for (table, columns) in tables() {
        let noted = |column: &&str| !NOTES.contains(&(table, column));
        let columns: Vec<&str> = columns.into_iter().filter(noted).collect();
        let list: Vec<String> = columns.iter().map(|column| format!("cast({column} as text)")).collect();
        let sql = format!("select {} from {table}", list.join(", "));
        let mut rows = tx.query(&sql, &[], |row| {
            let mut cells = Vec::new();
            for (index, column) in columns.iter().enumerate() {
                cells.push(format!("{column}={:?}", row.get::<Option<String>>(index)?));
            }
            Ok(cells.join(" "))
        })?;
        rows.sort_unstable();
        facts.insert(table.to_owned(), rows);
    }
    Ok(facts)
}

/// The rows that are in one and not in the other.
pub fn changes(before: &Facts, after: &Facts) -> Vec<String> {
    let missing = |from: &Facts, to: &Facts, mark: &str| -> Vec<String> {
        let gone =
            |table: &str, row: &&String| to.get(table).is_none_or(|rows| rows.binary_search(row).is_err());
        from.iter()
            .flat_map(|(table, rows)| {
                rows.iter()
                    .filter(|row| gone(table, row))
                    .map(|row| format!("{mark} {table}: {row}"))
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    [missing(before, after, "-"), missing(after, before, "+")].concat()
}

/// What every story must leave true; each statement counts what breaks a rule.
const INVARIANTS: &[(&str, &str)] = &[
    ("no work is dead", "select count(*) from work where dead_at is not null"),
    (
        "an item's number is not above its account's",
        "select count(*) from inbox_item i join account a on a.number = i.account where i.seq > a.seq",
    ),
    (
        "a mark's number is not above its account's, and is no item's",
        "select count(*) from read_mark m join account a on a.number = m.account
         where m.seq > a.seq or m.up_to > m.seq
             or exists (select 1 from inbox_item i where i.account = m.account and i.seq = m.seq)",
    ),
    (
        "no two rows of an account share a number",
        "select count(*) from inbox_item i join inbox_item j
         on j.account = i.account and j.seq = i.seq and (j.user_id <> i.user_id or j.id <> i.id)",
    ),
    (
        "nobody has a notification twice",
        "select count(*) from (select 1 from inbox_item group by account, user_id, notification_id having count(*) > 1) twice",
    ),
    (
        "an item has its notification, and that its event",
        "select count(*) from inbox_item i
         left join notification n on n.account = i.account and n.id = i.notification_id
         left join event e on e.account = n.account and e.id = n.event_id
         where e.id is null",
    ),
    (
        "an event is recalled, or waits, or everybody who was to get it has it",
        "select count(*) from event e where e.recalled_at is null and e.type = 'one_time'
             and not exists (select 1 from work w where w.account = e.account and w.subject = e.id)
             and not exists (select 1 from notification n where n.account = e.account and n.event_id = e.id)
             and e.data not like '%\"expires_at\":1%'",
    ),
    (
        "what is withdrawn is withdrawn everywhere",
        "select count(*) from inbox_item i join notification n on n.account = i.account and n.id = i.notification_id
         where n.withdrawn_at is not null and i.withdrawn_at is null",
    ),
    (
        "who closed an item is known",
        "select count(*) from inbox_item where (closed_at is null) <> (closed_by is null)",
    ),
    (
        "a delivery that ended says how, and nobody is at it",
        "select count(*) from delivery
         where (ended_at is null) <> (state in ('queued', 'held', 'digest', 'sending'))
             or (ended_at is not null and lease_until <> 0)
             or (state in ('dead', 'suppressed') and reason is null)",
    ),
    (
        "a delivery has its item",
        "select count(*) from delivery d
         left join inbox_item i on i.account = d.account and i.user_id = d.user_id and i.id = d.item_id
         where i.id is null",
    ),
];

/// The rules that are broken.
pub fn broken(tx: &mut Tx) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for (rule, sql) in INVARIANTS {
        let count: i64 = tx.query_row(sql, &[], |row| row.get(0))?.unwrap_or_default();
        if count != 0 {
            broken.push(format!("{rule}: {count} times not so"));
        }
    }
    Ok(broken)
}

/// What SQLite itself finds wrong with a file that nobody has open.
pub fn damage(file: &std::path::Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let mut found = Vec::new();
    for (pragma, fine) in [("integrity_check", Some("ok")), ("foreign_key_check", None)] {
        let mut statement = connection.prepare(&format!("pragma {pragma}")).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        found.extend(rows.map(|row| row.unwrap()).filter(|row| Some(row.as_str()) != fine));
    }
    found
}
