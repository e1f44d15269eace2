//! The calls of the RetailCRM-compatible API on one screen. All of them are for keys with the scope `retailcrm`.

use axum::routing::MethodFilter;

use super::records::{CUSTOMERS, ORDERS};
use super::{
    Route, custom_fields, history, notifications, payments, people, records, references, route, service,
    tasks,
};

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;

/// Calls of the source that are not here, and that a call for one order or customer would take for an id.
pub(super) const ABSENT: [&str; 5] = [
    "/v5/orders/combine",
    "/v5/orders/packs",
    "/v5/orders/links",
    "/v5/customers/combine",
    "/v5/customers/notes",
];

/// Every call: method, path beneath the root, and what answers it.
pub(super) fn table() -> Vec<Route> {
    let groups = [general(), orders(), customers(), to_do(), lists()];
    groups.into_iter().flatten().collect()
}

fn general() -> Vec<Route> {
    vec![
        route(GET, "/api-versions", service::list_versions),
        route(GET, "/credentials", service::get_credentials),
        route(GET, "/system-info", service::get_system_info),
        route(GET, "/v5/settings", service::get_settings),
        route(GET, "/v5/statistic/update", service::update_statistic),
        route(GET, "/v5/users", people::list_users),
        route(GET, "/v5/users/{id}", people::get_user),
        route(POST, "/v5/users/{id}/status", people::set_status),
        route(GET, "/v5/user-groups", people::list_groups),
        // As one client spells it.
        route(GET, "/v5/users-groups", people::list_groups),
        route(POST, "/v5/notifications/send", notifications::send),
    ]
}

fn orders() -> Vec<Route> {
    vec![
        route(GET, "/v5/orders", |call| records::list(call, &ORDERS)),
        route(GET, "/v5/orders/statuses", records::list_statuses),
        route(GET, "/v5/orders/history", |call| history::list(call, &ORDERS)),
        route(POST, "/v5/orders/create", |call| records::create(call, &ORDERS)),
        route(POST, "/v5/orders/upload", |call| records::upload(call, &ORDERS)),
        route(POST, "/v5/orders/fix-external-ids", |call| records::fix_external_ids(call, &ORDERS)),
        route(POST, "/v5/orders/payments/create", payments::create),
        route(POST, "/v5/orders/payments/{id}/edit", payments::edit),
        route(POST, "/v5/orders/payments/{id}/delete", payments::delete),
        route(GET, "/v5/orders/{id}", |call| records::get(call, &ORDERS)),
        route(POST, "/v5/orders/{id}/edit", |call| records::edit(call, &ORDERS)),
    ]
}

fn customers() -> Vec<Route> {
    vec![
        route(GET, "/v5/customers", |call| records::list(call, &CUSTOMERS)),
        route(GET, "/v5/customers/history", |call| history::list(call, &CUSTOMERS)),
        route(POST, "/v5/customers/create", |call| records::create(call, &CUSTOMERS)),
        route(POST, "/v5/customers/upload", |call| records::upload(call, &CUSTOMERS)),
        route(POST, "/v5/customers/fix-external-ids", |call| records::fix_external_ids(call, &CUSTOMERS)),
        route(GET, "/v5/customers/{id}", |call| records::get(call, &CUSTOMERS)),
        route(POST, "/v5/customers/{id}/edit", |call| records::edit(call, &CUSTOMERS)),
    ]
}

fn to_do() -> Vec<Route> {
    vec![
        route(GET, "/v5/tasks", tasks::list),
        route(GET, "/v5/tasks/history", tasks::history),
        route(POST, "/v5/tasks/create", tasks::create),
        route(GET, "/v5/tasks/{id}", tasks::get),
        route(POST, "/v5/tasks/{id}/edit", tasks::edit),
        route(GET, "/v5/tasks/{id}/comments", tasks::list_comments),
    ]
}

fn lists() -> Vec<Route> {
    vec![
        route(GET, "/v5/reference/{list}", references::get),
        route(POST, "/v5/reference/{list}/{code}/edit", references::edit),
        route(GET, "/v5/custom-fields", custom_fields::list),
        route(GET, "/v5/custom-fields/dictionaries", custom_fields::list_dictionaries),
        route(POST, "/v5/custom-fields/dictionaries/create", custom_fields::create_dictionary),
        route(GET, "/v5/custom-fields/dictionaries/{code}", custom_fields::get_dictionary),
        route(POST, "/v5/custom-fields/dictionaries/{code}/edit", custom_fields::edit_dictionary),
        route(POST, "/v5/custom-fields/{entity}/create", custom_fields::create),
        route(GET, "/v5/custom-fields/{entity}/{code}", custom_fields::get),
        route(POST, "/v5/custom-fields/{entity}/{code}/edit", custom_fields::edit),
    ]
}
