//! Notification templates: kept in versions, tried against a record, sent to oneself, taken to another account.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::change::{By, Change};
use super::once::{Answer, Once};
use super::rule_keeping::{self as keeping, Kept, Stored, names, read_all};
use super::rules::stage::{Stage, Stagehand};
use super::rules::{self as engine, Engine, PreparedTemplate, sample};
use super::tasks::find_seen_task;
use super::{Ctx, record_pages, sight};
use crate::domain::access::{Caller, SignedIn};
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::expression::Expression;
use crate::domain::facts::shape::{Topic, shape};
use crate::domain::facts::variables::{Variable, variables};
use crate::domain::id::Account;
use crate::domain::record::catalogue::CustomField;
use crate::domain::record::{RecordId, RecordType};
use crate::domain::rule::template::{Recipient, Template, TemplateEvent};
use crate::domain::rule::trigger::TaskMoment;
use crate::domain::rule::{RuleRef, RuleType};
use crate::store::records::Key;
use crate::store::rules::{self, Wanted};
use crate::store::{Tx, audience, references};

/// Templates that one call may take in.
const MOST_IMPORTED: usize = 500;

impl Kept for Template {
    const SORT: RuleType = RuleType::Template;

    fn code(&self) -> &str {
        self.code.as_deref().unwrap_or("template")
    }

    fn put_code(&mut self, code: String) {
        self.code = Some(code);
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn is_active(&self) -> bool {
        self.active
    }

    fn put_active(&mut self, active: bool) {
        self.active = active;
    }

    fn ordering(&self) -> i64 {
        0
    }

    fn event(&self) -> String {
        self.event.name().to_owned()
    }

    fn has_code(&self) -> bool {
        self.code.is_some()
    }

    /// All that can be wrong with a template: its fields, its texts, whom it names.
    fn check(tx: &mut Tx, account: Account, draft: Self, _own: Option<&str>) -> Result<Self> {
        check(tx, account, draft)
    }

    /// Rules that use one that is gone say so in the log, until it is restored.
    fn settle(
        _tx: &mut Tx,
        _change: &Change,
        _id: &str,
        _before: Option<&Self>,
        _now: Option<&Self>,
    ) -> Result<()> {
        Ok(())
    }
}

/// A template with who changed it last and who uses it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub stored: Stored<Template>,
    pub updated_by: Option<String>,
    pub used_by: Vec<RuleRef>,
}

/// A page of templates.
pub struct Page {
    pub items: Vec<Shown>,
    pub next: Option<String>,
}

fn show(tx: &mut Tx, account: Account, stored: Vec<Stored<Template>>) -> Result<Vec<Shown>> {
    let actors: Vec<_> = stored.iter().map(|one| one.rule.updated_by.clone()).collect();
    let names = names(tx, account, &actors)?;
    let ids: Vec<&str> = stored.iter().map(|one| one.rule.id.as_str()).collect();
    let uses = rules::list_uses(tx, account, &ids)?;
    let shown = |stored: Stored<Template>| Shown {
        updated_by: stored.rule.updated_by.id().and_then(|id| names.get(id).cloned()),
        used_by: uses
            .iter()
            .filter(|(template, _)| *template == stored.rule.id)
            .map(|(_, rule)| rule.clone())
            .collect(),
        stored,
    };
    Ok(stored.into_iter().map(shown).collect())
}

fn one(tx: &mut Tx, account: Account, id: &str) -> Result<Shown> {
    let stored = keeping::get::<Template>(tx, account, id)?;
    show(tx, account, vec![stored])?.pop().ok_or(Error::NotFound)
}

/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, account: Account, wanted: Wanted) -> Result<Page> {
    ctx.store
        .read(move |tx| {
            let (found, next) = keeping::list(tx, account, &wanted)?;
            Ok(Page { items: show(tx, account, found)?, next })
        })
        .await
}

/// # Errors
/// [`Error::NotFound`].
pub async fn get(ctx: &Ctx, account: Account, id: String) -> Result<Shown> {
    ctx.store.read(move |tx| one(tx, account, &id)).await
}

/// The fields that the account added to its records.
///
/// # Errors
/// What the store says.
pub(super) fn custom_fields(tx: &mut Tx, account: Account) -> Result<Vec<CustomField>> {
    let mut custom = Vec::new();
    for record_type in RecordType::OF_SHOPS {
        custom.extend(references::list_custom_fields(tx, account, record_type)?);
    }
    Ok(custom)
}

fn check(tx: &mut Tx, account: Account, draft: Template) -> Result<Template> {
    let custom = custom_fields(tx, account)?;
    let mut faults = engine::check_texts(&draft, &shape(topic(draft.event), &custom));
    for (n, recipient) in draft.recipients.iter().enumerate() {
        let mut fault = |field: &str, fault| {
            faults.push(FieldError { field: format!("recipients[{n}].{field}").into(), fault });
        };
        match recipient {
            Recipient::Group { code } if audience::find_group(tx, account, code)?.is_none() => {
                fault("code", Fault::UnknownGroup(code.clone()));
            }
            Recipient::User { id }
                if audience::find_user(tx, account, id, &id.trim().to_lowercase())?.is_none() =>
            {
                fault("id", Fault::UnknownUser(id.clone()));
            }
            Recipient::Field { path } => {
                if let Err(problem) = Expression::parse(path) {
                    let (line, column, why) = (problem.line, problem.column, problem.fault);
                    fault("path", Fault::Expression { line, column, fault: why });
                }
            }
            _ => {}
        }
    }
    keeping::with_faults(draft.check(), faults)
}

/// A record or task that is named by a caller; one that he does not see is not there.
///
/// # Errors
/// `record` is named when there is no such one.
pub(super) fn seen_stage(
    tx: &mut Tx,
    hand: &Stagehand,
    caller: &Caller,
    (record_type, id): &(RecordType, String),
) -> Result<Stage> {
    let unknown = || Error::field("record.id", Fault::UnknownRecord(id.clone()));
    if *record_type == RecordType::Task {
        let key = crate::store::tasks::Key::Id(id.clone());
        let (task, _) = find_seen_task(tx, caller, &key).map_err(|_| unknown())?;
        let mut told = engine::told_of_task(&task, TaskMoment::Created);
        let about: Vec<&str> =
            [&told.order, &told.customer].into_iter().flatten().map(RecordId::as_str).collect();
        let seen = sight::of_records(tx, caller, &about)?;
        told.order = told.order.filter(|id| seen.contains(id.as_str()));
        told.customer = told.customer.filter(|id| seen.contains(id.as_str()));
        return hand.of_task(tx, &told);
    }
    record_pages::find_seen(tx, caller, *record_type, &Key::Id(id.clone())).map_err(|_| unknown())?;
    let shown = hand.find(tx, *record_type, id)?.ok_or_else(unknown)?;
    hand.of_record(tx, Some(shown))
}

/// What a draft would say, and to whom.
#[derive(Debug, Clone)]
pub struct Preview {
    pub title: String,
    pub body: String,
    /// Subject, HTML and plain text of the letter, where it has words of its own.
    pub email: Option<(String, String, String)>,
    /// Id, name, why.
    pub recipients: Vec<(String, String, crate::domain::rule::said::Why)>,
    pub problems: Vec<FieldError>,
}

/// Renders a draft for a record, or for made-up things.
///
/// # Errors
/// `record` is named when there is no such one.
pub async fn preview(
    ctx: &Ctx,
    caller: &Caller,
    draft: Template,
    record: Option<(RecordType, String)>,
) -> Result<Preview> {
    let (account, now, caller) = (caller.account(), ctx.now(), caller.clone());
    ctx.store
        .read(move |tx| {
            let hand = Stagehand::load(tx, account, now)?;
            let stage = match &record {
                Some(record) => seen_stage(tx, &hand, &caller, record)?,
                None => sample::stage(tx, &hand, topic(draft.event), now)?,
            };
            let custom = custom_fields(tx, account)?;
            let mut problems = engine::check_texts(&draft, &shape(topic(draft.event), &custom));
            let named =
                RuleRef { rule_type: RuleType::Template, id: String::new(), name: draft.name.clone() };
            let prepared = PreparedTemplate::new(named, draft.clone());
            let (texts, troubles) = prepared.render_all(&stage);
            for trouble in troubles {
                if !problems.iter().any(|known| known.field == trouble.field) {
                    problems.push(trouble.into());
                }
            }
            let found = engine::resolve(tx, &stage, &draft.recipients)?;
            let ids: Vec<&str> = found.users.iter().map(|(id, _)| id.as_str()).collect();
            let names = audience::list_names(tx, account, &ids)?;
            let recipients = found.users.iter().map(|(id, why)| {
                let name = names.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone());
                (id.to_string(), name.unwrap_or_default(), *why)
            });
            let email = texts.letter.map(|letter| {
                let text = crate::render::html::plain_text(&letter.body);
                (letter.subject, letter.body, text)
            });
            let recipients = recipients.collect();
            Ok(Preview { title: texts.title, body: texts.body, email, recipients, problems })
        })
        .await
}

/// The things that texts for these events may name.
#[must_use]
pub fn topic(event: TemplateEvent) -> Topic {
    Topic::parse(event.name()).unwrap_or(Topic::Any)
}

/// Sends a template to oneself, about made-up things.
///
/// # Errors
/// [`Error::NotFound`]; the text that does not render.
pub async fn test(ctx: &Ctx, who: &SignedIn, id: String, once: Option<Once>) -> Result<Answer<()>> {
    let (account, user, now) = (who.account, who.user.clone(), ctx.now());
    let (engine, event) = (Engine::new(ctx), ctx.id());
    ctx.write_once(once, move |tx| {
        let stored = keeping::get::<Template>(tx, account, &id)?;
        let hand = Stagehand::load(tx, account, now)?;
        let stage = sample::stage(tx, &hand, topic(stored.what.event), now)?;
        engine::try_out(tx, &engine, &stage, &stored, &user, &event)
    })
    .await
}

/// What texts and conditions of an event may name.
///
/// # Errors
/// What the store says.
pub async fn list_variables(ctx: &Ctx, account: Account, event: TemplateEvent) -> Result<Vec<Variable>> {
    ctx.store.read(move |tx| Ok(variables(topic(event), &custom_fields(tx, account)?))).await
}

/// The templates of these ids, or all, for another account.
///
/// # Errors
/// What the store says.
pub async fn export(ctx: &Ctx, account: Account, ids: Vec<String>) -> Result<Vec<Template>> {
    ctx.store
        .read(move |tx| {
            let all = Wanted { most: i64::MAX, ..Wanted::default() };
            let found = rules::list(tx, account, RuleType::Template, &all)?;
            let wanted = found.into_iter().filter(|rule| ids.is_empty() || ids.contains(&rule.id));
            let stored: Vec<Stored<Template>> = read_all(wanted.collect())?;
            Ok(stored.into_iter().map(|one| one.what).collect())
        })
        .await
}

/// How many templates an import added and changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub created: usize,
    pub updated: usize,
}

/// Takes templates in: one whose code is there replaces that, or else is added under another code.
///
/// # Errors
/// The faults of all of them, each under its place; then none is taken.
pub async fn import(
    ctx: &Ctx,
    by: &By,
    drafts: Vec<Template>,
    replace: bool,
    once: Option<Once>,
) -> Result<Answer<Imported>> {
    if drafts.len() > MOST_IMPORTED {
        return Err(Error::field("templates", Fault::TooMany(MOST_IMPORTED)));
    }
    let ids: Vec<String> = drafts.iter().map(|_| ctx.id()).collect();
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| {
        let account = change.account;
        let (mut good, mut faults) = (Vec::new(), Vec::new());
        for (n, draft) in drafts.iter().enumerate() {
            match check(tx, account, draft.clone()) {
                Ok(draft) => good.push(draft),
                Err(Error::Invalid(found)) => faults.extend(found.into_iter().map(|one| FieldError {
                    field: format!("templates[{n}].{}", one.field).into(),
                    fault: one.fault,
                })),
                Err(error) => return Err(error),
            }
        }
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        let mut imported = Imported { created: 0, updated: 0 };
        for (draft, id) in good.into_iter().zip(&ids) {
            let known = rules::find_by_code(tx, account, RuleType::Template, draft.code())?;
            if let Some(known) = known.filter(|_| replace) {
                keeping::put(tx, change, &known.id, draft, true, "")?;
                imported.updated += 1;
            } else {
                keeping::add(tx, change, id, draft, false, "")?;
                imported.created += 1;
            }
        }
        rules::put_stamp(tx, account, &stamp)?;
        change.record(tx, "templates.imported", "many", &json!(imported))?;
        Ok(imported)
    })
    .await
}
