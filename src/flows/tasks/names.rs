//! Puts names beside what tasks refer to.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::domain::actor::Actor;
use crate::domain::error::Result;
use crate::domain::id::{Account, UserId};
use crate::domain::record::RecordId;
use crate::domain::record::value::Value;
use crate::domain::task::Performer;
use crate::render::told;
use crate::store::references::Site;
use crate::store::tasks::{Sight, Task};
use crate::store::{Tx, accounts, audience, groups, keys, records, references};

/// Somebody by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: String,
    pub name: String,
}

/// An order or customer by title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordShown {
    pub id: String,
    pub number: i64,
    pub title: String,
    pub external_id: Option<String>,
    pub site: Option<String>,
    pub url: String,
}

/// A task with the names of what it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub task: Task,
    /// Nobody, also where the group is gone.
    pub performer: Option<Person>,
    pub performer_number: Option<i64>,
    pub customer: Option<RecordShown>,
    pub order: Option<RecordShown>,
    pub done_by: Option<Person>,
    pub creator: Option<Person>,
    pub creator_number: Option<i64>,
}

/// Of each site, the templates of its own pages.
pub(crate) fn urls(sites: &[Site]) -> BTreeMap<&str, told::SiteUrls<'_>> {
    let mut urls = BTreeMap::new();
    for site in sites {
        let of = told::SiteUrls { order: site.order_url.as_deref(), customer: site.customer_url.as_deref() };
        urls.insert(site.code.as_str(), of);
    }
    urls
}

/// Records by their ids, with the page of each.
pub(crate) fn list_records(
    tx: &mut Tx,
    account: Account,
    ids: &[&str],
) -> Result<Vec<(records::Record, RecordShown)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let details = accounts::get(tx, account)?;
    let sites = references::list_sites(tx, account)?;
    let urls = urls(&sites);
    let shown = |record: records::Record| {
        let external_id = record.state.get("external_id").and_then(Value::text);
        let site = Some(record.site.as_str()).filter(|site| !site.is_empty());
        let page = told::Page {
            record_type: record.record_type,
            id: record.id.as_str(),
            number: record.number,
            external_id,
            site,
        };
        let shown = RecordShown {
            id: record.id.to_string(),
            number: record.number,
            title: record.title.clone(),
            external_id: external_id.map(str::to_owned),
            site: site.map(str::to_owned),
            url: page.url(&urls, details.public_url.as_deref()),
        };
        (record, shown)
    };
    Ok(records::list_by_ids(tx, account, &ids)?.into_iter().map(shown).collect())
}

/// Puts names beside tasks, as far as the viewer may see them.
///
/// # Errors
/// What the store says.
pub(crate) fn show(tx: &mut Tx, account: Account, sight: &Sight, tasks: Vec<Task>) -> Result<Vec<Shown>> {
    let of_tasks = tasks.iter().flat_map(|task| [&task.customer, &task.order]);
    let ids: Vec<&str> = of_tasks.flatten().map(RecordId::as_str).collect();
    let visible = |record: &records::Record| {
        let seen = |viewer: &crate::store::task_lists::Viewer| {
            viewer.records.shows(&record.site, record.state.manager())
        };
        sight.of.as_ref().is_none_or(seen)
    };
    let records: HashMap<String, RecordShown> = list_records(tx, account, &ids)?
        .into_iter()
        .filter(|(record, _)| visible(record))
        .map(|(_, shown)| (shown.id.clone(), shown))
        .collect();
    let people = People::load(tx, account, &tasks)?;
    let shown = |task: Task| {
        let record = |id: &Option<RecordId>| records.get(id.as_ref()?.as_str()).cloned();
        let performer = task.performer.as_ref().and_then(|performer| people.performer(performer));
        Shown {
            performer_number: performer.as_ref().map(|(_, number)| *number),
            performer: performer.map(|(person, _)| person),
            customer: record(&task.customer),
            order: record(&task.order),
            done_by: task.done_by.as_ref().and_then(|actor| people.actor(actor)),
            creator: people.actor(&task.creator),
            creator_number: people.number(&task.creator),
            task,
        }
    };
    Ok(tasks.into_iter().map(shown).collect())
}

struct People {
    users: HashMap<UserId, (String, i64)>,
    groups: Vec<groups::Group>,
    keys: HashMap<String, String>,
}

impl People {
    fn load(tx: &mut Tx, account: Account, tasks: &[Task]) -> Result<Self> {
        let actors = || tasks.iter().flat_map(|task| [Some(&task.creator), task.done_by.as_ref()]).flatten();
        let ids = |sort: &str| {
            let mut ids: Vec<&str> =
                actors().filter(|actor| actor.kind() == sort).filter_map(Actor::id).collect();
            if sort == "user" {
                let performers = tasks.iter().filter_map(|task| task.performer.as_ref());
                ids.extend(performers.filter(|p| p.kind() == "user").map(Performer::id));
            }
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let users = audience::list_numbered(tx, account, &ids("user"))?;
        let keys = keys::list_names(tx, account, &ids("key"))?;
        let of_groups = tasks.iter().any(|task| matches!(task.performer, Some(Performer::Group(_))));
        Ok(Self {
            users: users.into_iter().map(|(id, name, number)| (id, (name, number))).collect(),
            groups: if of_groups { groups::list(tx, account)? } else { Vec::new() },
            keys: keys.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        })
    }

    fn performer(&self, performer: &Performer) -> Option<(Person, i64)> {
        let (name, number) = match performer {
            Performer::User(user) => self.users.get(user).cloned()?,
            Performer::Group(id) => {
                let group = self.groups.iter().find(|group| group.id == *id)?;
                (group.name.clone(), group.number)
            }
        };
        Some((Person { id: performer.id().to_owned(), name }, number))
    }

    fn actor(&self, actor: &Actor) -> Option<Person> {
        let name = match actor {
            Actor::User(user) => self.users.get(user).map(|(name, _)| name.clone()),
            Actor::Key(key) => self.keys.get(key.as_str()).cloned(),
            Actor::Rule(_) | Actor::System => None,
        };
        Some(Person { id: actor.id()?.to_owned(), name: name? })
    }

    fn number(&self, actor: &Actor) -> Option<i64> {
        match actor {
            Actor::User(user) => self.users.get(user).map(|(_, number)| *number),
            Actor::Key(_) | Actor::Rule(_) | Actor::System => None,
        }
    }
}
