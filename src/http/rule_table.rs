//! The part of the route table that is about rules: templates, triggers, marketing rules, and what they did.

use super::route::{Route, delete, get, post, put};
use super::v1::{action_log, marketing, segments, templates, triggers as trigger};
use crate::domain::access::Access;

const ADMIN: Access = Access::ADMINISTRATOR;
const RULES: Access = Access::RULES;

/// Every route about rules.
#[must_use]
pub fn table() -> Vec<Route> {
    [rules(), triggers(), marketing_rules()].into_iter().flatten().collect()
}

/// What rules say, and what they did.
fn rules() -> Vec<Route> {
    vec![
        get("/v1/templates", RULES, templates::list_templates, "A page of the notification templates"),
        post("/v1/templates", RULES, templates::create_template, "Add a template"),
        post("/v1/templates/preview", RULES, templates::preview_template, "What a draft would say, to whom"),
        get(
            "/v1/templates/variables",
            RULES,
            templates::list_variables,
            "What texts and conditions may name",
        ),
        get("/v1/templates/export", RULES, templates::export_templates, "Templates for another account"),
        post("/v1/templates/import", RULES, templates::import_templates, "Take templates in"),
        get("/v1/templates/{id}", RULES, templates::get_template, "One template"),
        put("/v1/templates/{id}", RULES, templates::put_template, "Make a template so"),
        delete("/v1/templates/{id}", RULES, templates::delete_template, "Delete a template"),
        post("/v1/templates/{id}/restore", RULES, templates::restore_template, "Undo the deletion"),
        get("/v1/templates/{id}/versions", RULES, templates::list_template_versions, "What it was"),
        post("/v1/templates/{id}/roll-back", RULES, templates::roll_back_template, "Make it what it was"),
        post("/v1/templates/{id}/test", Access::RULE_MAKER, templates::test_template, "Send it to myself"),
        get("/v1/action-log", RULES, action_log::list_action_log, "What rules did, and why not"),
        get("/v1/http-deliveries", RULES, action_log::list_http_deliveries, "What left on behalf of rules"),
        get("/v1/http-deliveries/{id}", RULES, action_log::get_http_delivery, "One, try by try"),
        post("/v1/http-deliveries/{id}/resend", RULES, action_log::resend_http_delivery, "Send it once more"),
        get("/v1/http-secret", ADMIN, action_log::get_http_secret, "What requests are signed with"),
        post("/v1/http-secret", ADMIN, action_log::rotate_http_secret, "Sign with another secret"),
    ]
}

/// Triggers.
fn triggers() -> Vec<Route> {
    vec![
        get("/v1/triggers", RULES, trigger::list_triggers, "A page of the triggers, as they are run"),
        post("/v1/triggers", RULES, trigger::create_trigger, "Add a trigger"),
        post("/v1/triggers/check", RULES, trigger::check_trigger, "Look at filter and condition"),
        post("/v1/triggers/build", RULES, trigger::build_condition, "Write a condition by its form"),
        post("/v1/triggers/dry-run", RULES, trigger::dry_run, "What triggers would do; nothing happens"),
        get("/v1/triggers/events", RULES, trigger::list_past_events, "Events to try triggers with"),
        get("/v1/triggers/{id}", RULES, trigger::get_trigger, "One trigger"),
        put("/v1/triggers/{id}", RULES, trigger::put_trigger, "Make a trigger so"),
        delete("/v1/triggers/{id}", RULES, trigger::delete_trigger, "Delete a trigger"),
        post("/v1/triggers/{id}/restore", RULES, trigger::restore_trigger, "Undo the deletion"),
        post("/v1/triggers/{id}/activate", RULES, trigger::activate_trigger, "Switch it on"),
        post("/v1/triggers/{id}/deactivate", RULES, trigger::deactivate_trigger, "Switch it off"),
        get("/v1/triggers/{id}/versions", RULES, trigger::list_trigger_versions, "What it was"),
        post("/v1/triggers/{id}/roll-back", RULES, trigger::roll_back_trigger, "Make it what it was"),
    ]
}

/// Marketing rules, and the segments that they are for.
fn marketing_rules() -> Vec<Route> {
    vec![
        get("/v1/segments", RULES, segments::list_segments, "A page of the segments"),
        post("/v1/segments", RULES, segments::create_segment, "Add a segment"),
        post("/v1/segments/count", RULES, segments::count_segment, "How many a condition finds"),
        get("/v1/segments/{id}", RULES, segments::get_segment, "One segment"),
        put("/v1/segments/{id}", RULES, segments::put_segment, "Make a segment so"),
        delete("/v1/segments/{id}", RULES, segments::delete_segment, "Delete a segment that no rule uses"),
        get("/v1/marketing-rules", RULES, marketing::list_marketing_rules, "A page of the marketing rules"),
        post("/v1/marketing-rules", RULES, marketing::create_marketing_rule, "Add a marketing rule"),
        get("/v1/marketing-rules/{id}", RULES, marketing::get_marketing_rule, "One marketing rule"),
        put("/v1/marketing-rules/{id}", RULES, marketing::put_marketing_rule, "Make a marketing rule so"),
        delete(
            "/v1/marketing-rules/{id}",
            RULES,
            marketing::delete_marketing_rule,
            "Delete a marketing rule",
        ),
        post(
            "/v1/marketing-rules/{id}/restore",
            RULES,
            marketing::restore_marketing_rule,
            "Undo the deletion",
        ),
        post("/v1/marketing-rules/{id}/activate", RULES, marketing::activate_marketing_rule, "Switch it on"),
        post(
            "/v1/marketing-rules/{id}/deactivate",
            RULES,
            marketing::deactivate_marketing_rule,
            "Switch it off",
        ),
        get(
            "/v1/marketing-rules/{id}/versions",
            RULES,
            marketing::list_marketing_rule_versions,
            "What it was",
        ),
        post(
            "/v1/marketing-rules/{id}/roll-back",
            RULES,
            marketing::roll_back_marketing_rule,
            "Make it what it was",
        ),
        get(
            "/v1/marketing-rules/{id}/results",
            RULES,
            marketing::list_marketing_results,
            "For whom it did something, and why not",
        ),
    ]
}
