//! What an expression names that an event does not have.

use super::custom;
use crate::domain::expression::{Expression, Fault};
use crate::domain::facts::shape::{Topic, of_customers, shape};

#[test]
fn what_is_not_there_is_named_with_its_place() {
    let field =
        |object: &str, field: &str| Fault::UnknownField { object: object.into(), field: field.into() };
    for (topic, source, expected) in [
        (Topic::Order, "order.statis.code == 'x'", vec![(1, 7, field("order", "statis"))]),
        (Topic::Order, "order.getStattus()", vec![(1, 7, field("order", "stattus"))]),
        (Topic::Order, "order.status.colour", vec![(1, 14, field("code", "colour"))]),
        (Topic::Order, "true and\n  task.text == 1", vec![(2, 3, Fault::UnknownObject("task".into()))]),
        (Topic::Order, "order.custom_nope == 1", vec![(1, 7, field("order", "custom_nope"))]),
        (Topic::Order, "order.custom_colour.code == 'x' and order['custom_size-1'] > 1", vec![]),
        (Topic::Order, "order.delivery.adress", vec![(1, 16, field("order.delivery", "adress"))]),
        (Topic::Order, "order.items | map(i => i.colour)", vec![(1, 26, field("item", "colour"))]),
        (
            Topic::Order,
            "changeSet.has_changed('stat') or change_set.new('status').x",
            vec![(1, 23, field("change_set", "stat")), (1, 59, field("code", "x"))],
        ),
        (Topic::Order, "changeSet | contains(c => c.wat)", vec![(1, 29, field("change", "wat"))]),
        (Topic::Order, "order.total_sum.code == 1", vec![(1, 17, Fault::NoFields("value".into()))]),
        (Topic::Order, "order.created_at.year == 2026 and order.items.count() > 1", vec![]),
        (Topic::Order, "order.customer.birthday == today() and order.manager.email == 'x'", vec![]),
        (Topic::Customer, "customer.birthday == today() and change_set.is_create", vec![]),
        (Topic::Customer, "order.sum", vec![(1, 1, Fault::UnknownObject("order".into()))]),
        (Topic::Customer, "change_set.new('birthday') == today()", vec![]),
        (Topic::Customer, "change_set.new('status')", vec![(1, 16, field("change_set", "status"))]),
        (Topic::Task, "task.performer.email == 'x' and task.done and task.order.status.code == 'x'", vec![]),
        (Topic::Task, "task.colour", vec![(1, 6, field("task", "colour"))]),
        (Topic::Custom, "event.data.whatever.it.is == 1", vec![]),
        (Topic::Call, "call.whatever == order.status.code", vec![]),
        (Topic::Any, "change_set.new('birthday') == change_set.new('status')", vec![]),
    ] {
        let expression = Expression::parse(source).unwrap();
        let found = expression.check(&shape(topic, &custom()));
        let found: Vec<_> = found.into_iter().map(|p| (p.line, p.column, p.fault)).collect();
        assert_eq!(found, expected, "{source}");
    }
    let segment = Expression::parse("customer.orders_count > 3 and order.sum > 1").unwrap();
    assert_eq!(segment.check(&of_customers(&[])).len(), 1);
}

#[test]
fn what_can_never_hold_is_no_condition() {
    for (source, column) in [
        ("order.number", 1),
        ("order.manager", 1),
        ("order.items", 1),
        ("order.created_at", 1),
        ("change_set.new('status')", 1),
        ("order.expired ? order.number : order.total_sum", 1),
        ("  order.items | map(i => i.quantity) | first", 3),
    ] {
        let problem = Expression::parse(source).unwrap().check_condition(&shape(Topic::Order, &custom()));
        let found: Vec<_> = problem.into_iter().map(|p| (p.line, p.column, p.fault)).collect();
        assert_eq!(found, [(1, column, Fault::NotACondition)], "{source}");
    }
    for source in [
        "order.items | contains(i => i.quantity > 1)",
        "order.number ? order.total_sum > 1 : false",
        "change_set.new('total_sum') > 1",
        "change_set.is_create",
        "order.manager and true",
        "order.expired",
        "order.number == '1' ?? true",
    ] {
        let expression = Expression::parse(source).unwrap();
        assert_eq!(expression.check_condition(&shape(Topic::Order, &custom())), [], "{source}");
    }
    let told = Expression::parse("event.data.is_new").unwrap();
    assert_eq!(told.check_condition(&shape(Topic::Custom, &[])), [], "what it is nobody knows");
}
