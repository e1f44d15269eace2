//! Triggers: kept in versions, checked against what their event has, switched on and off.

use super::change::Change;
use super::rule_keeping::{self as keeping, Kept, Stored, names};
use super::templates::{custom_fields, topic};
use super::{Ctx, rules as engine};
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::expression::builder::{self, Builder, Names};
use crate::domain::expression::shape::Shape;
use crate::domain::expression::{Expression, Problem};
use crate::domain::facts::shape::shape;
use crate::domain::id::Account;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::CustomField;
use crate::domain::rule::RuleType;
use crate::domain::rule::action::{Action, ChangeOf, Deed, ForWhom};
use crate::domain::rule::template::{Template, TemplateEvent};
use crate::domain::rule::trigger::{On, Trigger};
use crate::store::rules::{self, Wanted};
use crate::store::{Tx, accounts, audience, references, rule_runs};

impl Kept for Trigger {
    const SORT: RuleType = RuleType::Trigger;

    fn code(&self) -> &str {
        self.code.as_deref().unwrap_or("trigger")
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
        self.ordering
    }

    fn event(&self) -> String {
        self.event.key()
    }

    fn has_code(&self) -> bool {
        self.code.is_some()
    }

    fn check(tx: &mut Tx, account: Account, draft: Self, own: Option<&str>) -> Result<Self> {
        check(tx, account, draft, own)
    }

    /// Which templates it uses, when it ticks, whether tasks are watched.
    fn settle(
        tx: &mut Tx,
        change: &Change,
        id: &str,
        _before: Option<&Self>,
        now: Option<&Self>,
    ) -> Result<()> {
        let used = now.map(Self::templates).unwrap_or_default();
        rules::put_uses(tx, change.account, RuleType::Trigger, id, &used)?;
        engine::arrange(tx, change.account, id, now, change.now)?;
        engine::arrange_task_clock(tx, change.account, change.now)
    }
}

/// Something about a trigger that will not work as it looks: the field, the key of a sentence, its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub field: String,
    pub key: &'static str,
    pub template: String,
}

/// A trigger with who changed it last, how it runs, and what will not work.
#[derive(Debug, Clone)]
pub struct Shown {
    pub stored: Stored<Trigger>,
    pub updated_by: Option<String>,
    pub runs_today: i64,
    pub warnings: Vec<Warning>,
}

/// A page of triggers.
pub struct Page {
    pub items: Vec<Shown>,
    pub next: Option<String>,
}

/// When today began for the account.
fn today(tx: &mut Tx, account: Account, now: i64) -> Result<i64> {
    let zone = accounts::get(tx, account)?.zone;
    let zone = jiff::tz::TimeZone::get(&zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let begin =
        jiff::Timestamp::from_millisecond(now).ok().and_then(|at| at.to_zoned(zone).start_of_day().ok());
    Ok(begin.map_or(now, |begin| begin.timestamp().as_millisecond()))
}

fn show(tx: &mut Tx, account: Account, stored: Vec<Stored<Trigger>>, now: i64) -> Result<Vec<Shown>> {
    let actors: Vec<_> = stored.iter().map(|one| one.rule.updated_by.clone()).collect();
    let names = names(tx, account, &actors)?;
    let ids: Vec<&str> = stored.iter().map(|one| one.rule.id.as_str()).collect();
    let since = today(tx, account, now)?;
    let counts = rule_runs::list_counts(tx, account, since, &ids)?;
    let mut shown = Vec::with_capacity(stored.len());
    for one in stored {
        let warnings = warnings(tx, account, &one.what)?;
        let runs = counts.iter().find(|(id, _)| *id == one.rule.id).map_or(0, |(_, count)| *count);
        let updated_by = one.rule.updated_by.id().and_then(|id| names.get(id).cloned());
        shown.push(Shown { updated_by, runs_today: runs, warnings, stored: one });
    }
    Ok(shown)
}

/// What of a list of actions will not work as it looks; `fits` says whether a template of an event has what it names.
pub(super) fn warnings_of(
    tx: &mut Tx,
    account: Account,
    actions: &[Action],
    fits: impl Fn(TemplateEvent) -> bool,
) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    for (n, action) in actions.iter().enumerate() {
        let Some(id) = action.deed.template() else { continue };
        let mut warn = |key, template: &str| {
            let field = format!("actions[{n}].template");
            warnings.push(Warning { field, key, template: template.to_owned() });
        };
        match keeping::get::<Template>(tx, account, id) {
            Err(Error::NotFound) => warn("rule.warning.template_missing", id),
            Err(error) => return Err(error),
            Ok(stored) if !stored.what.active => warn("rule.warning.template_off", &stored.rule.name),
            Ok(stored) if !fits(stored.what.event) => {
                warn("rule.warning.template_event", &stored.rule.name);
            }
            Ok(_) => {}
        }
    }
    Ok(warnings)
}

fn warnings(tx: &mut Tx, account: Account, trigger: &Trigger) -> Result<Vec<Warning>> {
    let mut warnings = warnings_of(tx, account, &trigger.actions, |event| trigger.event.fits(event))?;
    if let On::AfterTrigger { trigger: id, .. } = &trigger.event
        && keeping::get::<Trigger>(tx, account, id).is_err()
    {
        let field = "event.trigger".to_owned();
        warnings.push(Warning { field, key: "rule.warning.trigger_missing", template: String::new() });
    }
    Ok(warnings)
}

/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, account: Account, wanted: Wanted) -> Result<Page> {
    let now = ctx.now();
    ctx.store
        .read(move |tx| {
            let (found, next) = keeping::list(tx, account, &wanted)?;
            Ok(Page { items: show(tx, account, found, now)?, next })
        })
        .await
}

/// # Errors
/// [`Error::NotFound`].
pub async fn get(ctx: &Ctx, account: Account, id: String) -> Result<Shown> {
    let now = ctx.now();
    ctx.store
        .read(move |tx| {
            let stored = keeping::get(tx, account, &id)?;
            show(tx, account, vec![stored], now)?.pop().ok_or(Error::NotFound)
        })
        .await
}

/// What is wrong with filter and condition: where they do not read, and what they name that the event does not have.
fn check_expressions(
    on: &On,
    texts: [(&str, &Option<String>); 2],
    custom: &[CustomField],
) -> Vec<FieldError> {
    let shape: Shape = shape(topic(on.template_event()), custom);
    let mut faults = Vec::new();
    for (field, text) in texts {
        let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty()) else { continue };
        let problems = match Expression::condition(text) {
            Ok(expression) => expression.check_condition(&shape),
            Err(problem) => vec![problem],
        };
        faults.extend(problems.into_iter().map(|problem| problem_at(field, problem)));
    }
    faults
}

/// A problem of an expression as a fault of a field.
pub(super) fn problem_at(field: &str, problem: Problem) -> FieldError {
    let Problem { line, column, fault } = problem;
    FieldError { field: field.to_owned().into(), fault: Fault::Expression { line, column, fault } }
}

fn check(tx: &mut Tx, account: Account, draft: Trigger, own: Option<&str>) -> Result<Trigger> {
    let custom = custom_fields(tx, account)?;
    let texts = [("filter", &draft.filter), ("condition", &draft.condition)];
    let mut faults = check_expressions(&draft.event, texts, &custom);
    if let On::AfterTrigger { trigger, .. } = &draft.event
        && (own == Some(trigger) || keeping::get::<Trigger>(tx, account, trigger).is_err())
    {
        faults.push(FieldError {
            field: "event.trigger".into(),
            fault: Fault::UnknownTrigger(trigger.clone()),
        });
    }
    let shape: Shape = shape(topic(draft.event.template_event()), &custom);
    faults.extend(check_actions(tx, account, &draft.actions, &shape)?);
    keeping::with_faults(draft.check(), faults)
}

/// What is wrong with the texts of actions, and what they name that is not there.
pub(super) fn check_actions(
    tx: &mut Tx,
    account: Account,
    actions: &[Action],
    shape: &Shape,
) -> Result<Vec<FieldError>> {
    let mut faults = Vec::new();
    for (n, action) in actions.iter().enumerate() {
        for (field, text) in action.deed.texts() {
            faults.extend(engine::check_line(&format!("actions[{n}].{field}"), text, shape));
        }
        faults.extend(
            check_action(tx, account, &action.deed)?
                .map(|(field, fault)| FieldError { field: format!("actions[{n}].{field}").into(), fault }),
        );
    }
    Ok(faults)
}

/// Whether there is what an action names.
fn check_action(tx: &mut Tx, account: Account, deed: &Deed) -> Result<Option<(&'static str, Fault)>> {
    let user = |tx: &mut Tx, id: &str| audience::find_user(tx, account, id, &id.trim().to_lowercase());
    Ok(match deed {
        Deed::Notify { template } | Deed::Email { template, .. } => {
            match keeping::get::<Template>(tx, account, template) {
                Ok(_) => None,
                Err(Error::NotFound) => Some(("template", Fault::UnknownTemplate(template.clone()))),
                Err(error) => return Err(error),
            }
        }
        Deed::CreateTask { performer: ForWhom::User { id }, .. } => {
            user(tx, id)?.is_none().then(|| ("performer.id", Fault::UnknownUser(id.clone())))
        }
        Deed::CreateTask { performer: ForWhom::Group { code }, .. } => {
            let found = audience::find_group(tx, account, code)?;
            found.is_none().then(|| ("performer.code", Fault::UnknownGroup(code.clone())))
        }
        Deed::ChangeManager { user: Some(id) } => {
            user(tx, id)?.is_none().then(|| ("user", Fault::UnknownUser(id.clone())))
        }
        Deed::ChangeField { record, field, .. } => {
            let record_type = match record {
                ChangeOf::Order => RecordType::Order,
                ChangeOf::Customer => RecordType::Customer,
            };
            let is_known = match field.strip_prefix("custom_") {
                Some(code) => references::list_custom_fields(tx, account, record_type)?
                    .iter()
                    .any(|known| known.code == code),
                None => engine::native_path(record_type, field).is_some(),
            };
            (!is_known).then(|| ("field", Fault::NotWritable(field.clone())))
        }
        _ => None,
    })
}

/// What a look at filter and condition finds.
#[derive(Debug, Clone)]
pub struct Checked {
    pub problems: Vec<FieldError>,
    /// The condition in the form of the builder, where it can be shown so.
    pub builder: Option<Builder>,
    /// The fields that the condition reads.
    pub reads: Vec<String>,
}

/// Looks at filter and condition of an event.
///
/// # Errors
/// What the store says.
pub async fn look(
    ctx: &Ctx,
    account: Account,
    on: On,
    filter: Option<String>,
    condition: Option<String>,
) -> Result<Checked> {
    let custom = ctx.store.read(move |tx| custom_fields(tx, account)).await?;
    let problems = check_expressions(&on, [("filter", &filter), ("condition", &condition)], &custom);
    let condition = condition.as_deref().filter(|text| !text.trim().is_empty());
    let parsed = condition.and_then(|text| Expression::condition(text).ok());
    let names = Names { changing: topic(on.template_event()).changing(), custom: &custom };
    let builder = match (&condition, &parsed) {
        (None, _) => Some(Builder::All { all: Vec::new() }),
        (Some(_), Some(parsed)) => builder::recognise(parsed, names),
        (Some(_), None) => None,
    };
    let reads = parsed.map(|parsed| {
        let reads = parsed.reads();
        let changes = reads.changes.iter().map(|field| format!("change_set.{field}"));
        reads.paths.iter().cloned().chain(changes).collect()
    });
    Ok(Checked { problems, builder, reads: reads.unwrap_or_default() })
}

/// The expression of a form.
///
/// # Errors
/// `builder` is named, with the row that says nothing.
pub async fn build(ctx: &Ctx, account: Account, on: Option<On>, form: Builder) -> Result<String> {
    let custom = ctx.store.read(move |tx| custom_fields(tx, account)).await?;
    let changing = on.map_or(Some(RecordType::Order), |on| topic(on.template_event()).changing());
    builder::build(&form, Names { changing, custom: &custom }).map_err(|wrong| {
        let fault = match wrong {
            builder::Wrong::Field(field) => Fault::UnknownCode(field),
            builder::Wrong::Value(_) => Fault::WrongType("value that the operator takes"),
            builder::Wrong::TooDeep => Fault::TooMany(8),
        };
        Error::field("builder", fault)
    })
}
