//! The statements about tasks, and about the work and items of their reminders.

use bellwire::domain::actor::Actor;
use bellwire::domain::error::Result;
use bellwire::domain::event::{Event, EventType, Fact};
use bellwire::domain::id::{Account, EventId, ItemId, NotificationId, TaskId};
use bellwire::domain::inbox::Act;
use bellwire::domain::kind::Kind;
use bellwire::domain::notification::Notification;
use bellwire::domain::record::RecordId;
use bellwire::domain::rights::Role;
use bellwire::domain::sight::Visible;
use bellwire::domain::task::due::Due;
use bellwire::domain::task::firing::{Reminder, plan};
use bellwire::domain::task::repeat::{Every, Repeat};
use bellwire::domain::task::{Escalation, Performer, RemindBefore};
use bellwire::domain::work::WorkKind;
use bellwire::store::events::Addressed;
use bellwire::store::inbox::NewItem;
use bellwire::store::task_lists::{Counts, Order, Sight, State, Viewer, Whose};
use bellwire::store::tasks::{Comment, Key, Task, Wanted};
use bellwire::store::{
    Tx, audience, events, groups, inbox, notifications, reminders, task_lists, tasks, work,
};

use super::people::{add_user, id};
use super::{NOW, TestStore, add_account, stores};

async fn told(on: &TestStore, story: fn(&mut Tx) -> Result<()>) {
    on.store.write(story).await.unwrap();
}

fn task(number: i64, performer: impl Into<Option<Performer>>) -> Task {
    let due = Due::instant(NOW / 60_000 * 60_000 + number * 60_000, "Europe/Berlin").unwrap();
    Task {
        id: TaskId::new(format!("t{number}")),
        number,
        text: format!("Task {number}"),
        comment: Some("Жук".into()),
        zone: due.zone.clone(),
        due: Some(due),
        generation: 1,
        performer: performer.into(),
        customer: None,
        order: None,
        phone: Some("555".into()),
        remind_before: RemindBefore::parse(15).unwrap(),
        repeat: Some(Repeat {
            every: Every::Month,
            until: Some("2027-01-31".parse().unwrap()),
            count: Some(5),
            day: 31,
        }),
        escalation: Some(Escalation { after: 10 }),
        successor: None,
        done_at: None,
        done_by: None,
        creator: Actor::User(id("ann")),
        created_at: NOW,
        changed_at: NOW + number,
        deleted_at: None,
        next_reminder_at: None,
    }
}

fn of(user: &str) -> Performer {
    Performer::User(id(user))
}

stores!(tasks_are_kept_as_they_are);
async fn tasks_are_kept_as_they_are(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let full = task(1, of("ann"));
        let bare = Task {
            due: None,
            performer: None,
            repeat: None,
            escalation: None,
            comment: None,
            ..task(2, None)
        };
        for task in [&full, &bare] {
            tasks::insert(tx, main, task)?;
            assert_eq!(tasks::find(tx, main, &Key::Number(task.number))?.as_ref(), Some(task));
        }
        assert_eq!(tasks::find(tx, Account(2), &Key::Id("t1".into()))?, None);
        let changed = Task {
            text: "Other".into(),
            performer: Some(Performer::Group(bellwire::domain::id::GroupId::new("g".into()))),
            generation: 2,
            order: Some(RecordId::new("o".into())),
            customer: Some(RecordId::new("c".into())),
            successor: Some(TaskId::new("t2".into())),
            done_at: Some(NOW),
            done_by: Some(Actor::System),
            ..full
        };
        tasks::update(tx, main, &changed)?;
        assert_eq!(tasks::find_for_update(tx, main, &Key::Id("t1".into()))?.as_ref(), Some(&changed));
        assert_eq!(tasks::list_ids_of_record(tx, main, &RecordId::new("o".into()))?, ["t1"]);
        assert_eq!(tasks::list_ids_of_record(tx, main, &RecordId::new("c".into()))?, ["t1"]);
        let mut held = tasks::hold_generations(tx, main, &["t1", "t2", "x"])?;
        held.sort();
        assert_eq!(held, [(TaskId::new("t1".into()), 2, false), (TaskId::new("t2".into()), 1, true)]);
        tasks::update(tx, main, &Task { deleted_at: Some(NOW), ..changed })?;
        assert_eq!(tasks::find(tx, main, &Key::Id("t1".into()))?, None);
        assert_eq!(tasks::list_by_ids(tx, main, &["t1", "t2"])?.len(), 2);
        for (name, actor) in [("a", Actor::User(id("ann"))), ("b", Actor::System)] {
            let comment = Comment { id: name.into(), text: "Said".into(), actor, created_at: NOW };
            tasks::insert_comment(tx, main, &bare.id, &comment)?;
        }
        let comments = tasks::list_comments(tx, main, &bare.id)?;
        assert_eq!(comments.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        Ok(())
    })
    .await;
}

stores!(tasks_are_listed);
async fn tasks_are_listed(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        for name in ["ann", "bob"] {
            add_user(tx, main, name, Role::Manager);
        }
        let done = Task { done_at: Some(NOW), ..task(4, of("bob")) };
        for task in [task(1, of("ann")), task(2, of("bob")), Task { due: None, ..task(3, None) }, done] {
            tasks::insert(tx, main, &task)?;
        }
        let found = |tx: &mut Tx, wanted: Wanted| -> Result<Vec<i64>> {
            let wanted = Wanted { most: 10, now: NOW + 50_000, ..wanted };
            let found = task_lists::list(tx, main, &wanted)?;
            let all = task_lists::count(tx, main, &wanted, 10)?;
            assert!(wanted.after.is_some() || all == found.len() as i64);
            Ok(found.into_iter().map(|task| task.number).collect())
        };
        assert_eq!(found(tx, Wanted::default())?, [1, 2, 3]);
        assert_eq!(
            found(tx, Wanted { state: State::All, sort: Order::Changed, ..Wanted::default() })?,
            [4, 3, 2, 1]
        );
        assert_eq!(found(tx, Wanted { state: State::Overdue, ..Wanted::default() })?, [1]);
        assert_eq!(found(tx, Wanted { state: State::Due, ..Wanted::default() })?, [2]);
        assert_eq!(found(tx, Wanted { state: State::Done, ..Wanted::default() })?, [4]);
        assert_eq!(found(tx, Wanted { search: Some("жук".into()), ..Wanted::default() })?.len(), 3);
        assert_eq!(found(tx, Wanted { numbers: vec![2, 9], ..Wanted::default() })?, [2]);
        let whose = Whose::These(vec!["bob".into()]);
        assert_eq!(found(tx, Wanted { whose, ..Wanted::default() })?, [2]);
        let none = Whose::These(Vec::new());
        assert_eq!(found(tx, Wanted { whose: none, ..Wanted::default() })?, [0_i64; 0]);
        let viewer = Viewer { user: id("bob"), groups: vec!["g".into()], records: Visible::Own(id("bob")) };
        let sight = Sight { of: Some(viewer) };
        assert_eq!(found(tx, Wanted { sight, ..Wanted::default() })?, [2]);
        let first = task_lists::list(tx, main, &Wanted { most: 1, ..Wanted::default() })?.remove(0);
        let after = Some((task_lists::place(&first, Order::Due), first.id.to_string()));
        assert_eq!(found(tx, Wanted { after, ..Wanted::default() })?, [2, 3]);
        let counts = task_lists::counts(tx, main, &id("ann"), &["bob".to_owned()], NOW + 50_000)?;
        assert_eq!(counts, Counts { mine: 1, groups: 1, overdue: 1 });
        Ok(())
    })
    .await;
}

stores!(reminders_are_work);
async fn reminders_are_work(on: &TestStore) {
    told(on, |tx| {
        let (main, kind) = (add_account(tx, "main"), WorkKind::Remind);
        for number in 1..=3 {
            tasks::insert(tx, main, &task(number, of("ann")))?;
        }
        let subjects = ["t1".to_owned(), "t2".to_owned(), "t3".to_owned()];
        work::insert_anew(tx, main, kind, &subjects[..2], NOW)?;
        work::insert_anew(tx, main, kind, &subjects[2..], NOW + 100)?;
        assert_eq!(tasks::find(tx, main, &Key::Number(1))?.unwrap().next_reminder_at, Some(NOW));
        let due = tasks::claim_due(tx, NOW, 10)?;
        let mut found: Vec<_> = due.iter().map(|due| (due.task.number, due.mark, due.step)).collect();
        found.sort_unstable();
        assert_eq!(found, [(1, NOW, 0), (2, NOW, 0)]);
        assert_eq!(work::count_due(tx, kind, NOW, 10)?, 2);
        assert_eq!(work::count_due(tx, kind, NOW + 100, 2)?, 2);
        work::update_due(tx, main, kind, "t1", NOW + 50, 1)?;
        assert_eq!(work::find_progress(tx, main, kind, "t1")?, Some(1));
        work::update_progress(tx, main, kind, "t1", 2)?;
        assert_eq!(tasks::claim_due(tx, NOW + 50, 1)?.len(), 1);
        assert_eq!(work::find_progress(tx, main, kind, "t1")?, Some(2));
        work::delete_many(tx, main, kind, &["t1", "t2"])?;
        assert_eq!(work::find_progress(tx, main, kind, "t1")?, None);
        assert_eq!(work::next_due(tx, &[kind], NOW)?, Some(NOW + 100));
        let event = Event {
            account: main,
            id: EventId::new("e".into()),
            actor: Actor::System,
            fact: Fact::Reminders(Box::default()),
            created_at: NOW,
            send_at: None,
            recalled_at: None,
        };
        events::insert_many(tx, &[Addressed { event, audience: None }])?;
        assert_eq!(events::count_unrouted(tx, EventType::Reminders, NOW, 10)?, 1);
        assert_eq!(events::count_unrouted(tx, EventType::OneTime, NOW, 10)?, 0);
        Ok(())
    })
    .await;
}

fn reminder(task: &Task) -> Reminder {
    let due = task.due.as_ref().unwrap();
    Reminder {
        task: task.id.clone(),
        generation: task.generation,
        text: task.text.clone(),
        comment: None,
        phone: None,
        due_at: due.at,
        due_local: due.text(),
        zone: due.zone.clone(),
        mark: NOW,
        late: false,
        step: 0,
        group: None,
        about: None,
    }
}

stores!(reminders_are_items_of_their_task);
async fn reminders_are_items_of_their_task(on: &TestStore) {
    told(on, |tx| {
        let main = add_account(tx, "main");
        let sales = bellwire::domain::id::GroupId::new("g".into());
        for name in ["ann", "bob"] {
            add_user(tx, main, name, Role::Manager);
        }
        let task = task(1, of("ann"));
        let content = plan(reminder(&task), "/tasks/t1".into(), Vec::new()).notification;
        let id_of = NotificationId::new("n".into());
        let said = Notification {
            id: id_of.clone(),
            event: EventId::new("e".into()),
            content,
            created_at: NOW,
            withdrawn_at: None,
        };
        notifications::insert_many(tx, main, &[(said.clone(), String::new())])?;
        assert_eq!(notifications::list_by_ids(tx, main, &["n"])?, [said]);
        assert_eq!(notifications::list_ids_of_task(tx, main, "t1")?, ["n"]);
        let items: Vec<NewItem> = ["ann", "bob"]
            .map(|user| NewItem {
                user: id(user),
                id: ItemId::new(format!("i {user}")),
                notification: id_of.clone(),
                dedup_key: "d".into(),
                merge_key: None,
                kind: Kind::Task,
                popup: true,
                created_at: NOW,
            })
            .into();
        let first = inbox::take_seqs(tx, main, 2)?;
        inbox::insert_many(tx, main, &items, first)?;
        assert_eq!(reminders::list_of_task(tx, main, "t1", 1, 10)?, []);
        assert_eq!(reminders::list_of_task(tx, main, "t1", 2, 10)?.len(), 2);
        assert_eq!(reminders::list_of_user(tx, main, "bob", 0, 10)?.len(), 1);
        let mut item = reminders::find(tx, main, &id("bob"), "t1")?.unwrap();
        item.state = item.state.after(Act::Close(bellwire::domain::inbox::ClosedBy::User), NOW).unwrap();
        item.seq = inbox::take_seqs(tx, main, 1)?;
        inbox::update_state(tx, main, &item)?;
        assert_eq!(reminders::list_of_user(tx, main, "bob", 0, 10)?, []);
        assert_eq!(reminders::list_of_task(tx, main, "t1", 2, 10)?.len(), 1);
        assert_eq!(audience::list_groups_of(tx, main, &id("ann"))?, [""; 0]);
        let numbered = audience::list_numbered(tx, main, &["ann"])?;
        assert_eq!((numbered[0].0.clone(), numbered.len()), (id("ann"), 1));
        assert_eq!(audience::find_head(tx, main, sales.as_str())?, None);
        assert_eq!(audience::list_heads(tx, main, &["ann"])?, []);
        assert_eq!(groups::list(tx, main)?, []);
        Ok(())
    })
    .await;
}
