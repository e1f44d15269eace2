//! What every change of a task does in its transaction: the row, its history, the reminder, and what has lost its reason.

use super::super::records::{Setting, Source, Who, external_key};
use super::super::rules;
use super::{Draft, PerformerNamed, RecordNamed, RepeatDraft};
use crate::domain::actor::Actor;
use crate::domain::code::name;
use crate::domain::error::{Error, Fault, Result};
use crate::domain::id::{Account, GroupId, TaskId, UserId};
use crate::domain::patch::Field;
use crate::domain::record::change::{Change, ChangeSet};
use crate::domain::record::decimal::Decimal;
use crate::domain::record::diff::compare;
use crate::domain::record::state::State;
use crate::domain::record::value::Value;
use crate::domain::record::{RecordId, RecordType};
use crate::domain::rule::trigger::TaskMoment;
use crate::domain::task::due::Due;
use crate::domain::task::repeat::Repeat;
use crate::domain::task::{
    Escalation, LONGEST_COMMENT, LONGEST_PHONE, LONGEST_TEXT, Performer, RemindBefore, mark,
};
use crate::domain::work::WorkKind;
use crate::store::history::{self, Entry};
use crate::store::records::Key as RecordKey;
use crate::store::tasks::{self, Key, Task};
use crate::store::{Tx, accounts, audience, groups, notifications, records, work};

/// With what, and on whose behalf, tasks are written.
pub(in crate::flows) struct Hand<'a> {
    pub setting: &'a Setting,
    pub who: &'a Who<'a>,
    /// In which local times are meant.
    pub zone: String,
    pub source: Source,
}

impl Hand<'_> {
    fn account(&self) -> Account {
        self.who.by.account
    }

    fn actor(&self) -> &Actor {
        &self.who.by.actor
    }

    /// A task as the draft describes it, to be written with [`Hand::insert`].
    ///
    /// # Errors
    /// The faults of its fields.
    pub fn make(&self, tx: &mut Tx, draft: &Draft) -> Result<Task> {
        let performer = match self.actor() {
            Actor::User(user) => Some(Performer::User(user.clone())),
            Actor::Key(_) | Actor::Rule(_) | Actor::System => None,
        };
        let blank = Task {
            id: TaskId::new(self.who.ids.next(self.who.now)),
            number: 0,
            text: String::new(),
            comment: None,
            due: None,
            zone: self.zone.clone(),
            generation: 1,
            performer,
            customer: None,
            order: None,
            phone: None,
            remind_before: RemindBefore::default(),
            repeat: None,
            escalation: None,
            successor: None,
            done_at: None,
            done_by: None,
            creator: self.actor().clone(),
            created_at: self.who.now,
            changed_at: self.who.now,
            deleted_at: None,
            next_reminder_at: None,
        };
        if draft.text.is_none() {
            return Err(Error::field("text", Fault::Required));
        }
        self.patched(tx, &blank, draft)
    }

    /// The task after a change.
    ///
    /// # Errors
    /// The faults of its fields.
    pub fn patched(&self, tx: &mut Tx, before: &Task, draft: &Draft) -> Result<Task> {
        let mut task = before.clone();
        if let Some(text) = &draft.text {
            task.text = name("text", text, LONGEST_TEXT)?;
        }
        line("comment", draft.comment.clone(), LONGEST_COMMENT)?.apply(&mut task.comment);
        line("phone", draft.phone.clone(), LONGEST_PHONE)?.apply(&mut task.phone);
        let due = draft.due.clone().parse(|text| Due::read(&text, &self.zone, self.who.now))?;
        due.apply(&mut task.due);
        task.zone = task.due.as_ref().map_or(task.zone, |due| due.zone.clone());
        let performer = draft.performer.clone();
        performer.parse(|named| self.performer(tx, &named))?.apply(&mut task.performer);
        let customer = draft.customer.clone();
        customer.parse(|named| self.record(tx, RecordType::Customer, &named))?.apply(&mut task.customer);
        let order = draft.order.clone();
        order.parse(|named| self.record(tx, RecordType::Order, &named))?.apply(&mut task.order);
        if let Some(minutes) = draft.remind_before {
            task.remind_before = RemindBefore::parse(minutes)?;
        }
        draft.escalation.clone().parse(Escalation::parse)?.apply(&mut task.escalation);
        draft.repeat.clone().parse(|draft| repeat(&draft))?.apply(&mut task.repeat);
        if let Some(repeat) = &mut task.repeat {
            let due = task.due.as_ref().ok_or_else(|| Error::field("due", Fault::Required))?;
            if repeat.day == 0 || task.due != before.due {
                repeat.day = due.local.day();
            }
        }
        Ok(task)
    }

    fn performer(&self, tx: &mut Tx, named: &PerformerNamed) -> Result<Performer> {
        let account = self.account();
        let unknown = |field, fault| Error::field(field, fault);
        match named {
            PerformerNamed::User(user) => {
                let found = audience::find_user(tx, account, user, &user.trim().to_lowercase())?;
                let found =
                    found.ok_or_else(|| unknown("performer.user", Fault::UnknownUser(user.clone())))?;
                Ok(Performer::User(UserId::new(found.id)))
            }
            PerformerNamed::UserNumber(number) => {
                let found = audience::find_user_by_number(tx, account, *number)?;
                let fault = || unknown("performer", Fault::UnknownUser(number.to_string()));
                Ok(Performer::User(UserId::new(found.ok_or_else(fault)?.id)))
            }
            PerformerNamed::Group(code) => {
                let found = audience::find_group(tx, account, code)?;
                let found =
                    found.ok_or_else(|| unknown("performer.group", Fault::UnknownGroup(code.clone())))?;
                Ok(Performer::Group(GroupId::new(found.id)))
            }
            PerformerNamed::GroupNumber(number) => {
                let found = groups::list(tx, account)?.into_iter().find(|group| group.number == *number);
                let fault = || unknown("performer", Fault::UnknownGroup(number.to_string()));
                Ok(Performer::Group(found.ok_or_else(fault)?.id))
            }
        }
    }

    fn record(&self, tx: &mut Tx, record_type: RecordType, named: &RecordNamed) -> Result<RecordId> {
        let (key, called) = match named {
            RecordNamed::Id(id) => (RecordKey::Id(id.clone()), id.clone()),
            RecordNamed::Number(number) => (RecordKey::Number(*number), number.to_string()),
            RecordNamed::External { id, site } => {
                let site = self.setting.site(site.as_deref())?;
                (RecordKey::External(external_key(&site, id)), id.clone())
            }
        };
        let found = records::find(tx, self.account(), record_type, &key)?;
        let found = found.filter(|r| self.setting.visible.shows(&r.site, r.state.manager()));
        let fault = || Error::field(record_type.name(), Fault::UnknownRecord(called));
        Ok(found.ok_or_else(fault)?.id)
    }

    /// Writes a new task.
    ///
    /// # Errors
    /// What the store says.
    pub fn insert(&self, tx: &mut Tx, mut task: Task) -> Result<Task> {
        task.number = accounts::next_number(tx, self.account())?;
        tasks::insert(tx, self.account(), &task)?;
        self.remind(tx, &mut task)?;
        self.note(tx, None, &task)?;
        rules::note_task(tx, self.who, &task, TaskMoment::Created)?;
        Ok(task)
    }

    /// Writes a change of a task that is held. What makes its reminders pointless begins a new generation.
    ///
    /// # Errors
    /// What the store says.
    pub fn update(&self, tx: &mut Tx, before: &Task, mut task: Task) -> Result<Task> {
        if task == *before {
            return Ok(task);
        }
        task.changed_at = self.who.now;
        let begins_anew = task.due.as_ref().map(|due| due.at) != before.due.as_ref().map(|due| due.at)
            || task.remind_before != before.remind_before
            || task.performer != before.performer
            || task.is_open() != before.is_open();
        if begins_anew {
            task.generation = before.generation + 1;
        }
        tasks::update(tx, self.account(), &task)?;
        if begins_anew {
            self.remind(tx, &mut task)?;
            retire(tx, self.account(), &task.id, self.who.now)?;
        } else if task.escalation != before.escalation {
            self.escalate_anew(tx, &mut task)?;
        }
        self.note(tx, Some(before), &task)?;
        if task.done_at.is_some() && before.done_at.is_none() && task.deleted_at.is_none() {
            rules::note_task(tx, self.who, &task, TaskMoment::Done)?;
        }
        Ok(task)
    }

    /// Writes, moves or removes the row of work by which the task is reminded of.
    fn remind(&self, tx: &mut Tx, task: &mut Task) -> Result<()> {
        let (account, id) = (self.account(), task.id.as_str());
        let due = task.due.as_ref().filter(|_| task.done_at.is_none() && task.deleted_at.is_none());
        task.next_reminder_at = due
            .filter(|_| task.performer.is_some())
            .map(|due| mark::reminder(due.at, task.remind_before, self.who.now));
        match task.next_reminder_at {
            Some(at) => work::insert_anew(tx, account, WorkKind::Remind, &[id.to_owned()], at),
            None => work::delete(tx, account, WorkKind::Remind, id),
        }
    }

    /// Another rule of escalation: what has not been reminded of at all is not touched.
    fn escalate_anew(&self, tx: &mut Tx, task: &mut Task) -> Result<()> {
        let (account, id) = (self.account(), task.id.as_str());
        let step = work::find_progress(tx, account, WorkKind::Remind, id)?;
        if step == Some(0) || !task.is_open() || task.due.is_none() || task.performer.is_none() {
            return Ok(());
        }
        work::delete(tx, account, WorkKind::Remind, id)?;
        task.next_reminder_at = None;
        if let Some(escalation) = task.escalation {
            let at = mark::ceil(self.who.now + escalation.after * 60_000);
            work::insert_anew(tx, account, WorkKind::Remind, &[id.to_owned()], at)?;
            work::update_progress(tx, account, WorkKind::Remind, id, step.unwrap_or(1))?;
            task.next_reminder_at = Some(at);
        }
        Ok(())
    }

    fn note(&self, tx: &mut Tx, before: Option<&Task>, task: &Task) -> Result<()> {
        let mut set = if task.deleted_at.is_some() {
            ChangeSet::deletion(RecordType::Task)
        } else {
            compare(before.map(state).as_ref(), &state(task))
        };
        if set.is_empty() {
            return Ok(());
        }
        if !set.is_update() {
            // That it came or went is one line: the rest of it is the task itself.
            set.changes = vec![Change::new("id".into(), None, None, None)];
        }
        self.label(tx, &mut set)?;
        let count = i64::try_from(set.changes.len()).unwrap_or_default();
        let first = history::take_seqs(tx, self.account(), count)?;
        let kind = set.kind;
        let entries = set.changes.into_iter().zip(first..).map(|(change, seq)| Entry {
            seq,
            record_type: RecordType::Task,
            record: RecordId::new(task.id.to_string()),
            kind,
            source: self.source.name().to_owned(),
            actor: self.actor().clone(),
            change,
            created_at: self.who.now,
        });
        history::insert_many(tx, self.account(), &entries.collect::<Vec<_>>())
    }

    /// What people call the people, groups and records of the changes.
    fn label(&self, tx: &mut Tx, set: &mut ChangeSet) -> Result<()> {
        let account = self.account();
        for change in &mut set.changes {
            for (value, label) in [(&change.old, &mut change.old_label), (&change.new, &mut change.new_label)]
            {
                *label = match value {
                    Some(Value::User(user)) => {
                        audience::list_names(tx, account, &[user.as_str()])?.pop().map(|(_, name)| name)
                    }
                    Some(Value::Code(group)) => groups::get(tx, account, group).ok().map(|group| group.name),
                    Some(Value::Record(record)) => {
                        records::list_places(tx, account, &[record.as_str()])?.pop().map(|place| place.title)
                    }
                    _ => None,
                };
            }
        }
        Ok(())
    }

    /// Deletes a task that is held; what was told of it is withdrawn.
    ///
    /// # Errors
    /// What the store says.
    pub fn delete(&self, tx: &mut Tx, before: &Task) -> Result<()> {
        let account = self.account();
        self.update(tx, before, Task { deleted_at: Some(self.who.now), ..before.clone() })?;
        for notification in notifications::list_ids_of_task(tx, account, before.id.as_str())? {
            work::insert(tx, account, WorkKind::Withdraw, &notification, self.who.now)?;
        }
        Ok(())
    }
}

/// Has the reminders of a task looked through, where there are any.
fn retire(tx: &mut Tx, account: Account, task: &TaskId, now: i64) -> Result<()> {
    if notifications::list_ids_of_task(tx, account, task.as_str())?.is_empty() {
        return Ok(());
    }
    work::insert_anew(tx, account, WorkKind::Retire, &[format!("task:{task}")], now)
}

/// A text that may be absent; an empty one is none.
fn line(field: &'static str, given: Field<String>, longest: usize) -> Result<Field<String>> {
    let Field::Set(text) = given else { return Ok(given) };
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let text = text.trim();
    if text.chars().count() > longest {
        return Err(Error::field(field, Fault::TooLong(longest)));
    }
    Ok(if text.is_empty() { Field::Clear } else { Field::Set(text.to_owned()) })
}

fn repeat(draft: &RepeatDraft) -> Result<Repeat> {
    const MOST: i64 = 1_000;
    let until = draft.until.as_deref().filter(|until| !until.trim().is_empty());
    let until = until.map(|until| until.trim().parse());
    let until = until.transpose().map_err(|_| Error::field("repeat.until", Fault::NotAnInstant))?;
    if draft.count.is_some_and(|count| !(1..=MOST).contains(&count)) {
        return Err(Error::field("repeat.count", Fault::NotAChoice("1 – 1000")));
    }
    // The day of the month is that of the due time, which is read by then.
    Ok(Repeat { every: draft.every, until, count: draft.count, day: 0 })
}

/// A task as the change engine sees it.
fn state(task: &Task) -> State {
    let mut state = State::new(RecordType::Task);
    let mut put = |name: &'static str, value: Option<Value>| {
        if let Some(value) = value {
            state.fields.insert(name.into(), value);
        }
    };
    let number = |number: i64| Value::Number(Decimal::from_integer(number));
    put("text", Some(Value::Text(task.text.clone())));
    put("comment", task.comment.clone().map(Value::Text));
    put("due_at", task.due.as_ref().map(|due| Value::Instant(due.at)));
    put(
        "performer",
        task.performer.as_ref().map(|performer| match performer {
            Performer::User(user) => Value::User(user.clone()),
            Performer::Group(group) => Value::Code(group.to_string()),
        }),
    );
    put("customer", task.customer.clone().map(Value::Record));
    put("order", task.order.clone().map(Value::Record));
    put("phone", task.phone.clone().map(Value::Text));
    put("remind_before", Some(number(task.remind_before.minutes())));
    put(
        "repeat",
        task.repeat.as_ref().map(|repeat| {
            let until = repeat.until.map(|until| until.to_string());
            let count = repeat.count.map(|count| count.to_string());
            let parts = [Some(repeat.every.name().to_owned()), until, count];
            Value::Text(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }),
    );
    put("escalation", task.escalation.map(|escalation| number(escalation.after)));
    put("done", Some(Value::Bool(task.done_at.is_some())));
    state
}

/// Finishes a task that is held. A repeated one comes again, once.
///
/// # Errors
/// What the store says.
pub(in crate::flows) fn complete_in(tx: &mut Tx, hand: &Hand, before: &Task) -> Result<Task> {
    if before.done_at.is_some() {
        return Ok(before.clone());
    }
    let now = hand.who.now;
    let mut done = Task { done_at: Some(now), done_by: Some(hand.actor().clone()), ..before.clone() };
    let next = match (&before.repeat, &before.due, &before.successor) {
        (Some(repeat), Some(due), None) => repeat.next(due, now),
        _ => None,
    };
    if let Some((due, rest)) = next {
        let successor = Task {
            id: TaskId::new(hand.who.ids.next(now)),
            due: Some(due),
            generation: 1,
            repeat: Some(rest),
            created_at: now,
            changed_at: now,
            ..before.clone()
        };
        // It comes of itself, whoever finished the one before.
        let itself = Hand { source: Source::Code, zone: hand.zone.clone(), ..*hand };
        done.successor = Some(itself.insert(tx, successor)?.id);
    }
    hand.update(tx, before, done)
}

/// Deletes the tasks about a record that is deleted.
///
/// # Errors
/// What the store says.
pub(in crate::flows) fn delete_of_record(
    tx: &mut Tx,
    who: &Who,
    record: &RecordId,
    source: Source,
) -> Result<()> {
    let account = who.by.account;
    let ids = tasks::list_ids_of_record(tx, account, record)?;
    if ids.is_empty() {
        return Ok(());
    }
    let setting = Setting::load(tx, account)?;
    let hand = Hand { setting: &setting, who, zone: "UTC".to_owned(), source };
    for id in ids {
        if let Some(task) = tasks::find_for_update(tx, account, &Key::Id(id))? {
            hand.delete(tx, &task)?;
        }
    }
    Ok(())
}
