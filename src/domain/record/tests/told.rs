//! Whom a change concerns.

use super::samples::native;
use crate::domain::actor::Actor;
use crate::domain::id::{GroupId, KeyId, UserId};
use crate::domain::record::RecordType::{self, Customer, Order};
use crate::domain::record::change::ChangeSet;
use crate::domain::record::diff::{diff, patched};
use crate::domain::record::rules::{Group, Recipient, Rule, RuleHit, Settings, concerns};

fn hits(
    of: RecordType,
    before: Option<&str>,
    patch: &str,
    settings: &Settings,
    actor: &Actor,
) -> Vec<String> {
    let before = before.map(|text| patched(None, &native(of, text)));
    let patch = native(of, patch);
    let set = diff(before.as_ref(), &patch);
    let after = patched(before.as_ref(), &patch);
    concerns(&set, before.as_ref(), &after, settings, actor).iter().map(told).collect()
}

fn told(hit: &RuleHit) -> String {
    let who = match &hit.recipient {
        Recipient::Manager(id) => id.to_string(),
        Recipient::FormerManager(id) => format!("former {id}"),
        Recipient::Unassigned { groups, except } => {
            let groups: Vec<_> = groups.iter().map(GroupId::as_str).collect();
            let except = except.as_ref().map(|id| format!(" but {id}")).unwrap_or_default();
            format!("{}{except}", groups.join("+"))
        }
    };
    format!("{} {who}: {}", hit.rule.name(), hit.fields.join(" ")).trim_end_matches([' ', ':']).to_owned()
}

fn settings() -> Settings {
    Settings { unassigned: vec![GroupId::new("sales".into())], ..Settings::default() }
}

fn without(rules: &[Rule]) -> Settings {
    let mut settings = settings();
    settings.active.retain(|rule| !rules.contains(rule));
    settings
}

fn only(groups: &[Group]) -> Settings {
    Settings { order_groups: groups.to_vec(), ..settings() }
}

const MINE: Option<&str> = Some(r#"{"manager":"u-1","status":"new"}"#);
const NOBODYS: Option<&str> = Some(r#"{"status":"new"}"#);

#[test]
fn an_order_concerns_its_manager_or_the_groups_for_unassigned_ones() {
    let key = Actor::Key(KeyId::new("k".into()));
    let table: [(Option<&str>, &str, Settings, &[&str]); 19] = [
        (None, r#"{"manager":"u-1"}"#, settings(), &["order_created u-1"]),
        (None, "{}", settings(), &["order_created sales"]),
        (None, "{}", Settings::default(), &[]),
        (None, r#"{"manager":"u-1"}"#, without(&[Rule::OrderCreated]), &["order_assigned u-1"]),
        (None, r#"{"status":"new"}"#, without(&[Rule::OrderCreated]), &[]),
        (MINE, r#"{"status":"new"}"#, settings(), &[]),
        (MINE, r#"{"status":"paid","call":true}"#, settings(), &["order_changed u-1: status call"]),
        (NOBODYS, r#"{"status":"paid"}"#, settings(), &["order_changed sales: status"]),
        (MINE, r#"{"status":"paid","call":true}"#, only(&[Group::Other]), &["order_changed u-1: call"]),
        (MINE, r#"{"status":"paid"}"#, only(&[Group::Items]), &[]),
        (MINE, r#"{"status":"paid"}"#, without(&[Rule::OrderChanged]), &[]),
        (
            MINE,
            r#"{"manager":"u-2","status":"paid"}"#,
            settings(),
            &["order_assigned u-2: status manager", "order_taken former u-1: manager"],
        ),
        (
            MINE,
            r#"{"manager":"u-2","status":"paid"}"#,
            without(&[Rule::OrderAssigned, Rule::OrderTaken]),
            &["order_changed u-2: status manager"],
        ),
        (NOBODYS, r#"{"manager":"u-2"}"#, settings(), &["order_assigned u-2: manager"]),
        (
            MINE,
            r#"{"manager":null}"#,
            settings(),
            &["order_changed sales: manager", "order_taken former u-1: manager"],
        ),
        (MINE, r#"{"expired":true,"status":"late"}"#, settings(), &["order_overdue u-1: status expired"]),
        (MINE, r#"{"expired":false}"#, settings(), &["order_changed u-1: expired"]),
        (MINE, r#"{"expired":true}"#, without(&[Rule::OrderOverdue]), &["order_changed u-1: expired"]),
        (
            MINE,
            r#"{"items":[{"product_name":"Cup","initial_price":5}]}"#,
            only(&[Group::Sum]),
            &["order_changed u-1: total_sum"],
        ),
    ];
    for (before, patch, settings, expected) in table {
        assert_eq!(hits(Order, before, patch, &settings, &key), expected, "{before:?} {patch}");
    }
}

#[test]
fn a_customer_concerns_his_manager() {
    for (before, patch, expected) in [
        (None, r#"{"manager":"u-1"}"#, &["customer_created u-1"][..]),
        (Some(r#"{"manager":"u-1"}"#), r#"{"vip":true}"#, &["customer_changed u-1: vip"]),
        (
            Some(r#"{"manager":"u-1"}"#),
            r#"{"manager":"u-2"}"#,
            &["customer_manager u-2: manager", "customer_manager former u-1: manager"],
        ),
        (Some("{}"), r#"{"address":{"city":"Rome"}}"#, &["customer_changed sales: address.city"]),
    ] {
        assert_eq!(hits(Customer, before, patch, &settings(), &Actor::System), expected, "{patch}");
    }
}

#[test]
fn nobody_hears_of_his_own_change() {
    let by = |id: &str| Actor::User(UserId::new(id.into()));
    for (before, patch, actor, expected) in [
        (MINE, r#"{"status":"paid"}"#, by("u-1"), &[][..]),
        (MINE, r#"{"status":"paid"}"#, by("u-2"), &["order_changed u-1: status"]),
        // Who takes an order for himself is not told so; who had it is.
        (MINE, r#"{"manager":"u-2"}"#, by("u-2"), &["order_taken former u-1: manager"]),
        (MINE, r#"{"manager":"u-2"}"#, by("u-1"), &["order_assigned u-2: manager"]),
        (None, "{}", by("u-3"), &["order_created sales but u-3"]),
        (None, r#"{"manager":"u-3"}"#, by("u-3"), &[]),
    ] {
        assert_eq!(hits(Order, before, patch, &settings(), &actor), expected, "{patch}");
    }
}

#[test]
fn a_deletion_is_no_news_and_settings_are_kept_as_json() {
    let before = patched(None, &native(Order, MINE.unwrap()));
    let gone = ChangeSet::deletion(Order);
    assert_eq!(concerns(&gone, Some(&before), &before, &settings(), &Actor::System), []);
    let stored = serde_json::to_string(&settings()).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&stored).unwrap(), settings());
    assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
    for rule in Rule::ALL {
        let assignment = matches!(rule, Rule::OrderAssigned | Rule::OrderTaken | Rule::CustomerManager);
        assert_eq!(rule.merges(), !assignment);
        assert!(rule.name().starts_with(rule.record_type().name()));
    }
}
