//! The first whole story: somebody writes, everybody in the group hears of it at once, and what one tab does is done in
//! all of them.

use serde_json::json;

use crate::support::stream::Stream;
use crate::support::{TestApp, assert_answer, both};

both!(a_notification_reaches_every_member);
async fn a_notification_reaches_every_member(app: &TestApp) {
    let (ann, bob) = (app.cookie("ann").await, app.cookie("bob").await);
    let (mut anns, mut bobs) = (Stream::open(&ann, None).await, Stream::open(&bob, None).await);
    let answer = ann
        .post("/v1/notifications", json!({"title": "Stock", "body": "<b>Count</b> it", "groups": ["sales"]}))
        .await;
    assert_answer!(answer, 202, {"id": "[id]", "recipients": 2});
    for stream in [&mut anns, &mut bobs] {
        assert_eq!(stream.frame().await.data, json!({"count": 1}));
        let item = stream.item().await.data;
        assert_eq!((&item["title"], &item["body"]), (&json!("Stock"), &json!("<b>Count</b> it")));
    }
    let page = bob.get("/v1/inbox").await;
    assert_answer!(page, 200, {
        "items": [{
            "id": "[id]", "seq": 2, "kind": "one_time", "severity": "info", "title": "Stock",
            "body": "<b>Count</b> it", "link": null, "sticky": false, "record": null, "actions": [], "count": 1,
            "sender": "Ann", "audience": ["Sales"], "created_at": "2026-03-01T08:00:00.000Z", "expires_at": null, "due_at": null,
            "seen_at": null, "read_at": null, "closed_at": null, "closed_by": null, "archived_at": null,
            "snoozed_until": null, "withdrawn_at": null,
        }],
        "unread": 1, "cursor": "[cursor]", "next": null,
    });
    let id = page.text("/items/0/id");
    let closed = bob.act(&format!("/v1/inbox/{id}/close")).await.ok(200);
    let told = bobs.item().await;
    assert_eq!((&told.data["id"], &told.data["closed_by"]), (&json!(id), &json!("user")));
    assert_eq!(told.data["seq"], closed["seq"]);
}
