//! Accounts under an operator: limited, suspended, deleted, had back.

use std::time::Duration;

use bellwire::domain::error::{Conflict, Error};
use bellwire::domain::id::Account;
use bellwire::domain::limits::AccountLimits;
use bellwire::flows::accounts::terms::{self, Hand};
use bellwire::flows::change::By;
use bellwire::flows::keys;
use bellwire::store::{account_terms, accounts};
use serde_json::json;

use crate::support::people::{PASSWORD, email};
use crate::support::stream::Stream;
use crate::support::{TestApp, both, facts};

const MAIN: Account = Account(1);

both!(a_suspended_account_is_closed_at_every_door_and_says_why);
async fn a_suspended_account_is_closed_at_every_door_and_says_why(app: &TestApp) {
    let (other, people) = app.other_account().await;
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let mal = app.cookie_of(other, people["mal"].clone()).await;
    let key = app.key_of(other, &["all"]).await;
    let scopes = ["retailcrm".to_owned()];
    let (_, secret) = keys::add(app.ctx(), &By::system(other), "shop", &scopes, None, None).await.unwrap();
    let shop = app.anonymous().with("x-api-key", &secret.unwrap());
    let token = {
        let made = key.post("/v1/tokens", json!({"user": people["mal"]})).await;
        app.anonymous().bearer(&made.text("/token"))
    };
    let neighbour = app.cookie("ann").await;
    let mut streams = [Stream::open(&mal, None).await, Stream::open(&token, None).await];
    app.send(&mal, "Before", &["sales"]).await;

    let by = Hand::shell(other);
    let asked = terms::suspend(app.ctx(), &by, "the bill of May").await.unwrap();
    assert!(asked.value.suspended_at.is_some());
    for stream in &mut streams {
        // The item of before, and the end: within what other nodes take to notice, and far below five seconds.
        assert_eq!(stream.bye().await, "signed_out");
    }
    for (who, path) in [
        (&eve, "/v1/account"),
        (&mal, "/v1/inbox"),
        (&token, "/v1/inbox"),
        (&key, "/v1/users"),
        (&mal, "/v1/stream"),
    ] {
        let refused = who.get(path).await;
        assert_eq!(
            (refused.status, refused.text("/type")),
            (403, "/problems/account-suspended".into()),
            "{path}"
        );
        assert!(refused.text("/detail").contains("the bill of May"), "{path}");
    }
    let refused = shop.get("/api/v5/users").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text("/errorMsg").contains("the bill of May"));
    let form = json!({"email": email("mal"), "password": PASSWORD});
    assert_eq!(app.anonymous().post("/v1/session", form).await.text("/type"), "/problems/account-suspended");
    let form = json!({"email": email("mal"), "password": "a wrong one"});
    assert_eq!(app.anonymous().post("/v1/session", form).await.status, 422, "only to who knows the password");
    // Nothing leaves, and nobody else is touched.
    let due = app.read(|tx| bellwire::store::deliveries::list_due_accounts(tx, i64::MAX / 2, 100)).await;
    assert!(!due.contains(&other), "its letters are not claimed");
    assert_eq!(neighbour.get("/v1/inbox").await.status, 200);

    terms::resume(app.ctx(), &by).await.unwrap();
    assert_eq!(mal.get("/v1/inbox").await.status, 200, "his session goes on");
    assert_eq!(key.get("/v1/users").await.status, 200);
    let acts = eve.get("/v1/audit-log?what=account.").await.ok(200);
    let acts: Vec<&str> =
        acts["items"].as_array().unwrap().iter().map(|a| a["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["account.resumed", "account.suspended"]);
}

both!(what_the_operator_allows_is_counted_by_account);
async fn what_the_operator_allows_is_counted_by_account(app: &TestApp) {
    let (other, people) = app.other_account().await;
    let eve = app.cookie_of(other, people["eve"].clone()).await;
    let key = app.key_of(other, &["all"]).await;
    let (by, limit) = (Hand::shell(other), |limits| async move {
        terms::limit(app.ctx(), &Hand::shell(other), limits).await.unwrap();
        // Other nodes hear of it within a second.
        app.advance(Duration::from_secs(1)).await;
    });
    let none = AccountLimits::default();
    let wrong = terms::limit(app.ctx(), &by, AccountLimits { users: Some(0), ..none }).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))));

    limit(AccountLimits { users: Some(3), ..none }).await;
    let user = |name: &str| json!({"email": format!("{name}@x.example"), "name": name, "role": "manager"});
    assert_eq!(eve.post("/v1/users", user("three")).await.status, 201);
    let full = eve.post("/v1/users", user("four")).await;
    assert_eq!((full.status, full.text("/type")), (409, "/problems/user-limit".into()));

    limit(AccountLimits { events_per_minute: Some(5), ..none }).await;
    let event = json!({"type": "cart.left"});
    for _ in 0..5 {
        assert_eq!(key.post("/v1/events", event.clone()).await.status, 202);
    }
    let refused = key.post("/v1/events", event.clone()).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("12")));
    assert_eq!(key.get("/v1/users").await.status, 200, "reading is no event");
    let main = app.key(&["all"]).await;
    assert_eq!(main.post("/v1/events", event.clone()).await.status, 202, "another account has its own");
    app.advance(Duration::from_secs(12)).await;
    assert_eq!(key.post("/v1/events", event.clone()).await.status, 202);
    // Each line of a batch is one; a batch that is larger than a minute's worth goes when the minute is whole.
    app.advance(Duration::from_mins(1)).await;
    let line = json!({"method": "POST", "path": "/v1/events", "body": event});
    assert_eq!(key.post("/v1/batch", json!([line, line, line])).await.status, 200);
    assert_eq!(key.post("/v1/batch", json!([line, line, line])).await.status, 429);

    limit(AccountLimits { calls_per_minute: Some(10), ..none }).await;
    let answered = {
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(key.get("/v1/users").await.status);
        }
        statuses
    };
    assert_eq!(answered.iter().filter(|status| **status == 200).count(), 10, "{answered:?}");
    limit(none).await;
    assert_eq!(key.get("/v1/users").await.status, 200);
}

both!(a_deleted_account_can_be_had_back_until_its_grace_is_over);
async fn a_deleted_account_can_be_had_back_until_its_grace_is_over(app: &TestApp) {
    let (other, people) = app.other_account().await;
    let mal = app.cookie_of(other, people["mal"].clone()).await;
    let key = app.key_of(other, &["all"]).await;
    app.send(&mal, "To be lost", &["sales"]).await;
    assert_eq!(key.put("/v1/customers/1", json!({"first_name": "Kim"})).await.status, 200);
    assert_eq!(key.post("/v1/tasks", json!({"text": "call"})).await.status, 201);
    app.settle().await;
    let (by, day) = (Hand::shell(other), Duration::from_hours(24));
    let deleted = terms::delete(app.ctx(), &by, 30 * day).await.unwrap();
    assert_eq!(deleted.value.delete_at, Some(app.now() + 30 * 24 * 3_600_000));
    assert_eq!(mal.get("/v1/inbox").await.status, 403);
    assert_eq!(terms::resume(app.ctx(), &by).await, Err(Error::Conflict(Conflict::WrongState)));
    assert_eq!(terms::delete(app.ctx(), &by, day).await, Err(Error::Conflict(Conflict::WrongState)));
    // The last account that is left stays.
    let main = terms::delete(app.ctx(), &Hand::shell(MAIN), day).await;
    assert_eq!(main, Err(Error::Conflict(Conflict::LastAccount)));
    app.advance(29 * day).await;
    assert!(!terms::purge_step(app.ctx()).await.unwrap(), "its grace lasts");
    terms::restore(app.ctx(), &by).await.unwrap();
    assert_eq!(key.get("/v1/users").await.status, 200);
    assert_eq!(terms::restore(app.ctx(), &by).await, Err(Error::Conflict(Conflict::WrongState)));

    terms::delete(app.ctx(), &by, day).await.unwrap();
    let before = app.facts().await;
    app.advance(2 * day).await;
    assert_eq!(terms::restore(app.ctx(), &by).await, Err(Error::NotFound), "too late");
    let mut steps = 0;
    while terms::purge_step(app.ctx()).await.unwrap() {
        steps += 1;
    }
    assert!(steps > 5, "table by table");
    assert_eq!(app.read(|tx| accounts::find_by_code(tx, "other")).await, None);
    // The clock's own chore may have been faster; nothing of the account is left, and all of the neighbour's is.
    for (table, columns) in facts::tables() {
        if columns.contains(&"account") {
            let sql = format!("select count(*) from {table} where account = {}", other.0);
            assert_eq!(app.count(&sql).await, 0, "{table}");
        }
    }
    let mine = |facts: &facts::Facts| {
        facts["app_user"].iter().filter(|row| row.contains("account=Some(\"1\")")).count()
    };
    assert_eq!(mine(&before), mine(&app.facts().await));
}

/// A table that is not in the list would keep the rows of accounts that are gone.
#[test]
fn every_table_of_accounts_is_purged() {
    for (table, columns) in facts::tables() {
        let listed = account_terms::TABLES.contains(&table);
        assert_eq!(listed, columns.contains(&"account"), "{table}: see store/account_terms.rs");
    }
}
