//! `bellwire import`: a shop's past from lines of JSON, beside a running server and without one.

use serde_json::json;

use crate::program::{Folder, Server, bellwire, bellwire_with};

#[test]
fn a_past_comes_in_silence_and_twice_is_once() {
    let folder = Folder::new();
    let people: String = (0..20)
        .map(|n| json!({"external_id": n, "first_name": format!("Kim{n}")}).to_string() + "\n")
        .collect();
    let early = bellwire_with(&folder, &["import", "customers", "-"], &people);
    assert_eq!((early.code, early.err.as_str()), (0, "imported 20, refused 0\n"));

    let server = Server::start(&folder);
    let key = bellwire(&folder, &["key", "add", "reader", "--scope", "read"]).out;
    let order = |n: usize| {
        let customer = json!({"external_id": (n % 20).to_string()});
        json!({"external_id": format!("o{n}"), "order_number": n.to_string(), "status": "new", "customer": customer})
            .to_string()
    };
    let mut lines: Vec<String> = (0..12_000).map(order).collect();
    lines[2] = "{\"external_id\": ".to_owned();
    lines[700] = json!({"order_number": "7"}).to_string();
    lines[701] = json!({"external_id": "x", "site": "nowhere"}).to_string();
    lines.insert(5, String::new());
    let file = folder.home().join("orders.ndjson");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let import = ["import", "orders", file.to_str().unwrap()];
    let imported = bellwire(&folder, &import);
    assert_eq!((imported.code, imported.out.as_str()), (1, ""), "{imported:?}");
    let said: Vec<&str> = imported.err.lines().collect();
    assert!(said[0].starts_with("line 3: this is no JSON: EOF"), "{said:?}");
    assert_eq!(said[1], "line 702: external_id: This field is required.");
    assert!(said[2].starts_with("line 703: ") && said[2].contains("nowhere"), "{said:?}");
    assert_eq!(said[3..], ["5498 imported", "10498 imported", "bellwire: imported 11997, refused 3"]);

    assert_eq!(server.get("/v1/orders?status=new&limit=1", key.trim()).body["total"], 10_001);
    let history = || server.get("/v1/history?record_type=order&limit=1", key.trim()).body["last"].clone();
    let before = history();
    assert_eq!(bellwire(&folder, &import).code, 1);
    assert_eq!(history(), before);
    let missing = bellwire(&folder, &["import", "orders", "/nowhere/at.all"]);
    assert!(missing.code == 1 && missing.err.contains("/nowhere/at.all cannot be read"), "{missing:?}");
}
