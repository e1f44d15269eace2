//! Lists of tasks: filtered, sorted, a page at a time; and how many wait for somebody.

use std::fmt::Write as _;

use super::tasks::{COLUMNS, Task, read};
use super::{Param, Tx};
use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::sight::Visible;

/// Which tasks a viewer sees: his own, those of his groups, those that he made, and those about records that he sees.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// `None`: all.
    pub of: Option<Viewer>,
}

/// Somebody who does not see everything.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub user: UserId,
    /// Ids of his groups.
    pub groups: Vec<String>,
    pub records: Visible,
}

/// Whose tasks are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Whose {
    #[default]
    Everybody,
    /// Ids of users and groups.
    These(Vec<String>),
}

/// In which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    /// Not done.
    #[default]
    Open,
    /// Not done, and its time is still to come.
    Due,
    /// Not done, and its time has passed.
    Overdue,
    Done,
    All,
}

/// In which order; the id breaks ties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// What is due first; without a due time last.
    #[default]
    Due,
    /// Last changed first.
    Changed,
    /// Highest number first.
    Number,
}

/// A page of tasks, as asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub sight: Sight,
    pub whose: Whose,
    pub creators: Vec<String>,
    pub numbers: Vec<i64>,
    pub state: State,
    pub now: i64,
    pub due_from: Option<i64>,
    pub due_to: Option<i64>,
    pub created_from: Option<i64>,
    pub created_to: Option<i64>,
    pub done_from: Option<i64>,
    pub done_to: Option<i64>,
    /// Folded text to be found.
    pub search: Option<String>,
    pub order: Option<String>,
    pub customer: Option<String>,
    /// About one of these customers.
    pub customers: Vec<String>,
    pub sort: Order,
    /// Goes on after this row: the value that the order sorts by, and the id.
    pub after: Option<(i64, String)>,
    pub offset: i64,
    pub most: i64,
}

/// Where a task without a due time stands: at the end.
const NEVER: &str = "9000000000000000";

struct Select<'a> {
    sql: String,
    params: Vec<&'a dyn Param>,
}

impl<'a> Select<'a> {
    fn param(&mut self, value: &'a dyn Param) -> String {
        self.params.push(value);
        format!("${}", self.params.len())
    }

    fn and(&mut self, condition: &str, value: &'a dyn Param) {
        let n = self.param(value);
        self.sql.push_str(" and ");
        self.sql.push_str(&condition.replace("{}", &n));
    }

    fn list<T: Param>(&mut self, values: &'a [T]) -> String {
        let list: Vec<String> = values.iter().map(|value| self.param(value)).collect();
        if list.is_empty() { "''".to_owned() } else { list.join(", ") }
    }

    fn and_in<T: Param>(&mut self, column: &str, values: &'a [T]) {
        if !values.is_empty() {
            let list = self.list(values);
            let _ = write!(self.sql, " and {column} in ({list})");
        }
    }
}

/// The user and what he sees, borrowed for a statement.
struct Seen<'a> {
    me: &'a str,
    viewer: &'a Viewer,
}

fn seen(sight: &Sight) -> Option<Seen<'_>> {
    sight.of.as_ref().map(|viewer| Seen { me: viewer.user.as_str(), viewer })
}

fn and_seen<'a>(select: &mut Select<'a>, seen: Option<&'a Seen<'a>>) {
    let Some(Seen { me, viewer }) = seen else { return };
    let me = select.param(me);
    let groups = select.list(&viewer.groups);
    let records = match &viewer.records {
        Visible::All => "1 = 1".to_owned(),
        Visible::Own(_) => format!("r.manager_id = {me}"),
        Visible::Sites { sites, .. } => {
            let sites = select.list(sites);
            format!("(r.site in ({sites}, '') or r.manager_id = {me})")
        }
    };
    let _ = write!(
        select.sql,
        " and (t.performer_id = {me} or t.performer_id in ({groups})
             or (t.creator_kind = 'user' and t.creator_id = {me})
             or exists (select 1 from record r where r.account = t.account and r.id = t.order_id and {records})
             or exists (select 1 from record r where r.account = t.account and r.id = t.customer_id and {records}))"
    );
}

fn conditions<'a>(
    select: &mut Select<'a>,
    wanted: &'a Wanted,
    seen: Option<&'a Seen<'a>>,
    pattern: Option<&'a String>,
) {
    and_seen(select, seen);
    if let Whose::These(ids) = &wanted.whose {
        let list = select.list(ids);
        let _ = write!(select.sql, " and t.performer_id in ({list})");
    }
    match wanted.state {
        State::Open => select.sql.push_str(" and t.done_at is null"),
        State::Due => select.and("t.done_at is null and t.due_at >= {}", &wanted.now),
        State::Overdue => select.and("t.done_at is null and t.due_at < {}", &wanted.now),
        State::Done => select.sql.push_str(" and t.done_at is not null"),
        State::All => {}
    }
    select.and_in("t.creator_id", &wanted.creators);
    select.and_in("t.number", &wanted.numbers);
    select.and_in("t.customer_id", &wanted.customers);
    for (condition, value) in [
        ("t.due_at >= {}", &wanted.due_from),
        ("t.due_at < {}", &wanted.due_to),
        ("t.created_at >= {}", &wanted.created_from),
        ("t.created_at < {}", &wanted.created_to),
        ("t.done_at >= {}", &wanted.done_from),
        ("t.done_at < {}", &wanted.done_to),
    ] {
        if value.is_some() {
            select.and(condition, value);
        }
    }
    for (condition, value) in [("t.order_id = {}", &wanted.order), ("t.customer_id = {}", &wanted.customer)] {
        if value.is_some() {
            select.and(condition, value);
        }
    }
    if let Some(pattern) = pattern {
        select.and("t.search like {} escape '~'", pattern);
    }
}

/// The value that an order sorts by, and whether it descends.
fn sort(order: Order) -> (String, bool) {
    match order {
        Order::Due => (format!("coalesce(t.due_at, {NEVER})"), false),
        Order::Changed => ("t.changed_at".to_owned(), true),
        Order::Number => ("t.number".to_owned(), true),
    }
}

/// The value by which a task stands in an order: the first half of [`Wanted::after`].
#[must_use]
pub fn place(task: &Task, order: Order) -> i64 {
    match order {
        Order::Due => task.due.as_ref().map_or_else(|| NEVER.parse().unwrap_or(i64::MAX), |due| due.at),
        Order::Changed => task.changed_at,
        Order::Number => task.number,
    }
}

/// A page of tasks that are not deleted.
pub fn list(tx: &mut Tx, account: Account, wanted: &Wanted) -> Result<Vec<Task>> {
    let (seen, pattern) = (seen(&wanted.sight), wanted.search.as_deref().map(super::inbox::contains));
    let mut select = Select {
        sql: format!("select {COLUMNS} from task t where t.account = $1 and t.deleted_at is null"),
        params: vec![&account.0],
    };
    conditions(&mut select, wanted, seen.as_ref(), pattern.as_ref());
    let (value, descends) = sort(wanted.sort);
    let (than, direction) = if descends { ("<", "desc") } else { (">", "asc") };
    if let Some((after, id)) = &wanted.after {
        let (after, id) = (select.param(after), select.param(id));
        let _ = write!(select.sql, " and ({value}, t.id) {than} ({after}, {id})");
    }
    let (most, offset) = (select.param(&wanted.most), select.param(&wanted.offset));
    let _ =
        write!(select.sql, " order by {value} {direction}, t.id {direction} limit {most} offset {offset}");
    let Select { sql, params } = select;
    tx.query(&sql, &params, read)
}

/// How many tasks a filter finds, counted up to `most`.
pub fn count(tx: &mut Tx, account: Account, wanted: &Wanted, most: i64) -> Result<i64> {
    let (seen, pattern) = (seen(&wanted.sight), wanted.search.as_deref().map(super::inbox::contains));
    let mut select = Select {
        sql: "select count(*) from (select 1 from task t where t.account = $1 and t.deleted_at is null"
            .into(),
        params: vec![&account.0],
    };
    conditions(&mut select, wanted, seen.as_ref(), pattern.as_ref());
    let most = select.param(&most);
    let _ = write!(select.sql, " limit {most}) found");
    let Select { sql, params } = select;
    Ok(tx.query_row(&sql, &params, |row| row.get(0))?.unwrap_or_default())
}

/// Open tasks that wait for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub mine: i64,
    pub groups: i64,
    /// Of both, those whose time has passed.
    pub overdue: i64,
}

/// The open tasks of a user and of his groups.
pub fn counts(tx: &mut Tx, account: Account, user: &UserId, groups: &[String], now: i64) -> Result<Counts> {
    let user = user.as_str();
    let mut select = Select { sql: String::new(), params: vec![&account.0, &user, &now] };
    let of = select.list(groups);
    let sql = format!(
        "select coalesce(sum(case when performer_id = $2 then 1 else 0 end), 0),
             coalesce(sum(case when performer_id = $2 then 0 else 1 end), 0),
             coalesce(sum(case when due_at < $3 then 1 else 0 end), 0)
         from task where account = $1 and deleted_at is null and done_at is null
             and performer_id in (cast($2 as text), {of})"
    );
    let counts = tx.query_row(&sql, &select.params, |row| {
        Ok(Counts { mine: row.get(0)?, groups: row.get(1)?, overdue: row.get(2)? })
    })?;
    Ok(counts.unwrap_or_default())
}
