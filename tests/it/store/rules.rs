//! The statements about rules: kept in versions, run once, put off, logged, sent out.

use bellwire::domain::actor::Actor;
use bellwire::domain::delivery::DeliveryState;
use bellwire::domain::event::{Event, Fact, Tick};
use bellwire::domain::id::{Account, EventId, UserId};
use bellwire::domain::rule::chain::Chain;
use bellwire::domain::rule::{RuleRef, RuleType};
use bellwire::store::action_log::{AboutRecord, Entry, Status};
use bellwire::store::deliveries::Held;
use bellwire::store::events::Addressed;
use bellwire::store::rule_deliveries::{Attempt, New, Outcome, Outlet};
use bellwire::store::rule_runs::{Later, Run, Ticking};
use bellwire::store::rules::{Rule, Wanted};
use bellwire::store::{
    Tx, action_log, deliveries, events, readings, restore, rule_deliveries, rule_runs, rules, tasks,
};

use super::{NOW, TestStore, add_account, stores};

fn rule(sort: RuleType, id: &str, code: &str, event: &str) -> Rule {
    Rule {
        rule_type: sort,
        id: id.into(),
        code: code.into(),
        name: format!("Rule {code}"),
        event: event.into(),
        active: true,
        ordering: 990,
        version: 1,
        data: "{}".into(),
        last_run_at: None,
        updated_at: NOW,
        updated_by: Actor::User(UserId::new("ann".into())),
        deleted_at: None,
    }
}

fn named() -> RuleRef {
    RuleRef { rule_type: RuleType::Trigger, id: "t1".into(), name: "Rule a".into() }
}

stores!(rules_are_kept_in_versions_and_found);
async fn rules_are_kept_in_versions_and_found(on: &TestStore) {
    let told = on.store.write(|tx| {
        let (main, other) = (add_account(tx, "main"), add_account(tx, "other"));
        let sort = RuleType::Trigger;
        let mut first = rule(sort, "t1", "a", "order_changed");
        rules::insert(tx, main, &first)?;
        rules::insert(tx, main, &rule(sort, "t2", "b", "call_missed"))?;
        rules::insert(tx, main, &rule(RuleType::Template, "m1", "a", "order"))?;
        rules::insert(tx, other, &first)?;
        assert_eq!(rules::find(tx, main, sort, "t1")?, Some(first.clone()));
        assert_eq!(rules::find_by_code(tx, main, sort, "b")?.unwrap().id, "t2");
        assert_eq!(rules::count(tx, main, sort)?, 2);
        assert_eq!(rules::list_names(tx, main, &["t1", "none"])?, [("t1".to_owned(), "Rule a".to_owned())]);
        let all = Wanted { most: 10, ..Wanted::default() };
        let ids = |found: Vec<Rule>| found.into_iter().map(|rule| rule.id).collect::<Vec<_>>();
        assert_eq!(ids(rules::list(tx, main, sort, &all)?), ["t1", "t2"]);
        let behind = Wanted { after: Some(first.place()), ..all.clone() };
        assert_eq!(ids(rules::list(tx, main, sort, &behind)?), ["t2"]);
        let found = Wanted {
            search: Some("rule b".into()),
            active: Some(true),
            event: Some("call_missed".into()),
            ..all.clone()
        };
        assert_eq!(ids(rules::list(tx, main, sort, &found)?), ["t2"]);
        assert_eq!(ids(rules::list_active(tx, main, sort)?), ["t1", "t2"]);
        assert_eq!(rules::list_listened(tx, main, &["order_changed", "task_due"])?, ["order_changed"]);
        rules::update_last_run(tx, main, "t1", NOW + 1)?;
        first = Rule { version: 2, data: "{\"a\":1}".into(), last_run_at: Some(NOW + 1), ..first };
        rules::update(tx, main, &first)?;
        assert_eq!(rules::find(tx, main, sort, "t1")?, Some(first.clone()));
        let versions = rules::list_versions(tx, main, sort, "t1")?;
        assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [2, 1]);
        rules::put_uses(tx, main, sort, "t1", &["m1", "m2"])?;
        rules::put_uses(tx, main, sort, "t1", &["m1"])?;
        assert_eq!(rules::list_uses(tx, main, &["m1", "m2"])?, [("m1".to_owned(), named())]);
        assert_eq!(rules::find_stamp(tx, main)?, "");
        rules::put_stamp(tx, main, "x")?;
        assert_eq!(
            (rules::find_stamp(tx, main)?.as_str(), rules::find_stamp(tx, other)?.as_str()),
            ("x", "")
        );
        // Deleted, its code is free.
        rules::update(tx, main, &Rule { deleted_at: Some(NOW), ..first })?;
        assert_eq!(rules::find_by_code(tx, main, sort, "a")?, None);
        assert_eq!(ids(rules::list_active(tx, main, sort)?), ["t2"]);
        rules::insert(tx, main, &rule(sort, "t3", "a", "order_changed"))
    });
    told.await.unwrap();
}

stores!(a_run_is_noted_once);
async fn a_run_is_noted_once(on: &TestStore) {
    let told = on.store.write(|tx| {
        let main = add_account(tx, "main");
        let run = |event: &str, record: &str, depth, at| Run {
            trigger: "t1".into(),
            event: event.into(),
            record: record.into(),
            depth,
            at,
        };
        assert!(rule_runs::insert(tx, main, &run("e1", "r", 0, NOW))?);
        assert!(!rule_runs::insert(tx, main, &run("e1", "r", 0, NOW + 1))?);
        assert!(rule_runs::insert(tx, main, &run("e2", "r", 3, NOW + 2))?);
        assert!(rule_runs::insert(tx, main, &run("e2", "s", 1, NOW + 3))?);
        assert_eq!(rule_runs::find_last(tx, main, "t1", "r")?, Some((2, NOW + 2)));
        assert_eq!(rule_runs::count_since(tx, main, "t1", "r", NOW)?, 1);
        assert_eq!(rule_runs::count_caused(tx, main, NOW, 10)?, 2);
        assert_eq!(rule_runs::count_caused(tx, main, NOW, 1)?, 1);
        assert_eq!(rule_runs::list_counts(tx, main, NOW, &["t1", "t2"])?, [("t1".to_owned(), 3)]);
        assert_eq!(rule_runs::delete_before(tx, NOW + 1, 10)?, 1);
        assert_eq!(rule_runs::find_last(tx, main, "t1", "r")?, Some((2, NOW + 2)), "what was last stays");
        let later = Later {
            id: "l".into(),
            rule_type: RuleType::Trigger,
            rule: "t1".into(),
            data: "{}".into(),
            due_at: NOW + 9,
        };
        rule_runs::insert_later(tx, main, &later, NOW)?;
        assert_eq!(rule_runs::find_later(tx, main, "l")?, Some(later));
        assert_eq!(rule_runs::list_later(tx, main, "t1")?, ["l"]);
        rule_runs::delete_later(tx, main, "l")?;
        assert_eq!(rule_runs::find_later(tx, main, "l")?, None);
        let mut ticking = Ticking {
            trigger: "t1".into(),
            cron: "* * * * *".into(),
            next_at: NOW,
            sweep_at: None,
            sweep_event: None,
            sweep_number: 0,
        };
        rule_runs::put_ticking(tx, main, &ticking)?;
        (ticking.sweep_at, ticking.sweep_event, ticking.sweep_number) = (Some(NOW), Some("e".into()), 7);
        rule_runs::put_ticking(tx, main, &ticking)?;
        assert_eq!(rule_runs::find_ticking(tx, main, "t1")?, Some(ticking));
        rule_runs::delete_ticking(tx, main, "t1")?;
        assert_eq!(rule_runs::find_ticking(tx, main, "t1")?, None);
        assert_eq!(rule_runs::list_numbered(tx, main, "order", 0, 9)?, []);
        Ok(())
    });
    told.await.unwrap();
}

stores!(events_of_rules_know_what_led_to_them);
async fn events_of_rules_know_what_led_to_them(on: &TestStore) {
    let told = on.store.write(|tx| {
        let main = add_account(tx, "main");
        let event = |id: &str| Addressed {
            event: Event {
                account: main,
                id: EventId::new(id.into()),
                actor: Actor::Rule("t1".into()),
                fact: Fact::Tick(Tick { trigger: "t1".into(), at: NOW }),
                created_at: NOW,
                send_at: None,
                recalled_at: None,
            },
            audience: None,
        };
        events::insert_for_rules(tx, &[event("e1")])?;
        events::insert_bare(tx, event("e2"))?;
        let claimed = events::claim_for_rules(tx, NOW, 10)?;
        assert_eq!(claimed.iter().map(|one| one.addressed.clone()).collect::<Vec<_>>(), [event("e1")]);
        let id = EventId::new("e1".into());
        assert_eq!(events::find_chain(tx, main, "e1")?, Chain::default());
        let chain = Chain::default().with("e0", "t1", "r");
        events::put_chain(tx, main, &id, &chain)?;
        assert_eq!(events::find_chain(tx, main, "e1")?, chain);
        assert_eq!(rule_runs::list_past(tx, main, None, 9)?, []);
        assert_eq!(rule_runs::list_past(tx, main, Some("r"), 9)?, []);
        assert_eq!(tasks::list_due_between(tx, main, 0, NOW)?, []);
        Ok(())
    });
    told.await.unwrap();
}

stores!(the_log_is_searched_and_forgotten);
async fn the_log_is_searched_and_forgotten(on: &TestStore) {
    let told = on.store.write(|tx| {
        let main = add_account(tx, "main");
        let entry = |id: &str, status, at| Entry {
            id: id.into(),
            at,
            status,
            rule: named(),
            action: Some("notify".into()),
            message: "{}".into(),
            record: Some(AboutRecord {
                record_type: "order".into(),
                id: "r".into(),
                number: 7,
                title: "Kim 7".into(),
            }),
            links: "[]".into(),
            duration_us: 5,
        };
        let (good, bad) = (entry("1", Status::Information, NOW), entry("2", Status::Error, NOW + 1));
        action_log::insert_many(tx, main, &[good.clone(), bad.clone()])?;
        let all = action_log::Wanted { most: 10, ..action_log::Wanted::default() };
        assert_eq!(action_log::list(tx, main, &all)?, [bad.clone(), good.clone()]);
        let some = action_log::Wanted {
            status: Some(Status::Error),
            rule: Some("t1".into()),
            record: Some("r".into()),
            search: Some("kim".into()),
            from: Some(NOW),
            to: Some(NOW + 2),
            before: Some("9".into()),
            most: 10,
        };
        assert_eq!(action_log::list(tx, main, &some)?, std::slice::from_ref(&bad));
        assert_eq!(readings::list_stumbling(tx, NOW, "1")?, [(main, "t1".to_owned())]);
        assert_eq!(readings::list_stumbling(tx, NOW, "3")?, []);
        let came = readings::list_came(tx, main, "t1")?;
        assert_eq!(
            came.iter().map(|one| (one.at, one.failed)).collect::<Vec<_>>(),
            [(NOW + 1, true), (NOW, false)]
        );
        assert_eq!(readings::list_came(tx, main, "t2")?, []);
        assert_eq!(action_log::delete_before(tx, NOW + 1, 10)?, 1);
        assert_eq!(action_log::list(tx, main, &all)?, [bad]);
        Ok(())
    });
    told.await.unwrap();
}

/// A try that was late is seen, though what it tried was sent in the end.
fn stumbles(tx: &mut Tx, main: Account, good: &Attempt) -> bellwire::domain::error::Result<()> {
    let late = Attempt { number: 1, outcome: "late".into(), ..good.clone() };
    rule_deliveries::insert_attempt(tx, main, "d", &late)?;
    assert_eq!(readings::list_stumbling(tx, NOW, "z")?, [(main, "t1".to_owned())]);
    assert_eq!(readings::list_stumbling(tx, NOW + 1, "z")?, []);
    assert!(readings::list_came(tx, main, "t1")?.iter().all(|one| !one.failed));
    Ok(())
}

stores!(what_leaves_the_house_is_claimed_and_ended);
async fn what_leaves_the_house_is_claimed_and_ended(on: &TestStore) {
    let told = on.store.write(|tx| {
        let main = add_account(tx, "main");
        let new = New {
            id: "d".into(),
            outlet: Outlet::Http,
            rule: named(),
            record: Some("r".into()),
            target: "https://x.example/".into(),
            request: "{}".into(),
            created_at: NOW,
            expires_at: NOW + 9_000,
            held: false,
        };
        rule_deliveries::insert(tx, main, &new)?;
        assert_eq!(rule_deliveries::next_due(tx)?, Some(NOW));
        let first = rule_deliveries::claim(tx, NOW, NOW + 100, 9)?.remove(0);
        assert_eq!((first.attempt, first.crashes, first.state), (1, 0, DeliveryState::Sending));
        assert_eq!(rule_deliveries::claim(tx, NOW, NOW + 100, 9)?, []);
        assert_eq!(rule_deliveries::void_leases(tx)?, 1);
        let second = rule_deliveries::claim(tx, NOW, NOW + 100, 9)?.remove(0);
        assert_eq!((second.attempt, second.crashes), (2, 1), "the first one crashed");
        let outcome = Outcome {
            state: DeliveryState::Sent,
            reason: None,
            detail: Some("200".into()),
            tries: 1,
            next_at: NOW,
        };
        assert!(!rule_deliveries::conclude(tx, &first, &outcome, NOW)?);
        assert!(rule_deliveries::conclude(tx, &second, &outcome, NOW)?);
        let attempt = Attempt { number: 2, at: NOW, outcome: "sent".into(), reason: None, duration_ms: 3 };
        rule_deliveries::insert_attempt(tx, main, "d", &attempt)?;
        assert_eq!(rule_deliveries::list_attempts(tx, main, "d")?, std::slice::from_ref(&attempt));
        stumbles(tx, main, &attempt)?;
        let wanted = rule_deliveries::Wanted {
            outlet: Some(Outlet::Http),
            state: Some(DeliveryState::Sent),
            search: Some("x.example".into()),
            before: Some("e".into()),
            most: 9,
        };
        assert_eq!(rule_deliveries::list(tx, main, &wanted)?.len(), 1);
        assert!(rule_deliveries::restart(tx, main, "d", NOW + 5, NOW + 9)?);
        assert_eq!(rule_deliveries::find(tx, main, "d")?.unwrap().state, DeliveryState::Queued);
        assert_eq!(rule_deliveries::delete_attempts_before(tx, NOW + 1, 9)?, 2);
        // Taken back from a backup, it may have left before: the operator says.
        restore::hold(tx, NOW)?;
        assert_eq!(rule_deliveries::claim(tx, NOW + 5, NOW + 100, 9)?, []);
        assert_eq!(deliveries::count_restored(tx)?, 1);
        assert_eq!(rule_deliveries::settle_held(tx, Some(main), Held::Release, NOW + 6, 9)?, 1);
        assert_eq!(rule_deliveries::claim(tx, NOW + 6, NOW + 100, 9)?.len(), 1);
        rule_deliveries::insert(tx, main, &New { id: "late".into(), held: true, ..new })?;
        assert_eq!(rule_deliveries::claim(tx, NOW + 7, NOW + 100, 9)?, [], "it waits from the beginning");
        assert_eq!(rule_deliveries::settle_held(tx, None, Held::Discard, NOW + 8, 9)?, 1);
        Ok(())
    });
    told.await.unwrap();
}
