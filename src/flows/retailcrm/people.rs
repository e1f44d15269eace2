//! Users and groups as the RetailCRM-compatible API shows them: by number, with who is signed in and what he says he is.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;

use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::kind::names;
use crate::domain::rights::Role;
use crate::flows::Ctx;
use crate::store::groups::Group;
use crate::store::users::{Filter, User};
use crate::store::{accounts, groups, retailcrm, users};

names! {
    /// What a user says he is. Nothing is withheld from him for it.
    Availability {
        Free = "free",
        Busy = "busy",
        Dinner = "dinner",
        Break = "break",
    }
}

/// A session that was not used for so long is nobody's who is there.
const PRESENT_MS: i64 = 12 * 3_600_000;
/// More users than any account has.
const ALL: i64 = 100_000;

/// A user with what stands beside him.
#[derive(Debug, Clone)]
pub struct Seen {
    pub user: User,
    pub availability: Availability,
    pub online: bool,
}

/// Everybody who was not removed, and the groups.
#[derive(Debug, Clone)]
pub struct People {
    pub users: Vec<Seen>,
    pub groups: Vec<Group>,
    /// The sites of each group, by the group's id.
    pub sites: HashMap<String, Vec<String>>,
    pub zone: TimeZone,
}

/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, account: Account) -> Result<People> {
    let now = ctx.now();
    ctx.store
        .read(move |tx| {
            let details = accounts::get(tx, account)?;
            let all = Filter { limit: ALL, ..Filter::default() };
            let found = users::list(tx, account, &all)?;
            let says: HashMap<UserId, String> =
                retailcrm::list_availabilities(tx, account)?.into_iter().collect();
            let online: HashSet<UserId> =
                retailcrm::list_online(tx, account, now - PRESENT_MS, now)?.into_iter().collect();
            let seen = found.into_iter().map(|user| Seen {
                availability: says
                    .get(&user.id)
                    .and_then(|s| Availability::parse(s))
                    .unwrap_or(Availability::Free),
                online: online.contains(&user.id),
                user,
            });
            let mut sites: HashMap<String, Vec<String>> = HashMap::new();
            for (group, site) in retailcrm::list_group_sites(tx, account)? {
                sites.entry(group.to_string()).or_default().push(site);
            }
            Ok(People {
                users: seen.collect(),
                groups: groups::list(tx, account)?,
                sites,
                zone: TimeZone::get(&details.zone).unwrap_or(TimeZone::UTC),
            })
        })
        .await
}

/// Notes what a user says he is.
///
/// # Errors
/// `NotFound` when no user has the number.
pub async fn set_availability(
    ctx: &Ctx,
    account: Account,
    number: i64,
    availability: Availability,
) -> Result<()> {
    ctx.store.write(move |tx| retailcrm::update_availability(tx, account, number, availability.name())).await
}

/// The ids of the administrators, or of the users with these numbers; a number that nobody has stays one.
///
/// # Errors
/// What the store says.
pub async fn find_ids(
    ctx: &Ctx,
    account: Account,
    numbers: Vec<String>,
    administrators: bool,
) -> Result<Vec<String>> {
    let people = list(ctx, account).await?;
    let mut ids = Vec::new();
    for number in numbers {
        let found = people.users.iter().find(|seen| seen.user.number.to_string() == number);
        ids.push(found.map_or(number, |seen| seen.user.id.to_string()));
    }
    if administrators {
        let is_one = |seen: &&Seen| seen.user.role == Role::Administrator && seen.user.locked_at.is_none();
        ids.extend(people.users.iter().filter(is_one).map(|seen| seen.user.id.to_string()));
    }
    Ok(ids)
}
