//! Marketing rules: kept, switched on and off; and what came of them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rule_wire::{VersionIn, language_of};
use super::triggers::WarningOut;
use crate::domain::access::Caller;
use crate::domain::language::Language;
use crate::domain::marketing::Why;
use crate::domain::marketing::draft::MarketingRule;
use crate::flows::change::By;
use crate::flows::marketing::keeping::{self, Shown};
use crate::flows::rule_changes;
use crate::flows::rule_keeping::Was;
use crate::http::State;
use crate::http::extract::{Body, OnceKey, Path, Query};
use crate::http::problem::Result;
use crate::http::reply::{Created, NoContent, Success};
use crate::http::v1::inbox::Empty;
use crate::http::v1::page::limit;
use crate::render::instant::to_rfc3339;
use crate::render::texts::Texts;
use crate::store::marketing::Outcome;
use crate::store::rules::Wanted;

/// How often something came of a rule.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MarketingResults")]
pub struct ResultsOut {
    /// Occasions that customers had.
    matched: i64,
    done: i64,
    /// How often nothing was done, by reason.
    skipped: BTreeMap<&'static str, i64>,
}

/// A marketing rule.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MarketingRule")]
pub struct RuleOut {
    id: String,
    #[serde(flatten)]
    rule: MarketingRule,
    version: i64,
    updated_at: String,
    /// The name of who changed it last.
    updated_by: Option<String>,
    results: ResultsOut,
    warnings: Vec<WarningOut>,
}

fn out(shown: Shown, texts: &Texts, language: Language) -> RuleOut {
    let Shown { stored, updated_by, results, warnings } = shown;
    RuleOut {
        id: stored.rule.id,
        rule: stored.what,
        version: stored.rule.version,
        updated_at: to_rfc3339(stored.rule.updated_at),
        updated_by,
        results: ResultsOut {
            matched: results.matched,
            done: results.done,
            skipped: results.skipped.into_iter().map(|(why, count)| (why.name(), count)).collect(),
        },
        warnings: warnings.into_iter().map(|warning| WarningOut::say(warning, texts, language)).collect(),
    }
}

/// Which rules are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct MarketingRulesQuery {
    /// Text in name or code.
    q: Option<String>,
    active: Option<bool>,
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A page of marketing rules, in order of their codes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarketingRulesPage {
    items: Vec<RuleOut>,
    next: Option<String>,
}

pub async fn list_marketing_rules(
    state: State,
    caller: Caller,
    Query(query): Query<MarketingRulesQuery>,
) -> Result<Success<MarketingRulesPage>> {
    let wanted = Wanted {
        search: query.q.filter(|text| !text.trim().is_empty()),
        event: None,
        active: query.active,
        after: query.cursor,
        most: limit(query.limit)?,
    };
    let page = keeping::list(&state.ctx, caller.account(), wanted).await?;
    let language = language_of(&caller);
    let items = page.items.into_iter().map(|shown| out(shown, &state.texts, language)).collect();
    Ok(Success::new(MarketingRulesPage { items, next: page.next }))
}

pub async fn get_marketing_rule(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<RuleOut>> {
    let shown = keeping::get(&state.ctx, caller.account(), id).await?;
    Ok(Success::new(out(shown, &state.texts, language_of(&caller))))
}

pub async fn create_marketing_rule(
    state: State,
    caller: Caller,
    body: Body<MarketingRule>,
) -> Result<Created<RuleOut>> {
    let by = By::from(&caller);
    let answer = rule_changes::add(&state.ctx, &by, body.value, body.once).await?;
    let shown = keeping::get(&state.ctx, by.account, answer.value.clone()).await?;
    Ok(Created::once(answer).map(|_| out(shown, &state.texts, language_of(&caller))))
}

pub async fn put_marketing_rule(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<MarketingRule>,
) -> Result<Success<RuleOut>> {
    rule_changes::put(&state.ctx, &By::from(&caller), id.clone(), body.value, body.once).await?;
    get_marketing_rule(state, caller, Path(id)).await
}

pub async fn delete_marketing_rule(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    OnceKey(once): OnceKey,
) -> Result<NoContent> {
    rule_changes::delete::<MarketingRule>(&state.ctx, &By::from(&caller), id, once).await?;
    Ok(NoContent)
}

pub async fn restore_marketing_rule(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Empty>,
) -> Result<Success<RuleOut>> {
    rule_changes::restore::<MarketingRule>(&state.ctx, &By::from(&caller), id.clone(), body.once).await?;
    get_marketing_rule(state, caller, Path(id)).await
}

async fn switch(
    state: State,
    caller: Caller,
    id: String,
    active: bool,
    body: Body<Empty>,
) -> Result<Success<RuleOut>> {
    rule_changes::switch::<MarketingRule>(&state.ctx, &By::from(&caller), id.clone(), active, body.once)
        .await?;
    get_marketing_rule(state, caller, Path(id)).await
}

pub async fn activate_marketing_rule(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Empty>,
) -> Result<Success<RuleOut>> {
    switch(state, caller, id, true, body).await
}

pub async fn deactivate_marketing_rule(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<Empty>,
) -> Result<Success<RuleOut>> {
    switch(state, caller, id, false, body).await
}

/// What a rule was.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarketingRuleVersion {
    version: i64,
    at: String,
    /// The name of who wrote it.
    by: Option<String>,
    rule: MarketingRule,
}

/// What it was, newest version first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarketingRuleVersions {
    items: Vec<MarketingRuleVersion>,
}

pub async fn list_marketing_rule_versions(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Success<MarketingRuleVersions>> {
    let found = rule_changes::versions::<MarketingRule>(&state.ctx, caller.account(), id).await?;
    let out =
        |Was { version, at, by, what }| MarketingRuleVersion { version, at: to_rfc3339(at), by, rule: what };
    Ok(Success::new(MarketingRuleVersions { items: found.into_iter().map(out).collect() }))
}

pub async fn roll_back_marketing_rule(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    body: Body<VersionIn>,
) -> Result<Success<RuleOut>> {
    let (by, version) = (By::from(&caller), body.value.version);
    rule_changes::roll_back::<MarketingRule>(&state.ctx, &by, id.clone(), version, body.once).await?;
    get_marketing_rule(state, caller, Path(id)).await
}

/// Which results are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ResultsQuery {
    cursor: Option<String>,
    /// 1–100; 30 if absent.
    limit: Option<i64>,
}

/// A customer by name; without number where he is gone.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CustomerName {
    id: String,
    number: Option<i64>,
    title: String,
}

/// What came of an occasion of a customer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarketingResult {
    customer: CustomerName,
    at: String,
    /// `done`, `waiting`, `skipped`.
    result: Outcome,
    /// Why nothing was done, or not yet.
    why: Option<Why>,
}

/// A page of results, newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarketingResultsPage {
    items: Vec<MarketingResult>,
    next: Option<String>,
}

pub async fn list_marketing_results(
    state: State,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<ResultsQuery>,
) -> Result<Success<MarketingResultsPage>> {
    let most = limit(query.limit)?;
    let page = keeping::results(&state.ctx, &caller, id, query.cursor, most).await?;
    let items = page.items.into_iter().map(|(run, place)| {
        let (number, title) = place.map_or((None, String::new()), |place| (Some(place.number), place.title));
        MarketingResult {
            customer: CustomerName { id: run.customer, number, title },
            at: to_rfc3339(run.at),
            result: run.outcome,
            why: run.why,
        }
    });
    Ok(Success::new(MarketingResultsPage { items: items.collect(), next: page.next }))
}
