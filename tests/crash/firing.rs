//! kill -9 while a mark fires: thousands of reminders of people and of groups, and a server that is killed again and again
//! before, between and after the steps of firing and of routing. Each person has each of his reminders, once.

use bellwire::app::Base;
use bellwire::clock::Clock;
use bellwire::domain::actor::Actor;
use bellwire::domain::error::Error;
use bellwire::domain::id::{Account, GroupId, TaskId, UserId};
use bellwire::domain::task::due::Due;
use bellwire::domain::task::{Performer, RemindBefore, mark};
use bellwire::domain::work::WorkKind;
use bellwire::flows::accounts;
use bellwire::ids::Ids;
use bellwire::store::tasks::Task;
use bellwire::store::{Tx, audience, tasks, work};

use crate::facts::Database;
use crate::nemesis::Nemesis;
use crate::seed::{self, Rng, env};
use crate::town::{PEOPLE, Town};

/// Tasks of single people, and of the group `team`.
const SINGLE: usize = 3_000;
const OF_TEAM: usize = 400;
const TEAM: usize = 14;
/// Kills at most; it ends earlier when all have fired.
const MOST_KILLS: usize = 400;
/// Kills that must fall into the firing, or nothing was shown.
const FEWEST_KILLS: usize = 3;

#[test]
fn every_reminder_fires_once_on_sqlite() {
    story(&Database::directory("firing-sqlite"));
}

#[test]
fn every_reminder_fires_once_on_postgres() {
    let Some(server) = env("BELLWIRE_TEST_DATABASE_URL") else {
        assert!(env("CI").is_none(), "BELLWIRE_TEST_DATABASE_URL is not set: PostgreSQL is not tested");
        return;
    };
    story(&Database::postgres("firing-postgres", &server));
}

fn story(database: &Database) {
    let seed = seed::seed();
    eprintln!("{}: BELLWIRE_CRASH_SEED={seed}", database.name());
    let town = Town::settle(database);
    write_tasks(database, &town);
    let mut nemesis = Nemesis::new(database, Rng::new(seed, 7));
    let mut kills = 0;
    for _ in 0..MOST_KILLS {
        if database.open().count("select count(*) from work") == 0 {
            break;
        }
        nemesis.rage(1);
        kills += 1;
    }
    town.wait_quiet(nemesis.seat());
    let lives = nemesis.stop();
    let mut open = database.open();
    let items = open.count("select count(*) from inbox_item where kind = 'task'");
    let apart = open.count(
        "select count(*) from (select distinct n.task_id, i.user_id from inbox_item i
         join notification n on n.account = i.account and n.id = i.notification_id where n.task_id is not null) x",
    );
    eprintln!("{items} reminders, {kills} kills while they fired; {lives}");
    assert!(kills >= FEWEST_KILLS, "only {kills} kills fell into the firing");
    assert_eq!(apart, (SINGLE + OF_TEAM * TEAM) as i64, "seed {seed}: reminders are lost");
    assert_eq!(items, apart, "seed {seed}: reminders are there twice");
    assert_eq!(open.count("select count(*) from work"), 0);
    assert_eq!(open.engine_faults(), [""; 0]);
    database.remove();
}

/// Tasks that are due at the mark that has just passed, as a server finds them that was away for a moment.
fn write_tasks(database: &Database, town: &Town) {
    let people: Vec<UserId> = town.ids[..PEOPLE].iter().map(|id| UserId::new(id.clone())).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let base = Base::open(&database.settings(), Clock::System, Ids::system()).await.unwrap();
        let account = accounts::get_by_code(&base.ctx, "main".into()).await.unwrap();
        let (ids, at) = (base.ctx.ids.clone(), mark::floor(base.ctx.now()));
        let write = move |tx: &mut Tx| fill(tx, account, &ids, at, &people);
        base.ctx.store.write(write).await.unwrap();
        base.close().await;
    });
}

fn fill(tx: &mut Tx, account: Account, ids: &Ids, at: i64, people: &[UserId]) -> Result<(), Error> {
    let team = audience::find_group(tx, account, "team")?.unwrap();
    let mut subjects = Vec::new();
    for n in 0..SINGLE + OF_TEAM {
        let performer = if n % (SINGLE / OF_TEAM + 1) == 0 && n / (SINGLE / OF_TEAM + 1) < OF_TEAM {
            Performer::Group(GroupId::new(team.id.clone()))
        } else {
            Performer::User(people[n % people.len()].clone())
        };
        let due = Due::instant(at, "UTC").unwrap();
        let task = Task {
            id: TaskId::new(ids.next(at)),
            number: 1_000_000 + n as i64,
            text: format!("Task {n}"),
            comment: None,
            zone: due.zone.clone(),
            due: Some(due),
            generation: 1,
            performer: Some(performer),
            customer: None,
            order: None,
            phone: None,
            remind_before: RemindBefore::default(),
            repeat: None,
            escalation: None,
            successor: None,
            done_at: None,
            done_by: None,
            creator: Actor::System,
            created_at: at,
            changed_at: at,
            deleted_at: None,
            next_reminder_at: None,
        };
        tasks::insert(tx, account, &task)?;
        subjects.push(task.id.to_string());
    }
    work::insert_anew(tx, account, WorkKind::Remind, &subjects, at)
}
