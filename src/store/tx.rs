//! One transaction over both engines: statements in, rows out.
//!
//! A failed statement poisons the transaction: PostgreSQL would refuse every later statement anyway, and its answer
//! to the commit of an aborted transaction is no error. No pooling, no queue and no commit here; that is `queue`'s.

use std::collections::{BTreeSet, HashMap};

use super::dialect::Engine;
use crate::domain::error::{Error, Result};

/// What both drivers bind alike. `bool`, `i32` and `u64` are left out on purpose: they bind to different types on the
/// two engines, so they must not compile.
pub trait Param: rusqlite::ToSql + postgres::types::ToSql + Sync {}
impl Param for i64 {}
impl Param for &str {}
impl Param for String {}
impl<T: Param> Param for Option<T> {}

/// What both drivers read alike.
pub trait Column: rusqlite::types::FromSql + for<'a> postgres::types::FromSql<'a> {}
impl Column for i64 {}
impl Column for String {}
impl<T: Column> Column for Option<T> {}

/// One row of a result. Columns are read in the order in which the statement names them.
pub enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// The column at `index`, from 0.
    ///
    /// # Errors
    /// The column is missing or of another type: a mistake in the statement next to it.
    pub fn get<T: Column>(&self, index: usize) -> Result<T> {
        match self {
            Self::Sqlite(row) => row.get(index).map_err(|e| from_sqlite(&e)),
            Self::Postgres(row) => row.try_get(index).map_err(|e| from_postgres(&e)),
        }
    }
}

/// What a committed transaction asks others to look at. A wake is a hint: whoever misses it catches up by cursor.
#[expect(clippy::struct_excessive_bools, reason = "each wakes somebody else")]
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Wakes {
    /// Accounts whose cursor moved: the relay has something to send.
    pub accounts: BTreeSet<i64>,
    /// Work was written that is due now or later.
    pub work: bool,
    /// So was work that waits for a mark.
    pub marks: bool,
    /// Somebody's access changed: streams must be looked at.
    pub access: bool,
    /// Deliveries were written, or are due again.
    pub mail: bool,
}

impl Wakes {
    pub fn merge(&mut self, other: Self) {
        self.accounts.extend(other.accounts);
        self.work |= other.work;
        self.marks |= other.marks;
        self.access |= other.access;
        self.mail |= other.mail;
    }

    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && !self.work && !self.marks && !self.access && !self.mail
    }
}

/// A connection with what is remembered per connection.
pub(super) enum Connection {
    Sqlite { conn: rusqlite::Connection, numbers: Numbers },
    Postgres { client: postgres::Client, statements: HashMap<String, postgres::Statement> },
}

/// Lengths of generated `in` lists; few, so that the statement cache stays bounded.
const IN_SIZES: [usize; 4] = [256, 32, 4, 1];

/// For each text, the `n` of each of its parameters in SQLite's order.
type Numbers = HashMap<String, Box<[usize]>>;

impl Connection {
    pub(super) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Runs a statement without parameters or rows, such as `commit`.
    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite { conn, .. } => conn
                .prepare_cached(sql)
                .and_then(|mut s| s.raw_execute())
                .map(drop)
                .map_err(|e| from_sqlite(&e)),
            Self::Postgres { client, .. } => client.batch_execute(sql).map_err(|e| from_postgres(&e)),
        }
    }

    /// Runs many statements, such as a migration.
    pub(super) fn script(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite { conn, .. } => conn.execute_batch(sql).map_err(|e| from_sqlite(&e)),
            Self::Postgres { client, .. } => client.batch_execute(sql).map_err(|e| from_postgres(&e)),
        }
    }

    /// Whether a transaction is still open. SQLite ends one by itself when the disk is full or an I/O call fails.
    pub(super) fn in_transaction(&self) -> bool {
        match self {
            Self::Sqlite { conn, .. } => !conn.is_autocommit(),
            Self::Postgres { client, .. } => !client.is_closed(),
        }
    }

    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Sqlite { .. } => false,
            Self::Postgres { client, .. } => client.is_closed(),
        }
    }
}

/// A transaction under way.
pub struct Tx<'c> {
    connection: &'c mut Connection,
    failed: Option<Error>,
    wakes: Wakes,
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c mut Connection) -> Self {
        Tx { connection, failed: None, wakes: Wakes::default() }
    }

    /// What ended this transaction, if a statement failed; else what it asks others to look at after the commit.
    pub(super) fn finish(self) -> Result<Wakes> {
        self.failed.map_or(Ok(self.wakes), Err)
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        self.connection.engine()
    }

    /// After the commit: the account's cursor moved.
    pub fn wake_account(&mut self, account: i64) {
        self.wakes.accounts.insert(account);
    }

    /// After the commit: there is work that waits for a mark.
    pub fn wake_marks(&mut self) {
        self.wakes.marks = true;
    }

    /// After the commit: there is work.
    pub fn wake_work(&mut self) {
        self.wakes.work = true;
    }

    /// After the commit: there are letters to be sent, now or later.
    pub fn wake_mail(&mut self) {
        self.wakes.mail = true;
    }

    /// After the commit: somebody's access changed.
    pub fn wake_access(&mut self) {
        self.wakes.access = true;
    }

    /// Runs a statement; answers the number of rows that it touched.
    ///
    /// # Errors
    /// `Error::Duplicate` for a broken unique key, else what the engine says. The transaction is then over.
    pub fn execute(&mut self, sql: &str, params: &[&dyn Param]) -> Result<u64> {
        self.guard(|connection| match connection {
            Connection::Sqlite { conn, numbers } => {
                let mut statement = bind(conn, numbers, sql, params)?;
                statement.raw_execute().map(|n| n as u64).map_err(|e| from_sqlite(&e))
            }
            Connection::Postgres { client, statements } => {
                let statement = prepare(client, statements, sql)?;
                client.execute(&statement, &to_postgres(params)).map_err(|e| from_postgres(&e))
            }
        })
    }

    /// Runs a query and reads each row with `read`.
    ///
    /// # Errors
    /// As [`Tx::execute`]; also the first error of `read`.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[&dyn Param],
        mut read: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.guard(|connection| match connection {
            Connection::Sqlite { conn, numbers } => {
                let mut statement = bind(conn, numbers, sql, params)?;
                let mut rows = statement.raw_query();
                let mut out = Vec::new();
                while let Some(row) = rows.next().map_err(|e| from_sqlite(&e))? {
                    out.push(read(&Row::Sqlite(row))?);
                }
                Ok(out)
            }
            Connection::Postgres { client, statements } => {
                let statement = prepare(client, statements, sql)?;
                let rows = client.query(&statement, &to_postgres(params)).map_err(|e| from_postgres(&e))?;
                rows.iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        })
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn query_row<T>(
        &mut self,
        sql: &str,
        params: &[&dyn Param],
        read: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(sql, params, read)?.into_iter().next())
    }

    /// Inserts many rows of one table: `insert into {into} values …{conflict}`. Each row holds one value per column
    /// named in `into`; answers how many rows were inserted.
    ///
    /// # Errors
    /// As [`Tx::execute`].
    pub fn insert_many(&mut self, into: &str, conflict: &str, rows: &[Vec<&dyn Param>]) -> Result<u64> {
        let (mut rest, mut inserted) = (rows, 0);
        while let Some(first) = rest.first() {
            let fits = |size: &&usize| **size <= rest.len();
            let size = *self.engine().insert_sizes().iter().find(fits).unwrap_or(&1);
            let (now, later) = rest.split_at(size);
            let sql = values(into, conflict, first.len(), size);
            inserted += self.execute(&sql, &now.concat())?;
            rest = later;
        }
        Ok(inserted)
    }

    /// Queries by many keys: `sql` with `{in}` in place of the list, whose parameters come after `params`. Reads
    /// [`IN_SIZES`] keys at a time at most.
    ///
    /// # Errors
    /// As [`Tx::query`].
    pub fn query_in<T>(
        &mut self,
        sql: &str,
        params: &[&dyn Param],
        keys: &[&str],
        mut read: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let (mut rest, mut out) = (keys, Vec::with_capacity(keys.len()));
        while !rest.is_empty() {
            let size = IN_SIZES.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
            let (now, later) = rest.split_at(size);
            let first = params.len() + 1;
            let list = (first..first + size).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
            let mut all: Vec<&dyn Param> = params.to_vec();
            all.extend(now.iter().map(|key| key as &dyn Param));
            out.extend(self.query(&sql.replace("{in}", &list), &all, &mut read)?);
            rest = later;
        }
        Ok(out)
    }

    /// A failed statement ends the transaction on both engines.
    fn guard<T>(&mut self, run: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let result = run(self.connection);
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }
}

fn values(into: &str, conflict: &str, columns: usize, rows: usize) -> String {
    use std::fmt::Write as _;
    let mut sql = String::with_capacity(into.len() + conflict.len() + 16 + rows * columns * 5);
    let _ = write!(sql, "insert into {into} values ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            let _ = write!(sql, "{comma}${}", row * columns + column + 1);
        }
        sql.push(')');
    }
    sql.push_str(conflict);
    sql
}

fn to_postgres<'a>(params: &'a [&'a dyn Param]) -> Vec<&'a (dyn postgres::types::ToSql + Sync)> {
    params.iter().map(|p| *p as _).collect()
}

/// SQLite takes `$2` for a name and numbers names by first appearance, so each is bound by the number in its name.
fn bind<'c>(
    conn: &'c rusqlite::Connection,
    numbers: &mut Numbers,
    sql: &str,
    params: &[&dyn Param],
) -> Result<rusqlite::CachedStatement<'c>> {
    let mut statement = conn.prepare_cached(sql).map_err(|e| from_sqlite(&e))?;
    if !numbers.contains_key(sql) {
        numbers.insert(sql.to_owned(), parameter_numbers(&statement)?);
    }
    let order = &numbers[sql];
    if order.iter().max().copied().unwrap_or(0) != params.len() {
        return Err(Error::internal("a statement and its parameters differ in number"));
    }
    for (position, number) in order.iter().enumerate() {
        let param = params[number - 1] as &dyn rusqlite::ToSql;
        statement.raw_bind_parameter(position + 1, param).map_err(|e| from_sqlite(&e))?;
    }
    Ok(statement)
}

fn parameter_numbers(statement: &rusqlite::CachedStatement) -> Result<Box<[usize]>> {
    let number = |position| {
        let name: Option<&str> = statement.parameter_name(position);
        name.and_then(|n| n.strip_prefix('$'))
            .and_then(|n| n.parse().ok())
            .filter(|n: &usize| *n > 0)
            .ok_or_else(|| Error::internal("a statement's parameter is not spelled $n"))
    };
    (1..=statement.parameter_count()).map(number).collect()
}

fn prepare(
    client: &mut postgres::Client,
    statements: &mut HashMap<String, postgres::Statement>,
    sql: &str,
) -> Result<postgres::Statement> {
    if let Some(statement) = statements.get(sql) {
        return Ok(statement.clone());
    }
    let statement = client.prepare(sql).map_err(|e| from_postgres(&e))?;
    statements.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

/// Maps SQLite's error to a decision: a broken unique key, a full disk, a damaged file, or a mistake of ours.
pub(super) fn from_sqlite(error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Code;
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY as PRIMARY_KEY, SQLITE_CONSTRAINT_UNIQUE as UNIQUE};
    let Some(cause) = error.sqlite_error() else {
        return Error::internal(error.to_string());
    };
    match (cause.code, cause.extended_code) {
        (_, PRIMARY_KEY | UNIQUE) => Error::Duplicate,
        (Code::DiskFull, _) => Error::StorageFull,
        (
            Code::SystemIoFailure
            | Code::DatabaseCorrupt
            | Code::NotADatabase
            | Code::CannotOpen
            | Code::ReadOnly
            | Code::OutOfMemory,
            _,
        ) => Error::unavailable(error.to_string()),
        _ => Error::internal(error.to_string()),
    }
}

/// Maps PostgreSQL's error to a decision. Classes 08 and 57P mean that the connection is gone; 40001 and 40P01 that
/// the transaction lost a race and may run again; 53100 that its disk is full.
pub(super) fn from_postgres(error: &postgres::Error) -> Error {
    let Some(cause) = error.as_db_error() else {
        let source = std::error::Error::source(error);
        let is_io = source.is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        return if error.is_closed() || is_io {
            Error::Lost(error.to_string())
        } else {
            Error::internal(format!("{error:?}"))
        };
    };
    let text = || format!("{} {}", cause.code().code(), cause.message());
    match cause.code().code() {
        "23505" => Error::Duplicate,
        "40001" | "40P01" => Error::Raced,
        "53100" => Error::StorageFull,
        code if code.starts_with("08") || code.starts_with("57P") => Error::Lost(text()),
        code if code.starts_with("53") => Error::unavailable(text()),
        _ => Error::internal(text()),
    }
}
