//! Why a condition is what it is.

use super::scene;
use crate::domain::expression::{Explanation, Expression, Limits};

fn explained(source: &str) -> Explanation {
    Expression::parse(source).unwrap().explain(&scene(), Limits::default())
}

/// Every part with its value; those that decided it are marked.
fn drawn(part: &Explanation, depth: usize, lines: &mut Vec<String>) {
    let mark = if part.decided { "*" } else { "-" };
    lines.push(format!("{}{mark} {} = {}", "  ".repeat(depth), part.text, part.value));
    part.children.iter().for_each(|child| drawn(child, depth + 1, lines));
}

#[test]
fn the_part_that_decided_it_is_marked() {
    let mut lines = Vec::new();
    let source = "order.status.code == \"paid\" and (order.total_sum > 2000 or customer.vip == false) and not order.weight";
    drawn(&explained(source), 0, &mut lines);
    assert_eq!(
        lines,
        [
            format!("* {source} = false").as_str(),
            "  - order.status.code == \"paid\" = true",
            "    - order.status.code = \"paid\"",
            "  * order.total_sum > 2000 or customer.vip == false = false",
            "    * order.total_sum > 2000 = false",
            "      * order.total_sum = 1150",
            "    * customer.vip == false = false",
            "      * customer.vip = true",
            "  - not order.weight = true",
            "    - order.weight = null",
        ]
    );
}

#[test]
fn values_are_shown_as_they_would_be_written_and_places_as_a_browser_counts() {
    for (source, value) in [
        ("order.status", "\"paid\" (Paid)"),
        ("order.manager", "\"u-1\" (Max Orlov)"),
        ("order.created_at", "2026-11-20T09:00:00Z"),
        ("customer.tags", "[press, vip]"),
        ("order.items", "[Pen, Desk]"),
        ("event.data", "{…}"),
        ("order.nothing", "null"),
    ] {
        assert_eq!(explained(source).value, value, "{source}");
    }
    let explained = explained("\"😀\" == order.number");
    let number = &explained.children[0];
    assert_eq!((number.text.as_str(), number.from, number.to), ("order.number", 8, 20));
    assert_eq!(serde_json::to_value(number).unwrap()["decided"], true);
}
