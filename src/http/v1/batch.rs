//! Many writes in one call: a JSON array or lines of JSON in, an answer for each out, in the same order and form. Each has
//! its own outcome; what a line may be is in [`parse`].

use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::events::{EventIn, draft_of};
use super::records::{PutQuery, WrittenOut};
use super::task_wire::{TaskIn, TaskOut, TaskPatch};
use super::tasks::CompleteIn;
use crate::domain::access::Caller;
use crate::domain::error::{Error, Fault};
use crate::domain::language::Language;
use crate::domain::record::RecordType;
use crate::domain::record::value::Spelling;
use crate::flows::once::{Answer, Once};
use crate::flows::record_doors::{self, Done, Line, Write, source_of};
use crate::flows::records::{Put, Which};
use crate::flows::tasks::{self, Shown, TaskWrite, TasksWritten};
use crate::http::State;
use crate::http::extract::{Raw, sha256};
use crate::http::fields::{from_json, from_query};
use crate::http::problem::{Problem, ProblemOut, Result, accepted_language};
use crate::http::reply::Answers;
use crate::http::route::{self, Operation};
use crate::store::records;
use crate::store::tasks::Key;

/// Longest body, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;
/// Lines of one call.
const MOST_LINES: usize = 1_000;
const LINES: &str = "application/x-ndjson";

/// One write.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct BatchLine {
    /// `PUT`, `POST`, `PATCH` or `DELETE`.
    method: String,
    /// `/v1/orders…`, `/v1/customers…`, `/v1/tasks…` or `/v1/events`, with its query.
    path: String,
    /// What the call would take.
    body: Option<Json>,
    /// As the header of that name.
    idempotency_key: Option<String>,
}

/// What came of one write; `body` is what the call would answer: null where that is nothing, a problem where it failed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BatchAnswer {
    status: u16,
    body: Json,
}

/// The answers, in the form in which the lines came.
#[derive(Debug)]
pub struct Batch {
    answers: Vec<BatchAnswer>,
    in_lines: bool,
}

impl Answers for Batch {
    fn describe(operation: &mut Operation) {
        let schema = Some(crate::http::reply::schema_of::<Vec<BatchAnswer>> as route::SchemaOf);
        // Each line has a key of its own.
        operation.once = false;
        operation.answers.push(route::Answer { status: 200, media: "application/json", schema });
    }
}

impl IntoResponse for Batch {
    fn into_response(self) -> Response {
        let (media, body) = if self.in_lines {
            let lines =
                self.answers.iter().map(|answer| serde_json::to_string(answer).unwrap_or_default() + "\n");
            (LINES, lines.collect::<String>())
        } else {
            ("application/json", serde_json::to_string(&self.answers).unwrap_or_default())
        };
        (StatusCode::OK, [(header::CONTENT_TYPE, HeaderValue::from_static(media))], body).into_response()
    }
}

pub async fn write_batch(
    state: State,
    caller: Caller,
    headers: HeaderMap,
    body: Raw<Vec<BatchLine>, LONGEST>,
) -> Result<Batch> {
    let in_lines = body.media == LINES;
    let lines = if in_lines { split_lines(&body.bytes) } else { split_array(&body)? };
    if lines.len() > MOST_LINES {
        return Err(Error::field("lines", Fault::TooMany(MOST_LINES)).into());
    }
    // The guard has counted the call as one.
    let more = lines.len().saturating_sub(1) as i64;
    state.limits.accounts.write(&state.ctx, caller.account(), more).await?;
    let language = match &caller {
        Caller::User(user) => user.language,
        Caller::Key(_) => accepted_language(&headers).unwrap_or_default(),
    };
    let read = lines.into_iter().map(|line| line.and_then(|json| parse(&caller, json)));
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (place, line) in read.enumerate() {
        match line {
            Ok(line) => good.push((place, line)),
            Err(problem) => bad.push((place, Err(problem))),
        }
    }
    let (places, good): (Vec<usize>, Vec<Line>) = good.into_iter().unzip();
    let is_new: Vec<bool> = good.iter().map(is_new).collect();
    let done = record_doors::write_all(&state.ctx, &caller, good).await;
    let done = done.into_iter().zip(is_new).map(|(done, is_new)| done.map(|done| (done, is_new)));
    let mut all: Vec<(usize, Outcome)> = bad;
    all.extend(places.into_iter().zip(done.map(|done| done.map_err(Problem::from))));
    all.sort_by_key(|(place, _)| *place);
    let shown = shown_tasks(&state, &caller, &all).await?;
    let answers = all.into_iter().map(|(_, done)| answer(&state, language, &shown, done)).collect();
    Ok(Batch { answers, in_lines })
}

/// What came of a line, and whether it was to make a record.
type Outcome = Result<(Answer<Done>, bool)>;

fn split_lines(bytes: &[u8]) -> Vec<Result<Json>> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.map(|line| serde_json::from_slice(line).map_err(|e| malformed(&e))).collect()
}

fn split_array(body: &Raw<Vec<BatchLine>, LONGEST>) -> Result<Vec<Result<Json>>> {
    if body.media != "application/json" {
        return Err(Problem::NotJson);
    }
    match serde_json::from_slice(&body.bytes).map_err(|e| malformed(&e))? {
        Json::Array(lines) => Ok(lines.into_iter().map(Ok).collect()),
        _ => Err(Error::field("", Fault::WrongType("array")).into()),
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::Malformed { line: error.line(), column: error.column() }
}

/// Reads a line: a write of an order or customer, or an event. Anything else has no place in a batch.
fn parse(caller: &Caller, json: Json) -> Result<Line> {
    let line: BatchLine = from_json(json)?;
    let (path, query) = line.path.split_once('?').unwrap_or((&line.path, ""));
    let rest = path.strip_prefix("/v1/").ok_or(Problem::NoRoute)?;
    let (resource, id) = rest.split_once('/').map_or((rest, None), |(resource, id)| (resource, Some(id)));
    let id = id.filter(|id| !id.is_empty() && !id.contains('/')).map(decoded).transpose()?;
    if resource == "tasks" {
        return parse_task(caller, &line, path, rest);
    }
    let record_type = match resource {
        "orders" => Some(RecordType::Order),
        "customers" => Some(RecordType::Customer),
        "events" => None,
        _ => return Err(Problem::NoRoute),
    };
    let body = line.body.clone().unwrap_or_else(|| json!({}));
    let write = match (line.method.as_str(), record_type, id) {
        ("POST", None, None) => Write::Event(Box::new(draft_of(from_json::<EventIn>(body.clone())?))),
        ("PUT", Some(of), Some(id)) => put(caller, of, Which::ExternalId(id), query, body.clone())?,
        ("PATCH", Some(of), Some(id)) => put(caller, of, Which::Id(id), query, body.clone())?,
        ("POST", Some(of), None) => put(caller, of, Which::New, query, body.clone())?,
        ("DELETE", Some(record_type), Some(id)) => Write::Delete { record_type, key: records::Key::Id(id) },
        _ => return Err(Problem::NoMethod),
    };
    let once = line.idempotency_key.map(|key| once(caller, &line.method, path, key, &body)).transpose()?;
    Ok(Line { write, once })
}

/// Reads a line that makes, changes, finishes or deletes a task.
fn parse_task(caller: &Caller, line: &BatchLine, path: &str, rest: &str) -> Result<Line> {
    let body = line.body.clone().unwrap_or_else(|| json!({}));
    let parts: Vec<&str> = rest.split('/').skip(1).collect();
    let key = |id: &str| decoded(id).map(Key::Id);
    let write = match (line.method.as_str(), parts.as_slice()) {
        ("POST", []) => match from_json::<TaskIn>(body.clone())?.read()? {
            (draft, None) => TaskWrite::Create(draft),
            (_, Some(_)) => return Err(Error::field("records", Fault::UnknownField).into()),
        },
        ("PATCH", [id]) => TaskWrite::Change(key(id)?, from_json::<TaskPatch>(body.clone())?.read()?),
        ("DELETE", [id]) => TaskWrite::Delete(key(id)?),
        ("POST", [id, "complete"]) => {
            TaskWrite::Complete(key(id)?, from_json::<CompleteIn>(body.clone())?.into_comment())
        }
        ("POST", [id, "reopen"]) => TaskWrite::Reopen(key(id)?),
        (_, [] | [_] | [_, "complete" | "reopen"]) => return Err(Problem::NoMethod),
        _ => return Err(Problem::NoRoute),
    };
    let once =
        line.idempotency_key.clone().map(|key| once(caller, &line.method, path, key, &body)).transpose()?;
    Ok(Line { write: Write::Task(Box::new(write)), once })
}

/// A part of a path as it was meant.
fn decoded(part: &str) -> Result<String> {
    // In a path a plus is a plus; the decoder of queries would make it a space.
    let whole = format!("x={}", part.replace('+', "%2B"));
    let decoded = url::form_urlencoded::parse(whole.as_bytes()).next().map(|(_, value)| value.into_owned());
    let decoded = decoded.filter(|id| !id.contains('\u{fffd}') && !id.contains('\0'));
    decoded.ok_or_else(|| Error::NotFound.into())
}

fn put(caller: &Caller, record_type: RecordType, which: Which, query: &str, state: Json) -> Result<Write> {
    let query: PutQuery = from_query(query)?;
    let may_create = !matches!(which, Which::Id(_));
    Ok(Write::Put(Box::new(Put {
        record_type,
        which,
        site: query.site,
        state,
        spelling: Spelling::Native,
        source: source_of(caller),
        silent: query.silent,
        may_create,
    })))
}

fn once(caller: &Caller, method: &str, path: &str, key: String, body: &Json) -> Result<Once> {
    const LONGEST_KEY: usize = 255;
    if key.len() > LONGEST_KEY {
        return Err(Error::field("idempotency_key", Fault::TooLong(LONGEST_KEY)).into());
    }
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::field("idempotency_key", Fault::WrongType("visible ASCII")).into());
    }
    let actor = caller.actor();
    Ok(Once {
        account: caller.account(),
        caller: format!("{}:{}", actor.kind(), actor.id().unwrap_or_default()),
        operation: format!("{method} {path}"),
        key,
        body_hash: sha256(body.to_string().as_bytes()),
    })
}

fn is_new(line: &Line) -> bool {
    match &line.write {
        Write::Put(put) => put.which == Which::New,
        Write::Task(write) => matches!(**write, TaskWrite::Create(_)),
        Write::Delete { .. } | Write::Event(_) => false,
    }
}

/// The tasks that were written, by id, as they are now.
async fn shown_tasks(
    state: &State,
    caller: &Caller,
    all: &[(usize, Outcome)],
) -> Result<HashMap<String, Shown>> {
    let written = all.iter().filter_map(|(_, done)| match done {
        Ok((Answer { value: Done::Tasks(TasksWritten(ids)), .. }, _)) => Some(ids.iter().cloned()),
        _ => None,
    });
    let ids: Vec<String> = written.flatten().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let shown = tasks::shown(&state.ctx, caller, TasksWritten(ids)).await?;
    Ok(shown.into_iter().map(|shown| (shown.task.id.to_string(), shown)).collect())
}

fn answer(state: &State, language: Language, shown: &HashMap<String, Shown>, done: Outcome) -> BatchAnswer {
    match done {
        Ok((done, is_new)) => match done.value {
            Done::Written(written) => {
                let body = serde_json::to_value(WrittenOut::from(written)).unwrap_or_default();
                BatchAnswer { status: if is_new { 201 } else { 200 }, body }
            }
            Done::Deleted => BatchAnswer { status: 204, body: Json::Null },
            Done::Tasks(TasksWritten(ids)) => {
                let task = ids.first().and_then(|id| shown.get(id));
                let here = task.filter(|shown| shown.task.deleted_at.is_none());
                let body = here.map(|shown| TaskOut::new(shown.clone(), state.ctx.now()));
                let body = body.map(|task| serde_json::to_value(task).unwrap_or_default());
                let status = if is_new {
                    201
                } else if body.is_some() {
                    200
                } else {
                    204
                };
                BatchAnswer { status, body: body.unwrap_or(Json::Null) }
            }
            Done::Accepted(id) => BatchAnswer { status: 202, body: json!({ "id": id }) },
        },
        Err(problem) => {
            let body = ProblemOut::new(&problem, &state.texts, language);
            BatchAnswer {
                status: problem.status().as_u16(),
                body: serde_json::to_value(body).unwrap_or_default(),
            }
        }
    }
}
