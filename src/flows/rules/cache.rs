//! The rules of an account in memory, parsed once per state of them, with an index by which few of many are looked at.
//!
//! Whoever changes a rule writes another stamp in the same transaction; a stamp that differs means to read again. So every
//! node has the rules as of the transaction in which it asks.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::texts;
use crate::domain::error::{Error, Result};
use crate::domain::expression::Expression;
use crate::domain::id::Account;
use crate::domain::record::change::ChangeSet;
use crate::domain::rule::template::Template;
use crate::domain::rule::trigger::Trigger;
use crate::domain::rule::{RuleRef, RuleType};
use crate::store::Tx;
use crate::store::rules::{self, Rule, Wanted};

/// Accounts whose rules are kept in memory.
const MOST_ACCOUNTS: usize = 2_000;

/// A trigger, ready to be asked.
pub struct Ready {
    pub named: RuleRef,
    pub trigger: Trigger,
    pub filter: Option<Expression>,
    pub condition: Option<Expression>,
    /// It asks when it last fired.
    pub asks_last_run: bool,
}

/// An account's rules.
#[derive(Default)]
pub struct Rules {
    stamp: String,
    /// In the order in which they are run.
    pub triggers: Vec<Arc<Ready>>,
    by_event: HashMap<String, Index>,
    pub templates: HashMap<String, Arc<texts::Prepared>>,
}

/// The triggers of one event: by the first part of a field that must have changed, and those that ask for none.
#[derive(Default)]
struct Index {
    by_field: HashMap<String, Vec<usize>>,
    always: Vec<usize>,
}

/// Rules by account.
#[derive(Default)]
pub struct Cache(Mutex<HashMap<i64, Arc<Rules>>>);

impl Cache {
    /// The account's rules as this transaction sees them.
    ///
    /// # Errors
    /// What the store says.
    pub fn of(&self, tx: &mut Tx, account: Account) -> Result<Arc<Rules>> {
        let stamp = rules::find_stamp(tx, account)?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&account.0).cloned();
        if let Some(rules) = known.filter(|rules| rules.stamp == stamp) {
            return Ok(rules);
        }
        let loaded = Arc::new(Rules::load(tx, account, stamp)?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_ACCOUNTS {
            all.clear();
        }
        all.insert(account.0, Arc::clone(&loaded));
        Ok(loaded)
    }
}

impl Rules {
    fn load(tx: &mut Tx, account: Account, stamp: String) -> Result<Self> {
        let mut loaded = Self { stamp, ..Self::default() };
        let all = Wanted { most: i64::MAX, ..Wanted::default() };
        for rule in rules::list(tx, account, RuleType::Template, &all)? {
            let template: Template = read(&rule)?;
            loaded.templates.insert(rule.id.clone(), Arc::new(texts::Prepared::new(rule.named(), template)));
        }
        for rule in rules::list_active(tx, account, RuleType::Trigger)? {
            let ready = Ready::new(rule.named(), read(&rule)?);
            loaded.by_event.entry(rule.event).or_default().add(loaded.triggers.len(), &ready);
            loaded.triggers.push(Arc::new(ready));
        }
        Ok(loaded)
    }

    /// The triggers that an event can set off, in order. Of a change, those that what changed can matter to.
    #[must_use]
    pub fn candidates(&self, key: &str, set: Option<&ChangeSet>) -> Vec<Arc<Ready>> {
        let Some(index) = self.by_event.get(key) else { return Vec::new() };
        let mut places: BTreeSet<usize> = index.always.iter().copied().collect();
        match set {
            Some(set) if set.is_update() => {
                let heads: BTreeSet<&str> = set.changes.iter().map(|change| head(&change.field)).collect();
                places.extend(heads.iter().filter_map(|head| index.by_field.get(*head)).flatten());
            }
            _ => places.extend(index.by_field.values().flatten()),
        }
        let triggers = places.into_iter().map(|place| &self.triggers[place]);
        triggers.filter(|ready| set.is_none_or(|set| ready.may_care(set))).cloned().collect()
    }

    /// The active trigger of this id.
    #[must_use]
    pub fn trigger(&self, id: &str) -> Option<&Arc<Ready>> {
        self.triggers.iter().find(|ready| ready.named.id == id)
    }
}

fn head(field: &str) -> &str {
    field.split('.').next().unwrap_or(field)
}

impl Index {
    fn add(&mut self, place: usize, ready: &Ready) {
        let fields = [&ready.condition, &ready.filter].into_iter().flatten();
        let mut fields = fields;
        match fields.find_map(|expression| expression.needs().fields.as_ref()) {
            Some(fields) => {
                let heads: BTreeSet<&str> = fields.iter().map(|field| head(field)).collect();
                for head in heads {
                    self.by_field.entry(head.to_owned()).or_default().push(place);
                }
            }
            None => self.always.push(place),
        }
    }
}

impl Ready {
    /// A trigger whose expressions were checked when it was saved; one that does not parse any more never fires, and says so
    /// when it is looked at.
    #[must_use]
    pub fn new(named: RuleRef, trigger: Trigger) -> Self {
        let parse = |source: &Option<String>| {
            source.as_deref().map(|source| Expression::condition(source).unwrap_or_else(|_| never()))
        };
        let (filter, condition) = (parse(&trigger.filter), parse(&trigger.condition));
        let asks = |text: &Option<String>| {
            text.as_deref().is_some_and(|text| text.contains("last_run") || text.contains("lastRun"))
        };
        let asks_last_run = asks(&trigger.filter) || asks(&trigger.condition);
        Self { named, trigger, filter, condition, asks_last_run }
    }

    /// Whether it can fire at this change at all, and whether the change touches what its condition reads.
    fn may_care(&self, set: &ChangeSet) -> bool {
        let met = |expression: &Option<Expression>| expression.as_ref().is_none_or(|e| e.needs().met_by(set));
        met(&self.filter) && met(&self.condition) && self.is_touched_by(set)
    }

    /// Whether a change touches what the condition reads.
    #[must_use]
    pub fn is_touched_by(&self, set: &ChangeSet) -> bool {
        self.condition.as_ref().is_none_or(|condition| condition.reads().touched_by(set))
    }
}

fn never() -> Expression {
    Expression::condition("false").expect("a literal is a condition")
}

/// What a stored rule is.
///
/// # Errors
/// [`Error::Internal`] when it is not what it should be.
pub fn read<T: serde::de::DeserializeOwned>(rule: &Rule) -> Result<T> {
    serde_json::from_str(&rule.data).map_err(|e| Error::internal(format!("the rule {}: {e}", rule.id)))
}
