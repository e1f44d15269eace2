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
use route::{Route, get, post};
use v1::{inbox, notifications, stream};

/// What handlers may use. A handler takes it as an argument.
#[derive(Clone)]
pub struct State {
    pub ctx: Ctx,
    pub hub: Hub,
    pub accepts: Accepts,
    pub settings: Arc<Settings>,
    pub metrics: Arc<Metrics>,
    pub texts: Arc<Texts>,
    pub limits: Arc<limits::Limits>,
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
    ) -> Self {
        let limits = Arc::new(limits::Limits::new(&ctx.clock));
        let (origins, running) = (Arc::default(), Arc::default());
        Self { ctx, hub, accepts, settings, metrics, texts, limits, origins, running }
    }
}

/// Every route: method, path, who may, handler, what it does.
#[must_use]
pub fn table() -> Vec<Route> {
    vec![
        get("/healthz", Access::Public, health::read_health, "Whether the server lives"),
        get("/readyz", Access::Public, health::read_readiness, "Whether the server can work, and what waits"),
        get("/metrics", Access::Public, health::read_metrics, "The numbers of the server, for Prometheus"),
        get("/openapi.json", Access::Public, openapi::read_openapi, "This document"),
        // The caller's own inbox.
        get("/v1/inbox", Access::OWN, inbox::list_inbox, "A page of my inbox, with the unread count"),
        get("/v1/inbox/{id}", Access::OWN, inbox::get_item, "One item"),
        post("/v1/inbox/{id}/seen", Access::OWN, inbox::mark_seen, "Its popup was on screen for a second"),
        post("/v1/inbox/{id}/read", Access::OWN, inbox::mark_read, "Mark an item read"),
        post("/v1/inbox/{id}/unread", Access::OWN, inbox::mark_unread, "Mark an item unread"),
        post("/v1/inbox/{id}/close", Access::OWN, inbox::close_item, "Close its popup, on every device"),
        post("/v1/inbox/{id}/reopen", Access::OWN, inbox::reopen_item, "Undo the closing of its popup"),
        post("/v1/inbox/{id}/archive", Access::OWN, inbox::archive_item, "Archive an item"),
        post("/v1/inbox/{id}/unarchive", Access::OWN, inbox::unarchive_item, "Undo archiving"),
        post("/v1/inbox/close", Access::OWN, inbox::close_items, "Close many popups"),
        post("/v1/inbox/reopen", Access::OWN, inbox::reopen_items, "Undo the closing of many popups"),
        post("/v1/inbox/read-all", Access::OWN, inbox::read_all, "Mark read all that I have heard of"),
        get("/v1/stream", Access::OWN, stream::open_stream, "The changes of my inbox as server-sent events"),
        // One-time notifications.
        post("/v1/notifications", Access::SENDER, notifications::create_notification, "Send a notification"),
        post(
            "/v1/notifications/preview",
            Access::SENDER,
            notifications::preview_notification,
            "What a draft would be, and for how many",
        ),
        get("/v1/notifications", Access::SENDER, notifications::list_notifications, "What I sent"),
        get("/v1/notifications/{id}", Access::SENDER, notifications::get_notification, "One that I sent"),
        post(
            "/v1/notifications/{id}/recall",
            Access::SENDER,
            notifications::recall_notification,
            "Take it off every screen and out of every inbox",
        ),
        get(
            "/v1/notifications/{id}/recipients",
            Access::SENDER,
            notifications::list_recipients,
            "Who has seen, read and closed it",
        ),
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
        .layer(from_fn_with_state(state.clone(), problem::speak))
        .layer(from_fn_with_state(state.clone(), layers::share))
        .layer(from_fn_with_state(state.clone(), layers::tell))
        .with_state(state)
}
