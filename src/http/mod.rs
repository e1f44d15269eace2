//! The doors: every route of Bellwire, who may call it, and what surrounds a call.
//!
//! [`table`] is the whole API on one screen; [`route`] says how to add a line. A handler extracts, calls one flow and
//! converts. Decisions and transactions are not here.

pub mod cookie;
pub mod extract;
mod fields;
mod guard;
mod layers;
pub mod limits;
pub mod problem;
pub mod reply;
pub mod route;
mod site;
pub mod v1;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::config::Settings;
use crate::flows::Ctx;
use crate::render::texts::Texts;
use crate::telemetry::Metrics;
use problem::Problem;
use route::Route;

/// What handlers may use. A handler takes it as an argument.
#[derive(Clone)]
pub struct State {
    pub ctx: Ctx,
    pub settings: Arc<Settings>,
    pub metrics: Arc<Metrics>,
    pub texts: Arc<Texts>,
    pub limits: Arc<limits::Limits>,
    origins: Arc<site::Origins>,
    running: Arc<guard::RunningKeys>,
}

impl State {
    #[must_use]
    pub fn new(ctx: Ctx, settings: Arc<Settings>, metrics: Arc<Metrics>, texts: Arc<Texts>) -> Self {
        let limits = Arc::new(limits::Limits::new(&ctx.clock));
        Self { ctx, settings, metrics, texts, limits, origins: Arc::default(), running: Arc::default() }
    }
}

/// Every route: method, path, who may, handler, what it does.
#[must_use]
pub fn table() -> Vec<Route> {
    vec![]
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
        .fallback(|| async { Problem::NoRoute })
        .method_not_allowed_fallback(|| async { Problem::NoMethod })
        .layer(from_fn(layers::catch_panics))
        .layer(from_fn_with_state(state.clone(), problem::speak))
        .layer(from_fn_with_state(state.clone(), layers::share))
        .layer(from_fn_with_state(state.clone(), layers::tell))
        .with_state(state)
}
