//! What an event is about, as conditions and texts may know it: loaded once, before anything is asked, and the same for every
//! rule that looks at the event.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::domain::error::Result;
use crate::domain::event::{Custom, Event, Fact, RecordChanged, TaskTold};
use crate::domain::facts::{self, Book, Entry, Known, Person, Scene, TaskState};
use crate::domain::id::{Account, GroupId, UserId};
use crate::domain::record::catalogue::STATUSES;
use crate::domain::record::change::ChangeSet;
use crate::domain::record::diff::compare;
use crate::domain::record::labels::wanted;
use crate::domain::record::state::State;
use crate::domain::record::value::Value;
use crate::domain::record::{RecordId, RecordType};
use crate::domain::rule::trigger::{CALL_MISSED, CALL_RECEIVED};
use crate::domain::task::Performer;
use crate::domain::task::firing::About;
use crate::flows::records::external_key;
use crate::flows::retailcrm::lists::STATUS_GROUPS;
use crate::flows::tasks::names;
use crate::store::records::Key;
use crate::store::references::Site;
use crate::store::{Tx, accounts, audience, groups, records, references};

/// A record on the stage, with what decides who sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub known: Arc<Known>,
    pub site: String,
}

impl Shown {
    #[must_use]
    pub fn manager(&self) -> Option<&UserId> {
        self.known.state.manager()
    }

    #[must_use]
    pub fn about(&self) -> About {
        let known = &self.known;
        About {
            record_type: known.record_type,
            id: known.id.clone(),
            number: known.number,
            title: known.title.clone(),
            external_id: known.state.external_id().map(str::to_owned),
            site: Some(self.site.clone()).filter(|site| !site.is_empty()),
            url: known.url.clone(),
        }
    }
}

/// What a rule looks at.
#[derive(Debug, Clone)]
pub struct Stage {
    pub account: Account,
    pub scene: Scene,
    pub book: Arc<Book>,
    /// What the event is about, order before customer.
    pub record: Option<Shown>,
    pub order: Option<Shown>,
    pub customer: Option<Shown>,
    pub task: Option<TaskTold>,
    /// Whom a call was for, as it was told.
    pub called: Option<String>,
    /// The start of links.
    pub public_url: String,
}

impl Stage {
    /// Puts a customer beside the order.
    pub(super) fn set_customer(&mut self, shown: Shown) {
        self.scene.put("customer", facts::record(Arc::clone(&shown.known), Arc::clone(&self.book)));
        self.customer = Some(shown);
    }
}

/// Loads stages of one account.
pub struct Stagehand {
    account: Account,
    now: i64,
    zone: TimeZone,
    public_url: String,
    sites: Vec<Site>,
    base: Book,
    /// The same, for scenes that need no more.
    bare: Arc<Book>,
}

impl Stagehand {
    /// # Errors
    /// What the store says.
    pub fn load(tx: &mut Tx, account: Account, now: i64) -> Result<Self> {
        let details = accounts::get(tx, account)?;
        let mut base = Book::default();
        for record_type in RecordType::OF_SHOPS {
            base.custom.extend(references::list_custom_fields(tx, account, record_type)?);
        }
        let bare = Arc::new(base.clone());
        Ok(Self {
            account,
            now,
            zone: TimeZone::get(&details.zone).unwrap_or(TimeZone::UTC),
            public_url: details.public_url.unwrap_or_default(),
            sites: references::list_sites(tx, account)?,
            base,
            bare,
        })
    }

    #[must_use]
    pub fn account(&self) -> Account {
        self.account
    }

    /// The account's clocks.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// A record by itself: of what it names only codes and ids are known. Nothing is looked up for it.
    #[must_use]
    pub fn bare(&self, name: &'static str, shown: &Shown) -> Scene {
        let record = facts::record(Arc::clone(&shown.known), Arc::clone(&self.bare));
        Scene::new(self.now, self.zone.clone()).with(name, record)
    }

    /// What an event is about, as it was when it happened.
    ///
    /// # Errors
    /// What the store says.
    pub fn of_event(&self, tx: &mut Tx, event: &Event) -> Result<Stage> {
        match &event.fact {
            Fact::RecordChanged(changed) => self.of_change(tx, changed, None),
            Fact::Custom(custom) => self.of_custom(tx, event, custom),
            Fact::Task(told) => self.of_task(tx, told),
            Fact::OneTime(_) | Fact::Reminders(_) | Fact::Announcement(_) | Fact::Tick(_) => {
                self.of_record(tx, None)
            }
        }
    }

    /// What an event was about, as it is by now: its record anew. `None`: the record is gone.
    ///
    /// # Errors
    /// What the store says.
    pub fn again(&self, tx: &mut Tx, event: &Event, record: Option<&str>) -> Result<Option<Stage>> {
        let current = record.map(|id| records::find_any(tx, self.account, id)).transpose()?.flatten();
        if record.is_some() && current.as_ref().is_none_or(|record| record.deleted_at.is_some()) {
            return Ok(None);
        }
        let stage = match (&event.fact, current) {
            (Fact::RecordChanged(changed), Some(now)) => {
                self.of_change(tx, changed, Some(self.shown(now)))?
            }
            (Fact::Custom(_) | Fact::Task(_) | Fact::RecordChanged(_), None) => self.of_event(tx, event)?,
            (Fact::Custom(custom), Some(now)) => {
                let mut stage = self.of_record(tx, Some(self.shown(now)))?;
                put_custom(&mut stage, event, custom);
                stage
            }
            (Fact::Task(told), Some(_)) => self.of_task(tx, told)?,
            (_, current) => {
                let current = current.map(|record| self.shown(record));
                self.of_record(tx, current)?
            }
        };
        Ok(Some(stage))
    }

    /// A record as it is now, without an event.
    ///
    /// # Errors
    /// What the store says.
    pub fn of_record(&self, tx: &mut Tx, record: Option<Shown>) -> Result<Stage> {
        self.stage(tx, record, None, None)
    }

    /// A record by its id; none if there is no such one.
    ///
    /// # Errors
    /// What the store says.
    pub fn find(&self, tx: &mut Tx, record_type: RecordType, id: &str) -> Result<Option<Shown>> {
        let found = records::find(tx, self.account, record_type, &Key::Id(id.to_owned()))?;
        Ok(found.map(|record| self.shown(record)))
    }

    fn of_change(&self, tx: &mut Tx, changed: &RecordChanged, current: Option<Shown>) -> Result<Stage> {
        let record = current.unwrap_or_else(|| {
            let site = changed.after.site().unwrap_or_default().to_owned();
            let (id, after) = (changed.record.clone(), changed.after.clone());
            self.dress(id, changed.number, changed.title.clone(), site, after)
        });
        self.stage(tx, Some(record), Some(Arc::new(changed.change_set.clone())), None)
    }

    fn of_custom(&self, tx: &mut Tx, event: &Event, custom: &Custom) -> Result<Stage> {
        let record = match &custom.record {
            Some(named) => {
                let sites = std::iter::once("").chain(self.sites.iter().map(|site| site.code.as_str()));
                let mut found = None;
                for site in sites {
                    let key = Key::External(external_key(site, &named.external_id));
                    found = records::find(tx, self.account, named.record_type, &key)?;
                    if found.is_some() {
                        break;
                    }
                }
                found.map(|record| self.shown(record))
            }
            None => None,
        };
        let mut stage = self.of_record(tx, record)?;
        put_custom(&mut stage, event, custom);
        Ok(stage)
    }

    /// A task, with the records that it is about as they are now.
    ///
    /// # Errors
    /// What the store says.
    pub fn of_task(&self, tx: &mut Tx, told: &TaskTold) -> Result<Stage> {
        let mut found = [None, None];
        for (place, (record_type, id)) in
            [(RecordType::Order, &told.order), (RecordType::Customer, &told.customer)].into_iter().enumerate()
        {
            if let Some(id) = id {
                found[place] = self.find(tx, record_type, id.as_str())?;
            }
        }
        let [order, customer] = found;
        let mut stage = self.stage(tx, order.clone().or(customer.clone()), None, Some(told))?;
        if let Some(customer) = customer {
            stage.set_customer(customer);
        }
        Ok(stage)
    }

    /// A stored record, as it is now.
    #[must_use]
    pub fn shown(&self, record: records::Record) -> Shown {
        self.dress(record.id, record.number, record.title, record.site, record.state)
    }

    pub(super) fn dress(
        &self,
        id: RecordId,
        number: i64,
        title: String,
        site: String,
        state: State,
    ) -> Shown {
        let page = crate::render::told::Page {
            record_type: state.record_type,
            id: id.as_str(),
            number,
            external_id: state.external_id(),
            site: Some(site.as_str()).filter(|site| !site.is_empty()),
        };
        let url = page.url(&names::urls(&self.sites), Some(self.public_url.as_str()));
        let record_type = state.record_type;
        Shown { known: Arc::new(Known { id, record_type, number, title, state, url: Some(url) }), site }
    }

    fn stage(
        &self,
        tx: &mut Tx,
        record: Option<Shown>,
        set: Option<Arc<ChangeSet>>,
        task: Option<&TaskTold>,
    ) -> Result<Stage> {
        let mut book = self.base.clone();
        let mut customer = None;
        if let Some(record) = &record {
            if let Some(Value::Record(id)) = record.known.state.get("customer") {
                customer = self.find(tx, RecordType::Customer, id.as_str())?;
            }
            if record.known.record_type == RecordType::Customer {
                customer = Some(record.clone());
            }
        }
        for shown in [&record, &customer].into_iter().flatten() {
            book.records.insert(shown.known.id.clone(), Arc::clone(&shown.known));
            let whole = compare(None, &shown.known.state);
            self.look_up(tx, &mut book, &whole)?;
        }
        if let Some(set) = &set {
            self.look_up(tx, &mut book, set)?;
        }
        if let Some(task) = task {
            self.look_up_performer(tx, &mut book, task)?;
        }
        let book = Arc::new(book);
        let mut scene = Scene::new(self.now, self.zone.clone());
        let order = record.clone().filter(|shown| shown.known.record_type == RecordType::Order);
        for (name, shown) in [("order", &order), ("customer", &customer)] {
            if let Some(shown) = shown {
                scene.put(name, facts::record(Arc::clone(&shown.known), Arc::clone(&book)));
            }
        }
        if let Some(set) = set {
            scene.put("change_set", facts::change_set(set, Arc::clone(&book)));
        }
        if let Some(told) = task {
            scene.put("task", facts::task(&task_state(told, &self.public_url), &book));
        }
        let (account, public_url) = (self.account, self.public_url.clone());
        Ok(Stage {
            account,
            scene,
            book,
            record,
            order,
            customer,
            task: task.cloned(),
            called: None,
            public_url,
        })
    }

    /// Names of codes, people and records that a change set comes upon.
    fn look_up(&self, tx: &mut Tx, book: &mut Book, set: &ChangeSet) -> Result<()> {
        let wanted = wanted(set, &self.base.custom);
        for key in wanted.codes {
            if book.codes.contains_key(&key) {
                continue;
            }
            let Some(entry) = references::find_entry(tx, self.account, &key.0, &key.1)? else { continue };
            let group = match entry.parent.filter(|_| key.0 == STATUSES) {
                Some(code) => {
                    let name = references::find_entry(tx, self.account, STATUS_GROUPS, &code)?;
                    Some(Box::new(Entry { code, name: name.map(|group| group.name), group: None }))
                }
                None => None,
            };
            let known = Entry { code: key.1.clone(), name: Some(entry.name), group };
            book.codes.insert(key, known);
        }
        let users: Vec<&str> =
            wanted.users.iter().filter(|id| !book.users.contains_key(id)).map(UserId::as_str).collect();
        add_users(tx, self.account, book, &users)?;
        let ids: Vec<&str> =
            wanted.records.iter().filter(|id| !book.records.contains_key(id)).map(RecordId::as_str).collect();
        for record in records::list_by_ids(tx, self.account, &ids)? {
            let shown = self.shown(record);
            book.records.insert(shown.known.id.clone(), shown.known);
        }
        Ok(())
    }

    fn look_up_performer(&self, tx: &mut Tx, book: &mut Book, task: &TaskTold) -> Result<()> {
        let mut users: Vec<&str> = task.creator.iter().map(UserId::as_str).collect();
        match &task.performer {
            Some(Performer::User(user)) => users.push(user.as_str()),
            Some(Performer::Group(id)) => {
                if let Ok(group) = groups::get(tx, self.account, id.as_str()) {
                    let entry = Entry { code: group.code, name: Some(group.name), group: None };
                    book.groups.insert(GroupId::new(id.as_str().to_owned()), entry);
                }
            }
            None => {}
        }
        add_users(tx, self.account, book, &users)
    }
}

fn add_users(tx: &mut Tx, account: Account, book: &mut Book, ids: &[&str]) -> Result<()> {
    for person in audience::list_addressees(tx, account, ids)? {
        let id = person.reader.person.id;
        let known = Person { id: id.clone(), number: None, name: person.name, email: person.email };
        book.users.insert(id, known);
    }
    Ok(())
}

fn put_custom(stage: &mut Stage, event: &Event, custom: &Custom) {
    let data = custom.data.as_ref();
    stage.scene.put("event", facts::event(&custom.event_type, event.created_at, None, data));
    if custom.event_type == CALL_MISSED || custom.event_type == CALL_RECEIVED {
        let of = |name: &str| data.and_then(|data| data.get(name)).and_then(serde_json::Value::as_str);
        let called = of("manager").map(str::to_owned);
        let object = |shown: &Option<Shown>| {
            shown.as_ref().map(|shown| facts::record(Arc::clone(&shown.known), Arc::clone(&stage.book)))
        };
        let known = [("order", object(&stage.order)), ("customer", object(&stage.customer))];
        let [order, customer] = known;
        let manager = called.as_ref().map(|manager| manager.as_str().into());
        let call = facts::call(data, [order, customer, ("manager", manager)]);
        stage.scene.put("call", call);
        stage.called = called;
    }
}

/// The task as conditions know it.
fn task_state(told: &TaskTold, public_url: &str) -> TaskState {
    TaskState {
        id: told.task.clone(),
        number: told.number,
        text: told.text.clone(),
        comment: told.comment.clone(),
        due_at: told.due_at,
        performer: told.performer.clone(),
        customer: told.customer.clone(),
        order: told.order.clone(),
        phone: told.phone.clone(),
        done_at: told.done_at,
        creator: told.creator.clone(),
        created_at: told.created_at,
        url: Some(format!("{public_url}/tasks/{}", told.task)),
    }
}
