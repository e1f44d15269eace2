//! A route in one line: method, path, who may call it, the handler, and what it does.
//!
//! That line is everything: the router entry, the rule that is enforced before the handler runs and before the body
//! is read, and the operation in the OpenAPI document. What a call takes and answers is read off the handler's own
//! signature ([`super::extract`], [`super::reply`]), so that the document cannot say something else.
//!
//! ```ignore
//! // http/table.rs
//! post("/v1/notifications", Access::SENDER, notifications::send_notification, "Send a one-time notification"),
//!
//! // http/v1/notifications.rs: extract, one flow, convert; the caller has the right already.
//! pub async fn send_notification(
//!     state: State,
//!     caller: Caller,                  // or SignedIn, KeyCaller
//!     body: Body<NotificationIn>,      // JSON, limited, strict; `body.once` is the Idempotency-Key
//! ) -> Result<Accepted<SendOut>> {     // 202; also Success (200), Created (201), NoContent (204)
//!     let answer = flows::send::send(&state.ctx, &caller, body.value.try_into()?, body.once).await?;
//!     Ok(Accepted::once(answer).map(SendOut::from))
//! }
//! ```
//!
//! Wire types derive `Deserialize` or `Serialize`, and `JsonSchema`; unknown fields are refused without a word from
//! them. What goes wrong is a `domain::error::Error` with `?`. Not here: the words of errors ([`super::problem`]).

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{Schema, SchemaGenerator};

use super::State;
use super::extract::Part;
use super::guard;
use super::reply::Answers;
use crate::domain::access::Access;

/// How a type describes itself to the OpenAPI document.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What the table says of a route.
#[derive(Debug, Clone)]
pub struct RouteInfo {
    pub method: &'static str,
    /// As the router reads it: `/v1/inbox/{id}`.
    pub path: &'static str,
    pub access: Access,
    pub operation: Operation,
}

/// What a caller needs to know of a route; the handler's signature fills it in.
#[derive(Debug, Clone, Default)]
pub struct Operation {
    /// The handler's name, with what it is for where it is generic; unique in the table.
    pub id: String,
    pub about: &'static str,
    pub body: Option<SchemaOf>,
    pub query: Option<SchemaOf>,
    /// Whether an Idempotency-Key is heeded.
    pub once: bool,
    pub answers: Vec<Answer>,
}

/// One answer of success.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub media: &'static str,
    pub schema: Option<SchemaOf>,
}

/// A route that stands in the table.
pub struct Route {
    pub info: RouteInfo,
    handler: MethodRouter<State>,
}

impl Route {
    /// The handler behind its access rule.
    pub(super) fn guarded(self, state: &State) -> MethodRouter<State> {
        let guard = guard::Guard { state: state.clone(), access: self.info.access };
        self.handler.route_layer(axum::middleware::from_fn_with_state(guard, guard::enforce))
    }
}

pub fn get<H, T, A>(path: &'static str, access: Access, handler: H, about: &'static str) -> Route
where
    H: Handler<T, State> + Signature<A>,
    T: 'static,
{
    route("GET", MethodFilter::GET, path, access, handler, about)
}

pub fn post<H, T, A>(path: &'static str, access: Access, handler: H, about: &'static str) -> Route
where
    H: Handler<T, State> + Signature<A>,
    T: 'static,
{
    route("POST", MethodFilter::POST, path, access, handler, about)
}

pub fn put<H, T, A>(path: &'static str, access: Access, handler: H, about: &'static str) -> Route
where
    H: Handler<T, State> + Signature<A>,
    T: 'static,
{
    route("PUT", MethodFilter::PUT, path, access, handler, about)
}

pub fn patch<H, T, A>(path: &'static str, access: Access, handler: H, about: &'static str) -> Route
where
    H: Handler<T, State> + Signature<A>,
    T: 'static,
{
    route("PATCH", MethodFilter::PATCH, path, access, handler, about)
}

pub fn delete<H, T, A>(path: &'static str, access: Access, handler: H, about: &'static str) -> Route
where
    H: Handler<T, State> + Signature<A>,
    T: 'static,
{
    route("DELETE", MethodFilter::DELETE, path, access, handler, about)
}

fn route<H, T, A>(
    method: &'static str,
    filter: MethodFilter,
    path: &'static str,
    access: Access,
    handler: H,
    about: &'static str,
) -> Route
where
    H: Handler<T, State> + Signature<A>,
    T: 'static,
{
    let id = id_of(std::any::type_name::<H>());
    let mut operation = Operation { id, about, ..Operation::default() };
    H::describe(&mut operation);
    Route { info: RouteInfo { method, path, access, operation }, handler: on(filter, handler) }
}

/// `list_groups`; of a handler that is generic over `OrderState`, `list_order`.
fn id_of(handler: &str) -> String {
    let last = |path: &str| path.rsplit("::").next().unwrap_or(path).to_owned();
    match handler.strip_suffix('>').and_then(|handler| handler.split_once('<')) {
        None => last(handler),
        Some((handler, of)) => {
            format!("{}_{}", last(handler), last(of).trim_end_matches("State").to_lowercase())
        }
    }
}

/// A handler whose every argument and whose answer can be described.
#[diagnostic::on_unimplemented(
    message = "this handler's arguments are not all `extract::Part`, or its answer is not `reply::Answers`"
)]
pub trait Signature<A> {
    fn describe(operation: &mut Operation);
}

macro_rules! signatures {
    ($(($($part:ident),*);)*) => {$(
        impl<F, Fut, R, $($part,)*> Signature<($($part,)*)> for F
        where
            F: Fn($($part),*) -> Fut,
            Fut: Future<Output = R>,
            R: Answers,
            $($part: Part,)*
        {
            fn describe(operation: &mut Operation) {
                $($part::describe(operation);)*
                R::describe(operation);
            }
        }
    )*};
}

signatures! {
    ();
    (P1);
    (P1, P2);
    (P1, P2, P3);
    (P1, P2, P3, P4);
    (P1, P2, P3, P4, P5);
    (P1, P2, P3, P4, P5, P6);
}
