//! The database as it is, read beside the server and after it, and copies of it that are broken on purpose.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::PathBuf;

use bellwire::config::{FileSettings, ServeArgs, Settings};
use serde_json::Value;

use crate::town::Town;

/// Where a story keeps its data.
pub struct Database {
    pub dir: PathBuf,
    pub url: Option<String>,
    name: &'static str,
    server: String,
}

impl Database {
    pub fn directory(name: &'static str) -> Self {
        let dir = std::env::temp_dir().join(format!("bellwire-crash-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Self { dir, url: None, name, server: String::new() }
    }

    /// A fresh database beside the one that `server` names.
    pub fn postgres(name: &'static str, server: &str) -> Self {
        let database = format!("bellwire_crash_{}_{}", std::process::id(), name.replace('-', "_"));
        let mut admin = postgres::Client::connect(server, postgres::NoTls).unwrap();
        admin.batch_execute(&format!("create database {database}")).unwrap();
        let mut url = url::Url::parse(server).unwrap();
        url.set_path(&database);
        Self { url: Some(url.into()), server: server.to_owned(), ..Self::directory(name) }
    }

    /// The settings of a server on it.
    pub fn settings(&self) -> Settings {
        let args = ServeArgs {
            data: Some(self.dir.clone()),
            database_url: self.url.clone(),
            ..ServeArgs::default()
        };
        Settings::merge(args, FileSettings::default()).unwrap()
    }

    pub fn name(&self) -> &str {
        self.name
    }

    pub fn open(&self) -> Open {
        if let Some(url) = &self.url {
            return Open::Postgres(postgres::Client::connect(url, postgres::NoTls).unwrap());
        }
        let path = bellwire::store::database_file(&self.dir);
        Open::Sqlite(rusqlite::Connection::open(path).unwrap(), self.dir.clone())
    }

    /// After a good end. After a bad one it is left to be looked at.
    pub fn remove(&self) {
        let _ = std::fs::remove_dir_all(&self.dir);
        if let Some(url) = &self.url {
            let name = url.rsplit('/').next().unwrap();
            let mut admin = postgres::Client::connect(&self.server, postgres::NoTls).unwrap();
            admin.batch_execute(&format!("drop database {name} with (force)")).unwrap();
        }
    }
}

/// A row of text; columns are cast where they are no text.
type Texts = Vec<Option<String>>;

/// An open database.
pub enum Open {
    Sqlite(rusqlite::Connection, PathBuf),
    Postgres(postgres::Client),
}

/// One item is lost, and another one is there twice, under another key.
const BREAK: &str = "delete from inbox_item where seq = (select max(i.seq) from inbox_item i
        join event e on e.id = i.notification_id where e.recalled_at is null);
    insert into inbox_item (account, user_id, id, notification_id, dedup_key, kind, seq, created_at)
        select account, user_id, id || '-2', notification_id, dedup_key || '-2', kind,
            (select max(seq) + 1000 from inbox_item), created_at from inbox_item
        where seq = (select max(i.seq) from inbox_item i join event e on e.id = i.notification_id
            where e.recalled_at is null);";

impl Open {
    /// The names of the letters that are known to be with a relay.
    pub fn letters_sent(&mut self) -> HashSet<String> {
        let mut sent = HashSet::new();
        self.each("select letter from delivery where state = 'sent'", |row| {
            sent.extend(row.into_iter().flatten());
        });
        sent
    }

    /// As if the leases of all who were killed had run out: on PostgreSQL another node could still hold them.
    pub fn end_leases(&mut self) {
        const SQL: &str = "update rule_delivery set lease_until = 1 where lease_until > 1;
            update work set lease_until = 1 where lease_until > 1";
        match self {
            Self::Sqlite(..) => {}
            // Whoever lives may be at the same rows.
            Self::Postgres(client) => while client.batch_execute(SQL).is_err() {},
        }
    }

    fn each(&mut self, sql: &str, mut each: impl FnMut(Texts)) {
        match self {
            Self::Sqlite(connection, _) => {
                let mut statement = connection.prepare(sql).unwrap();
                let width = statement.column_count();
                let mut rows = statement.query([]).unwrap();
                while let Some(row) = rows.next().unwrap() {
                    each((0..width).map(|column| row.get(column).unwrap()).collect());
                }
            }
            Self::Postgres(client) => {
                for row in client.query(sql, &[]).unwrap() {
                    each((0..row.len()).map(|column| row.get(column)).collect());
                }
            }
        }
    }

    /// The number that a statement counts.
    pub fn count(&mut self, sql: &str) -> i64 {
        let mut count = None;
        let sql = sql.replacen("count(*)", "cast(count(*) as text)", 1);
        self.each(&sql, |row| count = row[0].as_deref().and_then(|text| text.parse().ok()));
        count.unwrap()
    }

    /// What the engine itself finds wrong.
    pub fn engine_faults(&mut self) -> Vec<String> {
        let Self::Sqlite(connection, _) = self else { return Vec::new() };
        let mut faults = Vec::new();
        let mut ask = |pragma: &str, good: &str| {
            let mut statement = connection.prepare(pragma).unwrap();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let said: String = row.get(0).unwrap();
                faults.extend((said != good).then(|| format!("{pragma}: {said}")));
            }
        };
        ask("pragma integrity_check", "ok");
        ask("pragma foreign_key_check", "");
        faults
    }

    /// The facts of a copy that is broken.
    pub fn broken(&mut self, town: &Town) -> Facts {
        match self {
            Self::Sqlite(connection, dir) => {
                let path = dir.join("broken.db");
                connection.execute("vacuum into $1", [path.to_str().unwrap()]).unwrap();
                let copy = rusqlite::Connection::open(&path).unwrap();
                copy.execute_batch(BREAK).unwrap();
                Facts::load(&mut Self::Sqlite(copy, dir.clone()), town)
            }
            Self::Postgres(client) => {
                client.batch_execute("begin").unwrap();
                client.batch_execute(BREAK).unwrap();
                let facts = Facts::load(self, town);
                let Self::Postgres(client) = self else { unreachable!() };
                client.batch_execute("rollback").unwrap();
                facts
            }
        }
    }
}

pub struct Event {
    pub id: String,
    /// What the sender called it.
    pub title: String,
    pub recalled: bool,
}

/// An item in an inbox.
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
pub struct Item {
    /// The place of its owner in the town, and of its event in [`Facts::events`]; `u32::MAX`: there is none.
    pub owner: u32,
    pub event: u32,
    pub id: String,
    pub key: String,
    pub seq: i64,
    pub seen: bool,
    pub read: bool,
    pub closed: bool,
    pub archived: bool,
    pub withdrawn: bool,
}

impl Item {
    pub fn is_unread(&self) -> bool {
        !(self.read || self.archived || self.withdrawn)
    }
}

/// All that the checker compares.
pub struct Facts {
    pub events: Vec<Event>,
    pub items: Vec<Item>,
    /// Owner, number, up to where.
    pub marks: Vec<(u32, i64, i64)>,
    /// The last number of the account.
    pub head: i64,
    /// Pieces of work that are left, with their kinds.
    pub work: Vec<String>,
}

impl Facts {
    pub fn load(open: &mut Open, town: &Town) -> Self {
        let (mut events, mut numbers) = (Vec::new(), HashMap::new());
        open.each("select id, data, cast(recalled_at as text) from event order by id", |mut row| {
            let data: Value = serde_json::from_str(row[1].as_deref().unwrap()).unwrap();
            let (id, title) = (row[0].take().unwrap(), data["title"].as_str().unwrap_or_default().to_owned());
            numbers.insert(id.clone(), events.len() as u32);
            events.push(Event { id, title, recalled: row[2].is_some() });
        });
        let number = |text: &Option<String>| text.as_deref().unwrap().parse::<i64>().unwrap();
        let owner = |id: &str| town.places.get(id).copied().unwrap_or(u32::MAX);
        let mut items = Vec::new();
        let sql = "select user_id, id, notification_id, dedup_key, cast(seq as text), cast(seen_at as text),
            cast(read_at as text), cast(closed_at as text), cast(archived_at as text), cast(withdrawn_at as text)
            from inbox_item";
        open.each(sql, |mut row| {
            let event = numbers.get(row[2].as_deref().unwrap()).copied().unwrap_or(u32::MAX);
            items.push(Item {
                owner: owner(row[0].as_deref().unwrap()),
                event,
                id: row[1].take().unwrap(),
                key: row[3].take().unwrap(),
                seq: number(&row[4]),
                seen: row[5].is_some(),
                read: row[6].is_some(),
                closed: row[7].is_some(),
                archived: row[8].is_some(),
                withdrawn: row[9].is_some(),
            });
        });
        let mut marks = Vec::new();
        open.each("select user_id, cast(seq as text), cast(up_to as text) from read_mark", |row| {
            marks.push((owner(row[0].as_deref().unwrap()), number(&row[1]), number(&row[2])));
        });
        let mut head = 0;
        open.each("select cast(seq as text) from account where code = 'main'", |row| head = number(&row[0]));
        let mut work = Vec::new();
        open.each("select kind || ' ' || subject from work", |row| work.extend(row.into_iter().flatten()));
        Self { events, items, marks, head, work }
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (events, items, marks) = (self.events.len(), self.items.len(), self.marks.len());
        write!(f, "database: {events} events, {items} inbox rows, {marks} marks")
    }
}
