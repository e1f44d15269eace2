//! The statements about events, notifications, inboxes, work, and kept answers.

use std::collections::BTreeMap;

use bellwire::domain::actor::Actor;
use bellwire::domain::error::{Error, Result};
use bellwire::domain::event::{self, Event, Fact, OneTime};
use bellwire::domain::id::{Account, EventId, ItemId, KeyId, NotificationId, UserId};
use bellwire::domain::inbox::{Act, Change, ClosedBy, Item, ReadMark, State};
use bellwire::domain::kind::{Kind, Severity};
use bellwire::domain::notification::Notification;
use bellwire::domain::plan::{Content, Text};
use bellwire::domain::rights::Role;
use bellwire::domain::work::WorkKind;
use bellwire::store::events::Addressed;
use bellwire::store::idempotency::{self, Kept};
use bellwire::store::inbox::{Filter, NewItem, Wanted};
use bellwire::store::recipients::{self, Counts, Reached};
use bellwire::store::work::{Backlog, Work};
use bellwire::store::{Tx, events, inbox, notifications, work};

use super::people::{add_user, id};
use super::{NOW, TestStore, add_account, count, stores};

async fn told(on: &TestStore, story: fn(&mut Tx) -> Result<()>) {
    on.store.write(story).await.unwrap();
}

fn addressed(name: &str, actor: Actor, send_at: Option<i64>, audience: Option<&[&str]>) -> Addressed {
    let group = event::Addressed { id: "g".into(), code: "sales".into(), name: "Sales".into() };
    let message = OneTime {
        title: "Stock".into(),
        body: "<b>жук</b>".into(),
        severity: Severity::Warning,
        sticky: true,
        link: Some("/stock".into()),
        expires_at: Some(NOW + 500),
        sender: Some("Ann".into()),
        groups: vec![group],
        users: vec![],
    };
    let event = Event {
        account: Account(1),
        id: EventId::new(name.into()),
        actor,
        fact: Fact::OneTime(message),
        created_at: NOW,
        send_at,
        recalled_at: None,
    };
    Addressed { event, audience: audience.map(|ids| ids.iter().map(|user| id(user)).collect()) }
}

stores!(events_wait_to_be_routed);
async fn events_wait_to_be_routed(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let all = [
            addressed("e1", Actor::User(id("ann")), None, Some(&["ann", "bob"])),
            addressed("e2", Actor::Key(KeyId::new("k".into())), Some(NOW + 100), None),
            addressed("e3", Actor::System, None, Some(&[])),
        ];
        events::insert_many(tx, &all)?;
        for one in &all {
            assert_eq!(events::find(tx, main, one.event.id.as_str())?.as_ref(), Some(one));
        }
        assert_eq!(events::find(tx, Account(2), "e1")?, None);
        let ids = |found: &[events::Unrouted]| {
            let mut ids: Vec<String> = found.iter().map(|u| u.addressed.event.id.to_string()).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&events::claim_unrouted(tx, NOW, 10)?), ["e1", "e3"]);
        assert_eq!(events::claim_unrouted(tx, NOW, 1)?.len(), 1);
        assert_eq!(ids(&events::claim_unrouted(tx, NOW + 100, 10)?), ["e1", "e2", "e3"]);
        events::finish_routing(tx, main, &["e1", "e3"])?;
        assert_eq!(events::claim_unrouted(tx, NOW, 10)?, []);
        events::update_audience(tx, main, &all[1].event.id, &[id("cyd")])?;
        events::update_recalled(tx, main, "e2", NOW + 7)?;
        let recalled = events::find(tx, main, "e2")?.unwrap();
        assert_eq!((recalled.audience, recalled.event.recalled_at), (Some(vec![id("cyd")]), Some(NOW + 7)));
        let list = |tx: &mut Tx, actor, before, most| {
            let found = events::list_one_time(tx, main, actor, before, most)?;
            Ok::<_, Error>(found.into_iter().map(|a| a.event.id.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(list(tx, None, None, 10)?, ["e3", "e2", "e1"]);
        assert_eq!(list(tx, None, None, 2)?, ["e3", "e2"]);
        assert_eq!(list(tx, None, Some("e3"), 10)?, ["e2", "e1"]);
        assert_eq!(list(tx, Some("ann"), None, 10)?, ["e1"]);
        assert_eq!(list(tx, Some("nobody"), None, 10)?, [""; 0]);
        Ok(())
    })
    .await;
}

stores!(work_is_leased);
async fn work_is_leased(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let kind = WorkKind::Withdraw;
        assert_eq!(work::next_due(tx, WorkKind::ALL, NOW)?, None);
        for (subject, due_at) in [("a", NOW), ("b", NOW - 10), ("c", NOW + 100), ("a", NOW - 99)] {
            work::insert(tx, main, kind, subject, due_at)?;
        }
        work::insert(tx, main, WorkKind::Expire, "a", NOW + 50)?;
        assert_eq!(work::next_due(tx, WorkKind::ALL, NOW)?, Some(NOW - 10));
        let backlog = work::backlog(tx, NOW)?;
        assert_eq!(backlog, Backlog { due: 2, oldest_due_at: Some(NOW - 10), dead: 0 });
        assert!(work::exists(tx, main, kind, "a")? && !work::exists(tx, main, kind, "x")?);

        let claimed = work::claim(tx, kind, NOW, NOW + 60, 10)?;
        assert_eq!(
            claimed.iter().map(|w| (w.subject.as_str(), w.attempt)).collect::<Vec<_>>(),
            [("b", 1), ("a", 1)]
        );
        assert_eq!(work::claim(tx, kind, NOW, NOW + 60, 10)?, [], "both are leased");
        assert_eq!(work::next_due(tx, WorkKind::ALL, NOW)?, Some(NOW + 50));
        // The lease runs out: whoever claims it next fences the first.
        let again = work::claim(tx, kind, NOW + 60, NOW + 120, 1)?;
        assert_eq!((again[0].subject.as_str(), again[0].attempt), ("b", 2));
        assert!(!work::finish(tx, &claimed[0])? && !work::advance(tx, &claimed[0], 5)?);
        assert!(work::advance(tx, &again[0], 7)?);
        let on = work::claim(tx, kind, NOW, NOW + 60, 1)?;
        assert_eq!((on[0].attempt, on[0].progress), (1, 7), "a part done is a fresh start");
        assert!(work::finish(tx, &on[0])?);
        assert!(!work::exists(tx, main, kind, "b")?);

        let a = Work { attempt: 3, ..claimed[1].clone() };
        work::fail(tx, &a, Some(NOW + 500), NOW, "no luck")?;
        assert_eq!(work::claim(tx, kind, NOW + 100, NOW + 160, 10)?.len(), 1, "c is due, a is not");
        assert_eq!(work::void_leases(tx)?, 1);
        work::fail(tx, &a, None, NOW, "gave up")?;
        let backlog = work::backlog(tx, NOW + 1_000)?;
        assert_eq!((backlog.due, backlog.dead), (2, 1));
        work::delete(tx, main, kind, "a")?;
        assert_eq!(work::backlog(tx, NOW)?.dead, 0);
        Ok(())
    })
    .await;
}

stores!(answers_are_kept);
async fn answers_are_kept(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let kept = |answer: &str| Kept { body_hash: "h".into(), answer: answer.into() };
        assert!(idempotency::insert(tx, main, "user:a", "POST /x", "k", &kept("one"), NOW)?);
        assert!(!idempotency::insert(tx, main, "user:a", "POST /x", "k", &kept("two"), NOW)?);
        for (caller, operation, key, expected) in [
            ("user:a", "POST /x", "k", Some("one")),
            ("user:b", "POST /x", "k", None),
            ("user:a", "POST /y", "k", None),
            ("user:a", "POST /x", "K", None),
        ] {
            let found = idempotency::find(tx, main, caller, operation, key)?.map(|kept| kept.answer);
            assert_eq!(found.as_deref(), expected, "{caller} {operation} {key}");
        }
        for number in 0..5 {
            idempotency::insert(
                tx,
                main,
                "user:a",
                "POST /x",
                &format!("{number}"),
                &kept(""),
                NOW + number,
            )?;
        }
        assert_eq!(idempotency::delete_before(tx, NOW + 3, 2)?, 2);
        assert_eq!(idempotency::delete_before(tx, NOW + 3, 10)?, 2);
        assert_eq!(count(tx, "idempotency")?, 2);
        Ok(())
    })
    .await;
}

fn notification(name: &str, texts: &[(&str, &str)]) -> (Notification, String) {
    let texts = texts.iter().map(|(language, title)| Text {
        language: (*language).into(),
        title: (*title).into(),
        body: format!("<b>{title}</b>"),
    });
    let texts: Vec<Text> = texts.collect();
    let search = texts.iter().map(|text| text.title.to_lowercase()).collect::<Vec<_>>().join(" ");
    let content = Content {
        kind: Kind::OneTime,
        severity: Severity::Error,
        sticky: false,
        link: None,
        sender: None,
        audience: vec!["Продажи".into()],
        texts,
        expires_at: Some(NOW + 9),
        told: None,
        reminding: None,
        rule: None,
    };
    let id = NotificationId::new(name.into());
    let event = EventId::new(format!("e {name}"));
    (Notification { id, event, content, created_at: NOW, withdrawn_at: None }, search)
}

/// An account with three people, three notifications, and an inbox item for each pair: `i` and the number.
fn fill(tx: &mut Tx) -> Result<(Account, Vec<Notification>)> {
    let main = add_account(tx, "main");
    for name in ["ann", "bob", "cyd"] {
        add_user(tx, main, name, Role::Manager);
    }
    let all = [
        notification("n1", &[("", "Жук на 100%")]),
        notification("n2", &[("en", "Beetle"), ("ru", "Жук")]),
        notification("n3", &[("", "a_b~c")]),
    ];
    notifications::insert_many(tx, main, &all)?;
    notifications::insert_many(tx, main, &all[..1])?;
    let mut items = Vec::new();
    for (which, (notification, _)) in all.iter().enumerate() {
        for user in ["ann", "bob", "cyd"] {
            items.push(NewItem {
                user: id(user),
                id: ItemId::new(format!("i{}", items.len())),
                notification: notification.id.clone(),
                dedup_key: format!("d{which}"),
                kind: Kind::OneTime,
                popup: true,
                created_at: NOW + which as i64 * 100,
                merge_key: None,
            });
        }
    }
    let first = inbox::take_seqs(tx, main, 9)?;
    assert_eq!(first, 1);
    assert_eq!(inbox::insert_many(tx, main, &items, first)?, 9);
    let again = inbox::take_seqs(tx, main, 9)?;
    assert_eq!((again, inbox::insert_many(tx, main, &items, again)?), (10, 0), "a second copy is left away");
    Ok((main, all.into_iter().map(|(notification, _)| notification).collect()))
}

stores!(notifications_are_written_once);
async fn notifications_are_written_once(on: &TestStore) {
    told(on, |tx| {
        let (main, all) = fill(tx)?;
        let mut found = notifications::list_by_ids(tx, main, &["n3", "n1", "n2", "no-such"])?;
        found.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(found, all);
        assert_eq!(notifications::list_by_ids(tx, Account(2), &["n1"])?, []);
        assert!(notifications::update_withdrawn(tx, main, "n1", NOW + 5)?);
        assert!(!notifications::update_withdrawn(tx, main, "n1", NOW + 6)?);
        assert!(!notifications::update_withdrawn(tx, main, "no-such", NOW)?);
        assert_eq!(notifications::list_by_ids(tx, main, &["n1"])?[0].withdrawn_at, Some(NOW + 5));
        Ok(())
    })
    .await;
}

fn wanted(change: impl FnOnce(&mut Wanted)) -> Wanted {
    let mut wanted = Wanted { most: 10, ..Wanted::default() };
    change(&mut wanted);
    wanted
}

fn change(tx: &mut Tx, account: Account, user: &str, item: &str, act: Act) -> Result<Item> {
    let mut item = inbox::hold(tx, account, &id(user), item)?.unwrap();
    item.state = item.state.after(act, NOW + 1_000).unwrap();
    item.seq = inbox::take_seqs(tx, account, 1)?;
    inbox::update_state(tx, account, &item)?;
    assert_eq!(inbox::find(tx, account, &id(user), item.id.as_str())?.as_ref(), Some(&item));
    Ok(item)
}

stores!(an_inbox_is_searched);
async fn an_inbox_is_searched(on: &TestStore) {
    told(on, |tx| {
        let (main, all) = fill(tx)?;
        let ann = id("ann");
        change(tx, main, "ann", "i0", Act::Read)?;
        change(tx, main, "ann", "i3", Act::Archive)?;
        for (asked, expected) in [
            (wanted(|_| {}), vec!["i6", "i0"]),
            (wanted(|w| w.most = 1), vec!["i6"]),
            (wanted(|w| w.before = Some("i6".into())), vec!["i0"]),
            (wanted(|w| w.filter = Filter::Unread), vec!["i6"]),
            (wanted(|w| w.filter = Filter::Archived), vec!["i3"]),
            (wanted(|w| w.filter = Filter::Standing), vec!["i6", "i0"]),
            (wanted(|w| w.kind = Some(Kind::OneTime)), vec!["i6", "i0"]),
            (wanted(|w| w.kind = Some(Kind::Task)), vec![]),
            (wanted(|w| w.search = Some("жук".into())), vec!["i0"]),
            (wanted(|w| w.search = Some("0%".into())), vec!["i0"]),
            (wanted(|w| w.search = Some("%".into())), vec!["i0"]),
            (wanted(|w| w.search = Some("_b~".into())), vec!["i6"]),
            (wanted(|w| (w.from, w.to) = (Some(NOW), Some(NOW + 200))), vec!["i0"]),
            (wanted(|w| w.from = Some(NOW + 200)), vec!["i6"]),
            (
                wanted(|w| {
                    (w.filter, w.kind, w.search) =
                        (Filter::Archived, Some(Kind::OneTime), Some("beetle".into()));
                    (w.from, w.to, w.before) = (Some(NOW), Some(NOW + 900), Some("i9".into()));
                }),
                vec!["i3"],
            ),
        ] {
            let found = inbox::list(tx, main, &ann, &asked)?;
            assert_eq!(
                found.iter().map(|(item, _)| item.id.as_str()).collect::<Vec<_>>(),
                expected,
                "{asked:?}"
            );
            for (item, said) in &found {
                assert_eq!(Some(said), all.iter().find(|n| n.id == item.notification));
            }
        }
        assert_eq!(inbox::contains("a%b_c~"), "%a~%b~_c~~%");
        let some = inbox::list_by_ids(tx, main, &ann, &["i6", "i0", "i1", "no-such"])?;
        assert_eq!(some.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["i0", "i6"]);
        assert_eq!(inbox::find(tx, main, &id("bob"), "i0")?, None, "it is Ann's");
        assert_eq!(inbox::hold(tx, main, &id("bob"), "i0")?, None);
        assert_eq!(inbox::find(tx, Account(2), &ann, "i0")?, None);
        Ok(())
    })
    .await;
}

stores!(unread_items_are_counted_and_read_together);
async fn unread_items_are_counted_and_read_together(on: &TestStore) {
    told(on, |tx| {
        let (main, _) = fill(tx)?;
        let (ann, bob) = (id("ann"), id("bob"));
        change(tx, main, "ann", "i0", Act::Archive)?;
        assert_eq!((inbox::count_unread(tx, main, &ann)?, inbox::count_unread(tx, main, &bob)?), (2, 3));
        let of: BTreeMap<UserId, i64> =
            inbox::count_unread_of(tx, main, &["ann", "bob", "nobody"])?.into_iter().collect();
        assert_eq!(of, BTreeMap::from([(ann.clone(), 2), (bob.clone(), 3)]));
        // Bob's have the numbers 2, 5 and 8.
        assert_eq!(inbox::update_read_up_to(tx, main, &bob, 5, NOW + 9)?, 2);
        assert_eq!(inbox::update_read_up_to(tx, main, &bob, 5, NOW + 10)?, 0);
        assert_eq!(inbox::count_unread(tx, main, &bob)?, 1);
        let read = inbox::find(tx, main, &bob, "i1")?.unwrap();
        assert_eq!((read.seq, read.state.read_at, read.state.seen_at), (2, Some(NOW + 9), Some(NOW + 9)));
        assert_eq!(
            inbox::update_read_up_to(tx, main, &ann, 1_000, NOW)?,
            2,
            "what is archived stays as it is"
        );
        Ok(())
    })
    .await;
}

stores!(changes_are_told_in_the_order_of_their_numbers);
async fn changes_are_told_in_the_order_of_their_numbers(on: &TestStore) {
    told(on, |tx| {
        let (main, _) = fill(tx)?;
        let bob = id("bob");
        let mark = |tx: &mut Tx, up_to| {
            let seq = inbox::take_seqs(tx, main, 1)?;
            inbox::insert_read_mark(tx, main, &ReadMark { user: id("bob"), seq, up_to }, NOW)?;
            Ok::<_, Error>(seq)
        };
        let first = mark(tx, 2)?;
        let closed = change(tx, main, "bob", "i4", Act::Close(ClosedBy::Timeout))?;
        let second = mark(tx, 5)?;
        let head = inbox::head(tx, main)?;
        assert_eq!((first, closed.seq, second, head), (19, 20, 21, 21));
        let seqs = |changes: &[Change]| changes.iter().map(Change::seq).collect::<Vec<_>>();
        let own =
            |tx: &mut Tx, after, up_to, most| inbox::list_changes(tx, main, Some(&bob), after, up_to, most);
        let all = own(tx, 0, head, 100)?;
        assert_eq!(seqs(&all), [2, 8, 19, 20, 21]);
        assert_eq!(all[3], Change::Item(closed.clone()));
        assert_eq!(all[4], Change::Read(ReadMark { user: bob.clone(), seq: 21, up_to: 5 }));
        assert_eq!(seqs(&own(tx, 8, head, 100)?), [19, 20, 21]);
        assert_eq!(seqs(&own(tx, 0, 19, 100)?), [2, 8, 19]);
        assert_eq!(seqs(&own(tx, 0, head, 4)?), [2, 8, 19, 20]);
        assert_eq!(seqs(&own(tx, head, head, 100)?), [0_i64; 0]);
        let everybodys = inbox::list_changes(tx, main, None, 0, head, 100)?;
        assert_eq!(seqs(&everybodys), [1, 2, 3, 4, 6, 7, 8, 9, 19, 20, 21]);
        assert_eq!(inbox::list_changes(tx, Account(2), None, 0, head, 100)?, []);
        Ok(())
    })
    .await;
    let nowhere = on.store.write(|tx| inbox::take_seqs(tx, Account(9), 1));
    assert_eq!(nowhere.await, Err(Error::NotFound));
    assert_eq!(on.store.read(|tx| inbox::head(tx, Account(9))).await, Err(Error::NotFound));
    let rung = on.bells.rung.lock().unwrap().clone();
    assert!(rung.iter().any(|wakes| wakes.accounts.contains(&1)), "a number that is taken rings");
}

stores!(a_sender_counts_and_lists);
async fn a_sender_counts_and_lists(on: &TestStore) {
    told(on, |tx| {
        let (main, _) = fill(tx)?;
        change(tx, main, "ann", "i0", Act::Seen)?;
        change(tx, main, "bob", "i1", Act::Read)?;
        change(tx, main, "bob", "i1", Act::Close(ClosedBy::User))?;
        let counts = recipients::counts(tx, main, "n1")?;
        assert_eq!(counts, Counts { recipients: 3, seen: 2, read: 1, closed: 1 });
        assert_eq!(recipients::counts(tx, main, "no-such")?, Counts::default());
        for (reached, after, most, expected) in [
            (Reached::All, None, 10, vec!["ann", "bob", "cyd"]),
            (Reached::All, None, 2, vec!["ann", "bob"]),
            (Reached::All, Some("bob"), 10, vec!["cyd"]),
            (Reached::Unseen, None, 10, vec!["cyd"]),
            (Reached::Seen, None, 10, vec!["ann", "bob"]),
            (Reached::Read, None, 10, vec!["bob"]),
            (Reached::Closed, Some("ann"), 10, vec!["bob"]),
            (Reached::Closed, Some("bob"), 10, vec![]),
        ] {
            let found = recipients::list(tx, main, "n1", reached, after, most)?;
            assert_eq!(
                found.iter().map(|r| r.user.as_str()).collect::<Vec<_>>(),
                expected,
                "{reached:?} {after:?}"
            );
            assert!(found.iter().all(|r| r.email == format!("{}@Example.com", r.user)));
        }
        let mut gone = inbox::find(tx, main, &id("ann"), "i0")?.unwrap();
        gone.state = State { withdrawn_at: Some(NOW), snoozed_until: Some(NOW + 1), ..gone.state };
        inbox::update_state(tx, main, &gone)?;
        let left = inbox::list_not_withdrawn(tx, main, "n1", 10)?;
        assert_eq!(left.iter().map(|item| item.user.as_str()).collect::<Vec<_>>(), ["bob", "cyd"]);
        assert_eq!(inbox::list_not_withdrawn(tx, main, "n1", 1)?.len(), 1);
        assert_eq!(inbox::find(tx, main, &id("ann"), "i0")?, Some(gone));
        Ok(())
    })
    .await;
    // Two rows of an account cannot have one number.
    let twice = on.store.write(|tx| {
        let mut item = inbox::find(tx, Account(1), &id("cyd"), "i2")?.unwrap();
        item.seq = 1 + inbox::find(tx, Account(1), &id("cyd"), "i5")?.unwrap().seq - 1;
        inbox::update_state(tx, Account(1), &item)
    });
    assert_eq!(twice.await, Err(Error::Duplicate));
}
