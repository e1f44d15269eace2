//! What the RetailCRM-compatible API answers: always JSON, success or the reason why not, in the words that clients look
//! for.
//!
//! Not here: what goes wrong beneath (`domain::error`), and the statuses of that, which are `problem`'s.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json};

use crate::domain::error::{Error, Fault, FieldError};
use crate::domain::language::Language;
use crate::http::problem::Problem;
use crate::render::texts::Texts;

pub type Result<T, E = Refusal> = std::result::Result<T, E>;

/// Success, with what it says.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    body: Map<String, Json>,
}

impl Answer {
    #[must_use]
    pub fn success() -> Self {
        Self { status: StatusCode::OK, body: Map::from_iter([("success".to_owned(), true.into())]) }
    }

    /// Something was made.
    #[must_use]
    pub fn created() -> Self {
        Self { status: StatusCode::CREATED, ..Self::success() }
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.body.insert(key.to_owned(), value.into());
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        json(self.status, &Json::Object(self.body))
    }
}

/// Why a call was not answered with success.
#[derive(Debug, Clone)]
pub struct Refusal {
    status: StatusCode,
    message: String,
    errors: Vec<(String, Reason)>,
    /// What stands beside the message: the part of an upload that was taken.
    more: Map<String, Json>,
    retry_after_s: Option<u64>,
}

/// What is wrong with a field.
#[derive(Debug, Clone)]
enum Reason {
    Fault(Fault),
    Words(String),
}

/// What is wrong with the fields of a customer, an order, a payment.
const ENTITY: &str = "Errors in the entity format";
const INPUT: &str = "Errors in the input parameters";
/// An upload of which only a part was taken; clients know this number.
const PARTLY: u16 = 460;
/// Seconds after which to try again what we could not do now.
const SOON_S: u64 = 1;

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            errors: Vec::new(),
            more: Map::new(),
            retry_after_s: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(SOON_S),
        }
    }

    /// The call cannot be read.
    pub fn bad(why: impl Into<String>) -> Self {
        Self { message: "Invalid input parameters".into(), ..Self::input("request", why) }
    }

    /// A parameter is not what it should be.
    pub fn input(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self::input_all(vec![(name.into(), why.into())])
    }

    /// Parameters are not what they should be.
    pub fn input_all(faults: Vec<(String, String)>) -> Self {
        let errors = faults.into_iter().map(|(name, why)| (name, Reason::Words(why))).collect();
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, INPUT) }
    }

    /// What was sent is well-formed but cannot be.
    pub fn validation(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { message: "Validation error".into(), ..Self::input(name, why) }
    }

    #[must_use]
    pub fn missing(name: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Parameter '{name}' is missing"))
    }

    #[must_use]
    pub fn no_key() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "\"apiKey\" is missing.")
    }

    #[must_use]
    pub fn no_call() -> Self {
        Self::new(StatusCode::NOT_FOUND, "API method not found")
    }

    #[must_use]
    pub fn no_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
    }

    /// Some of an upload was not taken; `errors` are by the place of the entity.
    #[must_use]
    pub fn partly(what: &str, faults: Vec<(usize, Error)>, more: Map<String, Json>) -> Self {
        let status = StatusCode::from_u16(PARTLY).unwrap_or(StatusCode::BAD_REQUEST);
        let mut errors = Vec::new();
        for (place, error) in faults {
            match error {
                Error::Invalid(fields) => {
                    errors.extend(
                        fields
                            .into_iter()
                            .map(|f| (format!("[{place}].{}", spelled(&f)), Reason::Fault(f.fault))),
                    );
                }
                other => errors.push((format!("[{place}]"), Reason::Words(other.to_string()))),
            }
        }
        Self { errors, more, ..Self::new(status, format!("{what} are loaded with errors")) }
    }

    /// Names of fields as this API has them, in place of ours.
    #[must_use]
    pub fn renamed(mut self, names: &[(&str, &str)]) -> Self {
        for (field, _) in &mut self.errors {
            if let Some((ours, theirs)) = names.iter().find(|(ours, _)| field.starts_with(ours)) {
                *field = field.replacen(ours, theirs, 1);
            }
        }
        self
    }

    /// The answer, with the faults in words.
    pub fn answer(self, texts: &Texts) -> Response {
        let mut body = self.more;
        body.insert("success".to_owned(), false.into());
        body.insert("errorMsg".to_owned(), self.message.into());
        let words = |reason: Reason| match reason {
            Reason::Words(words) => words,
            // Times are local here, so what the other API says of them would mislead.
            Reason::Fault(Fault::NotAnInstant) => {
                "Give a date and time, such as 2027-01-31 09:00:00.".to_owned()
            }
            Reason::Fault(fault) => texts.say(Language::En, fault.key(), fault.params().as_slice()),
        };
        if !self.errors.is_empty() {
            let errors = self.errors.into_iter().map(|(field, reason)| (field, words(reason).into()));
            body.insert("errors".to_owned(), Json::Object(errors.collect()));
        }
        let mut response = json(self.status, &Json::Object(body));
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The path of a field as callers of this API know it: flows speak of ours.
fn spelled(error: &FieldError) -> String {
    match error.field.as_ref() {
        "external_id" => "externalId".to_owned(),
        field => field.to_owned(),
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Problem::from(error).into()
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        problem.log();
        let status = problem.status();
        match problem {
            Problem::Because(Error::Invalid(fields)) => entity(fields),
            Problem::Because(Error::Unauthenticated) => {
                Self::new(StatusCode::FORBIDDEN, "Wrong \"apiKey\" value.")
            }
            Problem::Because(Error::Forbidden) => Self::new(StatusCode::FORBIDDEN, "Access denied."),
            Problem::Because(Error::NotFound) => Self::new(StatusCode::NOT_FOUND, "Not found"),
            Problem::TooMany { retry_after_s } => Self {
                retry_after_s: Some(retry_after_s),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too many requests")
            },
            Problem::NoRoute => Self::no_call(),
            Problem::NoMethod => Self::no_method(),
            Problem::BodyTooLarge => Self::new(status, "The request is too large"),
            Problem::UriTooLong => Self::new(status, "The address of the request is too long"),
            Problem::TooSlow => Self::new(status, "The body of the request did not come in time"),
            Problem::Because(Error::Internal(_)) => Self::new(status, "Internal Server Error"),
            Problem::Because(_) if status == StatusCode::SERVICE_UNAVAILABLE => {
                Self::new(status, "The server is busy, try again in a moment")
            }
            Problem::Because(Error::StorageFull) => Self::new(status, "The disk of the server is full"),
            _ => Self::new(StatusCode::BAD_REQUEST, "Invalid input parameters"),
        }
    }
}

fn entity(fields: Vec<FieldError>) -> Refusal {
    if let [FieldError { field, fault: Fault::Required }] = fields.as_slice()
        && field == "site"
    {
        return Refusal::missing("site");
    }
    let errors = fields.into_iter().map(|field| (spelled(&field), Reason::Fault(field.fault))).collect();
    Refusal { errors, ..Refusal::new(StatusCode::BAD_REQUEST, ENTITY) }
}

fn json(status: StatusCode, body: &Json) -> Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (status, kind, body.to_string()).into_response()
}
