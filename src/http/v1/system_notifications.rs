//! Which changes of records are told, and who hears of those that are nobody's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::domain::id::GroupId;
use crate::domain::language::Language;
use crate::domain::record::RecordType;
use crate::domain::record::catalogue;
use crate::domain::record::rules::{Group, Rule, Settings};
use crate::flows::change::By;
use crate::flows::lists;
use crate::http::State;
use crate::http::extract::Body;
use crate::http::problem::Result;
use crate::http::reply::Success;

/// A rule by name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleName {
    rule: Rule,
    name: String,
}

/// A group of fields by name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FieldGroupName {
    group: Group,
    name: String,
    /// The types of records that have such fields.
    records: Vec<RecordType>,
}

/// Which changes are told.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SystemNotifications {
    active: Vec<Rule>,
    /// The fields whose change an order's manager hears of.
    order_groups: Vec<Group>,
    customer_groups: Vec<Group>,
    /// Ids of the groups that hear of records without a manager.
    unassigned: Vec<String>,
    /// Every rule, as the caller's language calls it.
    rules: Vec<RuleName>,
    field_groups: Vec<FieldGroupName>,
}

pub async fn get_system_notifications(state: State, caller: Caller) -> Result<Success<SystemNotifications>> {
    let settings = lists::system_notifications(&state.ctx, caller.account()).await?;
    let language = match &caller {
        Caller::User(user) => user.language,
        Caller::Key(_) => Language::default(),
    };
    let name = |key: String| state.texts.say(language, &key, &[]);
    let rules =
        Rule::ALL.iter().map(|rule| RuleName { rule: *rule, name: name(format!("rule.{}", rule.name())) });
    let groups = Group::ALL.iter().map(|group| FieldGroupName {
        group: *group,
        name: name(format!("field_group.{}", group.name())),
        records: RecordType::ALL
            .iter()
            .copied()
            .filter(|of| catalogue::groups(*of).contains(group))
            .collect(),
    });
    Ok(Success::new(SystemNotifications {
        active: settings.active,
        order_groups: settings.order_groups,
        customer_groups: settings.customer_groups,
        unassigned: settings.unassigned.iter().map(ToString::to_string).collect(),
        rules: rules.collect(),
        field_groups: groups.collect(),
    }))
}

/// Which changes are to be told: exactly these.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SystemNotificationsIn {
    active: Vec<Rule>,
    order_groups: Vec<Group>,
    customer_groups: Vec<Group>,
    /// Ids of groups.
    unassigned: Vec<String>,
}

pub async fn put_system_notifications(
    state: State,
    caller: Caller,
    body: Body<SystemNotificationsIn>,
) -> Result<Success<SystemNotifications>> {
    let SystemNotificationsIn { active, order_groups, customer_groups, unassigned } = body.value;
    let unassigned = unassigned.into_iter().map(GroupId::new).collect();
    let settings = Settings { active, order_groups, customer_groups, unassigned };
    lists::put_system_notifications(&state.ctx, &By::from(&caller), settings, body.once).await?;
    get_system_notifications(state, caller).await
}
