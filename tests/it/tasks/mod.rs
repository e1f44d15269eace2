//! Stories of tasks: made, told of in time, exactly once, until closed by hand.

mod calls;
mod clocks;
mod firing;
mod gone;
mod nodes;
mod outage;
mod retailcrm;
mod sight;

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// Unix ms of a time of 1 March 2026, the day on which every story begins at 08:00.
fn at(time: &str) -> i64 {
    let instant: jiff::Timestamp = format!("2026-03-01T{time}:00Z").parse().unwrap();
    instant.as_millisecond()
}

/// Lets it become that time of the day, and everything that is due then happen.
async fn until(app: &TestApp, time: &str) {
    let left = u64::try_from(at(time) - app.now()).expect("stories go forward");
    app.advance(Duration::from_millis(left)).await;
    app.settle().await;
}

/// Makes a task that is due at this time of the day.
async fn task(who: &Client, text: &str, due: &str, more: Value) -> Value {
    let mut body = json!({"text": text, "due": format!("2026-03-01T{due}:00Z")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    who.post("/v1/tasks", body).await.ok(201)
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

/// The reminders in somebody's inbox whose popups stand, newest first, by title.
async fn standing(app: &TestApp, who: &Client) -> Vec<String> {
    app.settle().await;
    app.titles(who, "kind=task&filter=standing").await
}

/// All reminders in somebody's inbox, newest first, by title.
async fn reminders(app: &TestApp, who: &Client) -> Vec<String> {
    app.settle().await;
    app.titles(who, "kind=task").await
}

/// The newest item of his inbox.
async fn newest(app: &TestApp, who: &Client) -> Value {
    app.settle().await;
    app.newest(who).await
}
