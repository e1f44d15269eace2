//! Tasks: listed, read, made, changed, with their history and remarks.
//!
//! Users and groups share one count of numbers, so a performer's number says who is meant.

use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::Call;
use super::answer::{Answer, Refusal, Result};
use super::filter::Filter;
use super::history::local;
use super::page::Paging;
use super::params;
use crate::domain::access::Caller;
use crate::domain::actor::Actor;
use crate::domain::code::fold;
use crate::domain::error::Error;
use crate::domain::patch::Field;
use crate::domain::record::change::ChangeKind;
use crate::domain::record::value::Value;
use crate::flows::retailcrm::{read, tasks as told};
use crate::flows::tasks::{self, Draft, PerformerNamed, RecordNamed, RecordShown, Shown, TaskWrite};
use crate::store::history::Entry;
use crate::store::task_lists::{Order, State, Wanted};
use crate::store::tasks::Key;

/// Our names of fields, and those of this API.
const NAMES: [(&str, &str); 4] =
    [("due", "datetime"), ("performer", "performerId"), ("comment", "commentary"), ("done", "complete")];

impl Call {
    fn caller(&self) -> Caller {
        Caller::Key(self.key.clone())
    }

    fn task_number(&self) -> Result<i64> {
        self.path(0).trim().parse().map_err(|_| Error::NotFound.into())
    }
}

fn record_json(record: &RecordShown) -> Json {
    json!({"id": record.number, "externalId": record.external_id, "site": record.site})
}

fn task_json(shown: &Shown, zone: &TimeZone) -> Json {
    let task = &shown.task;
    let mut out = Map::new();
    let mut put = |key: &str, value: Option<Json>| {
        out.extend(value.map(|value| (key.to_owned(), value)));
    };
    put("id", Some(task.number.into()));
    put("text", Some(task.text.as_str().into()));
    put("commentary", task.comment.as_deref().map(Into::into));
    put("datetime", task.due.as_ref().map(|due| local(due.at, zone)[..16].into()));
    put("createdAt", Some(local(task.created_at, zone).into()));
    put("complete", Some(task.done_at.is_some().into()));
    put("completedAt", task.done_at.map(|at| local(at, zone).into()));
    put("creator", shown.creator_number.map(Into::into));
    put("performer", shown.performer_number.map(Into::into));
    put("performerType", shown.performer_number.and(task.performer.as_ref()).map(|p| p.kind().into()));
    put("phone", task.phone.as_deref().map(Into::into));
    put("customer", shown.customer.as_ref().map(record_json));
    put(
        "order",
        shown.order.as_ref().map(|order| {
            let mut json = record_json(order);
            json["number"] = order.title.as_str().into();
            json
        }),
    );
    Json::Object(out)
}

pub async fn list(call: Call) -> Result<Answer> {
    let paging = Paging::read(&call.params)?;
    let mut filter = Filter::of(&call.params);
    let state = match filter.text("status").as_deref() {
        None => State::All,
        Some("completed") => State::Done,
        Some("performing") => State::Open,
        Some("opened") => State::Due,
        Some("expired" | "overdue") => State::Overdue,
        Some(_) => {
            let why = "This must be one of completed, performing, opened, expired";
            return Err(Refusal::input("filter[status]", why));
        }
    };
    let words = [filter.text("text"), filter.text("customer")];
    let wanted = Wanted {
        state,
        numbers: filter.numbers("ids").unwrap_or_default(),
        search: words[0].as_deref().map(fold),
        sort: Order::Number,
        most: paging.limit,
        offset: paging.offset(),
        ..Wanted::default()
    };
    let asked = tasks::Filter {
        wanted,
        performers: filter.numbers("performers").unwrap_or_default(),
        creators: filter.numbers("creators").unwrap_or_default(),
        due: (filter.from("dateFrom"), filter.to("dateTo")),
        created: (filter.from("createdAtFrom"), filter.to("createdAtTo")),
        done: (filter.from("completedAtFrom"), filter.to("completedAtTo")),
        order_title: filter.text("orderNumber"),
        customer_words: words[1].as_deref().map(fold),
        ..tasks::Filter::default()
    };
    filter.finish()?;
    let (found, total, zone) = tasks::list_of_retailcrm(&call.state.ctx, call.account(), asked).await?;
    let found: Json = found.iter().map(|shown| task_json(shown, &zone)).collect();
    Ok(Answer::success().with("pagination", paging.answer(total)).with("tasks", found))
}

pub async fn get(call: Call) -> Result<Answer> {
    let key = Key::Number(call.task_number()?);
    let shown = tasks::get(&call.state.ctx, &call.caller(), key).await?;
    let zone = read::zone(&call.state.ctx, call.account()).await?;
    Ok(Answer::success().with("task", task_json(&shown, &zone)))
}

/// A text of the task: absent leaves it, null and an empty one clear it.
fn field(given: &Json, key: &str) -> Field<String> {
    match given.get(key) {
        None => Field::Leave,
        Some(value) => params::text(value).map_or(Field::Clear, Field::Set),
    }
}

fn record(given: &Json, key: &str, site: Option<&String>) -> Result<Field<RecordNamed>> {
    let Some(named) = given.get(key) else { return Ok(Field::Leave) };
    if named.is_null() {
        return Ok(Field::Clear);
    }
    let text = |key: &str| named.get(key).and_then(params::text);
    if let Some(id) = text("id") {
        let number =
            id.parse().map_err(|_| Refusal::input(format!("{key}.id"), "This must be a whole number"))?;
        return Ok(Field::Set(RecordNamed::Number(number)));
    }
    let Some(id) = text("externalId") else { return Ok(Field::Leave) };
    Ok(Field::Set(RecordNamed::External { id, site: text("site").or_else(|| site.cloned()) }))
}

async fn draft(call: &Call) -> Result<Draft> {
    let given = call.params.object("task")?;
    let site = call.params.text("site");
    let performer = match field(&given, "performerId") {
        Field::Leave => Field::Leave,
        Field::Clear => Field::Clear,
        Field::Set(number) => {
            let number = number.parse();
            let number: i64 =
                number.map_err(|_| Refusal::input("performerId", "This must be a whole number"))?;
            let is_group = told::is_group(&call.state.ctx, call.account(), number).await?;
            let named = if is_group {
                PerformerNamed::GroupNumber(number)
            } else {
                PerformerNamed::UserNumber(number)
            };
            Field::Set(named)
        }
    };
    let done = given.get("complete").and_then(params::text);
    Ok(Draft {
        text: given.get("text").map(|text| params::text(text).unwrap_or_default()),
        comment: field(&given, "commentary"),
        due: field(&given, "datetime"),
        performer,
        customer: record(&given, "customer", site.as_ref())?,
        order: record(&given, "order", site.as_ref())?,
        phone: field(&given, "phone"),
        done: done.map(|done| matches!(done.as_str(), "1" | "true")),
        ..Draft::default()
    })
}

async fn write(call: &Call, write: TaskWrite) -> Result<Shown> {
    let written = tasks::write(&call.state.ctx, &call.caller(), write, None).await;
    let mut written = written.map_err(|error| Refusal::from(error).renamed(&NAMES))?;
    written.value.pop().ok_or_else(|| Error::NotFound.into())
}

pub async fn create(call: Call) -> Result<Answer> {
    let draft = draft(&call).await?;
    let shown = write(&call, TaskWrite::Create(draft)).await?;
    Ok(Answer::created().with("id", shown.task.number))
}

pub async fn edit(call: Call) -> Result<Answer> {
    let (key, draft) = (Key::Number(call.task_number()?), draft(&call).await?);
    let shown = write(&call, TaskWrite::Change(key, draft)).await?;
    Ok(Answer::success().with("id", shown.task.number))
}

pub async fn list_comments(call: Call) -> Result<Answer> {
    let paging = Paging::read(&call.params)?;
    let key = Key::Number(call.task_number()?);
    let remarks = tasks::list_comments(&call.state.ctx, &call.caller(), key).await?;
    let zone = read::zone(&call.state.ctx, call.account()).await?;
    let comment = |(place, remark): (usize, &tasks::Remark)| {
        json!({
            "id": place + 1,
            "text": remark.comment.text,
            "createdAt": local(remark.comment.created_at, &zone),
            "creator": remark.by_number,
        })
    };
    let all: Vec<Json> = remarks.iter().enumerate().map(comment).collect();
    let (page, pagination) = paging.of(all);
    Ok(Answer::success().with("pagination", pagination).with("comments", Json::Array(page)))
}

pub async fn history(call: Call) -> Result<Answer> {
    let paging = Paging::read(&call.params)?;
    let mut filter = Filter::of(&call.params);
    let past = told::Past {
        since: filter.number("sinceId").unwrap_or_default(),
        task: filter.number("taskId"),
        times: (filter.from("startDate"), filter.to("endDate")),
        offset: paging.offset(),
        most: paging.limit,
    };
    filter.finish()?;
    let told = told::list_history(&call.state.ctx, call.account(), past).await?;
    let history: Json = told.entries.iter().map(|entry| entry_json(entry, &told, &call)).collect();
    Ok(Answer::success()
        .with("generatedAt", local(call.state.ctx.now(), &told.zone))
        .with("history", history)
        .with("pagination", paging.answer(told.total)))
}

fn entry_json(entry: &Entry, told: &told::Told, call: &Call) -> Json {
    let zone = &told.zone;
    let by_id = |number: Option<&i64>| number.map_or(Json::Null, |number| json!({"id": number}));
    let value = |value: &Option<Value>| match value {
        None => Json::Null,
        Some(Value::User(user)) => by_id(told.numbers.get(user.as_str())),
        Some(Value::Code(group)) => by_id(told.numbers.get(group)),
        Some(Value::Record(record)) => by_id(told.numbers.get(record.as_str())),
        Some(Value::Instant(at)) => local(*at, zone)[..16].into(),
        Some(value) => crate::domain::record::wire::retailcrm_value(value, zone),
    };
    let shown = told.tasks.get(entry.record.as_str());
    let mut out = Map::new();
    let mut put = |key: &str, value: Json| _ = out.insert(key.to_owned(), value);
    put("id", entry.seq.into());
    put("createdAt", local(entry.created_at, zone).into());
    match entry.kind {
        ChangeKind::Create => put("created", true.into()),
        ChangeKind::Delete => put("deleted", true.into()),
        ChangeKind::Update => {}
    }
    put("source", entry.source.as_str().into());
    match &entry.actor {
        Actor::User(user) => put("user", by_id(told.numbers.get(user.as_str()))),
        Actor::Key(key) => put("apiKey", json!({"current": *key == call.key.key})),
        Actor::Rule(_) | Actor::System => {}
    }
    let ours = entry.change.field.as_ref();
    let ours = if ours == "due_at" { "due" } else { ours };
    let theirs = NAMES.iter().find(|(name, _)| *name == ours && ours != "performer");
    put("field", theirs.map_or(ours, |(_, theirs)| theirs).into());
    let number = || shown.map_or(Json::Null, |shown| shown.task.number.into());
    put("oldValue", if entry.kind == ChangeKind::Delete { number() } else { value(&entry.change.old) });
    put("newValue", if entry.kind == ChangeKind::Create { number() } else { value(&entry.change.new) });
    put(
        "task",
        shown.map_or(Json::Null, |shown| match entry.kind {
            ChangeKind::Create => task_json(shown, zone),
            ChangeKind::Update | ChangeKind::Delete => json!({"id": shown.task.number}),
        }),
    );
    Json::Object(out)
}
