//! Tables: what each operator says of each sort of value.

use super::{holds, value};
use crate::domain::expression::{Expression, Fault, Problem};

#[test]
fn what_is_missing_makes_a_comparison_false() {
    for missing in
        ["order.weight", "order.nothing.at.all", "nobody.name", "order.items[9].sum", "last_run().at"]
    {
        for operator in ["==", "!=", "<", ">", "<=", ">="] {
            for other in
                ["5", "0", "\"\"", "\"new\"", "true", "false", "[]", "date('2026-01-01')", "order.weight"]
            {
                assert!(!holds(&format!("{missing} {operator} {other}")), "{missing} {operator} {other}");
                assert!(!holds(&format!("{other} {operator} {missing}")), "{other} {operator} {missing}");
            }
        }
        assert!(holds(&format!("{missing} == null")) && holds(&format!("null == {missing}")));
        assert!(!holds(&format!("{missing} != null")));
        assert!(!holds(&format!("{missing} in [1, null]")) && !holds(&format!("{missing} not in [1]")));
        assert!(!holds(&format!("{missing} matches '/./'")) && holds(&format!("not {missing}")));
        assert!(!holds(&format!("{missing} | contains(x => true)")), "{missing}");
        assert!(holds(&format!("{missing} | every(x => false)")));
        assert!(holds(&format!("({missing} | count) == 0 and ({missing} | sum) == 0")));
        assert!(holds(&format!("({missing} + 5) == null and ({missing} | first) == null")));
        assert!(holds(&format!("({missing} ?? 7) == 7 and ({missing} ?: 8) == 8")));
    }
}

#[test]
fn comparisons() {
    for (source, expected) in [
        // Numbers and texts that spell them.
        ("5 == 5.0", true),
        ("\"5\" == 5", true),
        ("5 == \"5.00\"", true),
        ("\"5\" == \"5.0\"", false),
        ("\"007\" == 7", true),
        ("\"10\" > 9", true),
        ("\"10\" > \"9\"", false),
        ("\"x\" > 5", false),
        ("\"x\" < 5", false),
        ("\"x\" != 5", true),
        ("0.1 + 0.2 == 0.3", true),
        ("order.custom_transaction_id == 77", true),
        ("order.total_sum >= 1150", true),
        // Yes and no.
        ("order.expired == true", true),
        ("order.expired == 1", true),
        ("order.expired == \"true\"", true),
        ("order.expired != false", true),
        ("true == 2", false),
        // Texts.
        ("\"a\" < \"b\"", true),
        ("\"A\" == \"a\"", false),
        // Days and times.
        ("order.delivery.date == \"2026-11-25\"", true),
        ("order.delivery.date > date('24.11.2026')", true),
        ("order.delivery.date == date('today +2 days')", true),
        ("order.created_at == date('2026-11-20')", true),
        ("order.created_at > date('2026-11-20')", false),
        ("order.created_at >= date('2026-11-20')", true),
        ("order.created_at < date('-2 days')", true),
        ("order.created_at < date('-3 days')", false),
        ("order.created_at > \"soon\"", false),
        ("now() - order.created_at > 2.5", true),
        ("order.delivery.date - today() == 2", true),
        ("order.created_at + 3 > now()", true),
        ("date('2026-01-31') + 1 == date('2026-02-01')", true),
        ("order.delivery.date.month == 11 and order.delivery.date.weekday == 3", true),
        ("order.created_at.hour == 10", true),
    ] {
        assert_eq!(holds(source), expected, "{source}");
    }
}

#[test]
fn lists_and_objects_are_compared_by_what_they_are() {
    for (source, expected) in [
        // Lists.
        ("[1, 2] == [1, \"2\"]", true),
        ("[1, 2] == [2, 1]", false),
        ("[1] < [2]", false),
        ("[[1], []] == [[1], []]", true),
        ("\"vip\" in customer.tags", true),
        ("\"VIP\" in customer.tags", false),
        ("\"x\" not in customer.tags", true),
        ("5 in [\"5\"]", true),
        ("order.status.code in ['new', 'paid',]", true),
        ("5 in 5", false),
        ("5 not in 5", false),
        // Objects by what they are compared by.
        ("order.status == \"paid\"", true),
        ("order.status == changeSet.new('status')", true),
        ("order.status in [\"paid\"]", true),
        ("order.manager == \"u-1\"", true),
        ("order.customer == customer", true),
        ("order.customer.first_name == customer.firstName", true),
        ("order == order", true),
        ("order.delivery.address.city == \"Madrid\" and order.deliveryAddress.city == \"Madrid\"", true),
        ("order.delivery == 5", false),
        ("event == event", false),
        (
            "event.data.cart_total == 1200 and event.data.cartTotal == 1200 and event.type == 'cart.left'",
            true,
        ),
        ("event.data.lines | contains(l => l.sku == 'x' and l.count == 2)", true),
        ("event.data.deep.er == 'yes' and event.data.note == null", true),
        ("event.data[\"cartTotal\"] > 5 and event.data.lines[0].sku == 'x'", true),
    ] {
        assert_eq!(holds(source), expected, "{source}");
    }
}

#[test]
fn operators_bind_as_people_read_them() {
    for (source, expected) in [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("7 % 4 - 10 / 4", "0.5"),
        ("-2 * -3", "6"),
        ("- order.total_sum", "-1150"),
        ("1 - 2 - 3", "-4"),
        ("5 / 0", ""),
        ("5 % 0", ""),
        ("\"1\" ~ 1 + 1 ~ \"2\"", "23"),
        ("\"a\" ~ (1 + 1) ~ \"b\"", "a2b"),
        ("not 1 == 2", "true"),
        ("!false and !(1 > 2)", "true"),
        ("true or false and false", "true"),
        ("true || false && false", "true"),
        ("1 > 2 ? \"a\" : 2 > 1 ? \"b\" : \"c\"", "b"),
        ("null ?: \"x\"", "x"),
        ("null ?? null ?? 3", "3"),
        ("[3, 1, 2] | sort | first", "1"),
        ("[3, 1, 2] | sort((a, b) => a > b) | first", "3"),
        ("[3, 1, 2] | sort((a, b) => a - b) | last", "3"),
        ("[[\"b\", 1], [\"a\", 2]] | sort(x => x[0]) | map(x => x[1])", "2, 1"),
        ("[1, [2, [3]], null] | flatten | count", "3"),
        ("[1, 2, 3] | filter(x => x > 1) | map(x => x * 2) | sum", "10"),
        ("[1, 2, 3] | first(x => x > 1)", "2"),
        ("[1, 2, 3] | last(x => x < 3)", "2"),
        ("[1, 2, 3] | count(x => x > 1)", "2"),
        ("order.items | sum(i => i.quantity)", "4"),
        ("order.items | sum(i => i.sum)", "1170"),
        ("order.sum", "1170"),
        ("order.items | map(i => [1, 2] | filter(n => n == i.line) | first)", "1, 2"),
        ("customer.tags | contains(\"press\")", "true"),
        ("order.customer_comment | contains(\"gift\")", "true"),
        ("order.items.count() + order.items.length", "4"),
        ("order.number ~ \" \" ~ order.manager", "A-1042 Max Orlov"),
        ("order.customer ~ \"/\" ~ customer.name ~ \"/\" ~ customer.phone", "Ann Lee/Ann Lee/+34600"),
        ("'a\\'b\\d\\\\'", "a'b\\d\\"),
        ("order.payments | sum(p => p.amount)", "50"),
        ("order.prepay_sum", "50"),
        ("order[\"custom_colour\"]", "red"),
        ("order.customFields.colour", "red"),
        ("order.createdAt", "2026-11-20T09:00:00Z"),
        ("customer.vip ? 'V' : 'N'", "V"),
        ("1 # all\n+ 1", "2"),
    ] {
        assert_eq!(value(source).to_text(1_000), expected, "{source}");
    }
}

#[test]
fn every_fault_has_its_place() {
    let long = "1 + ".repeat(1_100);
    for (source, line, column, fault) in [
        ("", 1, 1, Fault::Empty),
        ("  # nothing", 1, 1, Fault::Empty),
        ("a == ", 1, 6, Fault::UnexpectedEnd),
        ("a\n  == \"b", 2, 6, Fault::UnclosedText),
        ("ä == §", 1, 6, Fault::Character('§')),
        ("a = 1", 1, 3, Fault::Character('=')),
        ("5x", 1, 1, Fault::BadNumber("5x".into())),
        ("99999999999999999999", 1, 1, Fault::BadNumber("99999999999999999999".into())),
        ("a b", 1, 3, Fault::Unexpected("b".into())),
        ("and 1", 1, 1, Fault::Unexpected("and".into())),
        ("(a == 1", 1, 8, Fault::Missing(")")),
        ("[1, 2", 1, 6, Fault::Missing("]")),
        ("a ? 1", 1, 6, Fault::Missing(":")),
        ("a.5", 1, 3, Fault::Unexpected("5".into())),
        ("foo(1)", 1, 1, Fault::UnknownFunction("foo".into())),
        ("a | foo", 1, 5, Fault::UnknownPipe("foo".into())),
        ("a | every", 1, 5, Fault::WrongArguments("every".into())),
        ("a | map((x, y) => 1)", 1, 5, Fault::WrongArguments("map".into())),
        ("a | reduce(x => 1)", 1, 5, Fault::WrongArguments("reduce".into())),
        ("now(1)", 1, 1, Fault::WrongArguments("now".into())),
        ("x => x", 1, 1, Fault::LambdaHere),
        ("(a, b) => a", 1, 3, Fault::Missing(")")),
        ("a matches \"/(/\"", 1, 11, Fault::BadRegex("unclosed group".into())),
        ("a matches \"/x/q\"", 1, 11, Fault::BadRegex("q".into())),
        ("a matches b", 1, 11, Fault::RegexNotText),
        ("date(\"tomorow\")", 1, 6, Fault::BadDate("tomorow".into())),
        ("1 + true", 1, 5, Fault::NotANumber),
        ("\"x\" * 2", 1, 1, Fault::NotANumber),
        ("[1] - 1", 1, 1, Fault::NotANumber),
        (&long, 1, 1, Fault::TooLong(4096)),
    ] {
        assert_eq!(Expression::parse(source).err(), Some(Problem { line, column, fault }), "{source}");
    }
    for source in ["1", "\"x\"", "order", "order.items | count", "[true]", "now()", "a ? 1 : 2", "last_run()"]
    {
        let fault = Expression::condition(source).map_err(|problem| problem.fault).err();
        assert_eq!(fault, Some(Fault::NotACondition), "{source}");
    }
    for source in ["order.vip", "a ? true : 2", "a ?? true", "a | first"] {
        assert!(Expression::condition(source).is_ok(), "{source}");
    }
}
