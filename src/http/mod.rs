//! The doors: every route of Bellwire, who may call it, and what surrounds a call.
//!
//! [`table`] is the whole API on one screen; [`route`] says how to add a line. A handler extracts, calls one flow and
//! converts. Decisions and transactions are not here.

mod assets;
pub mod cookie;
pub mod extract;
mod fields;
mod guard;
mod health;
mod layers;
pub mod limits;
pub mod openapi;
pub mod problem;
pub mod reply;
pub mod route;
pub mod serve;
mod site;
pub mod v1;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::config::Settings;
use crate::domain::access::Access;
use crate::flows::Ctx;
use crate::flows::accept::Accepts;
use crate::hub::Hub;
use crate::render::texts::Texts;
use crate::telemetry::Metrics;
use problem::Problem;
use route::{Route, delete, get, patch, post, put};
use v1::{account, api_keys, groups, inbox, notifications, profile, session, setup, stream, users};

/// What handlers may use. A handler takes it as an argument.
#[derive(Clone)]
pub struct State {
    pub ctx: Ctx,
    pub hub: Hub,
    pub accepts: Accepts,
    pub settings: Arc<Settings>,
    pub metrics: Arc<Metrics>,
    pub texts: Arc<Texts>,
    /// The start of every absolute link, without a slash at its end.
    pub base_url: Arc<str>,
    pub limits: Arc<limits::Limits>,
    /// Whether this is `bellwire demo`, where everybody may sign in as anybody.
    pub demo: bool,
    origins: Arc<site::Origins>,
    running: Arc<guard::RunningKeys>,
}

impl State {
    #[must_use]
    pub fn new(
        ctx: Ctx,
        hub: Hub,
        accepts: Accepts,
        settings: Arc<Settings>,
        metrics: Arc<Metrics>,
        texts: Arc<Texts>,
        base_url: &str,
    ) -> Self {
        let limits = Arc::new(limits::Limits::new(&ctx.clock));
        let (origins, running) = (Arc::default(), Arc::default());
        Self {
            ctx,
            hub,
            accepts,
            settings,
            metrics,
            texts,
            base_url: base_url.into(),
            limits,
            demo: false,
            origins,
            running,
        }
    }
}

/// Every route: method, path, who may, handler, what it does.
#[must_use]
pub fn table() -> Vec<Route> {
    const ANYONE: Access = Access::Public;
    const OWN: Access = Access::OWN;
    const SENDER: Access = Access::SENDER;
    let mut routes = vec![
        get("/healthz", ANYONE, health::read_health, "Whether the server lives"),
        get("/readyz", ANYONE, health::read_readiness, "Whether the server can work, and what waits"),
        get("/metrics", ANYONE, health::read_metrics, "The numbers of the server, for Prometheus"),
        get("/openapi.json", ANYONE, openapi::read_openapi, "This document"),
        // The caller's own inbox.
        get("/v1/inbox", OWN, inbox::list_inbox, "A page of my inbox, with the unread count"),
        get("/v1/inbox/{id}", OWN, inbox::get_item, "One item"),
        post("/v1/inbox/{id}/seen", OWN, inbox::mark_seen, "Its popup was on screen for a second"),
        post("/v1/inbox/{id}/read", OWN, inbox::mark_read, "Mark an item read"),
        post("/v1/inbox/{id}/unread", OWN, inbox::mark_unread, "Mark an item unread"),
        post("/v1/inbox/{id}/close", OWN, inbox::close_item, "Close its popup, on every device"),
        post("/v1/inbox/{id}/reopen", OWN, inbox::reopen_item, "Undo the closing of its popup"),
        post("/v1/inbox/{id}/archive", OWN, inbox::archive_item, "Archive an item"),
        post("/v1/inbox/{id}/unarchive", OWN, inbox::unarchive_item, "Undo archiving"),
        post("/v1/inbox/close", OWN, inbox::close_items, "Close many popups"),
        post("/v1/inbox/reopen", OWN, inbox::reopen_items, "Undo the closing of many popups"),
        post("/v1/inbox/read-all", OWN, inbox::read_all, "Mark read all that I have heard of"),
        get("/v1/stream", OWN, stream::open_stream, "The changes of my inbox as server-sent events"),
        // One-time notifications: written, watched, recalled.
        post("/v1/notifications", SENDER, notifications::create_notification, "Send a notification"),
        post(
            "/v1/notifications/preview",
            SENDER,
            notifications::preview_notification,
            "What a draft would be",
        ),
        get("/v1/notifications", SENDER, notifications::list_notifications, "What I sent"),
        get("/v1/notifications/{id}", SENDER, notifications::get_notification, "One that I sent"),
        post("/v1/notifications/{id}/recall", SENDER, notifications::recall_notification, "Take it back"),
        get("/v1/notifications/{id}/recipients", SENDER, notifications::list_recipients, "Who has read it"),
    ];
    routes.extend(signing_in());
    routes.extend(people());
    routes.extend(settings());
    routes
}

/// Before and around being signed in.
fn signing_in() -> Vec<Route> {
    const ANYONE: Access = Access::Public;
    const OWN: Access = Access::OWN;
    vec![
        get("/v1/status", ANYONE, setup::get_status, "What a browser must know before anybody signs in"),
        get("/v1/zones", ANYONE, setup::list_zones, "The names of the time zones"),
        post(
            "/v1/setup",
            ANYONE,
            setup::complete_setup,
            "Become the first administrator, by the printed link",
        ),
        post("/v1/links/look", ANYONE, setup::look_at_link, "What an invitation or password link is for"),
        post("/v1/links/use", ANYONE, setup::use_link, "Choose a password by a link, and sign in"),
        post("/v1/session", ANYONE, session::sign_in, "Sign in"),
        get("/v1/session", OWN, session::get_session, "Who is signed in, where, and what he may"),
        delete("/v1/session", OWN, session::sign_out, "Sign out"),
        post(
            "/v1/session/sign-out-everywhere",
            OWN,
            session::sign_out_everywhere,
            "Sign out on every device",
        ),
        get("/v1/profile", OWN, profile::get_profile, "My own settings"),
        patch("/v1/profile", OWN, profile::update_profile, "Change my own settings"),
        post("/v1/profile/password", OWN, profile::change_password, "Change my password"),
        post("/v1/tokens", Access::TOKENS, api_keys::create_token, "Make a user's token for a browser"),
    ]
}

/// Users and their groups.
fn people() -> Vec<Route> {
    const READER: Access = Access::DIRECTORY;
    const ADMIN: Access = Access::ADMINISTRATOR;
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
    const ADMIN: Access = Access::ADMINISTRATOR;
    vec![
        get("/v1/account", ADMIN, account::get_account, "The account"),
        patch("/v1/account", ADMIN, account::update_account, "Change the account"),
        get(
            "/v1/allowed-origins",
            ADMIN,
            account::list_allowed_origins,
            "Origins that may embed the account",
        ),
        post("/v1/allowed-origins", ADMIN, account::allow_origin, "Let pages of an origin embed the account"),
        delete("/v1/allowed-origins", ADMIN, account::refuse_origin, "Take that permission back"),
        get("/v1/api-keys", ADMIN, api_keys::list_api_keys, "The API keys that are not revoked"),
        post("/v1/api-keys", ADMIN, api_keys::create_api_key, "Make an API key; it is shown once"),
        delete("/v1/api-keys/{id}", ADMIN, api_keys::revoke_api_key, "Revoke an API key for good"),
    ]
}

/// The routes behind their layers.
pub fn router(state: State) -> Router {
    assemble(table(), state)
}

fn assemble(table: Vec<Route>, state: State) -> Router {
    let routes = table.into_iter().fold(Router::new(), |router, route| {
        let path = route.info.path;
        router.route(path, route.guarded(&state))
    });
    routes
        .fallback(assets::serve)
        .method_not_allowed_fallback(|| async { Problem::NoMethod })
        .layer(from_fn(layers::catch_panics))
        .layer(from_fn_with_state(state.clone(), layers::share))
        .layer(from_fn_with_state(state.clone(), layers::tell))
        .layer(from_fn_with_state(state.clone(), problem::speak))
        .with_state(state)
}

#[cfg(test)]
mod tests;
