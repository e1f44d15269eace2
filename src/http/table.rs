//! The route table: all of the API on one screen, grouped by whom it is for; what is about rules
//! stands in [`super::rule_table`]. [`super::route`] says how to add a line.

use super::route::{Route, delete, get, patch, post, put};
use super::v1::operator::{
    accounts as every_account, announcements as news, health as server_health, session as operator,
};
use super::v1::records::{CustomerState, OrderState};
use super::v1::{
    account, announcements, api_keys, audit_log, batch, deliveries, email, events, groups, history, inbox,
    letters, notifications, persons, preferences, profile, record_calls as calls, references, session, setup,
    stream, system_notifications, tasks, users,
};
use super::{health, openapi, rule_table, unsubscribe};
use crate::domain::access::Access;

const ANYONE: Access = Access::Public;
/// One's own things: users, never keys.
const OWN: Access = Access::OWN;
const SENDER: Access = Access::SENDER;
const READER: Access = Access::DIRECTORY;
/// Records and their lists; users see theirs.
const RECORDS: Access = Access::RECORDS;
const FEEDER: Access = Access::FEEDER;
const ADMIN: Access = Access::ADMINISTRATOR;
const TOKENS: Access = Access::TOKENS;
/// Who runs the server for all accounts.
const OPERATOR: Access = Access::OPERATOR;

/// Every route: method, path, who may, handler, what it does.
#[must_use]
pub fn table() -> Vec<Route> {
    let groups = [
        server(),
        signing_in(),
        own_inbox(),
        sending(),
        orders(),
        customers(),
        to_do(),
        shop(),
        people(),
        settings(),
        mail(),
        rule_table::table(),
        accounts_of_the_server(),
        server_wide(),
    ];
    groups.into_iter().flatten().collect()
}

/// The server itself, for those who watch it and those who program it.
fn server() -> Vec<Route> {
    vec![
        get("/healthz", ANYONE, health::read_health, "Whether the server lives"),
        get("/readyz", ANYONE, health::read_readiness, "Whether the server can work, and what waits"),
        get("/metrics", ANYONE, health::read_metrics, "The numbers of the server, for Prometheus"),
        get("/openapi.json", ANYONE, openapi::read_openapi, "This document"),
    ]
}

/// The caller's own inbox.
fn own_inbox() -> Vec<Route> {
    vec![
        get("/v1/inbox", OWN, inbox::list_inbox, "A page of my inbox, with the unread count"),
        get("/v1/inbox/{id}", OWN, inbox::get_item, "One item"),
        post("/v1/inbox/{id}/seen", OWN, inbox::mark_seen, "Its popup was on screen for a second"),
        post("/v1/inbox/{id}/read", OWN, inbox::mark_read, "Mark an item read"),
        post("/v1/inbox/{id}/unread", OWN, inbox::mark_unread, "Mark an item unread"),
        post("/v1/inbox/{id}/close", OWN, inbox::close_item, "Close its popup, on every device"),
        post("/v1/inbox/{id}/reopen", OWN, inbox::reopen_item, "Undo the closing of its popup"),
        post("/v1/inbox/{id}/archive", OWN, inbox::archive_item, "Archive an item"),
        post("/v1/inbox/{id}/unarchive", OWN, inbox::unarchive_item, "Undo archiving"),
        post("/v1/inbox/{id}/snooze", OWN, inbox::snooze_item, "Off the screen, until later"),
        post("/v1/inbox/{id}/act", OWN, inbox::act_on_item, "Do what a button of its popup says"),
        post("/v1/inbox/close", OWN, inbox::close_items, "Close many popups"),
        post("/v1/inbox/reopen", OWN, inbox::reopen_items, "Undo the closing of many popups"),
        post("/v1/inbox/read-all", OWN, inbox::read_all, "Mark read all that I have heard of"),
        get("/v1/announcements", OWN, announcements::list_standing_announcements, "Announcements that stand"),
        get("/v1/stream", OWN, stream::open_stream, "The changes of my inbox as server-sent events"),
    ]
}

/// One-time notifications: written, watched, recalled.
fn sending() -> Vec<Route> {
    vec![
        post("/v1/notifications", SENDER, notifications::create_notification, "Send a notification"),
        post("/v1/notifications/preview", SENDER, notifications::preview_notification, "Preview a draft"),
        get("/v1/notifications", SENDER, notifications::list_notifications, "What I sent"),
        get("/v1/notifications/{id}", SENDER, notifications::get_notification, "One that I sent"),
        post("/v1/notifications/{id}/recall", SENDER, notifications::recall_notification, "Take it back"),
        get("/v1/notifications/{id}/recipients", SENDER, notifications::list_recipients, "Who has read it"),
    ]
}

/// Orders.
fn orders() -> Vec<Route> {
    type Of = OrderState;
    vec![
        get("/v1/orders", RECORDS, calls::list::<Of>, "A page of the orders"),
        post("/v1/orders", FEEDER, calls::create::<Of>, "Add an order"),
        get("/v1/orders/{id}", RECORDS, calls::get::<Of>, "One order"),
        put("/v1/orders/{id}", FEEDER, calls::put::<Of>, "Tell an order's state, by the shop's id"),
        patch("/v1/orders/{id}", FEEDER, calls::update::<Of>, "Change an order, by its id here"),
        delete("/v1/orders/{id}", FEEDER, calls::delete::<Of>, "Delete an order; its history stays"),
        get("/v1/orders/{id}/history", RECORDS, calls::get_history_of::<Of>, "What changed in an order"),
    ]
}

/// Customers.
fn customers() -> Vec<Route> {
    type Of = CustomerState;
    vec![
        get("/v1/customers", RECORDS, calls::list::<Of>, "A page of the customers"),
        post("/v1/customers", FEEDER, calls::create::<Of>, "Add a customer"),
        get("/v1/customers/{id}", RECORDS, calls::get::<Of>, "One customer"),
        put("/v1/customers/{id}", FEEDER, calls::put::<Of>, "Tell a customer's state, by the shop's id"),
        patch("/v1/customers/{id}", FEEDER, calls::update::<Of>, "Change a customer, by its id here"),
        delete("/v1/customers/{id}", FEEDER, calls::delete::<Of>, "Delete a customer; its history stays"),
        get("/v1/customers/{id}/history", RECORDS, calls::get_history_of::<Of>, "What changed in a customer"),
        post("/v1/customers/{id}/export", ADMIN, persons::export_customer, "All that is kept of a customer"),
        post("/v1/customers/{id}/erase", ADMIN, persons::erase_customer, "Erase a customer for good"),
    ]
}

/// Tasks.
fn to_do() -> Vec<Route> {
    vec![
        get("/v1/tasks", RECORDS, tasks::list_tasks, "A page of the tasks"),
        post("/v1/tasks", FEEDER, tasks::create_task, "Add a task, or one for each of some records"),
        post("/v1/tasks/bulk", FEEDER, tasks::change_tasks, "Do the same to many tasks"),
        get("/v1/tasks/{id}", RECORDS, tasks::get_task, "One task"),
        patch("/v1/tasks/{id}", FEEDER, tasks::update_task, "Change a task"),
        delete("/v1/tasks/{id}", FEEDER, tasks::delete_task, "Delete a task; its history stays"),
        post("/v1/tasks/{id}/complete", FEEDER, tasks::complete_task, "Finish a task"),
        post("/v1/tasks/{id}/reopen", FEEDER, tasks::reopen_task, "Undo the finishing"),
        post(
            "/v1/tasks/{id}/snooze",
            OWN,
            tasks::snooze_task,
            "My reminder of it: off the screen, until later",
        ),
        get("/v1/tasks/{id}/comments", RECORDS, tasks::list_task_comments, "Remarks beneath a task"),
        post("/v1/tasks/{id}/comments", FEEDER, tasks::create_task_comment, "Remark something"),
        get("/v1/tasks/{id}/history", RECORDS, tasks::get_task_history, "What changed in a task"),
    ]
}

/// What a shop tells beside its records, and what those refer to.
fn shop() -> Vec<Route> {
    vec![
        get("/v1/history", RECORDS, history::list_history, "What changed in all records, from a number on"),
        post("/v1/batch", FEEDER, batch::write_batch, "Many writes of records and events, one answer each"),
        post("/v1/events", FEEDER, events::create_event, "Tell something under a name of your own"),
        get("/v1/reference-lists", RECORDS, references::list_reference_lists, "Statuses and the like"),
        put(
            "/v1/reference-lists/{list}/{code}",
            ADMIN,
            references::put_reference_entry,
            "Name a code of a list",
        ),
        delete(
            "/v1/reference-lists/{list}/{code}",
            ADMIN,
            references::delete_reference_entry,
            "Delete a code of a list",
        ),
        get("/v1/sites", RECORDS, references::list_sites, "The shops"),
        put("/v1/sites/{code}", ADMIN, references::put_site, "Add or change a shop"),
        delete("/v1/sites/{code}", ADMIN, references::delete_site, "Delete a shop; its records stay"),
        get("/v1/custom-fields", RECORDS, references::list_custom_fields, "The account's own fields"),
        put(
            "/v1/custom-fields/{record_type}/{code}",
            ADMIN,
            references::put_custom_field,
            "Add or change a field of the account's own",
        ),
        get(
            "/v1/system-notifications",
            ADMIN,
            system_notifications::get_system_notifications,
            "Which changes of records are told",
        ),
        put(
            "/v1/system-notifications",
            ADMIN,
            system_notifications::put_system_notifications,
            "Choose which changes of records are told",
        ),
    ]
}

/// Before and around being signed in.
fn signing_in() -> Vec<Route> {
    vec![
        get("/v1/status", ANYONE, setup::get_status, "What a browser must know before anybody signs in"),
        get("/v1/zones", ANYONE, setup::list_zones, "The names of the time zones"),
        post("/v1/setup", ANYONE, setup::complete_setup, "Become the first administrator, by link"),
        post("/v1/links/look", ANYONE, setup::look_at_link, "What an invitation or password link is for"),
        post("/v1/links/use", ANYONE, setup::use_link, "Choose a password by a link, and sign in"),
        post("/v1/session", ANYONE, session::sign_in, "Sign in"),
        get("/v1/session", OWN, session::get_session, "Who is signed in, where, and what he may"),
        delete("/v1/session", OWN, session::sign_out, "Sign out"),
        post("/v1/session/sign-out-everywhere", OWN, session::sign_out_everywhere, "Sign out on all devices"),
        get("/v1/profile", OWN, profile::get_profile, "My own settings"),
        patch("/v1/profile", OWN, profile::update_profile, "Change my own settings"),
        post("/v1/profile/password", OWN, profile::change_password, "Change my password"),
        get("/v1/preferences", OWN, preferences::get_preferences, "What reaches me, and how"),
        put("/v1/preferences", OWN, preferences::put_preferences, "Choose what reaches me, and how"),
        get(
            "/unsubscribe/{token}",
            ANYONE,
            unsubscribe::show_unsubscribe,
            "What the link in a letter would do",
        ),
        post("/unsubscribe/{token}", ANYONE, unsubscribe::unsubscribe, "End letters, by the link in one"),
        post("/letters/frame", OWN, letters::show_letter, "Show a letter where it can do nothing"),
        post("/v1/tokens", TOKENS, api_keys::create_token, "Make a user's token for a browser"),
    ]
}

/// Users and their groups.
fn people() -> Vec<Route> {
    vec![
        get("/v1/users", READER, users::list_users, "A page of the users"),
        post("/v1/users", ADMIN, users::create_user, "Invite a user"),
        get("/v1/users/{id}", READER, users::get_user, "One user"),
        patch("/v1/users/{id}", ADMIN, users::update_user, "Change a user"),
        delete("/v1/users/{id}", ADMIN, users::remove_user, "Remove a user"),
        post("/v1/users/{id}/restore", ADMIN, users::restore_user, "Undo a removal"),
        post("/v1/users/{id}/lock", ADMIN, users::lock_user, "Lock a user out"),
        post("/v1/users/{id}/unlock", ADMIN, users::unlock_user, "Let a locked user in again"),
        post("/v1/users/{id}/sign-out", ADMIN, users::sign_out_user, "Sign a user out on every device"),
        post("/v1/users/{id}/reset-password", ADMIN, users::reset_user_password, "Make a password link"),
        get(
            "/v1/users/{id}/preferences",
            ADMIN,
            preferences::get_user_preferences,
            "What reaches a user, and how",
        ),
        put(
            "/v1/users/{id}/preferences",
            ADMIN,
            preferences::put_user_preferences,
            "Choose what reaches a user, for him",
        ),
        post("/v1/users/{id}/export", ADMIN, persons::export_user, "All that is kept of a user"),
        post("/v1/users/{id}/erase", ADMIN, persons::erase_user, "Erase a user for good"),
        get("/v1/groups", READER, groups::list_groups, "Every group"),
        post("/v1/groups", ADMIN, groups::create_group, "Add a group"),
        get("/v1/groups/{id}", READER, groups::get_group, "One group"),
        patch("/v1/groups/{id}", ADMIN, groups::update_group, "Change a group's name or rights"),
        delete("/v1/groups/{id}", ADMIN, groups::delete_group, "Delete a group; its members stay users"),
        put("/v1/groups/{id}/members", ADMIN, groups::put_group_members, "Make exactly these its members"),
    ]
}

/// What administrators set for the account.
fn settings() -> Vec<Route> {
    vec![
        get("/v1/account", ADMIN, account::get_account, "The account"),
        patch("/v1/account", ADMIN, account::update_account, "Change the account"),
        get(
            "/v1/account/preferences",
            ADMIN,
            preferences::get_default_preferences,
            "What reaches those who have not chosen",
        ),
        put(
            "/v1/account/preferences",
            ADMIN,
            preferences::put_default_preferences,
            "Choose it, and where nobody else may",
        ),
        post("/v1/letters/preview", ADMIN, letters::preview_letter, "A letter with made-up contents"),
        get("/v1/allowed-origins", ADMIN, account::list_allowed_origins, "The origins that may embed it"),
        post("/v1/allowed-origins", ADMIN, account::allow_origin, "Let pages of an origin embed the account"),
        delete("/v1/allowed-origins", ADMIN, account::refuse_origin, "Take that permission back"),
        get("/v1/audit-log", ADMIN, audit_log::list_audit_log, "Who administered what, and when"),
        get("/v1/api-keys", ADMIN, api_keys::list_api_keys, "The API keys that are not revoked"),
        post("/v1/api-keys", ADMIN, api_keys::create_api_key, "Make an API key; it is shown once"),
        delete("/v1/api-keys/{id}", ADMIN, api_keys::revoke_api_key, "Revoke an API key for good"),
    ]
}

/// How letters are sent, and what became of each.
fn mail() -> Vec<Route> {
    vec![
        get("/v1/email", ADMIN, email::get_email, "How letters are sent"),
        put("/v1/email", ADMIN, email::put_email, "Set relays, sender and look of letters"),
        post("/v1/email/test", ADMIN, email::test_email, "Send a letter, and see all that the relays say"),
        get("/v1/deliveries", ADMIN, deliveries::list_deliveries, "A page of the deliveries"),
        get("/v1/deliveries/{id}", ADMIN, deliveries::get_delivery, "One delivery, attempt by attempt"),
        post("/v1/deliveries/{id}/resend", ADMIN, deliveries::resend_delivery, "Send it once more"),
        post("/v1/deliveries/{id}/release", ADMIN, deliveries::release_delivery, "Send now what waits"),
        post("/v1/deliveries/bulk", ADMIN, deliveries::work_on_deliveries, "Send many again, or now"),
        get(
            "/v1/addresses/suspended",
            ADMIN,
            deliveries::list_suspended_addresses,
            "Addresses that letters came back from",
        ),
        post(
            "/v1/addresses/{address}/release",
            ADMIN,
            deliveries::release_address,
            "Send letters to an address again",
        ),
    ]
}

/// What the operator does with accounts.
fn accounts_of_the_server() -> Vec<Route> {
    vec![
        get("/v1/operator/accounts", OPERATOR, every_account::list_accounts, "A page of all accounts"),
        post(
            "/v1/operator/accounts",
            OPERATOR,
            every_account::create_server_account,
            "Found an account, with a link for its administrator",
        ),
        get("/v1/operator/accounts/{code}", OPERATOR, every_account::get_server_account, "How one stands"),
        delete(
            "/v1/operator/accounts/{code}",
            OPERATOR,
            every_account::delete_account,
            "Close an account; its rows go when its grace is over",
        ),
        post(
            "/v1/operator/accounts/{code}/restore",
            OPERATOR,
            every_account::restore_account,
            "Have a deleted account back",
        ),
        post(
            "/v1/operator/accounts/{code}/suspend",
            OPERATOR,
            every_account::suspend_account,
            "Let nobody in, and say why",
        ),
        post(
            "/v1/operator/accounts/{code}/resume",
            OPERATOR,
            every_account::resume_account,
            "Let its people in again",
        ),
        put(
            "/v1/operator/accounts/{code}/limits",
            OPERATOR,
            every_account::put_account_limits,
            "How much an account may use",
        ),
        put(
            "/v1/operator/accounts/{code}/label",
            OPERATOR,
            every_account::put_account_label,
            "Put an account on a plan or version",
        ),
    ]
}

/// What the operator does, for all accounts.
fn server_wide() -> Vec<Route> {
    vec![
        post(
            "/v1/operator/links/look",
            ANYONE,
            operator::look_at_operator_link,
            "Whose operator's link it is",
        ),
        post("/v1/operator/links/use", ANYONE, operator::use_operator_link, "Choose an operator's password"),
        post("/v1/operator/session", ANYONE, operator::sign_in_operator, "Sign in as operator"),
        get("/v1/operator/session", OPERATOR, operator::get_operator_session, "Which operator is signed in"),
        patch("/v1/operator/session", OPERATOR, operator::update_operator_session, "Choose one's language"),
        delete("/v1/operator/session", OPERATOR, operator::sign_out_operator, "Sign out as operator"),
        get("/v1/operator/log", OPERATOR, operator::list_server_log, "What was done to the server"),
        get("/v1/operator/health", OPERATOR, server_health::get_server_health, "How the server does"),
        get("/v1/operator/announcements", OPERATOR, news::list_operator_announcements, "What was announced"),
        post("/v1/operator/announcements", OPERATOR, news::create_announcement, "Write an announcement"),
        post(
            "/v1/operator/announcements/preview",
            OPERATOR,
            news::preview_announcement,
            "What a draft would be, and whom it would reach",
        ),
        get("/v1/operator/announcements/{id}", OPERATOR, news::get_announcement, "One, with what it was"),
        put(
            "/v1/operator/announcements/{id}",
            OPERATOR,
            news::update_announcement,
            "Change it, also on screens",
        ),
        delete("/v1/operator/announcements/{id}", OPERATOR, news::delete_announcement, "Throw a draft away"),
        post(
            "/v1/operator/announcements/{id}/publish",
            OPERATOR,
            news::publish_announcement,
            "Publish a draft",
        ),
        post("/v1/operator/announcements/{id}/recall", OPERATOR, news::recall_announcement, "Take it back"),
        get(
            "/v1/operator/announcements/{id}/accounts",
            OPERATOR,
            news::list_announcement_accounts,
            "How it fares in each account",
        ),
    ]
}
