//! The OpenAPI document: whole in itself, with every route, and true to what the routes answer.

use serde_json::{Map, Value, json};

use crate::support::{Answer, TestApp, both};

/// The schema that a `$ref` names.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(path) => {
            let path = path.strip_prefix('#').unwrap_or_else(|| panic!("{path} is not within"));
            resolve(document, document.pointer(path).unwrap_or_else(|| panic!("{path} is missing")))
        }
        None => schema,
    }
}

/// Calls `look` with every object in the document.
fn walk(value: &Value, look: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            look(fields);
            fields.values().for_each(|field| walk(field, look));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, look)),
        _ => {}
    }
}

#[test]
fn the_document_is_whole() {
    let document = bellwire::http::openapi::document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let mut references = 0;
    walk(&document, &mut |fields| {
        if let Some(path) = fields.get("$ref").and_then(Value::as_str) {
            references += 1;
            resolve(&document, &json!({"$ref": path}));
        }
    });
    assert!(references > 20, "{references}");
    let mut ids = Vec::new();
    for route in bellwire::http::table() {
        let info = route.info;
        let operation = &document["paths"][info.path][info.method.to_ascii_lowercase()];
        assert!(operation.is_object(), "{} {} is missing", info.method, info.path);
        ids.push(operation["operationId"].as_str().unwrap().to_owned());
        assert!(!operation["summary"].as_str().unwrap().is_empty());
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key("default") && responses.keys().any(|status| status.starts_with('2')));
        let parameters: Vec<&Value> = operation["parameters"]
            .as_array()
            .map(|list| list.iter().map(|p| resolve(&document, p)).collect())
            .unwrap_or_default();
        let in_path: Vec<&str> =
            parameters.iter().filter(|p| p["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect();
        let named: Vec<&str> =
            info.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        assert_eq!(in_path, named, "{}", info.path);
    }
    let operations: usize =
        document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(operations, ids.len(), "the document holds the table and nothing else");
    ids.sort();
    ids.windows(2).for_each(|pair| assert_ne!(pair[0], pair[1]));
}

/// Holds a value against a schema, as far as our schemas go. Objects may not have more than they say.
fn fault(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let schema = resolve(document, schema);
    if schema == &json!(true) || schema.as_object().is_some_and(Map::is_empty) {
        return None;
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[word].as_array() {
            let faults: Vec<_> = choices.iter().map(|choice| fault(document, choice, value, at)).collect();
            return faults.iter().all(Option::is_some).then(|| format!("{at}: none of {faults:?}"));
        }
    }
    if let Some(allowed) = schema["enum"].as_array() {
        return (!allowed.contains(value)).then(|| format!("{at}: {value} is not one of {allowed:?}"));
    }
    if !schema["const"].is_null() {
        return (schema["const"] != *value).then(|| format!("{at}: {value} is not {}", schema["const"]));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = match &schema["type"] {
        Value::String(wanted) => wanted == kind || wanted == "number" && kind == "integer",
        Value::Array(kinds) => kinds.contains(&json!(kind)),
        _ => true,
    };
    if !fits {
        return Some(format!("{at}: {value} is not {}", schema["type"]));
    }
    match value {
        Value::Array(items) => {
            let item = |(index, item)| fault(document, &schema["items"], item, &format!("{at}/{index}"));
            items.iter().enumerate().find_map(item)
        }
        Value::Object(fields) => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let missing =
                required.iter().find(|name| !fields.contains_key(name.as_str().unwrap_or_default()));
            let known = schema["properties"].as_object().cloned().unwrap_or_default();
            let inside = |(name, field): (&String, &Value)| match known.get(name) {
                Some(schema) => fault(document, schema, field, &format!("{at}/{name}")),
                None => Some(format!("{at}: `{name}` is not in the schema")),
            };
            missing.map(|name| format!("{at}: {name} is missing")).or_else(|| fields.iter().find_map(inside))
        }
        _ => None,
    }
}

#[track_caller]
fn assert_as_documented(document: &Value, method: &str, path: &str, answer: &Answer) {
    let operation = &document["paths"][path][method.to_ascii_lowercase()];
    let responses = operation["responses"].as_object().unwrap_or_else(|| panic!("{method} {path}"));
    let status = answer.status.to_string();
    let documented =
        responses.get(&status).filter(|_| answer.status < 400).or_else(|| responses.get("default"));
    let response = resolve(document, documented.unwrap());
    assert!(
        answer.status >= 400 || responses.contains_key(&status),
        "{method} {path}: {status} is not documented"
    );
    let media = answer.header("content-type").unwrap_or_default().split(';').next().unwrap();
    if answer.body.is_empty() {
        assert!(response["content"].is_null(), "{method} {path}: a body is documented");
        return;
    }
    let schema = &response["content"][media]["schema"];
    assert!(!schema.is_null(), "{method} {path}: {media} is not documented with {status}");
    if media.ends_with("json") {
        let fault = fault(document, schema, &answer.json(), "");
        assert!(fault.is_none(), "{method} {path}: {}\n{answer}", fault.unwrap_or_default());
    }
}

fn draft(user: &str) -> Value {
    json!({"body": "x", "groups": ["sales"], "users": [user], "link": "/a", "expires_at": "2026-03-02T08:00:00Z"})
}

/// Calls about records.
fn calls_of_a_shop(bob: &str) -> Vec<(&str, &str, &str, Value)> {
    vec![
        ("PUT", "/v1/customers/{id}", "c1", json!({"first_name": "Kim"})),
        (
            "PUT",
            "/v1/orders/{id}",
            "o1",
            json!({"status": "new", "manager": bob, "customer": {"external_id": "c1"}}),
        ),
        (
            "PUT",
            "/v1/orders/{id}",
            "o1",
            json!({"status": "paid", "total_sum": 1.5, "items": [{"quantity": 2}]}),
        ),
        ("POST", "/v1/orders", "", json!({"colour": 1})),
        ("POST", "/v1/customers", "", json!({})),
        ("GET", "/v1/orders", "", Value::Null),
        ("GET", "/v1/customers", "", Value::Null),
        ("GET", "/v1/orders/{id}", "o1?by=external_id", Value::Null),
        ("GET", "/v1/customers/{id}", "c1?by=external_id", Value::Null),
        ("DELETE", "/v1/orders/{id}", "o1?by=external_id", Value::Null),
        (
            "POST",
            "/v1/batch",
            "",
            json!([{"method": "PUT", "path": "/v1/orders/2", "body": {}}, {"method": "GET", "path": "/"}]),
        ),
        ("POST", "/v1/events", "", json!({"type": "cart.left"})),
        ("GET", "/v1/history", "", Value::Null),
        ("GET", "/v1/reference-lists", "", Value::Null),
        ("GET", "/v1/sites", "", Value::Null),
        ("GET", "/v1/custom-fields", "", Value::Null),
        ("GET", "/v1/system-notifications", "", Value::Null),
    ]
}

/// Calls about tasks, one of which is `task`.
fn calls_about_tasks<'a>(task: &'a str, bob: &'a str) -> Vec<(&'a str, &'a str, &'a str, Value)> {
    let full = json!({"text": "Call", "due": "2026-03-02", "performer": {"user": bob}, "remind_before": 15,
        "repeat": {"every": "week", "until": "2026-12-31"}, "escalation": {"after": 10}});
    vec![
        ("POST", "/v1/tasks", "", full),
        ("POST", "/v1/tasks", "", json!({})),
        ("GET", "/v1/tasks", "", Value::Null),
        ("GET", "/v1/tasks/{id}", task, Value::Null),
        (
            "PATCH",
            "/v1/tasks/{id}",
            task,
            json!({"due": "2026-03-01T09:00", "performer": {"group": "sales"}}),
        ),
        ("POST", "/v1/tasks/{id}/comments", task, json!({"text": "Asked again"})),
        ("GET", "/v1/tasks/{id}/comments", task, Value::Null),
        ("POST", "/v1/tasks/{id}/complete", task, json!({"comment": "Done"})),
        ("POST", "/v1/tasks/{id}/reopen", task, Value::Null),
        ("GET", "/v1/tasks/{id}/history", task, Value::Null),
        ("POST", "/v1/tasks/bulk", "", json!({"ids": [task, "x"], "do": "complete"})),
        ("POST", "/v1/tasks/{id}/snooze", task, json!({"for": "5m"})),
        ("GET", "/v1/history", "?record_type=task", Value::Null),
        ("DELETE", "/v1/tasks/{id}", task, Value::Null),
    ]
}

/// Calls of an administrator, in order: method, route, the id in it, body.
fn calls<'a>(
    item: &'a str,
    sent: &'a str,
    group: &'a str,
    bob: &'a str,
) -> Vec<(&'a str, &'a str, &'a str, Value)> {
    vec![
        ("GET", "/v1/status", "", Value::Null),
        ("GET", "/v1/zones", "", Value::Null),
        ("GET", "/readyz", "", Value::Null),
        ("GET", "/openapi.json", "", Value::Null),
        ("GET", "/v1/session", "", Value::Null),
        ("GET", "/v1/profile", "", Value::Null),
        ("PATCH", "/v1/profile", "", json!({"zone": "Europe/Madrid"})),
        ("GET", "/v1/inbox", "", Value::Null),
        ("GET", "/v1/inbox/{id}", item, Value::Null),
        ("POST", "/v1/inbox/{id}/read", item, json!({})),
        ("POST", "/v1/inbox/{id}/close", item, json!({"by": "timeout"})),
        ("POST", "/v1/inbox/{id}/archive", item, json!({})),
        ("POST", "/v1/inbox/close", "", json!({"ids": [item]})),
        ("POST", "/v1/inbox/read-all", "", json!({"up_to": 3})),
        ("POST", "/v1/notifications", "", draft(bob)),
        ("POST", "/v1/notifications", "", json!({})),
        ("POST", "/v1/notifications/preview", "", draft(bob)),
        ("GET", "/v1/notifications", "", Value::Null),
        ("GET", "/v1/notifications/{id}", sent, Value::Null),
        ("GET", "/v1/notifications/{id}/recipients", sent, Value::Null),
        ("POST", "/v1/notifications/{id}/recall", sent, Value::Null),
        ("POST", "/v1/notifications/{id}/recall", sent, Value::Null),
        ("GET", "/v1/users", "", Value::Null),
        ("POST", "/v1/users", "", json!({"email": "new@example.com", "name": "New"})),
        ("GET", "/v1/users/{id}", bob, Value::Null),
        ("PATCH", "/v1/users/{id}", bob, json!({"name": "Robert"})),
        ("POST", "/v1/users/{id}/lock", bob, Value::Null),
        ("POST", "/v1/users/{id}/reset-password", bob, Value::Null),
        ("DELETE", "/v1/users/{id}", bob, Value::Null),
        ("DELETE", "/v1/users/{id}", bob, Value::Null),
        ("GET", "/v1/groups", "", Value::Null),
        ("POST", "/v1/groups", "", json!({"code": "night", "name": "Night"})),
        ("PATCH", "/v1/groups/{id}", group, json!({"sees": "own"})),
        ("PUT", "/v1/groups/{id}/members", group, json!({"users": []})),
        ("DELETE", "/v1/groups/{id}", group, Value::Null),
        ("GET", "/v1/api-keys", "", Value::Null),
        ("POST", "/v1/api-keys", "", json!({"name": "Shop", "scopes": ["read"]})),
        ("GET", "/v1/account", "", Value::Null),
        ("PATCH", "/v1/account", "", json!({"public_url": "https://bell.example.com"})),
        ("POST", "/v1/allowed-origins", "", json!({"origin": "https://crm.example.com"})),
        ("GET", "/v1/allowed-origins", "", Value::Null),
    ]
}

both!(answers_are_as_documented);
async fn answers_are_as_documented(app: &TestApp) {
    let root = app.cookie("root").await;
    let document = app.anonymous().get("/openapi.json").await.ok(200);
    assert_eq!(document, bellwire::http::openapi::document());
    let key = app.key(&["tokens"]).await;
    let sent = app.send_draft(&root, draft(&app.id("root"))).await;
    let item = app.newest(&root).await["id"].as_str().unwrap().to_owned();
    let group = root.get("/v1/groups").await.text("/items/0/id");
    let bob = app.id("bob");
    let task = root.post("/v1/tasks", json!({"text": "Ask"})).await.text("/id");
    let about_tasks = calls_about_tasks(&task, &bob);
    for (method, path, id, body) in
        calls_of_a_shop(&bob).into_iter().chain(about_tasks).chain(calls(&item, &sent, &group, &bob))
    {
        let query = id.strip_prefix('?').map(|query| format!("?{query}")).unwrap_or_default();
        let call = root.call(method, &(path.replace("{id}", id) + &query));
        let call = if body.is_null() { call } else { call.json(&body) };
        assert_as_documented(&document, method, path, &call.send().await);
        app.settle().await;
    }
    let token = key.post("/v1/tokens", json!({"user": app.id("ann")})).await;
    assert_as_documented(&document, "POST", "/v1/tokens", &token);
    assert_as_documented(&document, "GET", "/v1/inbox", &key.get("/v1/inbox").await);
}
