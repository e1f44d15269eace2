//! Clocks that are set: three hours forward and back. Nothing fires on the word of a clock that has just jumped, nothing
//! fires twice, and the server says so.

use std::time::Duration;

use serde_json::{Value, json};

use super::{at, reminders, standing, task, until};
use crate::support::{TestApp, both};

const MINUTE: Duration = Duration::from_mins(1);

async fn jump(app: &TestApp) -> Value {
    app.anonymous().get("/readyz").await.ok(200)["clock_jumped_ms"].clone()
}

both!(three_hours_forward_are_believed_after_a_minute);
async fn three_hours_forward_are_believed_after_a_minute(app: &TestApp) {
    let ann = app.cookie("ann").await;
    task(&ann, "Call", "10:00", json!({})).await;
    assert_eq!(jump(app).await, Value::Null);
    app.clock.set(at("11:00"));
    assert_eq!(jump(app).await, 3 * 3_600_000);
    app.advance(MINUTE / 2).await;
    assert_eq!(app.titles(&ann, "").await, [""; 0]);
    // Set right again: nothing has happened.
    app.clock.set(at("08:01"));
    assert_eq!(jump(app).await, Value::Null);
    until(app, "09:00").await;
    assert_eq!(reminders(app, &ann).await, [""; 0]);
    // And once more, for good.
    app.clock.set(at("12:00"));
    assert!(jump(app).await.is_number());
    app.advance(MINUTE).await;
    assert_eq!(standing(app, &ann).await, ["Call"]);
    assert_eq!(jump(app).await, Value::Null);
}

both!(three_hours_back_tell_nothing_twice);
async fn three_hours_back_tell_nothing_twice(app: &TestApp) {
    let ann = app.cookie("ann").await;
    task(&ann, "Early", "10:00", json!({})).await;
    task(&ann, "Late", "12:00", json!({})).await;
    until(app, "10:30").await;
    assert_eq!(reminders(app, &ann).await, ["Early"]);
    app.clock.set(at("07:30"));
    app.advance(2 * MINUTE).await;
    app.settle().await;
    until(app, "11:59").await;
    assert_eq!(reminders(app, &ann).await, ["Early"]);
    until(app, "12:00").await;
    assert_eq!(reminders(app, &ann).await, ["Late", "Early"]);
}
