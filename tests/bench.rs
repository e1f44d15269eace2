//! The bench runs through, and what it prints is whole. How fast anything is, is not judged here: a test that judged it
//! would fail on a busy machine.

use std::process::Command;

use serde_json::Value;

/// Each row with figures that cannot be zero where anything was measured.
const ROWS: [(&str, &[&str]); 11] = [
    ("latency", &["due to 2xx, p50", "due to frame, p99"]),
    ("ingest", &["accepted per second", "told per second", "server CPU per event"]),
    ("broadcast", &["server CPU per delivery", "until the last has it"]),
    ("idle", &["RSS without connections", "RSS with them"]),
    ("reconnect", &["until all are back", "server CPU per connection"]),
    ("inbox", &["page of 30, p50", "unread count, p50"]),
    ("records", &["upserts per second, one a call", "history page after 10,000 changes, p50"]),
    ("mail", &["built and sent, 8 connections", "from one notification to all mailboxes"]),
    ("reminders", &["until the last inbox row is committed", "reminders per second"]),
    ("triggers", &["1 trigger, none fires", "100 triggers, one fires", "100 triggers, all fire"]),
    ("marketing", &["customers looked at per second", "a condition over all, counted"]),
];

#[test]
fn every_row_is_measured_and_printed() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwire"));
    command.args(["bench", "--seconds", "1", "--connections", "50", "--tasks", "1200", "--json"]);
    let output = command.env_remove("BELLWIRE_BENCH_DATABASE_URL").output().unwrap();
    let remarks = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{remarks}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["engine"], "SQLite");
    assert!(report["machine"]["sync_p50_ms"].as_f64().unwrap() > 0.0, "{report:#}");
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), ROWS.len());
    for (row, (name, must)) in rows.iter().zip(ROWS) {
        assert_eq!(row["row"], name);
        let figures = row["figures"].as_array().unwrap();
        let value = |name: &str| figures.iter().find(|f| f["name"] == name)?["value"].as_f64();
        for figure in must {
            assert!(value(figure).is_some_and(|value| value > 0.0), "{figure}: {row:#}");
        }
        for figure in ["frames missing", "notifications missing", "lost", "twice"] {
            assert!(value(figure).is_none_or(|value| value == 0.0), "{figure}: {row:#}");
        }
    }
}
