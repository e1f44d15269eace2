//! Who sees which records: looks up users' roles and groups for the rule of `domain::sight`, and withdraws items about
//! records that their readers no longer see.
//!
//! Whoever changes a right, a membership, or a record's site or manager leaves a row of work here ([`look_again_at`]) in
//! the same transaction; the inbox rows follow in parts.

use std::collections::{HashMap, HashSet};

use super::inbox::renumber;
use super::retire;
use crate::domain::access::Caller;
use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::inbox::Item;
use crate::domain::notification::Notification;
use crate::domain::rights::{Role, Sees};
use crate::domain::sight::Visible;
use crate::domain::work::WorkKind;
use crate::store::inbox::{self, About};
use crate::store::records::Place;
use crate::store::work::{self, Work};
use crate::store::{Tx, audience, records};

/// Inbox rows that one step looks at.
const PART: i64 = 500;

/// The records that a caller sees. A key is the account's machine and sees all.
///
/// # Errors
/// What the store says.
pub fn of_caller(tx: &mut Tx, caller: &Caller) -> Result<Visible> {
    let Caller::User(user) = caller else { return Ok(Visible::All) };
    if user.role == Role::Administrator {
        return Ok(Visible::All);
    }
    let groups = audience::list_sights(tx, user.account, &[user.user.as_str()])?;
    Ok(Visible::of(&user.user, user.role, groups.into_iter().map(|(_, sees, site)| (sees, site))))
}

/// Which of these records a caller sees, also of those that are deleted: by their sites and managers.
///
/// # Errors
/// What the store says.
pub fn of_records(tx: &mut Tx, caller: &Caller, ids: &[&str]) -> Result<HashSet<String>> {
    let visible = of_caller(tx, caller)?;
    if visible == Visible::All {
        return Ok(ids.iter().map(|id| (*id).to_owned()).collect());
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let places = records::list_places(tx, caller.account(), &ids)?;
    let seen = places.into_iter().filter(|place| visible.shows(&place.site, place.manager.as_ref()));
    Ok(seen.map(|place| place.id.to_string()).collect())
}

/// The records that each of these users sees.
///
/// # Errors
/// What the store says.
pub fn of_users(tx: &mut Tx, account: Account, users: &[(UserId, Role)]) -> Result<HashMap<UserId, Visible>> {
    let managers = users.iter().filter(|(_, role)| *role == Role::Manager);
    let ids: Vec<&str> = managers.map(|(user, _)| user.as_str()).collect();
    let mut groups: HashMap<UserId, Vec<(Sees, Option<String>)>> = HashMap::new();
    for (user, sees, site) in audience::list_sights(tx, account, &ids)? {
        groups.entry(user).or_default().push((sees, site));
    }
    let mut of = |(user, role): &(UserId, Role)| {
        let groups = groups.remove(user).unwrap_or_default();
        (user.clone(), Visible::of(user, *role, groups))
    };
    Ok(users.iter().map(&mut of).collect())
}

/// Has the items of these users looked through, because what they see has changed.
///
/// # Errors
/// What the store says.
pub fn look_again_for(tx: &mut Tx, account: Account, users: &[UserId], now: i64) -> Result<()> {
    let ids: Vec<&str> = users.iter().map(UserId::as_str).collect();
    retire::look_again_for(tx, account, &ids, now)?;
    let mut subjects: Vec<String> = users.iter().map(|user| format!("user:{user}")).collect();
    subjects.sort_unstable();
    subjects.dedup();
    work::insert_anew(tx, account, WorkKind::Sight, &subjects, now)
}

/// Has the items about a record looked through, because its site or manager has changed.
///
/// # Errors
/// What the store says.
pub fn look_again_at(tx: &mut Tx, account: Account, record: &str, now: i64) -> Result<()> {
    work::insert_anew(tx, account, WorkKind::Sight, &[format!("record:{record}")], now)
}

/// Keeps of these items those that their reader may still see: what is about no record, or about one that he sees.
///
/// # Errors
/// What the store says.
pub fn retain_seen(
    tx: &mut Tx,
    account: Account,
    visible: &Visible,
    items: &mut Vec<(Item, Notification)>,
) -> Result<()> {
    if *visible == Visible::All {
        return Ok(());
    }
    let places = places(tx, account, items)?;
    items.retain(|(item, said)| is_seen(visible, &places, item, said));
    Ok(())
}

fn places(tx: &mut Tx, account: Account, items: &[(Item, Notification)]) -> Result<HashMap<String, Place>> {
    let mut ids: Vec<&str> = items.iter().filter_map(|(_, said)| record_of(said)).collect();
    ids.sort_unstable();
    ids.dedup();
    let places = records::list_places(tx, account, &ids)?;
    Ok(places.into_iter().map(|place| (place.id.to_string(), place)).collect())
}

/// The record that a notification is about, where its reader must see that.
fn record_of(said: &Notification) -> Option<&str> {
    let told = said.content.told.as_ref().map(|told| told.record.as_str());
    told.or_else(|| Some(said.content.rule.as_ref()?.about.as_ref()?.id.as_str()))
}

fn is_seen(visible: &Visible, places: &HashMap<String, Place>, item: &Item, said: &Notification) -> bool {
    let Some(record) = record_of(said) else { return true };
    let seen = |place: &Place| !place.is_deleted && visible.shows(&place.site, place.manager.as_ref());
    let is_farewell = said.content.told.as_ref().is_some_and(|told| told.is_farewell_to(&item.user));
    places.get(record).is_some_and(seen) || is_farewell
}

/// Of each item whether its reader may see it now.
///
/// # Errors
/// What the store says.
pub(super) fn list_seen(tx: &mut Tx, account: Account, items: &[(Item, Notification)]) -> Result<Vec<bool>> {
    let mut users: Vec<&str> = items.iter().map(|(item, _)| item.user.as_str()).collect();
    users.sort_unstable();
    users.dedup();
    let readers = audience::list_readers(tx, account, &users)?;
    let readers: Vec<_> = readers.into_iter().map(|reader| (reader.person.id, reader.role)).collect();
    let visible = of_users(tx, account, &readers)?;
    let places = places(tx, account, items)?;
    let seen = |(item, said): &(Item, Notification)| {
        visible.get(&item.user).is_some_and(|visible| is_seen(visible, &places, item, said))
    };
    Ok(items.iter().map(seen).collect())
}

/// Does a part of one row of work: answers how many items were withdrawn, and where the next part goes on.
///
/// # Errors
/// What the store says.
pub(super) fn withdraw_part(tx: &mut Tx, work: &Work, now: i64) -> Result<(usize, Option<i64>)> {
    let account = work.account;
    let about = match work.subject.split_once(':') {
        Some(("record", id)) => About::Record(id),
        Some((_, id)) => About::User(id),
        None => return Ok((0, None)),
    };
    let items = inbox::list_about_records(tx, account, about, work.progress, PART)?;
    let next = items.last().filter(|_| items.len() == PART as usize).map(|(item, _)| item.seq);
    let seen = list_seen(tx, account, &items)?;
    let unseen = items.into_iter().zip(seen).filter(|(_, seen)| !seen);
    let mut unseen: Vec<Item> = unseen.map(|((item, _), _)| item).collect();
    for item in &mut unseen {
        item.state.withdrawn_at = Some(now);
    }
    if !unseen.is_empty() {
        renumber(tx, account, &mut unseen)?;
    }
    Ok((unseen.len(), next))
}
