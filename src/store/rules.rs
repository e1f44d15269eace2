//! Rules as an account keeps them (templates, triggers, marketing rules): what they are now, what they were, and who uses
//! which template.

use serde::{Deserialize, Serialize};

use super::tx::Row;
use super::{Param, Tx, inbox, references};
use crate::domain::actor::Actor;
use crate::domain::error::{Error, Result};
use crate::domain::id::Account;
use crate::domain::rule::{MOST_VERSIONS, RuleRef, RuleType};

/// A stored rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub rule_type: RuleType,
    pub id: String,
    pub code: String,
    pub name: String,
    /// What it is for or listens to, as it is looked up.
    pub event: String,
    pub active: bool,
    pub ordering: i64,
    pub version: i64,
    /// What it is, as JSON.
    pub data: String,
    pub last_run_at: Option<i64>,
    pub updated_at: i64,
    pub updated_by: Actor,
    pub deleted_at: Option<i64>,
}

impl Rule {
    #[must_use]
    pub fn named(&self) -> RuleRef {
        RuleRef { rule_type: self.rule_type, id: self.id.clone(), name: self.name.clone() }
    }

    fn search(&self) -> String {
        crate::domain::code::fold(&format!("{} {}", self.name, self.code))
    }

    /// Where it stands in lists: by ordering, then by code.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{:08} {}", self.ordering, self.code)
    }
}

const COLUMNS: &str =
    "r.type, r.id, r.code, r.name, r.event, r.active, r.ordering, r.version, r.data, r.last_run_at,
    r.updated_at, r.updated_kind, r.updated_id, r.deleted_at";

fn read(row: &Row) -> Result<Rule> {
    let name: String = row.get(0)?;
    Ok(Rule {
        rule_type: RuleType::parse(&name).ok_or_else(|| Error::internal(format!("unknown rule {name:?}")))?,
        id: row.get(1)?,
        code: row.get(2)?,
        name: row.get(3)?,
        event: row.get(4)?,
        active: row.get::<i64>(5)? != 0,
        ordering: row.get(6)?,
        version: row.get(7)?,
        data: row.get(8)?,
        last_run_at: row.get(9)?,
        updated_at: row.get(10)?,
        updated_by: Actor::read(&row.get::<String>(11)?, row.get(12)?),
        deleted_at: row.get(13)?,
    })
}

/// Writes a new rule, with its first version.
///
/// # Errors
/// [`Error::Duplicate`] when another one of the sort has the code.
pub fn insert(tx: &mut Tx, account: Account, rule: &Rule) -> Result<()> {
    tx.execute(
        "insert into rule (account, type, id, code, code_key, name, search, event, active, ordering, version, data,
             updated_at, updated_kind, updated_id)
         values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &[
            &account.0,
            &rule.rule_type.name(),
            &rule.id,
            &rule.code,
            &rule.name,
            &rule.search(),
            &rule.event,
            &i64::from(rule.active),
            &rule.ordering,
            &rule.version,
            &rule.data,
            &rule.updated_at,
            &rule.updated_by.kind(),
            &rule.updated_by.id(),
        ],
    )?;
    insert_version(tx, account, rule)
}

/// Writes a rule as it is now; a version that is not there yet is kept.
///
/// # Errors
/// As [`insert`].
pub fn update(tx: &mut Tx, account: Account, rule: &Rule) -> Result<()> {
    tx.execute(
        "update rule set code = $4, code_key = case when cast($14 as bigint) is null then $4 else null end, name = $5,
             search = $6, event = $7, active = $8, ordering = $9, version = $10, data = $11, updated_at = $12,
             updated_kind = $13, deleted_at = cast($14 as bigint), updated_id = cast($15 as text)
         where account = $1 and type = $2 and id = $3",
        &[
            &account.0,
            &rule.rule_type.name(),
            &rule.id,
            &rule.code,
            &rule.name,
            &rule.search(),
            &rule.event,
            &i64::from(rule.active),
            &rule.ordering,
            &rule.version,
            &rule.data,
            &rule.updated_at,
            &rule.updated_by.kind(),
            &rule.deleted_at,
            &rule.updated_by.id(),
        ],
    )?;
    insert_version(tx, account, rule)
}

fn insert_version(tx: &mut Tx, account: Account, rule: &Rule) -> Result<()> {
    let sort = rule.rule_type.name();
    tx.execute(
        "insert into rule_version (account, type, rule_id, version, data, at, actor_kind, actor_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        &[
            &account.0,
            &sort,
            &rule.id,
            &rule.version,
            &rule.data,
            &rule.updated_at,
            &rule.updated_by.kind(),
            &rule.updated_by.id(),
        ],
    )?;
    tx.execute(
        "delete from rule_version where account = $1 and type = $2 and rule_id = $3 and version <= $4",
        &[&account.0, &sort, &rule.id, &(rule.version - MOST_VERSIONS)],
    )?;
    Ok(())
}

/// A rule, deleted or not.
pub fn find(tx: &mut Tx, account: Account, sort: RuleType, id: &str) -> Result<Option<Rule>> {
    let sql = format!("select {COLUMNS} from rule r where r.account = $1 and r.type = $2 and r.id = $3");
    tx.query_row(&sql, &[&account.0, &sort.name(), &id], read)
}

/// The rule of this code that is not deleted.
pub fn find_by_code(tx: &mut Tx, account: Account, sort: RuleType, code: &str) -> Result<Option<Rule>> {
    let sql =
        format!("select {COLUMNS} from rule r where r.account = $1 and r.type = $2 and r.code_key = $3");
    tx.query_row(&sql, &[&account.0, &sort.name(), &code], read)
}

/// How many rules of a sort there are that are not deleted.
pub fn count(tx: &mut Tx, account: Account, sort: RuleType) -> Result<i64> {
    let count = tx.query_row(
        "select count(*) from rule where account = $1 and type = $2 and deleted_at is null",
        &[&account.0, &sort.name()],
        |row| row.get(0),
    )?;
    Ok(count.unwrap_or_default())
}

/// The names of rules, also of those that are deleted.
pub fn list_names(tx: &mut Tx, account: Account, ids: &[&str]) -> Result<Vec<(String, String)>> {
    tx.query_in("select id, name from rule where account = $1 and id in ({in})", &[&account.0], ids, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// A page of rules, as asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Folded text in name or code.
    pub search: Option<String>,
    /// What it is for or listens to.
    pub event: Option<String>,
    pub active: Option<bool>,
    /// Behind the rule with this [`Rule::place`].
    pub after: Option<String>,
    pub most: i64,
}

/// Rules that are not deleted, by ordering and code.
pub fn list(tx: &mut Tx, account: Account, sort: RuleType, wanted: &Wanted) -> Result<Vec<Rule>> {
    let pattern = wanted.search.as_deref().map(inbox::contains);
    let active = wanted.active.map(i64::from);
    let (ordering, code) = wanted
        .after
        .as_deref()
        .and_then(|place| place.split_once(' '))
        .map_or((-1, String::new()), |(ordering, code)| (ordering.parse().unwrap_or(-1), code.to_owned()));
    let sort = sort.name();
    let mut sql = format!(
        "select {COLUMNS} from rule r where r.account = $1 and r.type = $2 and r.deleted_at is null
         and (r.ordering > $3 or r.ordering = $3 and r.code > $4)"
    );
    let mut params: Vec<&dyn Param> = vec![&account.0, &sort, &ordering, &code];
    let mut and = |condition: &str, param| {
        params.push(param);
        sql.push_str(&condition.replace("{}", &format!("${}", params.len())));
    };
    if let Some(pattern) = &pattern {
        and(" and r.search like {} escape '~'", pattern);
    }
    if let Some(event) = &wanted.event {
        and(" and r.event = {}", event);
    }
    if let Some(active) = &active {
        and(" and r.active = {}", active);
    }
    and(" order by r.ordering, r.code, r.id limit {}", &wanted.most);
    tx.query(&sql, &params, read)
}

/// All rules of a sort that are active, in the order in which they are run.
pub fn list_active(tx: &mut Tx, account: Account, sort: RuleType) -> Result<Vec<Rule>> {
    let sql = format!(
        "select {COLUMNS} from rule r
         where r.account = $1 and r.type = $2 and r.active = 1 and r.deleted_at is null
         order by r.ordering, r.code, r.id"
    );
    tx.query(&sql, &[&account.0, &sort.name()], read)
}

/// To which of these events any active trigger or marketing rule listens.
pub fn list_listened(tx: &mut Tx, account: Account, events: &[&str]) -> Result<Vec<String>> {
    tx.query_in(
        "select distinct event from rule
         where account = $1 and type in ('trigger', 'marketing_rule') and active = 1 and deleted_at is null
             and event in ({in})",
        &[&account.0],
        events,
        |row| row.get(0),
    )
}

/// A trigger fired.
pub fn update_last_run(tx: &mut Tx, account: Account, id: &str, at: i64) -> Result<()> {
    tx.execute(
        "update rule set last_run_at = $3 where account = $1 and type = 'trigger' and id = $2",
        &[&account.0, &id, &at],
    )?;
    Ok(())
}

/// What a rule was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub version: i64,
    pub data: String,
    pub at: i64,
    pub actor_kind: String,
    pub actor_id: Option<String>,
}

/// The versions of a rule that are kept, newest first.
pub fn list_versions(tx: &mut Tx, account: Account, sort: RuleType, id: &str) -> Result<Vec<Version>> {
    tx.query(
        "select version, data, at, actor_kind, actor_id from rule_version
         where account = $1 and type = $2 and rule_id = $3 order by version desc",
        &[&account.0, &sort.name(), &id],
        |row| {
            Ok(Version {
                version: row.get(0)?,
                data: row.get(1)?,
                at: row.get(2)?,
                actor_kind: row.get(3)?,
                actor_id: row.get(4)?,
            })
        },
    )
}

/// Makes these the templates that a rule uses.
pub fn put_uses(tx: &mut Tx, account: Account, sort: RuleType, id: &str, templates: &[&str]) -> Result<()> {
    let sort = sort.name();
    tx.execute(
        "delete from template_use where account = $1 and rule_type = $2 and rule_id = $3",
        &[&account.0, &sort, &id],
    )?;
    let rows = templates.iter().map(|template| vec![&account.0 as &dyn Param, template, &sort, &id]);
    tx.insert_many(
        "template_use (account, template_id, rule_type, rule_id)",
        " on conflict do nothing",
        &rows.collect::<Vec<_>>(),
    )?;
    Ok(())
}

/// Which rules use these templates: template and rule.
pub fn list_uses(tx: &mut Tx, account: Account, templates: &[&str]) -> Result<Vec<(String, RuleRef)>> {
    tx.query_in(
        "select u.template_id, u.rule_type, u.rule_id, r.name from template_use u
         join rule r on r.account = u.account and r.type = u.rule_type and r.id = u.rule_id
         where u.account = $1 and u.template_id in ({in}) order by r.name, r.id",
        &[&account.0],
        templates,
        |row| {
            let sort: String = row.get(1)?;
            let rule_type = RuleType::parse(&sort).unwrap_or(RuleType::Trigger);
            Ok((row.get(0)?, RuleRef { rule_type, id: row.get(2)?, name: row.get(3)? }))
        },
    )
}

/// The account's choice that says which state its rules are in: whoever changes one writes another.
const STAMP: &str = "rules_stamp";

/// Another state of the account's rules: who keeps them in memory reads them again.
pub fn put_stamp(tx: &mut Tx, account: Account, stamp: &str) -> Result<()> {
    references::put_choice(tx, account, STAMP, stamp)
}

/// Which state the account's rules are in; empty as long as it never had any.
pub fn find_stamp(tx: &mut Tx, account: Account) -> Result<String> {
    Ok(references::find_choice(tx, account, STAMP)?.unwrap_or_default())
}
