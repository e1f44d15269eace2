//! What goes wrong, as callers see it: one `Problem` (RFC 9457), one table from error to status.
//!
//! A problem gets its words in [`speak`], in the caller's language; a handler only says what is the matter. Internal
//! detail goes to the log and never to a caller. What may go wrong beneath HTTP is `domain::error`'s to name.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::{State, retailcrm};
use crate::domain::error::{Conflict, Error, FieldError};
use crate::domain::language::Language;
use crate::render::texts::Texts;

pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// Seconds after which to try again what we could not do now.
const SOON_S: u64 = 1;

/// Why a call was not answered with success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// What the layers beneath say.
    Because(Error),
    /// There is no such route.
    NoRoute,
    /// The route has other methods.
    NoMethod,
    /// The body is no JSON.
    Malformed {
        line: usize,
        column: usize,
    },
    /// The body is not declared as JSON.
    NotJson,
    BodyTooLarge,
    UriTooLong,
    /// The body did not come in time.
    TooSlow,
    /// Another site made the browser send this.
    CrossSite,
    /// Too many calls; try again after so many seconds.
    TooMany {
        retry_after_s: u64,
    },
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Because(error)
    }
}

/// The error table: status and code of each problem. The code is the end of `type` and the key of the texts.
fn row(problem: &Problem) -> (StatusCode, &'static str) {
    match problem {
        Problem::NoRoute => (StatusCode::NOT_FOUND, "no-route"),
        Problem::NoMethod => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
        Problem::Malformed { .. } => (StatusCode::BAD_REQUEST, "malformed"),
        Problem::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json"),
        Problem::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        Problem::UriTooLong => (StatusCode::URI_TOO_LONG, "uri-too-long"),
        Problem::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too-slow"),
        Problem::CrossSite => (StatusCode::FORBIDDEN, "cross-site"),
        Problem::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many"),
        Problem::Because(error) => match error {
            Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "validation"),
            Error::NotFound => (StatusCode::NOT_FOUND, "not-found"),
            Error::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "signed-out"),
            Error::Duplicate => (StatusCode::CONFLICT, "taken"),
            Error::Conflict(Conflict::LastAdministrator) => (StatusCode::CONFLICT, "last-administrator"),
            Error::Conflict(Conflict::AlreadySetUp) => (StatusCode::CONFLICT, "already-set-up"),
            Error::Conflict(Conflict::LinkUsed) => (StatusCode::CONFLICT, "link-used"),
            Error::Conflict(Conflict::AlreadyOver) => (StatusCode::CONFLICT, "already-over"),
            Error::Conflict(Conflict::WrongState) => (StatusCode::CONFLICT, "wrong-state"),
            Error::Conflict(Conflict::IdempotencyRunning) => (StatusCode::CONFLICT, "idempotency-running"),
            Error::Conflict(Conflict::IdempotencyMismatch) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "idempotency-mismatch")
            }
            Error::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
            Error::Raced | Error::Lost(_) | Error::Unavailable(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
            Error::StorageFull => (StatusCode::INSUFFICIENT_STORAGE, "storage-full"),
            Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        },
    }
}

impl Problem {
    pub fn internal(what: impl Into<String>) -> Self {
        Self::Because(Error::internal(what))
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        row(self).0
    }

    /// The end of the problem's `type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        row(self).1
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after_s } => Some(*retry_after_s),
            _ if self.status() == StatusCode::SERVICE_UNAVAILABLE => Some(SOON_S),
            _ => None,
        }
    }

    fn fields(&self) -> &[FieldError] {
        if let Self::Because(Error::Invalid(fields)) = self { fields } else { &[] }
    }

    pub(super) fn log(&self) {
        match self {
            // Refusing is what protects the server: a line for each would be the flood's second half.
            Self::Because(Error::Overloaded) => tracing::debug!("a call was refused: too much waits"),
            Self::Because(error) if self.status().is_server_error() => {
                tracing::error!(%error, "a call failed");
            }
            _ => {}
        }
    }
}

/// A problem without words yet: its status, and itself for [`speak`].
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.log();
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after_s() {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The document that a caller reads.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemOut {
    /// Stable; compare with this one, such as `/problems/validation`.
    pub r#type: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldOut>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FieldProblem")]
pub struct FieldOut {
    /// The path of the field in the request, such as `groups[2]`.
    pub field: String,
    pub message: String,
    /// Of a template or expression: the line that is at fault, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// And the column in it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

impl ProblemOut {
    pub(super) fn new(problem: &Problem, texts: &Texts, language: Language) -> Self {
        let code = problem.code();
        let params = match problem {
            Problem::Malformed { line, column } => {
                vec![("line", line.to_string()), ("column", column.to_string())]
            }
            Problem::TooMany { retry_after_s } => vec![("seconds", retry_after_s.to_string())],
            _ => Vec::new(),
        };
        let said = |key: &str, params: &[(&str, String)]| texts.say(language, key, params);
        let field = |error: &FieldError| FieldOut {
            field: error.field.to_string(),
            message: said(error.fault.key(), error.fault.params().as_slice()),
            line: error.fault.place().map(|(line, _)| line),
            column: error.fault.place().map(|(_, column)| column),
        };
        Self {
            r#type: format!("/problems/{code}"),
            title: said(&format!("problem.{code}.title"), &[]),
            status: problem.status().as_u16(),
            detail: said(&format!("problem.{code}.detail"), &params),
            errors: problem.fields().iter().map(field).collect(),
        }
    }
}

/// The layer that gives problems their words: the language is the signed-in user's, else the one that the browser
/// asks for, else English.
pub async fn speak(
    axum::extract::State(state): axum::extract::State<State>,
    request: Request,
    next: Next,
) -> Response {
    let accepted = accepted_language(request.headers());
    let is_retailcrm = retailcrm::is_at(request.uri().path());
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if is_retailcrm {
        return retailcrm::answer::Refusal::from(problem).answer(&state.texts);
    }
    let own = response.extensions().get::<Language>().copied();
    let language = own.or(accepted).unwrap_or_default();
    let document = ProblemOut::new(&problem, &state.texts, language);
    // A struct of strings always serialises.
    *response.body_mut() = serde_json::to_vec(&document).unwrap_or_default().into();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
    response
}

/// The language that a browser asks for.
pub(super) fn accepted_language(headers: &HeaderMap) -> Option<Language> {
    Language::accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_words() {
        let texts = Texts::load().unwrap();
        let http = [
            Problem::NoRoute,
            Problem::NoMethod,
            Problem::Malformed { line: 1, column: 1 },
            Problem::NotJson,
            Problem::BodyTooLarge,
            Problem::UriTooLong,
            Problem::TooSlow,
            Problem::CrossSite,
            Problem::TooMany { retry_after_s: 1 },
        ];
        let beneath = [
            Error::Invalid(vec![]),
            Error::NotFound,
            Error::Forbidden,
            Error::Unauthenticated,
            Error::Duplicate,
            Error::Conflict(Conflict::LastAdministrator),
            Error::Conflict(Conflict::AlreadySetUp),
            Error::Conflict(Conflict::LinkUsed),
            Error::Conflict(Conflict::AlreadyOver),
            Error::Conflict(Conflict::WrongState),
            Error::Conflict(Conflict::IdempotencyRunning),
            Error::Conflict(Conflict::IdempotencyMismatch),
            Error::Overloaded,
            Error::StorageFull,
            Error::Unavailable(String::new()),
            Error::Internal(String::new()),
        ];
        for problem in http.into_iter().chain(beneath.map(Problem::from)) {
            for part in ["title", "detail"] {
                assert!(
                    texts.has(&format!("problem.{}.{part}", problem.code())),
                    "{problem:?} has no {part}"
                );
            }
        }
    }

    #[test]
    fn what_is_ours_to_mend_says_when_to_come_back_and_never_why() {
        let response = Problem::from(Error::unavailable("password=secret")).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        let texts = Texts::load().unwrap();
        let document = ProblemOut::new(&Problem::internal("password=secret"), &texts, Language::En);
        assert!(!serde_json::to_string(&document).unwrap().contains("secret"));
    }
}
