//! What is alike in keeping templates, triggers and marketing rules: codes that are unique, versions, roll-back, undo of
//! deletion. Each change is one transaction with its line in the audit log, and another stamp of the account's rules.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::change::Change;
use crate::domain::actor::Actor;
use crate::domain::code::fold;
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::id::{Account, UserId};
use crate::domain::rule::RuleType;
use crate::store::rules::{self, Rule, Version, Wanted};
use crate::store::{Tx, audience, keys};

/// Rules of one sort that an account may keep.
const MOST: i64 = 20_000;

/// Something that is kept as a rule.
pub trait Kept: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    const SORT: RuleType;

    /// Chosen, or made of the name when it was checked.
    fn code(&self) -> &str;
    fn put_code(&mut self, code: String);
    fn name(&self) -> &str;
    fn is_active(&self) -> bool;
    fn put_active(&mut self, active: bool);
    fn ordering(&self) -> i64;
    /// What it is for or listens to, as it is looked up.
    fn event(&self) -> String;
    /// Whether its author chose the code.
    fn has_code(&self) -> bool;

    /// The rule as it is kept; `own` is its id, where it has one already.
    ///
    /// # Errors
    /// All that is wrong with it, field by field.
    fn check(tx: &mut Tx, account: Account, draft: Self, own: Option<&str>) -> Result<Self>;

    /// What follows a change: `now` is none when it is deleted, `before` where it was not there or is not to be compared.
    ///
    /// # Errors
    /// What the store says.
    fn settle(
        tx: &mut Tx,
        change: &Change,
        id: &str,
        before: Option<&Self>,
        now: Option<&Self>,
    ) -> Result<()>;
}

/// What was checked by itself, with what was found around it.
///
/// # Errors
/// All faults of both.
pub fn with_faults<T>(checked: Result<T>, faults: Vec<FieldError>) -> Result<T> {
    match checked {
        Ok(draft) if faults.is_empty() => Ok(draft),
        Ok(_) => Err(Error::Invalid(faults)),
        Err(Error::Invalid(mut more)) => {
            more.extend(faults);
            Err(Error::Invalid(more))
        }
        Err(error) => Err(error),
    }
}

/// A stored rule and what it is.
#[derive(Debug, Clone)]
pub struct Stored<T> {
    pub rule: Rule,
    pub what: T,
}

fn read<T: Kept>(rule: Rule) -> Result<Stored<T>> {
    let what = super::rules::cache::read(&rule)?;
    Ok(Stored { rule, what })
}

/// The rule of this id that is not deleted.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get<T: Kept>(tx: &mut Tx, account: Account, id: &str) -> Result<Stored<T>> {
    let rule = rules::find(tx, account, T::SORT, id)?.filter(|rule| rule.deleted_at.is_none());
    read(rule.ok_or(Error::NotFound)?)
}

/// A page of rules, and where the next one begins.
///
/// # Errors
/// What the store says.
pub fn list<T: Kept>(
    tx: &mut Tx,
    account: Account,
    wanted: &Wanted,
) -> Result<(Vec<Stored<T>>, Option<String>)> {
    let search = wanted.search.as_deref().map(|text| fold(text.trim()));
    let more = Wanted { search, most: wanted.most.saturating_add(1), ..wanted.clone() };
    let mut found = rules::list(tx, account, T::SORT, &more)?;
    let has_more = found.len() as i64 > wanted.most;
    found.truncate(usize::try_from(wanted.most).unwrap_or_default());
    let next = found.last().filter(|_| has_more).map(Rule::place);
    Ok((read_all(found)?, next))
}

/// What several stored rules are.
///
/// # Errors
/// [`Error::Internal`] when one is not what it should be.
pub fn read_all<T: Kept>(found: Vec<Rule>) -> Result<Vec<Stored<T>>> {
    found.into_iter().map(read).collect()
}

fn write<T: Kept>(rule: &mut Rule, what: &T, change: &Change) -> Result<()> {
    what.code().clone_into(&mut rule.code);
    what.name().clone_into(&mut rule.name);
    rule.event = what.event();
    rule.active = what.is_active();
    rule.ordering = what.ordering();
    rule.data = serde_json::to_string(what).map_err(|e| Error::internal(e.to_string()))?;
    rule.updated_at = change.now;
    rule.updated_by = change.actor.clone();
    Ok(())
}

/// The code, or one like it that is free.
fn free_code<T: Kept>(tx: &mut Tx, account: Account, what: &mut T, own: &str, is_given: bool) -> Result<()> {
    let base = what.code().to_owned();
    for n in 1..1_000 {
        let code = if n == 1 { base.clone() } else { format!("{base}-{n}") };
        let other = rules::find_by_code(tx, account, T::SORT, &code)?;
        if other.is_none_or(|other| other.id == own) {
            what.put_code(code);
            return Ok(());
        }
        if is_given {
            break;
        }
    }
    Err(Error::field("code", Fault::Taken))
}

/// Adds a rule.
///
/// # Errors
/// A fault of `code`, when somebody chose one that is taken.
pub fn add<T: Kept>(
    tx: &mut Tx,
    change: &Change,
    id: &str,
    mut what: T,
    has_code: bool,
    stamp: &str,
) -> Result<Rule> {
    let account = change.account;
    if rules::count(tx, account, T::SORT)? >= MOST {
        return Err(Error::field("", Fault::TooMany(MOST as usize)));
    }
    free_code(tx, account, &mut what, id, has_code)?;
    let mut rule = Rule {
        rule_type: T::SORT,
        id: id.to_owned(),
        code: String::new(),
        name: String::new(),
        event: String::new(),
        active: true,
        ordering: 0,
        version: 1,
        data: String::new(),
        last_run_at: None,
        updated_at: change.now,
        updated_by: change.actor.clone(),
        deleted_at: None,
    };
    write(&mut rule, &what, change)?;
    rules::insert(tx, account, &rule)?;
    note(tx, change, &rule, "added", stamp)?;
    Ok(rule)
}

/// Of many at once (`stamp` empty) the caller notes one line for all.
fn note(tx: &mut Tx, change: &Change, rule: &Rule, verb: &str, stamp: &str) -> Result<()> {
    if stamp.is_empty() {
        return Ok(());
    }
    rules::put_stamp(tx, change.account, stamp)?;
    let detail =
        json!({ "code": rule.code, "name": rule.name, "version": rule.version, "active": rule.active });
    change.record(tx, &format!("{}.{verb}", rule.rule_type.name()), &rule.id, &detail)
}

/// Makes a rule so, as its next version.
///
/// # Errors
/// [`Error::NotFound`]; a fault of `code`.
pub fn put<T: Kept>(
    tx: &mut Tx,
    change: &Change,
    id: &str,
    mut what: T,
    has_code: bool,
    stamp: &str,
) -> Result<Rule> {
    let mut rule = get::<T>(tx, change.account, id)?.rule;
    if !has_code {
        what.put_code(rule.code.clone());
    }
    free_code(tx, change.account, &mut what, id, true)?;
    rule.version += 1;
    write(&mut rule, &what, change)?;
    rules::update(tx, change.account, &rule)?;
    note(tx, change, &rule, "changed", stamp)?;
    Ok(rule)
}

/// Deletes a rule; [`restore`] undoes it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn delete<T: Kept>(tx: &mut Tx, change: &Change, id: &str, stamp: &str) -> Result<Rule> {
    let mut rule = get::<T>(tx, change.account, id)?.rule;
    rule.deleted_at = Some(change.now);
    rules::update(tx, change.account, &rule)?;
    note(tx, change, &rule, "deleted", stamp)?;
    Ok(rule)
}

/// Undoes a deletion. If its code is somebody else's by now, it gets another.
///
/// # Errors
/// [`Error::NotFound`].
pub fn restore<T: Kept>(tx: &mut Tx, change: &Change, id: &str, stamp: &str) -> Result<Stored<T>> {
    let account = change.account;
    let rule = rules::find(tx, account, T::SORT, id)?.ok_or(Error::NotFound)?;
    if rule.deleted_at.is_none() {
        return read(rule);
    }
    let Stored { mut rule, mut what } = read::<T>(rule)?;
    free_code(tx, account, &mut what, id, false)?;
    rule.deleted_at = None;
    write(&mut rule, &what, change)?;
    rules::update(tx, account, &rule)?;
    note(tx, change, &rule, "restored", stamp)?;
    Ok(Stored { rule, what })
}

/// What a rule was.
#[derive(Debug, Clone)]
pub struct Was<T> {
    pub version: i64,
    pub at: i64,
    pub by: Option<String>,
    pub what: T,
}

/// The versions of a rule that are kept, newest first.
///
/// # Errors
/// [`Error::NotFound`].
pub fn versions<T: Kept>(tx: &mut Tx, account: Account, id: &str) -> Result<Vec<Was<T>>> {
    rules::find(tx, account, T::SORT, id)?.ok_or(Error::NotFound)?;
    let found = rules::list_versions(tx, account, T::SORT, id)?;
    let actors: Vec<Actor> = found.iter().map(|v| Actor::read(&v.actor_kind, v.actor_id.clone())).collect();
    let names = names(tx, account, &actors)?;
    let was = |(version, actor): (Version, Actor)| {
        let what = serde_json::from_str(&version.data).map_err(|e| Error::internal(e.to_string()))?;
        let by = actor.id().and_then(|id| names.get(id).cloned());
        Ok(Was { version: version.version, at: version.at, by, what })
    };
    found.into_iter().zip(actors).map(was).collect()
}

/// What a rule was in a version.
///
/// # Errors
/// [`Error::NotFound`].
pub fn version<T: Kept>(tx: &mut Tx, account: Account, id: &str, version: i64) -> Result<T> {
    let found = versions::<T>(tx, account, id)?.into_iter().find(|was| was.version == version);
    found.map(|was| was.what).ok_or_else(|| Error::field("version", Fault::NotAChoice("a version of it")))
}

/// What people call users, keys and rules.
///
/// # Errors
/// What the store says.
pub fn names(tx: &mut Tx, account: Account, actors: &[Actor]) -> Result<HashMap<String, String>> {
    let ids = |wanted: fn(&Actor) -> bool| {
        let mut ids: Vec<&str> = actors.iter().filter(|a| wanted(a)).filter_map(Actor::id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let users = audience::list_names(tx, account, &ids(|actor| matches!(actor, Actor::User(_))))?;
    let keys = keys::list_names(tx, account, &ids(|actor| matches!(actor, Actor::Key(_))))?;
    let rules = rules::list_names(tx, account, &ids(|actor| matches!(actor, Actor::Rule(_))))?;
    let users = users.into_iter().map(|(id, name): (UserId, String)| (id.to_string(), name));
    let keys = keys.into_iter().map(|(id, name)| (id.to_string(), name));
    Ok(users.chain(keys).chain(rules).collect())
}
