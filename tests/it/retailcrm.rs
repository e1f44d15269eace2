//! The RetailCRM-compatible API on the wire: keys and parameters wherever clients put them, envelopes, the words of errors,
//! and a history in which nothing is skipped. The clients of others drive all of its calls in `conformance/`.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use bellwire::config::Settings;
use bellwire::domain::id::Account;
use bellwire::flows::{change::By, keys};
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, assert_answer, both, run_with};

const FORM: &str = "application/x-www-form-urlencoded";

/// A shop's machine: its key, and a caller that shows it in the header.
async fn shop(app: &TestApp) -> (Client, String) {
    let key = secret(app, "retailcrm").await;
    (app.anonymous().with("x-api-key", &key), key)
}

async fn secret(app: &TestApp, scope: &str) -> String {
    let by = By::system(Account(1));
    let (_, key) = keys::add(app.ctx(), &by, "shop", &[scope.to_owned()], None, None).await.unwrap();
    key.unwrap()
}

/// Sends a form whose fields are texts.
async fn form(client: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    client.call("POST", path).header("content-type", FORM).body(fields.join("&")).send().await
}

/// Sends a form with one field of JSON.
async fn send(client: &Client, path: &str, name: &str, value: Value) -> Answer {
    form(client, path, &[(name, &value.to_string())]).await
}

async fn add_order(client: &Client, order: Value) -> i64 {
    send(client, "/api/v5/orders/create", "order", order).await.ok(201)["id"].as_i64().unwrap()
}

fn refusal(message: &str) -> Value {
    json!({"success": false, "errorMsg": message})
}

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, message: &str) {
    let json = answer.json();
    assert_eq!(
        (answer.status, &json["errorMsg"], &json["success"]),
        (status, &json!(message), &json!(false)),
        "{answer}"
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

both!(a_key_is_found_wherever_clients_put_it);
async fn a_key_is_found_wherever_clients_put_it(app: &TestApp) {
    let (shop, key) = shop(app).await;
    let nobody = app.anonymous();
    let all = secret(app, "all").await;
    assert_eq!(shop.get("/api/api-versions").await.json(), json!({"success": true, "versions": ["5.0"]}));
    assert_eq!(nobody.get(&format!("/api/v5/orders?apiKey={key}")).await.status, 200);
    assert_eq!(nobody.get(&format!("/api/v5/orders?apiKey={all}")).await.status, 200);
    let customer = r#"{"firstName":"Eva"}"#;
    let path = "/api/v5/customers/create";
    form(&nobody, path, &[("apiKey", &key), ("customer", customer)]).await.ok(201);
    nobody.post(path, json!({"apiKey": key, "customer": customer})).await.ok(201);
    form(&nobody, &format!("{path}?apiKey={key}"), &[("customer", customer)]).await.ok(201);

    assert_eq!(nobody.get("/api/v5/orders").await.json(), refusal("\"apiKey\" is missing."));
    assert_refused(&nobody.get("/api/v5/orders?apiKey=").await, 400, "\"apiKey\" is missing.");
    assert_refused(&nobody.get("/api/v5/orders?apiKey=nonsense").await, 403, "Wrong \"apiKey\" value.");
    assert_refused(
        &form(&nobody, path, &[("apiKey", "x"), ("customer", customer)]).await,
        403,
        "Wrong \"apiKey\" value.",
    );
    for scope in ["ingest", "notify", "tokens", "read"] {
        let key = secret(app, scope).await;
        assert_refused(&nobody.with("x-api-key", &key).get("/api/v5/orders").await, 403, "Access denied.");
    }
    // Neither a cookie nor a bearer is a key here.
    assert_eq!(app.cookie("root").await.get("/api/v5/orders").await.status, 400);
    assert_eq!(app.key(&["all"]).await.get("/api/v5/orders").await.status, 400);
}

both!(guesses_of_keys_are_slowed_down);
async fn guesses_of_keys_are_slowed_down(app: &TestApp) {
    let nobody = app.anonymous();
    let mut answer = nobody.get("/api/v5/orders?apiKey=0").await;
    for guess in 1..70 {
        answer = nobody.get(&format!("/api/v5/orders?apiKey={guess}")).await;
    }
    assert_refused(&answer, 503, "Too many requests");
    assert!(answer.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok_and(|s| s > 0)));
}

#[test]
fn a_key_that_calls_too_often_is_told_when_to_come_back() {
    let change = |settings: &mut Settings| settings.key_rate = NonZeroU32::new(2);
    run_with(change, &async |app: &TestApp| {
        let (shop, _) = shop(app).await;
        let (other, _) = self::shop(app).await;
        for _ in 0..2 {
            shop.get("/api/v5/orders").await.ok(200);
        }
        let refused = shop.get("/api/v5/orders").await;
        assert_refused(&refused, 503, "Too many requests");
        let after: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=2).contains(&after), "{after} s");
        other.get("/api/v5/orders").await.ok(200);
        app.advance(Duration::from_secs(after)).await;
        shop.get("/api/v5/orders").await.ok(200);
    });
}

both!(parameters_are_read_in_every_style);
async fn parameters_are_read_in_every_style(app: &TestApp) {
    let (shop, _) = shop(app).await;
    // A form whose field is JSON; JSON whose field is JSON in a text; JSON all through; brackets all through.
    send(&shop, "/api/v5/orders/create", "order", json!({"externalId": "1", "number": "A"})).await.ok(201);
    shop.post("/api/v5/orders/create", json!({"order": r#"{"externalId":"2","number":"B"}"#})).await.ok(201);
    shop.post("/api/v5/orders/create", json!({"order": {"externalId": "3", "number": "C"}})).await.ok(201);
    let fields = [
        ("order[externalId]", "4"),
        ("order[items][0][productName]", "Tea"),
        ("order[items][0][initialPrice]", "2.5"),
        ("order[items][1][productName]", "Cup"),
    ];
    let made = form(&shop, "/api/v5/orders/create", &fields).await.ok(201);
    assert_eq!(
        (&made["order"]["totalSumm"], &made["order"]["items"][1]["productName"]),
        (&json!(2.5), &json!("Cup"))
    );

    let found = async |query: &str| {
        let page = shop.get(&format!("/api/v5/orders?{query}")).await.ok(200);
        let ids = page["orders"]
            .as_array()
            .unwrap()
            .iter()
            .map(|order| order["externalId"].as_str().unwrap().to_owned());
        ids.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("filter[externalIds][]=1&filter[externalIds][]=3").await, "1 3");
    assert_eq!(found("filter[externalIds][0]=1&filter[externalIds][1]=3").await, "1 3");
    assert_eq!(found("filter%5Bnumbers%5D%5B%5D=B&page=1&limit=20").await, "2");
    assert_eq!(found("filter=None&limit=20&page=1").await, "1 2 3 4");
    assert_eq!(found("filter=").await, "1 2 3 4");

    // `by` and `site` from query or body; the body goes first.
    let id = made["id"].as_i64().unwrap();
    let edit = r#"{"status":"complete"}"#;
    form(&shop, &format!("/api/v5/orders/{id}/edit?by=id"), &[("order", edit)]).await.ok(200);
    form(&shop, &format!("/api/v5/orders/{id}/edit"), &[("by", "id"), ("order", edit)]).await.ok(200);
    form(&shop, "/api/v5/orders/4/edit?by=id", &[("by", "externalId"), ("order", edit)]).await.ok(200);
    assert_refused(&shop.get("/api/v5/orders/4?by=name").await, 400, "Errors in the input parameters");
    // Ids of shops hold what they like.
    send(&shop, "/api/v5/customers/create", "customer", json!({"externalId": "a/b c?ü"})).await.ok(201);
    assert_eq!(
        shop.get("/api/v5/customers/a%2Fb%20c%3F%C3%BC").await.ok(200)["customer"]["externalId"],
        "a/b c?ü"
    );
}

both!(every_answer_is_json);
async fn every_answer_is_json(app: &TestApp) {
    let (shop, _) = shop(app).await;
    for path in [
        "/api",
        "/api/",
        "/api/v5",
        "/api/v5/tasks",
        "/api/v4/orders",
        "/api/v5/orders/combine",
        "/api/v5//orders",
    ] {
        assert_refused(&shop.get(path).await, 404, "API method not found");
    }
    assert_refused(&shop.get("/api/v5/orders/create").await, 405, "Method Not Allowed");
    assert_refused(&shop.act("/api/v5/orders").await, 405, "Method Not Allowed");
    assert_refused(&shop.delete("/api/v5/orders/1").await, 405, "Method Not Allowed");
    let long = format!("/api/v5/orders?x={}", "y".repeat(15_000));
    assert_refused(&shop.get(&long).await, 414, "The address of the request is too long");
    let large = shop.call("POST", "/api/v5/orders/create").header("content-type", FORM);
    assert_refused(&large.body(vec![b'x'; 10_000_000]).send().await, 413, "The request is too large");

    let create = |kind: &str, body: &str| {
        shop.call("POST", "/api/v5/orders/create").header("content-type", kind).body(body).send()
    };
    let (missing, input) = ("Parameter 'order' is missing", "Errors in the input parameters");
    assert_refused(&create(FORM, "").await, 400, missing);
    assert_refused(&create(FORM, "order=").await, 400, missing);
    assert_refused(&create("application/json", r#"{"order":null}"#).await, 400, missing);
    assert_refused(&create(FORM, "order=%7B").await, 400, input);
    assert_refused(&create(FORM, "order=5").await, 400, input);
    assert_refused(&create(FORM, "order=[]").await, 400, input);
    assert_refused(&create("application/json", "{").await, 400, "Invalid input parameters");
    assert_refused(&create("application/json", "[1]").await, 400, "Invalid input parameters");
    let deep = format!("order={}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_refused(&create(FORM, &deep).await, 400, input);
    assert_refused(
        &create(FORM, &format!("order{}=1", "[a]".repeat(5_000))).await,
        400,
        "Invalid input parameters",
    );
    assert_refused(
        &create("multipart/form-data; boundary=x", "--x--").await,
        400,
        "Invalid input parameters",
    );

    // What is wrong inside is ours to read about, not the caller's.
    let id = add_order(&shop, json!({"externalId": "1"})).await;
    app.write(|tx| tx.execute("update record set state = 'nonsense'", &[])).await;
    let broken = shop.get("/api/v5/orders/1").await;
    assert_eq!((broken.status, broken.json()), (500, refusal("Internal Server Error")), "{id}");
    app.write(|tx| tx.execute("delete from record", &[])).await;
}

both!(what_is_wrong_with_a_field_is_said_and_nothing_is_written);
async fn what_is_wrong_with_a_field_is_said_and_nothing_is_written(app: &TestApp) {
    let (shop, _) = shop(app).await;
    let before =
        (app.count("select count(*) from record").await, app.count("select count(*) from history").await);
    let order = json!({
        "email": "nobody", "managerId": 999, "createdAt": "soon", "items": [{"quantity": "many"}],
        "customer": {"externalId": "none"}, "site": "none", "unknownToUs": {"is": "passed over"},
    });
    let answer = send(&shop, "/api/v5/orders/create", "order", order).await;
    assert_answer!(answer, 400, {
        "success": false,
        "errorMsg": "Errors in the entity format",
        "errors": {
            "email": "[text]", "managerId": "[text]", "createdAt": "[text]", "items[0].quantity": "[text]",
            "customer": "[text]",
        },
    });
    assert_refused(
        &form(&shop, "/api/v5/orders/create", &[("order", "{}"), ("site", "none")]).await,
        400,
        "Errors in the entity format",
    );
    let many: Vec<Value> = (0..51).map(|n| json!({"externalId": n})).collect();
    assert_refused(
        &send(&shop, "/api/v5/orders/upload", "orders", json!(many)).await,
        400,
        "Errors in the input parameters",
    );
    let after =
        (app.count("select count(*) from record").await, app.count("select count(*) from history").await);
    assert_eq!(before, after);

    add_order(&shop, json!({"externalId": "1"})).await;
    let second = add_order(&shop, json!({"externalId": "2"})).await;
    for (path, order) in [
        ("/api/v5/orders/create".to_owned(), json!({"externalId": "1"})),
        (format!("/api/v5/orders/{second}/edit?by=id"), json!({"externalId": "1"})),
    ] {
        let taken = send(&shop, &path, "order", order).await;
        assert_eq!(
            taken.json()["errors"]["externalId"],
            "This is already in use. Choose another.",
            "{taken}"
        );
    }
    // All or none.
    let ids = json!([{"id": second, "externalId": "3"}, {"id": second, "externalId": "1"}]);
    assert_eq!(send(&shop, "/api/v5/orders/fix-external-ids", "orders", ids).await.status, 400);
    assert_eq!(shop.get("/api/v5/orders/3").await.status, 404);
}

both!(no_text_breaks_the_server);
async fn no_text_breaks_the_server(app: &TestApp) {
    let (shop, _) = shop(app).await;
    add_order(&shop, json!({"externalId": "1\u{0}", "number": "a\u{0}b"})).await;
    assert_eq!(shop.get("/api/v5/orders/1%00").await.ok(200)["order"]["number"], "ab");
    let filters = [
        "externalIds][]",
        "numbers][]",
        "extendedStatus][]",
        "sites][]",
        "customer]",
        "email]",
        "customerExternalId]",
        "ids][]",
        "managers][]",
        "customFields][x]",
        "createdAtFrom]",
        "minPrice]",
    ];
    for value in ["%00", "%ff", "'", "%25%5C_~", "99999999999999999999", "-1", "1e400", "%F0%9F%94%94"] {
        for filter in filters {
            let answer = shop.get(&format!("/api/v5/orders?filter[{filter}={value}")).await;
            assert!(matches!(answer.status, 200 | 400), "{filter}={value}: {answer}");
        }
        for path in ["orders/", "customers/", "users/", "reference/", "custom-fields/order/"] {
            let answer = shop.get(&format!("/api/v5/{path}{value}")).await;
            assert!(matches!(answer.status, 200 | 400 | 404), "{path}{value}: {answer}");
            let by_id = shop.get(&format!("/api/v5/{path}{value}?by=id&site={value}")).await;
            assert!(matches!(by_id.status, 200 | 400 | 404), "{path}{value}: {by_id}");
        }
    }
    let odd = json!("\u{0}'\u{ffff}");
    for (path, name, value) in [
        ("orders/upload", "orders", json!([{"externalId": odd, "site": odd, "status": odd}])),
        ("customers/upload", "customers", json!([{"externalId": odd}, 5, null, [], "x"])),
        ("orders/fix-external-ids", "orders", json!([{"id": odd, "externalId": odd}, 5])),
        (
            "orders/payments/create",
            "payment",
            json!({"order": {"externalId": odd}, "type": odd, "externalId": odd}),
        ),
        ("orders/payments/%00/edit", "payment", json!({"amount": odd})),
        ("reference/statuses/%00x/edit", "status", json!({"name": odd, "group": odd})),
        ("custom-fields/order/create", "customField", json!({"code": odd, "name": odd, "type": "string"})),
        (
            "notifications/send",
            "notification",
            json!({"type": "api.info", "message": odd, "userGroups": [odd], "userIds": [odd]}),
        ),
    ] {
        let answer = send(&shop, &format!("/api/v5/{path}"), name, value).await;
        assert!(matches!(answer.status, 200 | 201 | 400 | 404 | 460), "{path}: {answer}");
        assert!(answer.json()["success"].is_boolean());
    }
}

both!(lists_go_by_pages);
async fn lists_go_by_pages(app: &TestApp) {
    let (shop, _) = shop(app).await;
    let orders: Vec<Value> = (1..=45).map(|n| json!({"externalId": n, "number": format!("N{n}")})).collect();
    send(&shop, "/api/v5/orders/upload", "orders", json!(orders)).await.ok(201);
    let mut seen = Vec::new();
    for page in 1..=4 {
        let answer = shop.get(&format!("/api/v5/orders?page={page}")).await.ok(200);
        let pagination = json!({"limit": 20, "totalCount": 45, "currentPage": page, "totalPageCount": 3});
        assert_eq!(answer["pagination"], pagination);
        seen.extend(answer["orders"].as_array().unwrap().iter().map(|order| order["number"].clone()));
    }
    // Newest first.
    assert_eq!(seen, (1..=45).rev().map(|n| json!(format!("N{n}"))).collect::<Vec<_>>());
    assert_eq!(shop.get("/api/v5/orders?limit=100").await.ok(200)["orders"].as_array().unwrap().len(), 45);
    for query in ["limit=0", "limit=21", "limit=1000", "limit=x", "page=0", "page=-1", "page=x"] {
        let answer = shop.get(&format!("/api/v5/orders?{query}")).await;
        assert_refused(&answer, 400, "Errors in the input parameters");
        let field = query.split('=').next().unwrap();
        assert!(answer.json()["errors"][field].is_string(), "{answer}");
    }
}

both!(an_import_tells_nobody_and_an_order_its_manager);
async fn an_import_tells_nobody_and_an_order_its_manager(app: &TestApp) {
    let (shop, _) = shop(app).await;
    let ann = app.cookie("ann").await;
    let users = shop.get("/api/v5/users?filter[email]=ann@example.com").await.ok(200);
    let number = users["users"][0]["id"].as_i64().unwrap();
    let orders = json!([{"externalId": "1", "status": "new", "managerId": number}]);
    send(&shop, "/api/v5/orders/upload", "orders", orders).await.ok(201);
    app.settle().await;
    assert_eq!(app.titles(&ann, "").await.len(), 0);
    send(&shop, "/api/v5/orders/1/edit", "order", json!({"status": "delivering"})).await.ok(200);
    app.settle().await;
    let item = app.newest(&ann).await;
    assert_eq!((&item["kind"], &item["record"]["external_id"]), (&json!("system"), &json!("1")), "{item:#}");
}

both!(a_notification_reaches_groups_numbers_and_administrators);
async fn a_notification_reaches_groups_numbers_and_administrators(app: &TestApp) {
    let (shop, _) = shop(app).await;
    let users = shop.get("/api/v5/users").await.ok(200);
    let number = |name: &str| {
        let is = |user: &&Value| user["firstName"] == name;
        users["users"].as_array().unwrap().iter().find(is).unwrap()["id"].as_i64().unwrap()
    };
    let say = async |rest: Value| {
        let mut notification = json!({"type": "api.info", "message": "<p>Hello</p><script>x</script>"});
        notification.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let answer = send(&shop, "/api/v5/notifications/send", "notification", notification).await;
        assert_eq!(answer.ok(200), json!({"success": true}));
        app.settle().await;
    };
    say(json!({"userGroups": ["superadmins", "support"], "userIds": [number("Dan")]})).await;
    say(json!({"userIds": [number("Dan").to_string()], "type": "api.error"})).await;
    for (name, count) in [("root", 1), ("bob", 1), ("cyd", 1), ("dan", 2), ("ann", 0)] {
        assert_eq!(app.titles(&app.cookie(name).await, "").await.len(), count, "{name}");
    }
    let newest = app.newest(&app.cookie("dan").await).await;
    assert_eq!((&newest["severity"], &newest["body"]), (&json!("error"), &json!("<p>Hello</p>")));
}

both!(history_tells_what_changed);
async fn history_tells_what_changed(app: &TestApp) {
    let (shop, _) = shop(app).await;
    send(&shop, "/api/v5/customers/create", "customer", json!({"externalId": "c"})).await.ok(201);
    let id = add_order(&shop, json!({"externalId": "1", "status": "new", "items": [{"productName": "Tea"}]}))
        .await;
    let edit = json!({"status": "delivering", "delivery": {"cost": 5}, "customer": {"externalId": "c"}});
    send(&shop, "/api/v5/orders/1/edit", "order", edit.clone()).await.ok(200);
    // Nothing changes, so nothing is told.
    send(&shop, "/api/v5/orders/1/edit", "order", edit).await.ok(200);
    let page = shop.get("/api/v5/orders/history").await.ok(200);
    let history = page["history"].as_array().unwrap();
    let fields: Vec<&str> = history.iter().map(|entry| entry["field"].as_str().unwrap()).collect();
    assert_eq!(fields[0], "status");
    assert_eq!(
        (&history[0]["created"], &history[0]["order"]["items"][0]["productName"]),
        (&json!(true), &json!("Tea"))
    );
    let entry = |field: &str| history.iter().skip(1).find(|entry| entry["field"] == field).unwrap();
    let status = entry("status");
    assert_eq!(
        (&status["oldValue"], &status["newValue"]),
        (&json!({"code": "new"}), &json!({"code": "delivering"}))
    );
    assert_eq!((&status["source"], &status["apiKey"]), (&json!("api"), &json!({"current": true})));
    assert_eq!(status["order"]["id"], id);
    assert_eq!(entry("delivery_cost")["newValue"], 5);
    assert!(entry("customer")["newValue"]["id"].is_i64());
    assert_eq!(page["pagination"]["totalCount"], fields.len());
    // Another key has not done it, and filters narrow.
    let other = app.anonymous().with("x-api-key", &secret(app, "retailcrm").await);
    let last = history.last().unwrap()["id"].as_i64().unwrap();
    let rest = other.get(&format!("/api/v5/orders/history?filter[sinceId]={}", last - 1)).await.ok(200);
    assert_eq!(rest["history"].as_array().unwrap().len(), 1);
    assert_eq!(rest["history"][0]["apiKey"], json!({"current": false}));
    for (query, count) in [
        (format!("filter[orderId]={id}"), fields.len()),
        ("filter[orderExternalId]=1".to_owned(), fields.len()),
        ("filter[orderExternalId]=none".to_owned(), 0),
        ("filter[startDate]=2026-03-01 08:00:00&filter[endDate]=2026-03-01".to_owned(), fields.len()),
        ("filter[endDate]=2026-02-28".to_owned(), 0),
    ] {
        let page = shop.get(&format!("/api/v5/orders/history?{}", query.replace(' ', "%20"))).await.ok(200);
        assert_eq!(page["history"].as_array().unwrap().len(), count, "{query}");
    }
    assert_eq!(shop.get("/api/v5/customers/history").await.ok(200)["history"][0]["field"], "id");
}

both!(who_follows_the_history_misses_nothing_of_a_race);
async fn who_follows_the_history_misses_nothing_of_a_race(app: &TestApp) {
    let (shop, _) = shop(app).await;
    for n in 0..4 {
        add_order(&shop, json!({"externalId": n})).await;
    }
    let writer = async |n: usize| {
        for round in 0..12 {
            // Two writers an order, each with a field of his own.
            let field = if n.is_multiple_of(2) { "customerComment" } else { "managerComment" };
            let edit = json!({field: format!("{n} {round}")});
            send(&shop, &format!("/api/v5/orders/{}/edit", n / 2), "order", edit).await.ok(200);
        }
    };
    let follower = async || {
        let (mut seen, mut since) = (Vec::new(), 0);
        while seen.len() < 4 + 8 * 12 {
            let page = shop.get(&format!("/api/v5/orders/history?filter[sinceId]={since}")).await.ok(200);
            for entry in page["history"].as_array().unwrap() {
                since = entry["id"].as_i64().unwrap();
                seen.push(since);
            }
        }
        seen
    };
    let writers = async {
        tokio::join!(writer(0), writer(1), writer(2), writer(3), writer(4), writer(5), writer(6), writer(7));
    };
    let (seen, ()) = tokio::join!(follower(), writers);
    let rows = app.count("select count(*) from history").await;
    assert_eq!(seen.len() as i64, rows);
    assert!(seen.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{seen:?}");
    // Nobody's change was lost.
    for n in 0..4 {
        let order = shop.get(&format!("/api/v5/orders/{n}")).await.ok(200)["order"].clone();
        let comments = (&order["customerComment"], &order["managerComment"]);
        assert_eq!(comments, (&json!(format!("{} 11", 2 * n)), &json!(format!("{} 11", 2 * n + 1))));
    }
}

both!(two_that_make_the_same_order_make_it_once);
async fn two_that_make_the_same_order_make_it_once(app: &TestApp) {
    let (shop, _) = shop(app).await;
    let make = || send(&shop, "/api/v5/orders/create", "order", json!({"externalId": "1"}));
    let answers = tokio::join!(make(), make(), make(), make());
    let mut statuses = [answers.0.status, answers.1.status, answers.2.status, answers.3.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400, 400]);
    assert_eq!(app.count("select count(*) from record").await, 1);
}

both!(nothing_of_another_account_is_seen);
async fn nothing_of_another_account_is_seen(app: &TestApp) {
    let (shop, _) = shop(app).await;
    let id = add_order(&shop, json!({"externalId": "1"})).await;
    let (other, _) = app.other_account().await;
    let (_, key) =
        keys::add(app.ctx(), &By::system(other), "shop", &["retailcrm".into()], None, None).await.unwrap();
    let theirs = app.anonymous().with("x-api-key", &key.unwrap());
    for path in ["/api/v5/orders/1".to_owned(), format!("/api/v5/orders/{id}?by=id")] {
        assert_refused(&theirs.get(&path).await, 404, "Not found");
    }
    assert_eq!(theirs.get("/api/v5/orders").await.ok(200)["orders"], json!([]));
    assert_eq!(theirs.get("/api/v5/orders/history").await.ok(200)["history"], json!([]));
    assert_eq!(theirs.get("/api/v5/users").await.ok(200)["pagination"]["totalCount"], 2);
    add_order(&theirs, json!({"externalId": "1"})).await;
}
