//! Marketing rules: kept in versions, checked, switched on and off; and what came of them.

use std::collections::{BTreeMap, HashMap};

use crate::domain::access::Caller;
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
use crate::flows::change::Change;
use crate::flows::rule_keeping::{self as keeping, Kept, Stored, names};
use crate::flows::templates::{custom_fields, topic};
use crate::flows::triggers::{Warning, check_actions, warnings_of};
use crate::flows::{Ctx, sight};
use crate::store::marketing::{self, Outcome, Run};
use crate::store::records::Place;
use crate::store::rules::{self, Wanted};
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

    fn has_code(&self) -> bool {
        self.code.is_some()
    }

    fn check(tx: &mut Tx, account: Account, draft: Self, _own: Option<&str>) -> Result<Self> {
        check(tx, account, draft)
    }

    /// Which templates it uses, and that it looks at customers, or no longer.
    fn settle(
        tx: &mut Tx,
        change: &Change,
        id: &str,
        before: Option<&Self>,
        now: Option<&Self>,
    ) -> Result<()> {
        let account = change.account;
        let used = now.map(Self::templates).unwrap_or_default();
        rules::put_uses(tx, account, RuleType::MarketingRule, id, &used)?;
        let is_same = before.zip(now).is_some_and(|(before, now)| {
            before.active && now.active && before.mechanic == now.mechanic && before.segments == now.segments
        });
        if !is_same {
            // Whoever is in a segment when it begins again did not come into it.
            marketing::delete_begun(tx, account, id)?;
        }
        if now.is_none_or(|rule| !rule.active || rule.listens_to().is_some()) {
            return work::delete(tx, account, WorkKind::Marketing, id);
        }
        work::insert_anew(tx, account, WorkKind::Marketing, &[id.to_owned()], change.now)
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
    faults.extend(check_actions(tx, account, &draft.actions, &shape)?);
    keeping::with_faults(draft.check(), faults)
}

/// What came of a rule, newest first, each with the customer where he is still there and the reader sees him.
pub struct ResultsPage {
    pub items: Vec<(Run, Option<Place>)>,
    pub next: Option<String>,
}

/// # Errors
/// [`Error::NotFound`]; [`Fault::BadCursor`].
pub async fn results(
    ctx: &Ctx,
    caller: &Caller,
    id: String,
    cursor: Option<String>,
    most: i64,
) -> Result<ResultsPage> {
    let (account, caller) = (caller.account(), caller.clone());
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
            // Whom the reader does not see has no name for him.
            let visible = sight::of_caller(tx, &caller)?;
            let seen = |place: &Place| visible.shows(&place.site, place.manager.as_ref());
            places.retain(|_, place| !place.is_deleted && seen(place));
            let items = runs.into_iter().map(|run| {
                let place = places.get(&run.customer).cloned();
                (run, place)
            });
            Ok(ResultsPage { items: items.collect(), next })
        })
        .await
}
