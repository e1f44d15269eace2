//! One name for every spelling of a field: `getStatus()`, `.status`, `getTotalSumm`, `total_sum`.

use std::borrow::Cow;

/// Names of the source that are called otherwise here.
static ALIASES: &[(&str, &str)] = &[
    ("summ", "sum"),
    ("order_products", "items"),
    ("available_order_products", "items"),
    ("order_product", "items"),
    ("has_changed_field", "has_changed"),
    ("new_value", "new"),
    ("old_value", "old"),
    ("this_name", "name"),
    ("any_phone", "phone"),
    ("field", "field_name"),
    ("length", "count"),
    ("size", "count"),
];

/// Snake case, without `get`, by our own name.
#[must_use]
pub fn canonical(name: &str) -> Cow<'_, str> {
    let bare = match name.strip_prefix("get") {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_uppercase()) => rest,
        _ => name,
    };
    let snake = snake(bare);
    if let Some((_, own)) = ALIASES.iter().find(|(alias, _)| *alias == snake) {
        return Cow::Borrowed(own);
    }
    match snake.strip_suffix("_summ") {
        Some(rest) => Cow::Owned(format!("{rest}_sum")),
        None => snake,
    }
}

/// `deliveryDate` as `delivery_date`; what has no capitals stays as it is.
#[must_use]
pub fn snake(name: &str) -> Cow<'_, str> {
    if !name.contains(|c: char| c.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_small {
            text.push('_');
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        text.push(c.to_ascii_lowercase());
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_has_one_name() {
        for (written, name) in [
            ("status", "status"),
            ("getStatus", "status"),
            ("getTotalSumm", "total_sum"),
            ("totalSumm", "total_sum"),
            ("summ", "sum"),
            ("orderProducts", "items"),
            ("availableOrderProducts", "items"),
            ("changeSet", "change_set"),
            ("change_set", "change_set"),
            ("hasChangedField", "has_changed"),
            ("getNewValue", "new"),
            ("oldValue", "old"),
            ("isCreate", "is_create"),
            ("getEmailMarketingUnsubscribedAt", "email_marketing_unsubscribed_at"),
            ("getAnyPhone", "phone"),
            ("getThisName", "name"),
            ("contragentINN", "contragent_inn"),
            ("getter", "getter"),
            ("get", "get"),
            ("custom_transaction_id", "custom_transaction_id"),
        ] {
            assert_eq!(canonical(written), name, "{written}");
        }
    }
}
