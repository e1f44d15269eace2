//! What a rule's notification says beside its texts: which rule and template, about what, its buttons, and why each reader
//! gets it. Stored as JSON with the notification.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::RuleRef;
use super::template::{Button, LetterText};
use crate::domain::kind::names;
use crate::domain::task::firing::About;

names! {
    /// Why a template's notification goes to somebody.
    Why {
        Manager = "manager",
        Performer = "performer",
        CustomerManager = "customer_manager",
        Head = "head",
        Group = "group",
        User = "user",
        Field = "field",
        /// He tries the template out.
        Test = "test",
    }
}

/// See above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSaid {
    pub rule: RuleRef,
    pub template: String,
    /// The record that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sound: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// The letter's own words: plain text, and HTML of the allow-list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<LetterText>,
    /// By user.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub whys: BTreeMap<String, Why>,
}
