//! The published examples of the source's language, letter by letter.

use super::{changes, custom, holds, scene, value};
use crate::domain::expression::{Expression, Limits};
use crate::domain::facts::shape::{Topic, shape};

#[test]
fn conditions_of_the_source_run_unchanged() {
    for (source, expected) in [
        (r#"order.orderProducts | contains(item => item.status.code == "in-reserve")"#, true),
        (r#"order.getOrderProducts() | contains(item => item.getStatus().getCode() == "in-reserve")"#, true),
        (
            "order.orderProducts | filter(item => item.summ > 1000) | contains(item => item.quantity == 1)",
            true,
        ),
        (
            "(order.orderProducts | map(x => x.packs) | flatten | sort((a, b) => a.shipmentDate < b.shipmentDate) | first).shipmentDate < order.deliveryDate",
            false,
        ),
        (r#"order.getDeliveryType() and order.getDeliveryType().getCode() == "russian-post""#, true),
        (r#"order.getStatus().getCode() == "paid""#, true),
        (r#"order.status.code == "new""#, false),
        ("changeSet.isCreate()", false),
        ("changeSet.isUpdate() and not changeSet.isDelete()", true),
        (
            r#"changeSet.hasChangedField("status") and changeSet.newValue("status").group.code in ["complete","cancel"]"#,
            true,
        ),
        (r#"changeSet.hasChangedField("expired") and changeSet.getNewValue("expired")"#, true),
        (
            "changeSet | contains(c => c.fieldName == 'order_product.status' and c.newValue.code == 'in-reserve' and c.oldValue.code == 'new')",
            true,
        ),
        (r#"changeSet.newValue("delivery_cost") == 100"#, true),
        (r#"changeSet.oldValue("delivery_cost") == 50"#, true),
        (r#"changeSet.getOldValue("delivery_cost") == 100"#, false),
        (r#"changeSet.newValue("expired") == true"#, true),
        (r#"changeSet.newValue("delivery_date") == date("25.11.2026")"#, true),
        (r#"changeSet.newValue("custom_transaction_id") == "77""#, true),
        ("not last_run()", true),
        (r#"order.getSource().getThisName() matches "/yandex/""#, true),
        (r#"order.source.source matches "/YANDEX/i""#, true),
        ("not (call.getCustomer() and call.getOrder())", true),
        (r#"call.getResult() == "unknown" or call.getResult() == "no answer""#, true),
        ("order.getCustomer().getEmailMarketingUnsubscribedAt()", false),
        ("order.getTotalSumm() * 0.01 > 11", true),
        (r#"order.getAnyPhone() == "0034600""#, true),
        ("# a remark\norder.totalSumm > 1000 # another", true),
        (r#"order.status.group.code == "complete" and order.getStatus().getGroupCode() == "complete""#, true),
        ("order.manager and order.getManager().getEmail() == 'max@shop.example'", true),
    ] {
        assert_eq!(holds(source), expected, "{source}");
    }
}

#[test]
fn values_of_the_source_are_what_they_were() {
    for (source, expected) in [
        ("order.availableOrderProducts | reduce((sum, x) => sum + x.quantity, 7)", "11"),
        ("order.getTotalSumm() * 0.01", "11.5"),
        ("order.getExternalId()", "1042"),
        ("order.status.name", "Paid"),
    ] {
        assert_eq!(value(source).to_text(100), expected, "{source}");
    }
}

#[test]
fn they_name_nothing_that_is_not_there() {
    let shape = shape(Topic::Order, &custom());
    for source in [
        r#"order.orderProducts | contains(item => item.status.code == "in-reserve")"#,
        "order.availableOrderProducts | reduce((sum, x) => sum + x.quantity, 7) > 1",
        "(order.orderProducts | map(x => x.packs) | flatten | sort((a, b) => a.shipmentDate < b.shipmentDate) | first).shipmentDate < order.deliveryDate",
        r#"changeSet.hasChangedField("status") and changeSet.newValue("status").group.code in ["complete","cancel"]"#,
        "changeSet | contains(c => c.fieldName == 'order_product.status' and c.newValue.code == 'x' and c.oldValue.code == 'new')",
        r#"changeSet.newValue("delivery_date") == date("01.01.2000")"#,
        r#"changeSet.hasChangedField("delivery_address.city") and changeSet.hasChangedField("custom_transaction_id")"#,
        "order.getCustomer().getEmailMarketingUnsubscribedAt() and order.getSource().getThisName() == 'x'",
    ] {
        assert_eq!(Expression::parse(source).unwrap().check(&shape), [], "{source}");
    }
}

#[test]
fn a_condition_is_looked_at_where_what_it_reads_changed() {
    let set = changes();
    let held = |expression: &Expression| expression.holds(&scene(), Limits::default()).unwrap();
    for (source, touched, met) in [
        (r#"changeSet.hasChangedField("status")"#, true, true),
        (r#"changeSet.newValue("status").code == "paid" and order.totalSumm > 5"#, true, true),
        (r#"changeSet.hasChangedField("last_name")"#, false, false),
        (r#"changeSet.hasChangedField("last_name") or changeSet.hasChangedField("status")"#, true, true),
        ("changeSet.isCreate() and order.totalSumm > 5", true, false),
        ("order.totalSumm > 5", true, true),
        ("order.weight > 5", false, true),
        ("order.created_at < date('-2 days')", true, true),
        ("order.shipment_date < date('2027-01-01')", false, true),
        ("not last_run()", true, true),
        ("changeSet | contains(c => c.new.code == 'paid')", true, true),
        ("order.items | contains(i => i.sum > 5)", true, true),
        ("true", true, true),
    ] {
        let expression = Expression::parse(source).unwrap();
        assert_eq!(expression.reads().touched_by(&set), touched, "touched: {source}");
        assert_eq!(expression.needs().met_by(&set), met, "met: {source}");
        assert!(met || !held(&expression), "the index would lose {source}");
    }
    let reads = Expression::parse("order.customer.first_name == 'x' or task.text").unwrap();
    assert!(reads.reads().object("order") && reads.reads().object("task"));
    assert!(!reads.reads().object("customer") && !reads.reads().object("change_set"));
}
