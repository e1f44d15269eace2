//! Marketing rules: kept in versions, checked, switched on and off; and what came of them.

use std::collections::{BTreeMap, HashMap};

use crate::domain::code::fold;
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::facts::shape::shape;
use crate::domain::id::Account;
use crate::domain::marketing::Why;
use crate::domain::marketing::draft::MarketingRule;
use crate::domain::marketing::mechanic::Mechanic;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue::{self, CUSTOM, CustomField, CustomKind, Kind};
use crate::domain::rule::RuleType;
use crate::domain::rule::template::TemplateEvent;
use crate::domain::work::WorkKind;
use crate::flows::Ctx;
use crate::flows::change::{By, Change};
use crate::flows::once::{Answer, Once};
use crate::flows::rule_keeping::{self as keeping, Kept, Stored, names, read_all};
use crate::flows::rules as engine;
use crate::flows::templates::{custom_fields, topic};
use crate::flows::triggers::{Warning, check_action, warnings_of};
use crate::store::marketing::{self, Outcome, Run};
use crate::store::records::Place;
use crate::store::rules::{self, Rule, Wanted};
use crate::store::{Tx, records, segments, work};

impl Kept for MarketingRule {
    const SORT: RuleType = RuleType::MarketingRule;

    fn code(&self) -> &str {
        self.code.as_deref().unwrap_or("rule")
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
        self.listens_to().map(|event| format!("custom:{event}")).unwrap_or_default()
    }
}

/// How often something came of a rule.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// Occasions that customers had.
    pub matched: i64,
    pub done: i64,
    pub skipped: BTreeMap<Why, i64>,
}

/// A rule with who changed it last, what came of it, and what will not work.
pub struct Shown {
    pub stored: Stored<MarketingRule>,
    pub updated_by: Option<String>,
    pub results: Results,
    pub warnings: Vec<Warning>,
}

/// A page of rules.
pub struct Page {
    pub items: Vec<Shown>,
    pub next: Option<String>,
}

fn show(tx: &mut Tx, account: Account, stored: Vec<Stored<MarketingRule>>) -> Result<Vec<Shown>> {
    let actors: Vec<_> = stored.iter().map(|one| one.rule.updated_by.clone()).collect();
    let names = names(tx, account, &actors)?;
    let ids: Vec<&str> = stored.iter().map(|one| one.rule.id.as_str()).collect();
    let mut results: HashMap<String, Results> = HashMap::new();
    for tally in marketing::list_tallies(tx, account, &ids)? {
        let (results, count) = (results.entry(tally.rule).or_default(), tally.count);
        results.matched += count;
        match tally.outcome {
            Outcome::Done => results.done += count,
            Outcome::Skipped => {
                *results.skipped.entry(tally.why.unwrap_or(Why::NoLonger)).or_default() += count;
            }
            Outcome::Waiting => {}
        }
    }
    let fits = |event| matches!(event, TemplateEvent::Customer | TemplateEvent::Any);
    let mut shown = Vec::with_capacity(stored.len());
    for one in stored {
        let warnings = warnings_of(tx, account, &one.what.actions, fits)?;
        let updated_by = one.rule.updated_by.id().and_then(|id| names.get(id).cloned());
        let results = results.remove(&one.rule.id).unwrap_or_default();
        shown.push(Shown { stored: one, updated_by, results, warnings });
    }
    Ok(shown)
}

/// # Errors
/// What the store says.
pub async fn list(ctx: &Ctx, account: Account, mut wanted: Wanted) -> Result<Page> {
    let most = usize::try_from(wanted.most).unwrap_or_default();
    wanted.most += 1;
    wanted.search = wanted.search.map(|text| fold(text.trim()));
    ctx.store
        .read(move |tx| {
            let mut found = rules::list(tx, account, RuleType::MarketingRule, &wanted)?;
            let has_more = found.len() > most;
            found.truncate(most);
            let next = found.last().filter(|_| has_more).map(Rule::place);
            Ok(Page { items: show(tx, account, read_all(found)?)?, next })
        })
        .await
}

/// # Errors
/// [`Error::NotFound`].
pub async fn get(ctx: &Ctx, account: Account, id: String) -> Result<Shown> {
    ctx.store
        .read(move |tx| {
            let stored = keeping::get(tx, account, &id)?;
            show(tx, account, vec![stored])?.pop().ok_or(Error::NotFound)
        })
        .await
}

/// Whether customers have a date of this name.
fn is_date(field: &str, custom: &[CustomField]) -> bool {
    match field.strip_prefix(CUSTOM) {
        Some(code) => custom.iter().any(|known| {
            known.record_type == RecordType::Customer && known.code == code && known.kind == CustomKind::Date
        }),
        None => {
            catalogue::find(RecordType::Customer, field).is_some_and(|field| matches!(field.kind, Kind::Date))
        }
    }
}

fn check(tx: &mut Tx, account: Account, draft: MarketingRule) -> Result<MarketingRule> {
    let custom = custom_fields(tx, account)?;
    let shape = shape(topic(TemplateEvent::Customer), &custom);
    let mut faults = Vec::new();
    if let Mechanic::PersonalDate { field, .. } = &draft.mechanic
        && !is_date(field, &custom)
    {
        faults.push(FieldError { field: "mechanic.field".into(), fault: Fault::NotADate });
    }
    for (n, id) in draft.segments.iter().enumerate() {
        if segments::find(tx, account, id)?.is_none() {
            let field = format!("segments[{n}]").into();
            faults.push(FieldError { field, fault: Fault::UnknownCode(id.clone()) });
        }
    }
    for (n, action) in draft.actions.iter().enumerate() {
        for (field, text) in action.deed.texts() {
            faults.extend(engine::check_line(&format!("actions[{n}].{field}"), text, &shape));
        }
        faults.extend(
            check_action(tx, account, &action.deed)?
                .map(|(field, fault)| FieldError { field: format!("actions[{n}].{field}").into(), fault }),
        );
    }
    match (draft.check(), faults.is_empty()) {
        (Ok(draft), true) => Ok(draft),
        (Ok(_), false) => Err(Error::Invalid(faults)),
        (Err(Error::Invalid(mut more)), _) => {
            more.extend(faults);
            Err(Error::Invalid(more))
        }
        (Err(error), _) => Err(error),
    }
}

/// What follows a change of a rule: which templates it uses, and that it looks at customers, or no longer.
fn settle(
    tx: &mut Tx,
    change: &Change,
    id: &str,
    before: Option<&MarketingRule>,
    rule: Option<&MarketingRule>,
) -> Result<()> {
    let account = change.account;
    let used = rule.map(MarketingRule::templates).unwrap_or_default();
    rules::put_uses(tx, account, RuleType::MarketingRule, id, &used)?;
    let Some(rule) = rule.filter(|rule| rule.active && rule.listens_to().is_none()) else {
        return work::delete(tx, account, WorkKind::Marketing, id);
    };
    let is_same = before.is_some_and(|before| {
        before.active && before.mechanic == rule.mechanic && before.segments == rule.segments
    });
    if !is_same {
        // Whoever is in a segment now did not come into it.
        marketing::delete_begun(tx, account, id)?;
    }
    work::insert_anew(tx, account, WorkKind::Marketing, &[id.to_owned()], change.now)
}

/// Adds a rule; answers its id.
///
/// # Errors
/// All faults of all fields.
pub async fn add(ctx: &Ctx, by: &By, draft: MarketingRule, once: Option<Once>) -> Result<Answer<String>> {
    let (id, stamp) = (ctx.id(), ctx.id());
    ctx.change(by, once, move |tx, change| {
        let has_code = draft.code.is_some();
        let draft = check(tx, change.account, draft.clone())?;
        let rule = keeping::add(tx, change, &id, draft.clone(), has_code, &stamp)?;
        settle(tx, change, &rule.id, None, Some(&draft))?;
        Ok(rule.id)
    })
    .await
}

fn put_in(
    tx: &mut Tx,
    change: &Change,
    id: &str,
    draft: MarketingRule,
    has_code: bool,
    stamp: &str,
) -> Result<()> {
    let before = keeping::get::<MarketingRule>(tx, change.account, id)?.what;
    let draft = check(tx, change.account, draft)?;
    keeping::put(tx, change, id, draft.clone(), has_code, stamp)?;
    settle(tx, change, id, Some(&before), Some(&draft))
}

/// Makes a rule so, as its next version.
///
/// # Errors
/// As [`add`]; [`Error::NotFound`].
pub async fn put(
    ctx: &Ctx,
    by: &By,
    id: String,
    draft: MarketingRule,
    once: Option<Once>,
) -> Result<Answer<()>> {
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| {
        put_in(tx, change, &id, draft.clone(), draft.code.is_some(), &stamp)
    })
    .await
}

/// Switches a rule on or off.
///
/// # Errors
/// [`Error::NotFound`]; switched on, as [`add`].
pub async fn switch(ctx: &Ctx, by: &By, id: String, active: bool, once: Option<Once>) -> Result<Answer<()>> {
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| {
        let Stored { rule, mut what } = keeping::get::<MarketingRule>(tx, change.account, &id)?;
        if rule.active == active {
            return Ok(());
        }
        what.put_active(active);
        if active {
            return put_in(tx, change, &id, what, true, &stamp);
        }
        // Also what would be refused by now can be switched off.
        keeping::put(tx, change, &id, what.clone(), true, &stamp)?;
        settle(tx, change, &id, None, Some(&what))
    })
    .await
}

/// Deletes a rule, with what it put off.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<()>> {
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| {
        keeping::delete::<MarketingRule>(tx, change, &id, &stamp)?;
        engine::forget_after(tx, change.account, &id)?;
        settle(tx, change, &id, None, None)
    })
    .await
}

/// Undoes a deletion.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn restore(ctx: &Ctx, by: &By, id: String, once: Option<Once>) -> Result<Answer<()>> {
    let stamp = ctx.id();
    ctx.change(by, once, move |tx, change| {
        let stored = keeping::restore::<MarketingRule>(tx, change, &id, &stamp)?;
        settle(tx, change, &id, None, Some(&stored.what))
    })
    .await
}

/// What came of a rule, newest first, each with the customer where he is still there.
pub struct ResultsPage {
    pub items: Vec<(Run, Option<Place>)>,
    pub next: Option<String>,
}

/// # Errors
/// [`Error::NotFound`]; [`Fault::BadCursor`].
pub async fn results(
    ctx: &Ctx,
    account: Account,
    id: String,
    cursor: Option<String>,
    most: i64,
) -> Result<ResultsPage> {
    let before = match cursor.as_deref().map(|cursor| cursor.split_once('.')) {
        None => None,
        Some(Some((at, id))) if id.len() <= 64 && id.is_ascii() => {
            let at = at.parse().map_err(|_| Error::field("cursor", Fault::BadCursor))?;
            Some((at, id.to_owned()))
        }
        Some(_) => return Err(Error::field("cursor", Fault::BadCursor)),
    };
    ctx.store
        .read(move |tx| {
            keeping::get::<MarketingRule>(tx, account, &id)?;
            let mut runs = marketing::list(tx, account, &id, before.as_ref(), most + 1)?;
            let has_more = runs.len() as i64 > most;
            runs.truncate(usize::try_from(most).unwrap_or_default());
            let next = runs.last().filter(|_| has_more).map(|last| format!("{}.{}", last.at, last.id));
            let ids: Vec<&str> = runs.iter().map(|run| run.customer.as_str()).collect();
            let mut places: HashMap<String, Place> = records::list_places(tx, account, &ids)?
                .into_iter()
                .map(|place| (place.id.to_string(), place))
                .collect();
            places.retain(|_, place| !place.is_deleted);
            let items = runs.into_iter().map(|run| {
                let place = places.get(&run.customer).cloned();
                (run, place)
            });
            Ok(ResultsPage { items: items.collect(), next })
        })
        .await
}
