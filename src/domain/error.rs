//! What can go wrong below HTTP, and the faults that a field of a request can have.
//!
//! The error is the decision: a caller matches on the variant and never on text. No status codes and no sentences for
//! people here; `http::problem` gives the first, the catalogue of `render::texts` the second.

use std::borrow::Cow;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The request is well-formed, but fields of it are not acceptable.
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldError>),
    /// There is no such thing for this caller; also what belongs to another account or user.
    #[error("not found")]
    NotFound,
    /// The caller lacks the right.
    #[error("forbidden")]
    Forbidden,
    /// The caller's session, token or key is not (or no longer) good.
    #[error("not signed in")]
    Unauthenticated,
    /// The operator has suspended the caller's account, and says why.
    #[error("suspended: {0}")]
    Suspended(String),
    /// The state of things forbids it.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// A unique key is taken; a flow turns this into a field's fault where it can say which.
    #[error("a unique key is taken")]
    Duplicate,
    /// More is waiting than can be done within a second; come back later.
    #[error("overloaded")]
    Overloaded,
    /// The disk of the database is full.
    #[error("the disk is full")]
    StorageFull,
    /// The transaction lost a race against another and may be run again.
    #[error("raced")]
    Raced,
    /// The connection to the database broke; whether the commit happened is not known.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The database or the disk does not serve at the moment.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A mistake of ours.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// One field, one fault.
    pub fn field(field: impl Into<Cow<'static, str>>, fault: Fault) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), fault }])
    }

    pub fn internal(what: impl Into<String>) -> Self {
        Self::Internal(what.into())
    }

    pub fn unavailable(what: impl Into<String>) -> Self {
        Self::Unavailable(what.into())
    }
}

/// What stands against a well-formed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The account would be left without an administrator.
    LastAdministrator,
    /// The first administrator exists already.
    AlreadySetUp,
    /// The one-time link was used.
    LinkUsed,
    /// The Idempotency-Key came before with another body.
    IdempotencyMismatch,
    /// The first call with this Idempotency-Key is still running.
    IdempotencyRunning,
    /// The notification was sent, recalled or has expired, so it cannot be recalled.
    AlreadyOver,
    /// It is in no state for what was asked.
    WrongState,
    /// A server has at least one account.
    LastAccount,
    /// The account has as many users as the operator allows it.
    UserLimit,
}

/// A field of the request and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's path as the caller wrote it, such as `groups[2]`.
    pub field: Cow<'static, str>,
    pub fault: Fault,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Required,
    /// Longer than this many characters.
    TooLong(usize),
    /// Shorter than this many characters.
    TooShort(usize),
    /// More elements than this.
    TooMany(usize),
    NotAnEmail,
    NotAUrl,
    NotAnOrigin,
    /// Neither a host's name nor its address.
    NotAHost,
    /// Letters and passwords would cross the network in the open.
    PlainRefused,
    /// Only https, http, mailto and same-origin paths are links.
    LinkRefused,
    NotAnInstant,
    NotADate,
    /// `#rrggbb` was expected.
    NotAColour,
    /// Not a PNG, JPEG or GIF as a `data:` URL.
    NotAPicture,
    PictureTooLarge,
    /// A time of day was expected.
    NotATime,
    /// Begin and end are the same time of day.
    SameTime,
    /// Less than the first, or more than the second.
    NotBetween(i64, i64),
    /// An administrator set it for everybody.
    Locked,
    /// It was published, and cannot be another any more.
    Fixed,
    InThePast,
    /// The expiry is not later than the time of sending.
    AfterSend,
    UnknownGroup(String),
    UnknownUser(String),
    UnknownSite(String),
    /// No entry of the field's list has this code.
    UnknownCode(String),
    UnknownCustomer(String),
    /// There is no such record, or the caller does not see it.
    UnknownRecord(String),
    UnknownZone,
    UnknownLanguage,
    UnknownScope(String),
    /// Not one of these.
    NotAChoice(&'static str),
    /// As [`Fault::NotAChoice`], as serde lists them.
    NotOneOf(&'static [&'static str]),
    /// Another one has it already.
    Taken,
    /// The same request says it twice.
    Twice,
    /// Several are called so.
    Ambiguous,
    NoRecipients,
    EmptyBody,
    /// A code is lower-case letters, digits, `-` and `_`.
    BadCode,
    PasswordCommon,
    WrongPassword,
    BadCursor,
    NotANumber,
    /// Another JSON type was expected.
    WrongType(&'static str),
    UnknownField,
    /// Five fields as in crontab were expected.
    NotACron,
    /// A template does not read: where (from 1), and the sentence that says what is wrong there.
    Unreadable {
        line: u32,
        column: u32,
        key: &'static str,
        params: Vec<(&'static str, String)>,
    },
    /// An expression does not read, or names what is not there: where (from 1), and what is wrong there.
    Expression {
        line: u32,
        column: u32,
        fault: super::expression::Fault,
    },
    UnknownTemplate(String),
    UnknownTrigger(String),
    /// A rule of this name uses it.
    Used(String),
    /// A field that rules cannot write.
    NotWritable(String),
}

impl Fault {
    /// The key of the sentence in the message catalogue.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Required => "error.required",
            Self::TooLong(_) => "error.too_long",
            Self::TooShort(_) => "error.too_short",
            Self::TooMany(_) => "error.too_many",
            Self::NotAnEmail => "error.not_an_email",
            Self::NotAUrl => "error.not_a_url",
            Self::NotAnOrigin => "error.not_an_origin",
            Self::NotAHost => "error.not_a_host",
            Self::PlainRefused => "error.plain_refused",
            Self::LinkRefused => "error.link_refused",
            Self::NotAnInstant => "error.not_an_instant",
            Self::NotADate => "error.not_a_date",
            Self::NotAColour => "error.not_a_colour",
            Self::NotAPicture => "error.not_a_picture",
            Self::PictureTooLarge => "error.picture_too_large",
            Self::NotATime => "error.not_a_time",
            Self::SameTime => "error.same_time",
            Self::NotBetween(..) => "error.not_between",
            Self::Locked => "error.locked",
            Self::Fixed => "error.fixed",
            Self::InThePast => "error.in_the_past",
            Self::AfterSend => "error.after_send",
            Self::UnknownGroup(_) => "error.unknown_group",
            Self::UnknownUser(_) => "error.unknown_user",
            Self::UnknownSite(_) => "error.unknown_site",
            Self::UnknownCode(_) => "error.unknown_code",
            Self::UnknownRecord(_) => "error.unknown_record",
            Self::UnknownCustomer(_) => "error.unknown_customer",
            Self::UnknownZone => "error.unknown_zone",
            Self::UnknownLanguage => "error.unknown_language",
            Self::UnknownScope(_) => "error.unknown_scope",
            Self::NotAChoice(_) | Self::NotOneOf(_) => "error.not_a_choice",
            Self::Taken => "error.taken",
            Self::Twice => "error.twice",
            Self::Ambiguous => "error.ambiguous",
            Self::NoRecipients => "error.no_recipients",
            Self::EmptyBody => "error.empty_body",
            Self::BadCode => "error.bad_code",
            Self::PasswordCommon => "error.password_common",
            Self::WrongPassword => "error.wrong_password",
            Self::BadCursor => "error.bad_cursor",
            Self::NotANumber => "error.not_a_number",
            Self::WrongType(_) => "error.wrong_type",
            Self::UnknownField => "error.unknown_field",
            Self::NotACron => "error.not_a_cron",
            Self::Unreadable { key, .. } => key,
            Self::Expression { fault, .. } => fault.key(),
            Self::UnknownTemplate(_) => "error.unknown_template",
            Self::UnknownTrigger(_) => "error.unknown_trigger",
            Self::Used(_) => "error.used",
            Self::NotWritable(_) => "error.not_writable",
        }
    }

    /// The line and column of the text that is at fault, from 1.
    #[must_use]
    pub fn place(&self) -> Option<(u32, u32)> {
        match self {
            Self::Unreadable { line, column, .. } | Self::Expression { line, column, .. } => {
                Some((*line, *column))
            }
            _ => None,
        }
    }

    /// The values that the sentence names, with their placeholders.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        let one = |name, value: String| vec![(name, value)];
        match self {
            Self::TooLong(max) | Self::TooMany(max) => one("max", max.to_string()),
            Self::TooShort(min) => one("min", min.to_string()),
            Self::UnknownGroup(code) | Self::UnknownSite(code) | Self::UnknownCode(code) => {
                one("code", code.clone())
            }
            Self::UnknownRecord(id) | Self::UnknownTemplate(id) | Self::UnknownTrigger(id) => {
                one("id", id.clone())
            }
            Self::UnknownCustomer(customer) => one("customer", customer.clone()),
            Self::UnknownUser(user) => one("user", user.clone()),
            Self::UnknownScope(scope) => one("scope", scope.clone()),
            Self::NotAChoice(choices) => one("choices", (*choices).to_owned()),
            Self::NotOneOf(choices) => one("choices", choices.join(", ")),
            Self::NotBetween(least, most) => one("range", format!("{least}–{most}")),
            Self::WrongType(expected) => one("expected", (*expected).to_owned()),
            Self::Expression { fault, .. } => fault.params(),
            Self::Used(name) => one("name", name.clone()),
            Self::NotWritable(field) => one("field", field.clone()),
            Self::Unreadable { params, .. } => params.clone(),
            _ => Vec::new(),
        }
    }
}
