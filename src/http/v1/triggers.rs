//! Triggers: kept, checked, put together without writing, tried out; and what they did.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule_wire::{ProblemAt, RecordIn, VersionIn, language_of, problems};
use super::templates::RuleOut;
use crate::domain::access::Caller;
use crate::domain::error::{Error, Fault};
use crate::domain::expression::Explanation;
use crate::domain::expression::builder::Builder;
use crate::domain::language::Language;
use crate::domain::record::RecordType;
use crate::domain::rule::trigger::{On, Trigger};
use crate::flows::change::By;
use crate::flows::rule_changes;
use crate::flows::rule_keeping::Was;
use crate::flows::rules::dry_run::{self, Asked, Seen, Would};
use crate::flows::triggers::{self, Shown};
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Success};
use crate::http::v1::inbox::Empty;
use crate::http::v1::page::limit;
use crate::render::instant::to_rfc3339;
use crate::render::texts::Texts;
use crate::store::rules::Wanted;

/// Something that will not work as it looks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WarningOut {
    field: String,
    message: String,
}

/// A trigger.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Trigger")]
pub struct TriggerOut {
    id: String,
    #[serde(flatten)]
    trigger: Trigger,
    version: i64,
    updated_at: String,
    /// The name of who changed it last.
    updated_by: Option<String>,
    last_run_at: Option<String>,
    /// How often it fired since midnight of the account.
    runs_today: i64,
    warnings: Vec<WarningOut>,
}

impl WarningOut {
    pub(super) fn say(warning: triggers::Warning, texts: &Texts, language: Language) -> Self {
        let message = texts.say(language, warning.key, &[("template", warning.template)]);
        Self { field: warning.field, message }
    }
}

fn out(shown: Shown, texts: &Texts, language: Language) -> TriggerOut {
    let Shown { stored, updated_by, runs_today, warnings } = shown;
    let warning = |warning| WarningOut::say(warning, texts, language);
    TriggerOut {
        id: stored.rule.id,
        trigger: stored.what,
        version: stored.rule.version,
        updated_at: to_rfc3339(stored.rule.updated_at),
        updated_by,
        last_run_at: stored.rule.last_run_at.map(to_rfc3339),
        runs_today,
        warnings: warnings.into_iter().map(warning).collect(),
    }
}

/// Which triggers are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TriggersQuery {
    /// Text in name or code.
    q: Option<String>,
    /// `order_changed`, `custom:cart.left`, `schedule`, `after:ID` …
    event: Option<String>,
    active: Option<bool>,
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A page of triggers, in the order in which they are run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TriggersPage {
    items: Vec<TriggerOut>,
    next: Option<String>,
}

pub async fn list_triggers(
    state: State,
    caller: Caller,
    Query(query): Query<TriggersQuery>,
) -> Result<Success<TriggersPage>> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let wanted = Wanted {
        search: given(query.q),
        event: given(query.event),
        active: query.active,
        after: query.cursor,
        most: limit(query.limit)?,
    };
    let page = triggers::list(&state.ctx, caller.account(), wanted).await?;
    let language = language_of(&caller);
    let items = page.items.into_iter().map(|shown| out(shown, &state.texts, language)).collect();
    Ok(Success::new(TriggersPage { items, next: page.next }))
}

pub async fn get_trigger(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<TriggerOut>> {
    let shown = triggers::get(&state.ctx, caller.account(), id).await?;
    Ok(Success::new(out(shown, &state.texts, language_of(&caller))))
}

pub async fn create_trigger(
    state: State,
    caller: Caller,
    body: Body<Trigger>,
) -> Result<Created<TriggerOut>> {
    let by = By::from(&caller);
    let answer = rule_changes::add(&state.ctx, &by, body.value, body.once).await?;
    let shown = triggers::get(&state.ctx, by.account, answer.value.clone()).await?;
    Ok(Created::once(answer).map(|_| out(shown, &state.texts, language_of(&caller))))
}

pub async fn put_trigger(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Trigger>,
) -> Result<Success<TriggerOut>> {
    rule_changes::put(&state.ctx, &By::from(&caller), id.clone(), body.value, body.once).await?;
    get_trigger(state, caller, Path(id)).await
}

pub async fn delete_trigger(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    rule_changes::delete::<Trigger>(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(NoContent)
}

pub async fn restore_trigger(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Empty>,
) -> Result<Success<TriggerOut>> {
    rule_changes::restore::<Trigger>(&state.ctx, &By::from(&caller), id.clone(), body.once).await?;
    get_trigger(state, caller, Path(id)).await
}

async fn switch(
    state: State,
    caller: Caller,
    id: String,
    active: bool,
    body: Body<Empty>,
) -> Result<Success<TriggerOut>> {
    rule_changes::switch::<Trigger>(&state.ctx, &By::from(&caller), id.clone(), active, body.once).await?;
    get_trigger(state, caller, Path(id)).await
}

pub async fn activate_trigger(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Empty>,
) -> Result<Success<TriggerOut>> {
    switch(state, caller, id, true, body).await
}

pub async fn deactivate_trigger(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Empty>,
) -> Result<Success<TriggerOut>> {
    switch(state, caller, id, false, body).await
}

/// What a trigger was.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TriggerVersion {
    version: i64,
    at: String,
    by: Option<String>,
    trigger: Trigger,
}

/// What a trigger was, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TriggerVersions {
    items: Vec<TriggerVersion>,
}

pub async fn list_trigger_versions(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<TriggerVersions>> {
    let found = rule_changes::versions::<Trigger>(&state.ctx, caller.account(), id).await?;
    let out =
        |Was { version, at, by, what }| TriggerVersion { version, at: to_rfc3339(at), by, trigger: what };
    Ok(Success::new(TriggerVersions { items: found.into_iter().map(out).collect() }))
}

pub async fn roll_back_trigger(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<VersionIn>,
) -> Result<Success<TriggerOut>> {
    let (by, version) = (By::from(&caller), body.value.version);
    rule_changes::roll_back::<Trigger>(&state.ctx, &by, id.clone(), version, body.once).await?;
    get_trigger(state, caller, Path(id)).await
}

/// Filter and condition, to be looked at.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CheckIn {
    event: On,
    filter: Option<String>,
    condition: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckOut {
    problems: Vec<ProblemAt>,
    /// The condition in the form of the builder; null where it cannot be shown so.
    builder: Option<Builder>,
    /// The fields that the condition reads.
    reads: Vec<String>,
}

pub async fn check_trigger(state: State, caller: Caller, body: Body<CheckIn>) -> Result<Success<CheckOut>> {
    let CheckIn { event, filter, condition } = body.value;
    let found = triggers::look(&state.ctx, caller.account(), event, filter, condition).await?;
    Ok(Success::new(CheckOut {
        problems: problems(&state.texts, language_of(&caller), &found.problems),
        builder: found.builder,
        reads: found.reads,
    }))
}

/// A condition in the form of the builder.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BuildIn {
    builder: Builder,
    /// Decides whose changes are meant; orders' if absent.
    event: Option<On>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct BuildOut {
    condition: String,
}

pub async fn build_condition(state: State, caller: Caller, body: Body<BuildIn>) -> Result<Success<BuildOut>> {
    let BuildIn { builder, event } = body.value;
    let condition = triggers::build(&state.ctx, caller.account(), event, builder).await?;
    Ok(Success::new(BuildOut { condition }))
}

/// What is to be tried: an event or a record, by all triggers or by a draft.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DryRunIn {
    record: Option<RecordIn>,
    event_id: Option<String>,
    trigger: Option<Trigger>,
}

/// What an action would do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WouldOut {
    r#type: &'static str,
    delay_s: i64,
    summary: String,
    preview: Option<serde_json::Value>,
    problem: Option<String>,
}

/// What a trigger would do, and why.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DryRunItem {
    trigger: RuleOut,
    fires: bool,
    why: String,
    filter: Option<Explanation>,
    condition: Option<Explanation>,
    actions: Vec<WouldOut>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DryRunOut {
    items: Vec<DryRunItem>,
}

pub async fn dry_run(state: State, caller: Caller, body: Body<DryRunIn>) -> Result<Success<DryRunOut>> {
    let DryRunIn { record, event_id, trigger } = body.value;
    let record = record.map(RecordIn::read).transpose()?;
    let asked = Asked { record, event: event_id, trigger };
    let seen = dry_run::dry_run(&state.ctx, &caller, asked).await?;
    let language = language_of(&caller);
    let would = |would: Would| WouldOut {
        r#type: would.action,
        delay_s: would.delay_s,
        summary: would.summary,
        preview: would.preview,
        problem: would.problem.map(|(key, params)| state.texts.say(language, key, &params)),
    };
    let item = |seen: Seen| DryRunItem {
        trigger: seen.trigger.into(),
        fires: seen.fires,
        why: state.texts.say(language, seen.why, &[]),
        filter: seen.filter,
        condition: seen.condition,
        actions: seen.actions.into_iter().map(would).collect(),
    };
    Ok(Success::new(DryRunOut { items: seen.into_iter().map(item).collect() }))
}

/// Of which record.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PastQuery {
    record_type: Option<RecordType>,
    record_id: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// An event that can be tried.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PastEvent {
    id: String,
    r#type: String,
    at: String,
    title: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct PastEvents {
    items: Vec<PastEvent>,
}

pub async fn list_past_events(
    state: State,
    caller: Caller,
    Query(query): Query<PastQuery>,
) -> Result<Success<PastEvents>> {
    let record = match (query.record_type, query.record_id) {
        (Some(record_type), Some(id)) => Some((record_type, id)),
        (None, Some(_)) => return Err(Error::field("record_type", Fault::Required).into()),
        _ => None,
    };
    let found = dry_run::list_events(&state.ctx, &caller, record, limit(query.limit)?).await?;
    let items = found.into_iter().map(|past| {
        let data: serde_json::Value = serde_json::from_str(&past.data).unwrap_or_default();
        let text = |name: &str| data.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let title = text("title").or_else(|| text("type")).or_else(|| text("text")).unwrap_or_default();
        PastEvent { id: past.id, r#type: past.event_type.name().to_owned(), at: to_rfc3339(past.at), title }
    });
    Ok(Success::new(PastEvents { items: items.collect() }))
}
