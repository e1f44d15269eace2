//! The doors: every route of Bellwire, who may call it, and what surrounds a call.
//!
//! `table.rs` is the whole API on one screen; [`route`] says how to add a line. A handler extracts, calls one flow and
//! converts. Decisions and transactions are not here.

mod assets;
mod carrier;
pub mod cookie;
mod docs;
pub mod extract;
mod fields;
mod guard;
mod health;
mod layers;
pub mod limits;
pub mod openapi;
pub mod problem;
pub mod reply;
mod retailcrm;
pub mod route;
mod rule_table;
pub mod serve;
mod site;
mod table;
mod unsubscribe;
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

/// What handlers may use. A handler takes it as an argument; each request has a copy, so a copy is one pointer.
#[derive(Clone)]
pub struct State(Arc<Shared>);

/// What all requests share.
pub struct Shared {
    pub parts: Parts,
    pub limits: limits::Limits,
    origins: site::Origins,
    running: Arc<guard::RunningKeys>,
}

/// What the composition root puts in.
pub struct Parts {
    pub ctx: Ctx,
    pub hub: Hub,
    pub accepts: Accepts,
    pub settings: Arc<Settings>,
    pub metrics: Arc<Metrics>,
    pub texts: Texts,
    /// The start of every absolute link, without a slash at its end.
    pub base_url: String,
    /// What makes this a `bellwire demo`, where everybody may sign in as anybody.
    pub demo: Option<Arc<v1::demo::Demo>>,
}

impl State {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let limits = limits::Limits::new(&parts.ctx.clock, parts.settings.key_rate);
        let (origins, running) = (site::Origins::default(), Arc::default());
        Self(Arc::new(Shared { parts, limits, origins, running }))
    }
}

impl std::ops::Deref for State {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl std::ops::Deref for Shared {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
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
    retailcrm::mount(routes, &state)
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
