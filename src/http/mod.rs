//! The doors: every route of Bellwire, who may call it, and what surrounds a call.
//!
//! `table.rs` is the whole API on one screen; [`route`] says how to add a line. A handler extracts, calls one flow and
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
mod table;
pub mod v1;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::config::Settings;
use crate::flows::Ctx;
use crate::flows::accept::Accepts;
use crate::hub::Hub;
use crate::render::texts::Texts;
use crate::telemetry::Metrics;
use problem::Problem;
use route::Route;

pub use table::table;

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
    /// What makes this a `bellwire demo`, where everybody may sign in as anybody.
    pub demo: Option<Arc<v1::demo::Demo>>,
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
        let limits = Arc::new(limits::Limits::new(&ctx.clock, settings.key_rate));
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
            demo: None,
            origins,
            running,
        }
    }
}

/// The routes behind their layers.
pub fn router(state: State) -> Router {
    let mut table = table();
    if state.demo.is_some() {
        table.extend(v1::demo::table());
    }
    assemble(table, state)
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
