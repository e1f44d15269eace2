//! Rules that an account makes for itself: notification templates and triggers, and what is decided around them.
//!
//! Pure, as all of the domain: what a template or trigger is ([`template`], [`trigger`], [`action`]), the chain of causes
//! and what guards against loops ([`chain`]), how often a trigger may fire ([`repeat`]), how often it failed ([`failing`]), when a schedule ticks ([`cron`]), and
//! what is kept of a notification ([`said`]). Not here: the language of conditions (`domain::expression`), rendering of texts,
//! storing, and running.

pub mod action;
pub mod chain;
pub mod cron;
pub mod failing;
pub mod repeat;
pub mod said;
pub mod template;
pub mod trigger;

use serde::{Deserialize, Serialize};

use super::kind::names;

names! {
    /// What sort of rule did something.
    RuleType {
        /// What notifications of rules say.
        Template = "template",
        /// Fires at an event.
        Trigger = "trigger",
        /// Looks at customers on a schedule.
        MarketingRule = "marketing_rule",
    }
}

impl RuleType {
    /// Those that do something.
    pub const ACTIVE: [Self; 2] = [Self::Trigger, Self::MarketingRule];
}

/// A rule by name, as the action log keeps it when the rule itself is gone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RuleRef {
    #[serde(rename = "type")]
    pub rule_type: RuleType,
    pub id: String,
    pub name: String,
}

/// Longest name of a template or trigger, in characters.
pub const LONGEST_NAME: usize = 200;
/// Longest expression or text of one line, in bytes.
pub const LONGEST_LINE: usize = 4_096;
/// Longest body of a template, in bytes.
pub const LONGEST_BODY: usize = 16_384;
/// Versions of a rule that are kept.
pub const MOST_VERSIONS: i64 = 100;
