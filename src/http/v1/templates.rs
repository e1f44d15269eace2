//! Notification templates: kept, previewed, tried out, taken to another account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule_wire::{Previewed, ProblemAt, RecordIn, UserName, VersionIn, language_of, problems};
use crate::domain::access::{Caller, SignedIn};
use crate::domain::facts::variables::VariableType;
use crate::domain::rule::RuleRef;
use crate::domain::rule::template::{Template, TemplateEvent};
use crate::flows::change::By;
use crate::flows::rule_changes;
use crate::flows::rule_keeping::Was;
use crate::flows::templates::{self, Shown};
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{Accepted, Created, NoContent, Success};
use crate::http::v1::inbox::Empty;
use crate::http::v1::page::limit;
use crate::render::instant::to_rfc3339;
use crate::store::rules::Wanted;

/// A rule that uses a template.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RuleName")]
pub struct RuleOut {
    r#type: &'static str,
    id: String,
    name: String,
}

impl From<RuleRef> for RuleOut {
    fn from(rule: RuleRef) -> Self {
        Self { r#type: rule.rule_type.name(), id: rule.id, name: rule.name }
    }
}

/// A notification template.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Template")]
pub struct TemplateOut {
    id: String,
    #[serde(flatten)]
    template: Template,
    version: i64,
    updated_at: String,
    /// The name of who changed it last.
    updated_by: Option<String>,
    use_count: usize,
    used_by: Vec<RuleOut>,
}

impl From<Shown> for TemplateOut {
    fn from(Shown { stored, updated_by, used_by }: Shown) -> Self {
        Self {
            id: stored.rule.id,
            template: stored.what,
            version: stored.rule.version,
            updated_at: to_rfc3339(stored.rule.updated_at),
            updated_by,
            use_count: used_by.len(),
            used_by: used_by.into_iter().map(RuleOut::from).collect(),
        }
    }
}

/// Which templates are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TemplatesQuery {
    /// Text in name or code.
    q: Option<String>,
    event: Option<TemplateEvent>,
    active: Option<bool>,
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A page of templates, by code.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplatesPage {
    items: Vec<TemplateOut>,
    next: Option<String>,
}

pub async fn list_templates(
    state: State,
    caller: Caller,
    Query(query): Query<TemplatesQuery>,
) -> Result<Success<TemplatesPage>> {
    let wanted = Wanted {
        search: query.q.filter(|q| !q.trim().is_empty()),
        event: query.event.map(|event| event.name().to_owned()),
        active: query.active,
        after: query.cursor,
        most: limit(query.limit)?,
    };
    let page = templates::list(&state.ctx, caller.account(), wanted).await?;
    let items = page.items.into_iter().map(TemplateOut::from).collect();
    Ok(Success::new(TemplatesPage { items, next: page.next }))
}

pub async fn get_template(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<TemplateOut>> {
    Ok(Success::new(templates::get(&state.ctx, caller.account(), id).await?.into()))
}

pub async fn create_template(
    state: State,
    caller: Caller,
    body: Body<Template>,
) -> Result<Created<TemplateOut>> {
    let by = By::from(&caller);
    let answer = rule_changes::add(&state.ctx, &by, body.value, body.once).await?;
    let shown = templates::get(&state.ctx, by.account, answer.value.clone()).await?;
    Ok(Created::once(answer).map(|_| shown.into()))
}

pub async fn put_template(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Template>,
) -> Result<Success<TemplateOut>> {
    let by = By::from(&caller);
    rule_changes::put(&state.ctx, &by, id.clone(), body.value, body.once).await?;
    get_template(state, caller, Path(id)).await
}

pub async fn delete_template(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    rule_changes::delete::<Template>(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(NoContent)
}

pub async fn restore_template(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Empty>,
) -> Result<Success<TemplateOut>> {
    rule_changes::restore::<Template>(&state.ctx, &By::from(&caller), id.clone(), body.once).await?;
    get_template(state, caller, Path(id)).await
}

/// What a template was.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateVersion {
    version: i64,
    at: String,
    by: Option<String>,
    template: Template,
}

/// What a template was, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateVersions {
    items: Vec<TemplateVersion>,
}

pub async fn list_template_versions(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<TemplateVersions>> {
    let found = rule_changes::versions::<Template>(&state.ctx, caller.account(), id).await?;
    let out =
        |Was { version, at, by, what }| TemplateVersion { version, at: to_rfc3339(at), by, template: what };
    Ok(Success::new(TemplateVersions { items: found.into_iter().map(out).collect() }))
}

pub async fn roll_back_template(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<VersionIn>,
) -> Result<Success<TemplateOut>> {
    let (by, version) = (By::from(&caller), body.value.version);
    rule_changes::roll_back::<Template>(&state.ctx, &by, id.clone(), version, body.once).await?;
    get_template(state, caller, Path(id)).await
}

/// A draft to be looked at.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PreviewIn {
    template: Template,
    /// Made-up things if absent.
    record: Option<RecordIn>,
}

/// The letter's own words.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewLetter {
    subject: String,
    html: String,
    text: String,
}

/// What a draft would say, and to whom.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewOut {
    /// HTML of the allow-list, as the body.
    title: String,
    body: String,
    email: Option<PreviewLetter>,
    recipients: Vec<Previewed>,
    problems: Vec<ProblemAt>,
}

pub async fn preview_template(
    state: State,
    caller: Caller,
    body: Body<PreviewIn>,
) -> Result<Success<PreviewOut>> {
    let PreviewIn { template, record } = body.value;
    let record = record.map(RecordIn::read).transpose()?;
    let preview = templates::preview(&state.ctx, &caller, template, record).await?;
    let language = language_of(&caller);
    let recipient = |(id, name, why): (String, String, crate::domain::rule::said::Why)| Previewed {
        user: UserName { id, name },
        why: state.texts.say(language, &format!("rule.why.{}", why.name()), &[]),
    };
    Ok(Success::new(PreviewOut {
        title: preview.title,
        body: preview.body,
        email: preview.email.map(|(subject, html, text)| PreviewLetter { subject, html, text }),
        recipients: preview.recipients.into_iter().map(recipient).collect(),
        problems: problems(&state.texts, language, &preview.problems),
    }))
}

/// Nothing to say.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TestOut {}

pub async fn test_template(
    state: State,
    who: SignedIn,
    Path(id): Path<String>,
    body: Body<Empty>,
) -> Result<Accepted<TestOut>> {
    let answer = templates::test(&state.ctx, &who, id, body.once).await?;
    Ok(Accepted::once(answer).map(|()| TestOut {}))
}

/// Of which events.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VariablesQuery {
    event: TemplateEvent,
}

/// Something that a text or condition may name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VariableOut {
    path: String,
    r#type: VariableType,
    label: String,
    sample: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Variables {
    items: Vec<VariableOut>,
}

pub async fn list_variables(
    state: State,
    caller: Caller,
    Query(query): Query<VariablesQuery>,
) -> Result<Success<Variables>> {
    let found = templates::list_variables(&state.ctx, caller.account(), query.event).await?;
    let language = language_of(&caller);
    let items = found.into_iter().map(|variable| {
        let label = &variable.label;
        let base =
            label.text.clone().or_else(|| label.key.as_ref().map(|key| state.texts.say(language, key, &[])));
        let part = label.part.map(|key| state.texts.say(language, key, &[]));
        let label = [base, part].into_iter().flatten().collect::<Vec<_>>().join(": ");
        VariableOut { path: variable.path, r#type: variable.sort, label, sample: variable.sample }
    });
    Ok(Success::new(Variables { items: items.collect() }))
}

/// Which templates to take along.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExportQuery {
    /// Ids, separated by commas; all if absent.
    ids: Option<String>,
}

/// Templates for another account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Exported {
    templates: Vec<Template>,
}

pub async fn export_templates(
    state: State,
    caller: Caller,
    Query(query): Query<ExportQuery>,
) -> Result<Success<Exported>> {
    let ids = query.ids.unwrap_or_default();
    let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let templates = templates::export(&state.ctx, caller.account(), ids).await?;
    Ok(Success::new(Exported { templates }))
}

/// Templates of another account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ImportIn {
    /// At most 500.
    templates: Vec<Template>,
    /// Whether one whose code is here already takes the place of that; else it is added beside it.
    #[serde(default)]
    replace: bool,
}

/// How many were added and changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportOut {
    created: usize,
    updated: usize,
}

pub async fn import_templates(
    state: State,
    caller: Caller,
    body: Body<ImportIn>,
) -> Result<Success<ImportOut>> {
    let ImportIn { templates: drafts, replace } = body.value;
    let answer = templates::import(&state.ctx, &By::from(&caller), drafts, replace, body.once).await?;
    Ok(Success::once(answer).map(|done| ImportOut { created: done.created, updated: done.updated }))
}
