//! Routes changes of records: who is responsible, who may see it, what stands of it already; then the texts, in the
//! languages of those who are told.
//!
//! One after the other, because a change may be added to the item that the one before it made.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Desk, letters};
use crate::domain::code::fold;
use crate::domain::error::{Error, Result};
use crate::domain::event::{Event, Fact, RecordChanged};
use crate::domain::id::{Account, EventId, ItemId, NotificationId, UserId};
use crate::domain::language::Language;
use crate::domain::notification::Notification;
use crate::domain::plan::{Around, GATHERED_MS, Open, Planned, Snapshot, merge_key, plan};
use crate::domain::record::value::Value;
use crate::domain::sight::Visible;
use crate::flows::{rules, sight};
use crate::render::{html, told};
use crate::store::accounts::AccountDetails;
use crate::store::audience::Reader;
use crate::store::events::{self, Unrouted};
use crate::store::inbox::{self, NewItem};
use crate::store::references::Site;
use crate::store::{Tx, accounts, audience, notifications, records, references};

/// The account's choice of which changes are told to whom.
pub const SYSTEM_NOTIFICATIONS: &str = "system_notifications";

/// What an account's changes are routed with, loaded once per transaction.
struct Office {
    account: Account,
    details: AccountDetails,
    settings: crate::domain::record::rules::Settings,
    unassigned: Vec<UserId>,
    sites: Vec<Site>,
    custom: HashMap<String, String>,
    mailroom: letters::Mailroom,
}

impl Office {
    fn load(tx: &mut Tx, desk: &Desk, account: Account) -> Result<Self> {
        let chosen = references::find_choice(tx, account, SYSTEM_NOTIFICATIONS)?;
        let settings: crate::domain::record::rules::Settings = chosen
            .map(|json| serde_json::from_str(&json).map_err(|e| Error::internal(e.to_string())))
            .transpose()?
            .unwrap_or_default();
        let mut unassigned = BTreeSet::new();
        for group in &settings.unassigned {
            unassigned.extend(audience::list_members(tx, account, group.as_str())?);
        }
        let mut custom = HashMap::new();
        for record_type in crate::domain::record::RecordType::OF_SHOPS {
            for field in references::list_custom_fields(tx, account, record_type)? {
                custom.insert(field.field_name().into_owned(), field.name);
            }
        }
        Ok(Self {
            account,
            details: accounts::get(tx, account)?,
            settings,
            unassigned: unassigned.into_iter().collect(),
            sites: references::list_sites(tx, account)?,
            custom,
            mailroom: letters::Mailroom::load(tx, desk, account)?,
        })
    }
}

pub(super) fn route(
    tx: &mut Tx,
    desk: &Desk,
    account: Account,
    changed: &[Unrouted],
    done: &mut Vec<EventId>,
) -> Result<u64> {
    if changed.is_empty() {
        return Ok(0);
    }
    let office = Office::load(tx, desk, account)?;
    let mut items = 0;
    for unrouted in changed {
        let event = &unrouted.addressed.event;
        if let Fact::RecordChanged(change) = &event.fact {
            items += route_one(tx, desk, &office, event, change)?;
        }
    }
    let ids: Vec<&str> = changed.iter().map(|unrouted| unrouted.addressed.event.id.as_str()).collect();
    events::finish_routing(tx, account, &ids)?;
    rules::follow(tx, account, changed, desk.now)?;
    done.extend(changed.iter().map(|unrouted| unrouted.addressed.event.id.clone()));
    Ok(items)
}

fn route_one(
    tx: &mut Tx,
    desk: &Desk,
    office: &Office,
    event: &Event,
    change: &RecordChanged,
) -> Result<u64> {
    let concerned = concerned(office, change);
    if concerned.is_empty() {
        return Ok(0);
    }
    let ids: Vec<&str> = concerned.iter().map(UserId::as_str).collect();
    let readers = audience::list_readers(tx, office.account, &ids)?;
    let around = Around {
        settings: office.settings.clone(),
        unassigned: if change.after.manager().is_none() { office.unassigned.clone() } else { Vec::new() },
        blind: blind(tx, office.account, &readers, change)?,
        open: open(tx, office.account, change, desk.now)?,
    };
    let people: Vec<_> = readers.iter().map(|reader| reader.person.clone()).collect();
    let mut written = 0;
    for planned in plan(Snapshot { event, people: &people, around: Some(&around) }, desk.now) {
        written += write_down(tx, desk, office, event, planned, &readers)?;
    }
    Ok(written)
}

/// Everybody whom the change could concern: who is and who was responsible, and who hears of unassigned records.
fn concerned(office: &Office, change: &RecordChanged) -> Vec<UserId> {
    let mut concerned: BTreeSet<UserId> = change.after.manager().cloned().into_iter().collect();
    if let Some(Value::User(former)) = change.change_set.old("manager") {
        concerned.insert(former.clone());
    }
    if change.after.manager().is_none() {
        concerned.extend(office.unassigned.iter().cloned());
    }
    concerned.into_iter().collect()
}

/// Who of them may not see the record, as the change left it or as it is by now: it may have gone to another site since,
/// or be gone.
fn blind(tx: &mut Tx, account: Account, readers: &[Reader], change: &RecordChanged) -> Result<Vec<UserId>> {
    let readers: Vec<_> = readers.iter().map(|reader| (reader.person.id.clone(), reader.role)).collect();
    let visible = sight::of_users(tx, account, &readers)?;
    let now = records::list_places(tx, account, &[change.record.as_str()])?.pop();
    let site = change.after.site().unwrap_or_default();
    let sees = |visible: &Visible| {
        let now = now.as_ref().filter(|place| !place.is_deleted);
        visible.shows(site, change.after.manager())
            && now.is_some_and(|place| visible.shows(&place.site, place.manager.as_ref()))
    };
    let blind = visible.into_iter().filter(|(_, visible)| !sees(visible));
    Ok(blind.map(|(user, _)| user).collect())
}

fn open(tx: &mut Tx, account: Account, change: &RecordChanged, now: i64) -> Result<Vec<Open>> {
    let found = inbox::list_open(tx, account, &merge_key(change), now - GATHERED_MS)?;
    let open = found.into_iter().filter_map(|(item, notification)| {
        let told = notification.content.told?;
        Some(Open { user: item.user, item: item.id, notification: notification.id, told })
    });
    Ok(open.collect())
}

fn write_down(
    tx: &mut Tx,
    desk: &Desk,
    office: &Office,
    event: &Event,
    mut planned: Planned,
    readers: &[Reader],
) -> Result<u64> {
    let account = office.account;
    if let Some(said) = &planned.notification.told {
        let usual = office.details.language();
        let languages: BTreeSet<Language> = planned
            .recipients
            .iter()
            .chain(planned.continues.iter().map(|(user, _)| user))
            .map(|user| readers.iter().find(|reader| reader.person.id == *user))
            .map(|reader| {
                reader.and_then(|r| r.language.as_deref()).and_then(Language::parse).unwrap_or(usual)
            })
            .collect();
        let words = told::Words { texts: &desk.texts, zone: &office.details.zone, custom: &office.custom };
        planned.notification.texts =
            languages.into_iter().map(|language| words.render(said, language)).collect();
        planned.notification.link =
            Some(told::link(said, &office.sites_urls(), office.details.public_url.as_deref()));
    }
    let id = NotificationId::new(desk.ids.next(desk.now));
    let words = planned.notification.texts.iter().flat_map(|text| [&text.title, &text.body]);
    let search = words.map(|text| fold(&html::plain_text(text))).collect::<Vec<_>>().join(" ");
    let kind = planned.notification.kind;
    let notification_over = planned.notification.expires_at;
    let notification = Notification {
        id: id.clone(),
        event: event.id.clone(),
        content: planned.notification,
        created_at: desk.now,
        withdrawn_at: None,
    };
    notifications::insert_many(tx, account, &[(notification, search)])?;
    let mut items: Vec<NewItem> = planned
        .recipients
        .into_iter()
        .map(|user| NewItem {
            user,
            id: ItemId::new(desk.ids.next(desk.now)),
            notification: id.clone(),
            dedup_key: planned.dedup_key.clone(),
            merge_key: planned.merge_key.clone(),
            kind,
            popup: true,
            created_at: desk.now,
        })
        .collect();
    letters::write(tx, desk, &office.mailroom, &mut items, |_| notification_over)?;
    let count = items.len() + planned.continues.len();
    let first = inbox::take_seqs(tx, account, i64::try_from(count).unwrap_or_default())?;
    for ((user, item), seq) in planned.continues.iter().zip(first..) {
        inbox::update_notification(tx, account, user, item, &id, seq)?;
    }
    let first_new = first + i64::try_from(planned.continues.len()).unwrap_or_default();
    inbox::insert_many(tx, account, &items, first_new)
}

impl Office {
    /// Of each site, the templates of its own pages.
    fn sites_urls(&self) -> BTreeMap<&str, told::SiteUrls<'_>> {
        self.sites.iter().map(|site| (site.code.as_str(), urls_of(site))).collect()
    }
}

fn urls_of(site: &Site) -> told::SiteUrls<'_> {
    told::SiteUrls { order: site.order_url.as_deref(), customer: site.customer_url.as_deref() }
}
