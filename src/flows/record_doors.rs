//! Writes records on behalf of a caller: single states, deletions, and batches of them.
//!
//! A batch shares transactions, up to [`MOST_TOGETHER`] lines each, because a commit costs more than a record. A line that
//! is refused leaves nothing and does not touch its neighbours: faults are found before the first statement that
//! writes. Where the transaction itself fails, its lines are tried one by one.

use serde::{Deserialize, Serialize};

use super::change::By;
use super::custom_events::{self, Draft};
use super::once::{Answer, Once, earlier, keep};
use super::records::{Put, Setting, Source, Which, Who, Written, delete_in, external_key, put_in};
use super::tasks::{self, TaskWrite, TasksWritten};
use super::{Ctx, sight};
use crate::domain::access::Caller;
use crate::domain::error::{Error, Result};
use crate::domain::record::RecordType;
use crate::ids::Ids;
use crate::store::records::Key;
use crate::store::{Tx, records};

/// Lines of a batch that share a transaction.
pub const MOST_TOGETHER: usize = 100;

/// Which door a caller's change comes through.
#[must_use]
pub fn source_of(caller: &Caller) -> Source {
    match caller {
        Caller::User(_) => Source::User,
        Caller::Key(_) => Source::Api,
    }
}

/// What a caller is called, for those who are told of his change.
#[must_use]
pub fn name_of(caller: &Caller) -> &str {
    match caller {
        Caller::User(user) => &user.name,
        Caller::Key(key) => &key.name,
    }
}

/// One write of a record or event.
#[derive(Debug, Clone)]
pub enum Write {
    Put(Box<Put>),
    Delete { record_type: RecordType, key: Key },
    Event(Box<Draft>),
    Task(Box<TaskWrite>),
}

/// A write with its Idempotency-Key.
#[derive(Debug, Clone)]
pub struct Line {
    pub write: Write,
    pub once: Option<Once>,
}

/// What came of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    Written(Written),
    Deleted,
    /// The id of the event.
    Accepted(String),
    Tasks(TasksWritten),
}

/// Does one write.
///
/// # Errors
/// As [`put_in`] and [`delete_in`]; what the caller does not see is not found.
pub async fn write(ctx: &Ctx, caller: &Caller, line: Line) -> Result<Answer<Done>> {
    let (caller, ids, now) = (caller.clone(), ctx.ids.clone(), ctx.now());
    ctx.store
        .write(move |tx| {
            let setting = setting_of(tx, &caller)?;
            run(tx, &setting, &caller, &ids, now, &line)
        })
        .await
}

/// Does many writes, in order, each with its own outcome.
pub async fn write_all(ctx: &Ctx, caller: &Caller, mut lines: Vec<Line>) -> Vec<Result<Answer<Done>>> {
    let mut answers = Vec::with_capacity(lines.len());
    while !lines.is_empty() {
        let rest = lines.split_off(lines.len().min(MOST_TOGETHER));
        let together = std::mem::replace(&mut lines, rest);
        let (of, ids, now, some) = (caller.clone(), ctx.ids.clone(), ctx.now(), together.clone());
        let done = ctx.store.write(move |tx| all_in(tx, &of, &ids, now, &some)).await;
        match done {
            Ok(done) => answers.extend(done),
            Err(error) => {
                tracing::warn!(%error, "a part of a batch failed; its lines are tried one by one");
                for line in together {
                    answers.push(write(ctx, caller, line).await);
                }
            }
        }
    }
    answers
}

fn all_in(
    tx: &mut Tx,
    caller: &Caller,
    ids: &Ids,
    now: i64,
    lines: &[Line],
) -> Result<Vec<Result<Answer<Done>>>> {
    let setting = setting_of(tx, caller)?;
    hold_all(tx, &setting, caller, lines)?;
    let mut answers = Vec::with_capacity(lines.len());
    for line in lines {
        match run(tx, &setting, caller, ids, now, line) {
            // These come from reading alone, so the transaction is as good as before.
            Err(error @ (Error::Invalid(_) | Error::NotFound | Error::Forbidden | Error::Conflict(_))) => {
                answers.push(Err(error));
            }
            Err(error) => return Err(error),
            Ok(answer) => answers.push(Ok(answer)),
        }
    }
    Ok(answers)
}

/// Holds the records that the lines name, customers first, in the order of their keys.
fn hold_all(tx: &mut Tx, setting: &Setting, caller: &Caller, lines: &[Line]) -> Result<()> {
    for record_type in RecordType::OF_SHOPS {
        let mut keys: Vec<String> =
            lines.iter().filter_map(|line| named(setting, record_type, line)).collect();
        keys.sort_unstable();
        keys.dedup();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        if keys.len() > 1 {
            records::hold(tx, caller.account(), record_type, &keys)?;
        }
    }
    Ok(())
}

fn named(setting: &Setting, record_type: RecordType, line: &Line) -> Option<String> {
    let Write::Put(put) = &line.write else { return None };
    let Which::ExternalId(id) = &put.which else { return None };
    let in_state = put.state.get("site").and_then(serde_json::Value::as_str);
    let site = setting.site(put.site.as_deref().or(in_state)).ok()?;
    (put.record_type == record_type).then(|| external_key(&site, id))
}

fn setting_of(tx: &mut Tx, caller: &Caller) -> Result<Setting> {
    let mut setting = Setting::load(tx, caller.account())?;
    setting.visible = sight::of_caller(tx, caller)?;
    Ok(setting)
}

fn run(
    tx: &mut Tx,
    setting: &Setting,
    caller: &Caller,
    ids: &Ids,
    now: i64,
    line: &Line,
) -> Result<Answer<Done>> {
    if let Some(once) = &line.once
        && let Some(value) = earlier(tx, once)?
    {
        return Ok(Answer { value, replayed: true });
    }
    let by = By::from(caller);
    let who = Who { by: &by, name: Some(name_of(caller)), ids, now, cause: None };
    let value = match &line.write {
        Write::Put(put) => Done::Written(put_in(tx, setting, &who, put)?),
        Write::Delete { record_type, key } => {
            super::record_pages::find_seen(tx, caller, *record_type, key)?;
            delete_in(tx, &who, *record_type, key, source_of(caller))?;
            Done::Deleted
        }
        Write::Event(draft) => Done::Accepted(custom_events::accept_in(tx, &who, draft)?),
        Write::Task(write) => Done::Tasks(tasks::run(tx, caller, ids, now, write)?),
    };
    if let Some(once) = &line.once {
        keep(tx, once, &value, now)?;
    }
    Ok(Answer { value, replayed: false })
}
