//! Wire types that templates, triggers and their log have in common.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Caller;
use crate::domain::error::{Error, Fault, FieldError, Result};
use crate::domain::language::Language;
use crate::domain::record::RecordType;
use crate::render::texts::Texts;

/// A record by Bellwire's id.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecordIn {
    /// `order`, `customer` or `task`.
    r#type: String,
    id: String,
}

impl RecordIn {
    /// # Errors
    /// `record.type` is named when it is neither.
    pub fn read(self) -> Result<(RecordType, String)> {
        let record_type = RecordType::parse(&self.r#type);
        let fault = || Error::field("record.type", Fault::NotAChoice("order, customer, task"));
        Ok((record_type.ok_or_else(fault)?, self.id))
    }
}

/// A version to go back to.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VersionIn {
    pub version: i64,
}

/// A user by name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UserName {
    pub id: String,
    pub name: String,
}

/// Somebody who would get a notification, and why.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PreviewRecipient")]
pub struct Previewed {
    pub user: UserName,
    pub why: String,
}

/// Something wrong at a place of a text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProblemAt {
    pub field: String,
    /// From 1.
    pub line: u32,
    pub column: u32,
    pub message: String,
}

/// The language in which a caller reads.
#[must_use]
pub fn language_of(caller: &Caller) -> Language {
    match caller {
        Caller::User(user) => user.language,
        Caller::Key(_) => Language::default(),
    }
}

/// Faults as problems at places; one without a place is at the beginning.
#[must_use]
pub fn problems(texts: &Texts, language: Language, faults: &[FieldError]) -> Vec<ProblemAt> {
    let problem = |error: &FieldError| {
        let (line, column) = error.fault.place().unwrap_or((1, 1));
        let message = texts.say(language, error.fault.key(), &error.fault.params());
        ProblemAt { field: error.field.to_string(), line, column, message }
    };
    faults.iter().map(problem).collect()
}
