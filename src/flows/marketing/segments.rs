//! Segments: kept, checked, and counted.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::counting;
use crate::domain::access::Caller;
use crate::domain::code;
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::expression::Expression;
use crate::domain::facts::shape::of_customers;
use crate::domain::id::Account;
use crate::domain::marketing::draft::MarketingRule;
use crate::domain::record::catalogue::CustomField;
use crate::domain::rule::template::code_of;
use crate::domain::rule::{LONGEST_LINE, LONGEST_NAME, RuleType};
use crate::domain::work::WorkKind;
use crate::flows::change::{By, Change};
use crate::flows::once::{Answer, Once};
use crate::flows::rules::cache;
use crate::flows::templates::custom_fields;
use crate::flows::triggers::problem_at;
use crate::flows::{Ctx, sight};
use crate::store::segments::Segment;
use crate::store::{Tx, marketing, rules, segments, work};

/// Segments that an account may keep.
const MOST: i64 = 1_000;
/// Batches of customers that are counted while somebody saves a segment; of more, the worker counts.
const AT_ONCE: usize = 5;

/// What somebody says a segment is to be.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "SegmentDraft")]
pub struct Draft {
    /// Made from the name if absent.
    #[serde(default)]
    pub code: Option<String>,
    pub name: String,
    /// An expression over a customer.
    pub condition: String,
}

/// A page of segments.
pub struct Page {
    pub items: Vec<Segment>,
    pub next: Option<String>,
}

/// # Errors
/// What the store says.
pub async fn list(
    ctx: &Ctx,
    account: Account,
    wanted: Option<String>,
    after: Option<String>,
    most: i64,
) -> Result<Page> {
    let wanted = wanted.map(|text| code::fold(text.trim()));
    let after = after.unwrap_or_default();
    let mut items =
        ctx.store.read(move |tx| segments::list(tx, account, wanted.as_deref(), &after, most + 1)).await?;
    let has_more = items.len() as i64 > most;
    items.truncate(usize::try_from(most).unwrap_or_default());
    let next = items.last().filter(|_| has_more).map(|last| last.code.clone());
    Ok(Page { items, next })
}

/// # Errors
/// [`Error::NotFound`].
pub async fn get(ctx: &Ctx, account: Account, id: String) -> Result<Segment> {
    ctx.store.read(move |tx| segments::find(tx, account, &id)?.ok_or(Error::NotFound)).await
}

/// The condition, if it reads and names only what customers have.
fn check_condition(text: &str, custom: &[CustomField]) -> Result<Expression, Vec<FieldError>> {
    let fault = |fault| vec![FieldError { field: "condition".into(), fault }];
    if text.trim().is_empty() {
        return Err(fault(Fault::Required));
    }
    if text.len() > LONGEST_LINE {
        return Err(fault(Fault::TooLong(LONGEST_LINE)));
    }
    let problems = match Expression::condition(text) {
        Ok(expression) => match expression.check_condition(&of_customers(custom)) {
            problems if problems.is_empty() => return Ok(expression),
            problems => problems,
        },
        Err(problem) => vec![problem],
    };
    Err(problems.into_iter().map(|problem| problem_at("condition", problem)).collect())
}

fn check(tx: &mut Tx, account: Account, mut draft: Draft) -> Result<Draft> {
    let custom = custom_fields(tx, account)?;
    let mut faults = check_condition(&draft.condition, &custom).err().unwrap_or_default();
    match code::name("name", &draft.name, LONGEST_NAME) {
        Ok(name) => draft.name = name,
        Err(Error::Invalid(wrong)) => faults.extend(wrong),
        Err(error) => return Err(error),
    }
    match code_of(draft.code.as_deref(), &draft.name) {
        Ok(code) => draft.code = Some(code),
        Err(fault) => faults.push(FieldError { field: "code".into(), fault }),
    }
    if faults.is_empty() { Ok(draft) } else { Err(Error::Invalid(faults)) }
}

/// The code, or one like it that is free where nobody chose one.
fn free_code(tx: &mut Tx, account: Account, code: &str, own: &str, is_given: bool) -> Result<String> {
    for n in 1..1_000 {
        let one = if n == 1 { code.to_owned() } else { format!("{code}-{n}") };
        if segments::find_by_code(tx, account, &one)?.is_none_or(|id| id == own) {
            return Ok(one);
        }
        if is_given {
            break;
        }
    }
    Err(Error::field("code", Fault::Taken))
}

/// How many are in a segment to be, where that is quickly said.
async fn counted(ctx: &Ctx, account: Account, draft: &Draft) -> Result<Option<i64>> {
    let Ok(condition) = Expression::condition(&draft.condition) else { return Ok(None) };
    Ok(counting::count_now(ctx, account, condition, Some(AT_ONCE)).await?.map(|(count, _)| count))
}

fn put_in(
    tx: &mut Tx,
    change: &Change,
    id: &str,
    draft: &Draft,
    before: Option<Segment>,
    counted: Option<i64>,
) -> Result<()> {
    let (account, has_code) =
        (change.account, draft.code.as_ref().is_some_and(|code| !code.trim().is_empty()));
    let mut draft = check(tx, account, draft.clone())?;
    if let Some(before) = before.as_ref().filter(|_| !has_code) {
        draft.code = Some(before.code.clone());
    }
    let code = free_code(tx, account, draft.code.as_deref().unwrap_or_default(), id, has_code)?;
    let segment = Segment {
        id: id.to_owned(),
        code,
        name: draft.name,
        condition: draft.condition,
        count: None,
        counted_at: None,
        updated_at: change.now,
    };
    let detail = json!({ "code": segment.code, "name": segment.name, "condition": segment.condition });
    match before {
        None => {
            segments::insert(tx, account, &segment)?;
            change.record(tx, "segment.added", id, &detail)?;
        }
        Some(before) => {
            segments::update(tx, account, &segment)?;
            change.record(tx, "segment.changed", id, &detail)?;
            if before.condition != segment.condition {
                begin_anew(tx, change, id)?;
            }
        }
    }
    let due_at = match counted {
        Some(count) => {
            segments::update_counting(tx, account, id, true, count)?;
            segments::update_counted(tx, account, id, change.now)?;
            change.now + counting::REST_MS
        }
        None => change.now,
    };
    work::insert_anew(tx, account, WorkKind::Segment, &[id.to_owned()], due_at)
}

/// Whoever is in a segment that was changed did not come into it: the rules that use it begin anew.
fn begin_anew(tx: &mut Tx, change: &Change, segment: &str) -> Result<()> {
    let account = change.account;
    for rule in rules::list_active(tx, account, RuleType::MarketingRule)? {
        let draft: MarketingRule = cache::read(&rule)?;
        if draft.segments.iter().any(|id| id == segment) && draft.listens_to().is_none() {
            marketing::delete_begun(tx, account, &rule.id)?;
            work::insert_anew(tx, account, WorkKind::Marketing, &[rule.id], change.now)?;
        }
    }
    Ok(())
}

/// Adds a segment; answers its id.
///
/// # Errors
/// All faults of all fields, with line and column where the condition does not read.
pub async fn add(ctx: &Ctx, by: &By, draft: Draft, once: Option<Once>) -> Result<Answer<String>> {
    let (id, counted) = (ctx.id(), counted(ctx, by.account, &draft).await?);
    ctx.change(by, once, move |tx, change| {
        if segments::count(tx, change.account)? >= MOST {
            return Err(Error::field("", Fault::TooMany(MOST as usize)));
        }
        put_in(tx, change, &id, &draft, None, counted).map(|()| id.clone())
    })
    .await
}

/// Makes a segment so.
///
/// # Errors
/// As [`add`]; [`Error::NotFound`].
pub async fn put(ctx: &Ctx, by: &By, id: String, draft: Draft, once: Option<Once>) -> Result<Answer<()>> {
    let counted = counted(ctx, by.account, &draft).await?;
    ctx.change(by, once, move |tx, change| {
        let before = segments::find(tx, change.account, &id)?.ok_or(Error::NotFound)?;
        put_in(tx, change, &id, &draft, Some(before), counted)
    })
    .await
}

/// Deletes a segment that no rule uses.
///
/// # Errors
/// [`Error::NotFound`]; [`Fault::Used`].
pub async fn delete(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<()>> {
    ctx.change(by, once, move |tx, change| {
        let account = change.account;
        let segment = segments::find(tx, account, &id)?.ok_or(Error::NotFound)?;
        let all = rules::Wanted { most: i64::MAX, ..rules::Wanted::default() };
        for rule in rules::list(tx, account, RuleType::MarketingRule, &all)? {
            let draft: MarketingRule = cache::read(&rule)?;
            if draft.segments.contains(&id) {
                return Err(Error::field("", Fault::Used(rule.name)));
            }
        }
        segments::delete(tx, account, &id)?;
        work::delete(tx, account, WorkKind::Segment, &id)?;
        change.record(tx, "segment.deleted", &id, &json!({ "code": segment.code, "name": segment.name }))
    })
    .await
}

/// How many customers a condition finds, and who the first of them are that the caller sees: id and title.
///
/// # Errors
/// Faults of `condition`, with line and column.
pub async fn count(ctx: &Ctx, caller: &Caller, condition: String) -> Result<(i64, Vec<(String, String)>)> {
    let (account, caller) = (caller.account(), caller.clone());
    let custom = ctx.store.read(move |tx| custom_fields(tx, account)).await?;
    let condition = check_condition(&condition, &custom).map_err(Error::Invalid)?;
    let (count, sample) = counting::count_now(ctx, account, condition, None).await?.unwrap_or_default();
    ctx.store
        .read(move |tx| {
            let ids: Vec<&str> = sample.iter().map(|(id, _)| id.as_str()).collect();
            let seen = sight::of_records(tx, &caller, &ids)?;
            Ok((count, sample.iter().filter(|(id, _)| seen.contains(id)).cloned().collect()))
        })
        .await
}
