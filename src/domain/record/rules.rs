//! The built-in rules of system notifications: which of them a change set meets, and whom it concerns.
//!
//! Nobody hears of his own change, and one change set reaches a person once: by an assignment before an overdue order before
//! a plain change. Not here: members of groups, access to sites, preferences, gathering within a minute, and texts.

use serde::{Deserialize, Serialize};

use super::RecordType;
use super::catalogue;
use super::change::ChangeSet;
use super::state::State;
use super::value::Value;
use crate::domain::actor::Actor;
use crate::domain::id::{GroupId, UserId};
use crate::domain::kind::names;

names! {
    /// What a system notification is about.
    Rule {
        OrderCreated = "order_created",
        OrderChanged = "order_changed",
        /// An order became the reader's.
        OrderAssigned = "order_assigned",
        /// An order is no longer the reader's.
        OrderTaken = "order_taken",
        OrderOverdue = "order_overdue",
        CustomerCreated = "customer_created",
        CustomerChanged = "customer_changed",
        /// A customer became the reader's, or is no longer.
        CustomerManager = "customer_manager",
    }
}

names! {
    /// The groups of fields by which the rules of changed records are switched.
    Group {
        Status = "status",
        Manager = "manager",
        Sum = "sum",
        Delivery = "delivery",
        Payment = "payment",
        Items = "items",
        Address = "address",
        Custom = "custom",
        Other = "other",
    }
}

impl Rule {
    /// Whether hits of one record within a minute may become one item; an assignment never does.
    #[must_use]
    pub fn merges(self) -> bool {
        !matches!(self, Self::OrderAssigned | Self::OrderTaken | Self::CustomerManager)
    }

    #[must_use]
    pub fn record_type(self) -> RecordType {
        match self {
            Self::OrderCreated
            | Self::OrderChanged
            | Self::OrderAssigned
            | Self::OrderTaken
            | Self::OrderOverdue => RecordType::Order,
            Self::CustomerCreated | Self::CustomerChanged | Self::CustomerManager => RecordType::Customer,
        }
    }
}

/// What an account has switched. Everything is on at first, and unassigned records concern nobody until groups are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub active: Vec<Rule>,
    /// The fields whose change an order's manager hears of.
    pub order_groups: Vec<Group>,
    pub customer_groups: Vec<Group>,
    /// Who hears of records without a manager.
    pub unassigned: Vec<GroupId>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            active: Rule::ALL.to_vec(),
            order_groups: Group::ALL.to_vec(),
            customer_groups: Group::ALL.to_vec(),
            unassigned: Vec::new(),
        }
    }
}

/// Whom a hit concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    Manager(UserId),
    FormerManager(UserId),
    /// The record has no manager. `except` made the change.
    Unassigned {
        groups: Vec<GroupId>,
        except: Option<UserId>,
    },
}

/// A rule that a change set meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleHit {
    pub rule: Rule,
    pub recipient: Recipient,
    /// The changed fields that the text is to list, in order. A new record is told whole, and lists none.
    pub fields: Vec<String>,
}

/// Whom the changes concern, and by which rule.
#[must_use]
pub fn concerns(
    set: &ChangeSet,
    before: Option<&State>,
    after: &State,
    settings: &Settings,
    actor: &Actor,
) -> Vec<RuleHit> {
    if set.is_delete() || set.is_empty() {
        return Vec::new();
    }
    let case = Case { set, settings, actor };
    let (former, manager) = (before.and_then(State::manager), after.manager());
    let taken = former.filter(|former| manager != Some(*former)).and_then(|former| case.taken(former));
    let told = match manager {
        Some(id) => case.responsible(former != Some(id)).map(|hit| (hit, Recipient::Manager(id.clone()))),
        None => case.responsible(false).zip(case.unassigned()),
    };
    let told = told.map(|((rule, fields), recipient)| RuleHit { rule, recipient, fields });
    told.into_iter().chain(taken).filter(|hit| !case.is_own(&hit.recipient)).collect()
}

struct Case<'a> {
    set: &'a ChangeSet,
    settings: &'a Settings,
    actor: &'a Actor,
}

impl Case<'_> {
    fn is_active(&self, rule: Rule) -> bool {
        self.settings.active.contains(&rule)
    }

    fn is_own(&self, recipient: &Recipient) -> bool {
        match recipient {
            Recipient::Manager(id) | Recipient::FormerManager(id) => *self.actor == Actor::User(id.clone()),
            Recipient::Unassigned { .. } => false,
        }
    }

    /// The rule by which whoever is responsible hears of it: the first of those that are met and active. `assigned` if he
    /// became responsible by these changes.
    fn responsible(&self, assigned: bool) -> Option<(Rule, Vec<String>)> {
        let (created, changed, assignment, overdue) = match self.set.record_type {
            RecordType::Order => {
                (Rule::OrderCreated, Rule::OrderChanged, Rule::OrderAssigned, Some(Rule::OrderOverdue))
            }
            RecordType::Customer => {
                (Rule::CustomerCreated, Rule::CustomerChanged, Rule::CustomerManager, None)
            }
            // Whoever performs a task is reminded of it.
            RecordType::Task => return None,
        };
        let fields = || self.set.fields().into_iter().map(str::to_owned).collect::<Vec<_>>();
        if self.set.is_create() && self.is_active(created) {
            return Some((created, Vec::new()));
        }
        if assigned && self.is_active(assignment) {
            // A new record that was made with its manager is told whole as well.
            return Some((assignment, if self.set.is_create() { Vec::new() } else { fields() }));
        }
        if self.set.is_create() {
            return None;
        }
        if let Some(overdue) = overdue.filter(|rule| self.fell_due() && self.is_active(*rule)) {
            return Some((overdue, fields()));
        }
        let groups = match self.set.record_type {
            RecordType::Order => &self.settings.order_groups,
            RecordType::Customer | RecordType::Task => &self.settings.customer_groups,
        };
        let mut fields = fields();
        fields.retain(|field| groups.contains(&catalogue::group(self.set.record_type, field)));
        (self.is_active(changed) && !fields.is_empty()).then_some((changed, fields))
    }

    fn fell_due(&self) -> bool {
        self.set.new_value("expired") == Some(&Value::Bool(true))
    }

    fn taken(&self, former: &UserId) -> Option<RuleHit> {
        let rule = match self.set.record_type {
            RecordType::Order => Rule::OrderTaken,
            RecordType::Customer => Rule::CustomerManager,
            RecordType::Task => return None,
        };
        // Only that: the rest happens in a record that is no longer his.
        let fields = vec!["manager".to_owned()];
        let recipient = Recipient::FormerManager(former.clone());
        self.is_active(rule).then_some(RuleHit { rule, recipient, fields })
    }

    fn unassigned(&self) -> Option<Recipient> {
        let groups = self.settings.unassigned.clone();
        let except = match self.actor {
            Actor::User(id) => Some(id.clone()),
            _ => None,
        };
        (!groups.is_empty()).then_some(Recipient::Unassigned { groups, except })
    }
}
