//! A million tasks at one mark, over a thousand people: until the last of them has his reminder, what it costs in memory, and
//! how long a notification takes meanwhile that has nothing to do with it.
//!
//! The tasks are written by the store before the server starts; the mark has just passed by then, so that firing begins with
//! the server. Beside it is how fast one caller commits as many rows, 500 at a time.

use std::time::Duration;

use super::to_user;
use crate::app::Base;
use crate::bench::child::Server;
use crate::bench::crowd::{Callers, Crowd, PATIENCE};
use crate::bench::net::{Inbox, Net};
use crate::bench::report::{Figure, Measured, ms, percentile};
use crate::bench::{Bench, raw, wire};
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::{TaskId, UserId};
use crate::domain::task::due::Due;
use crate::domain::task::{Performer, RemindBefore, mark};
use crate::domain::work::WorkKind;
use crate::ids::Ids;
use crate::store::tasks::Task;
use crate::store::{self, work};

/// The number of the first notification that is sent meanwhile: other rows, whose frames may still come, count from zero.
const FIRST: usize = 1_000_000;
const PEOPLE: usize = 1_000;
/// Tasks that one transaction of the preparation writes.
const PART: usize = 2_000;
/// From one notification of somebody else to the next.
const BETWEEN: Duration = Duration::from_millis(100);
/// Looks at how far it has come.
const LOOK: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_mins(30);
/// Numbers that nothing else of the stage has.
const FIRST_NUMBER: i64 = 1_000_000_000;

pub async fn run(bench: &Bench) -> Result<Measured, String> {
    let tasks = bench.tasks;
    prepare(bench).await.map_err(|error| format!("the tasks were not written: {error}"))?;
    let rows = raw::commits(bench, 500).await?;
    let server = Server::serve(&bench.stage.settings)?;
    let begin = bench.clock.monotonic();
    let mut net = Net::new(server.address, bench.clock.clone())?;
    let other = bench.stage.members.last().ok_or("this row needs users")?;
    let mut crowd = Crowd::open(&mut net, std::slice::from_ref(other))?;
    let mut turn = Turn { callers: Callers::default(), sent: Vec::new(), took: Vec::new(), written: 0 };
    let (mut memory, mut looked, mut next) = (0, net.now(), net.now());
    while turn.written < tasks {
        let now = net.now();
        if now - begin > LONGEST {
            return Err(format!("{} of {tasks} reminders after {LONGEST:?}", turn.written));
        }
        if now >= next {
            let request = to_user(&bench.stage.key, FIRST + turn.sent.len(), &other.id);
            let caller = turn.callers.idle(now);
            turn.callers.call(&mut net, caller, &request)?;
            turn.sent.push(now);
            next = now + BETWEEN;
        }
        if now >= looked {
            let caller = turn.callers.idle(now);
            turn.callers.call(&mut net, caller, &wire::get("/metrics", None))?;
            memory = memory.max(server.memory().rss);
            looked = now + LOOK;
        }
        turn.take(&mut net, &mut crowd, next.min(looked));
    }
    let took = net.now() - begin;
    let patience = net.now() + PATIENCE;
    while turn.took.len() < turn.sent.len() && net.now() < patience {
        turn.take(&mut net, &mut crowd, patience);
    }
    let missing = turn.sent.len() - turn.took.len();
    let rate = tasks as f64 / took.as_secs_f64();
    Ok(Measured {
        row: "reminders",
        is: format!("{tasks} tasks due at one mark, of {} people", people(bench).len()),
        figures: vec![
            Figure::new("until the last inbox row is committed", took.as_secs_f64(), "s").goal("<= 15 s"),
            Figure::new("reminders per second", rate, "/s").beside("rows/s, 500 a commit", rows),
            Figure::new("memory of the server, highest", memory as f64 / 1024.0, "MiB"),
            Figure::new(
                "a notification meanwhile, sent to frame, p50",
                percentile(&mut turn.took, 0.5),
                "ms",
            ),
            Figure::new(
                "a notification meanwhile, sent to frame, p99",
                percentile(&mut turn.took, 0.99),
                "ms",
            )
            .goal("<= 250 ms"),
            Figure::new("notifications missing", missing as f64, "").goal("0"),
        ],
    })
}

/// What is under way.
struct Turn {
    callers: Callers,
    sent: Vec<std::time::Instant>,
    /// From sending to the frame, in ms.
    took: Vec<f64>,
    /// Reminders that are written, as the server counts.
    written: usize,
}

impl Turn {
    fn take(&mut self, net: &mut Net, crowd: &mut Crowd, until: std::time::Instant) {
        let mut inbox = Inbox::default();
        net.turn(until, &mut inbox);
        for index in 0..inbox.len() {
            let (got, bytes) = inbox.get(index);
            let (sent, took) = (&self.sent, &mut self.took);
            crowd.take(got, bytes, |_, said, at| {
                let number = said.number().filter(|_| said.event == "item");
                let place = number.and_then(|number| number.checked_sub(FIRST));
                if let Some(begun) = place.and_then(|place| sent.get(place)) {
                    took.push(ms(at.saturating_duration_since(*begun)));
                }
            });
            let (sent, written) = (self.sent.len(), &mut self.written);
            self.callers.take(got, bytes, |_, _, body, _| {
                let text = String::from_utf8_lossy(body);
                let line =
                    text.lines().find_map(|line| line.strip_prefix("bellwire_inbox_items_written_total "));
                if let Some(count) = line.and_then(|count| count.trim().parse::<usize>().ok()) {
                    *written = count.saturating_sub(sent);
                }
            });
        }
    }
}

/// Who has them: all but the one who is told something else meanwhile.
fn people(bench: &Bench) -> Vec<UserId> {
    let most = PEOPLE.min(bench.stage.members.len().saturating_sub(1));
    bench.members(most).iter().map(|member| UserId::new(member.id.clone())).collect()
}

/// Writes the tasks, each due at the mark that has just passed.
async fn prepare(bench: &Bench) -> Result<(), Error> {
    let (clock, ids) = (Clock::System, Ids::system());
    let base = Base::open(&bench.stage.settings, clock, ids).await;
    let base = base.map_err(|error| Error::internal(error.to_string()))?;
    let (account, at) = (bench.stage.account, mark::floor(base.ctx.now()));
    let due = Due::instant(at, "UTC").ok_or_else(|| Error::internal("no time"))?;
    let (people, tasks) = (people(bench), bench.tasks);
    for first in (0..tasks).step_by(PART) {
        let (ids, due, people) = (base.ctx.ids.clone(), due.clone(), people.clone());
        base.ctx
            .store
            .write(move |tx| {
                let mut subjects = Vec::with_capacity(PART);
                for n in first..(first + PART).min(tasks) {
                    let task = task(ids.next(at), n, &due, &people[n % people.len()]);
                    store::tasks::insert(tx, account, &task)?;
                    subjects.push(task.id.to_string());
                }
                work::insert_anew(tx, account, WorkKind::Remind, &subjects, at)
            })
            .await?;
    }
    base.close().await;
    Ok(())
}

fn task(id: String, n: usize, due: &Due, performer: &UserId) -> Task {
    Task {
        id: TaskId::new(id),
        number: FIRST_NUMBER + n as i64,
        text: format!("Call the customer of order {n} about the time of delivery"),
        comment: None,
        due: Some(due.clone()),
        zone: "UTC".into(),
        generation: 1,
        performer: Some(Performer::User(performer.clone())),
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
        created_at: due.at,
        changed_at: due.at,
        deleted_at: None,
        next_reminder_at: None,
    }
}
