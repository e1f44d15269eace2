//! Whom a template means: managers, performers, heads, groups, users, addresses in fields; each once, active, with access to
//! the record, and with the reason why.

use std::collections::BTreeMap;

use super::stage::{Shown, Stage};
use crate::domain::error::Result;
use crate::domain::expression::Expression;
use crate::domain::id::UserId;
use crate::domain::rule::said::Why;
use crate::domain::rule::template::{HeadOf, Recipient};
use crate::domain::task::Performer;
use crate::flows::sight;
use crate::store::{Tx, audience};

/// Who gets it.
#[derive(Debug, Clone, Default)]
pub struct Recipients {
    /// In the order of their ids, each with the first reason.
    pub users: Vec<(UserId, Why)>,
    /// How many were meant who are not active or do not see the record.
    pub left_out: usize,
}

/// The responsible manager: of the record, or whom a call was for.
///
/// # Errors
/// What the store says.
pub fn manager(tx: &mut Tx, stage: &Stage) -> Result<Option<UserId>> {
    if let Some(manager) = stage.record.as_ref().and_then(Shown::manager) {
        return Ok(Some(manager.clone()));
    }
    match &stage.called {
        Some(called) => user(tx, stage, called),
        None => Ok(None),
    }
}

fn user(tx: &mut Tx, stage: &Stage, named: &str) -> Result<Option<UserId>> {
    let found = audience::find_user(tx, stage.account, named, &named.trim().to_lowercase())?;
    Ok(found.map(|user| UserId::new(user.id)))
}

fn performers(tx: &mut Tx, stage: &Stage) -> Result<Vec<UserId>> {
    match stage.task.as_ref().and_then(|task| task.performer.as_ref()) {
        Some(Performer::User(user)) => Ok(vec![user.clone()]),
        Some(Performer::Group(group)) => audience::list_members(tx, stage.account, group.as_str()),
        None => Ok(Vec::new()),
    }
}

fn customer_manager(stage: &Stage) -> Option<UserId> {
    stage.customer.as_ref().and_then(Shown::manager).cloned()
}

/// Resolves recipients as things are now.
///
/// # Errors
/// What the store says.
pub fn resolve(tx: &mut Tx, stage: &Stage, recipients: &[Recipient]) -> Result<Recipients> {
    let mut found: BTreeMap<UserId, Why> = BTreeMap::new();
    for recipient in recipients {
        let (why, users) = meant(tx, stage, recipient)?;
        for user in users {
            found.entry(user).or_insert(why);
        }
    }
    let ids: Vec<&str> = found.keys().map(UserId::as_str).collect();
    let readers = audience::list_readers(tx, stage.account, &ids)?;
    let active: Vec<_> = readers
        .into_iter()
        .filter(|reader| reader.person.active)
        .map(|reader| (reader.person.id, reader.role))
        .collect();
    let visible = sight::of_users(tx, stage.account, &active)?;
    let meant = found.len();
    let sees = |user: &UserId| {
        visible.get(user).is_some_and(|visible| {
            stage.record.as_ref().is_none_or(|shown| visible.shows(&shown.site, shown.manager()))
        })
    };
    let users: Vec<(UserId, Why)> = found.into_iter().filter(|(user, _)| sees(user)).collect();
    Ok(Recipients { left_out: meant - users.len(), users })
}

fn meant(tx: &mut Tx, stage: &Stage, recipient: &Recipient) -> Result<(Why, Vec<UserId>)> {
    let account = stage.account;
    Ok(match recipient {
        Recipient::Manager {} => (Why::Manager, manager(tx, stage)?.into_iter().collect()),
        Recipient::Performer {} => (Why::Performer, performers(tx, stage)?),
        Recipient::CustomerManager {} => {
            (Why::CustomerManager, customer_manager(stage).into_iter().collect())
        }
        Recipient::Head { of } => {
            let of: Vec<UserId> = match of {
                HeadOf::Manager => manager(tx, stage)?.into_iter().collect(),
                HeadOf::Performer => performers(tx, stage)?,
                HeadOf::CustomerManager => customer_manager(stage).into_iter().collect(),
            };
            let ids: Vec<&str> = of.iter().map(UserId::as_str).collect();
            let heads = audience::list_heads(tx, account, &ids)?;
            (Why::Head, heads.into_iter().map(|(_, head)| head).collect())
        }
        Recipient::Group { code } => match audience::find_group(tx, account, code)? {
            Some(group) => (Why::Group, audience::list_members(tx, account, &group.id)?),
            None => (Why::Group, Vec::new()),
        },
        Recipient::User { id } => (Why::User, user(tx, stage, id)?.into_iter().collect()),
        Recipient::Field { path } => {
            let value = Expression::parse(path).ok().and_then(|path| {
                path.evaluate(&stage.scene, crate::domain::expression::Limits::default()).ok()
            });
            let address = value.map(|value| value.to_text(320));
            match address.filter(|address| address.contains('@')) {
                Some(address) => (Why::Field, user(tx, stage, &address)?.into_iter().collect()),
                None => (Why::Field, Vec::new()),
            }
        }
    })
}
