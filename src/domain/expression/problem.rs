//! What is wrong with an expression, and where. Not here: the sentences for people (`render::texts`).

/// A fault and its place, both counted from 1; a column is a character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub line: u32,
    pub column: u32,
    pub fault: Fault,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Empty,
    /// More bytes than this.
    TooLong(usize),
    /// Nested deeper than this.
    TooDeep(usize),
    /// No expression has this character here.
    Character(char),
    UnclosedText,
    BadNumber(String),
    /// Something else was expected here.
    Unexpected(String),
    /// It ends where something must follow.
    UnexpectedEnd,
    /// This is missing.
    Missing(&'static str),
    UnknownFunction(String),
    UnknownPipe(String),
    /// The function, method or pipe takes other arguments.
    WrongArguments(String),
    /// `x => …` stands only in the brackets of a pipe.
    LambdaHere,
    BadRegex(String),
    /// A pattern is written out between slashes: `"/…/"`.
    RegexNotText,
    TooManyRegexes(usize),
    BadDate(String),
    /// The whole can never be true or false.
    NotACondition,
    /// To find out takes too long.
    TooSlow,
    /// What can never be a number is computed with.
    NotANumber,
    UnknownObject(String),
    /// The object has no such field.
    UnknownField {
        object: String,
        field: String,
    },
    /// What stands here has no fields.
    NoFields(String),
}

impl Fault {
    /// The key of the sentence in the message catalogue.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Empty => "expression.empty",
            Self::TooLong(_) => "expression.too_long",
            Self::TooDeep(_) => "expression.too_deep",
            Self::Character(_) => "expression.character",
            Self::UnclosedText => "expression.unclosed_text",
            Self::BadNumber(_) => "expression.bad_number",
            Self::Unexpected(_) => "expression.unexpected",
            Self::UnexpectedEnd => "expression.unexpected_end",
            Self::Missing(_) => "expression.missing",
            Self::UnknownFunction(_) => "expression.unknown_function",
            Self::UnknownPipe(_) => "expression.unknown_pipe",
            Self::WrongArguments(_) => "expression.wrong_arguments",
            Self::LambdaHere => "expression.lambda_here",
            Self::BadRegex(_) => "expression.bad_regex",
            Self::RegexNotText => "expression.regex_not_text",
            Self::TooManyRegexes(_) => "expression.too_many_regexes",
            Self::BadDate(_) => "expression.bad_date",
            Self::NotACondition => "expression.not_a_condition",
            Self::TooSlow => "expression.too_slow",
            Self::NotANumber => "expression.not_a_number",
            Self::UnknownObject(_) => "expression.unknown_object",
            Self::UnknownField { .. } => "expression.unknown_field",
            Self::NoFields(_) => "expression.no_fields",
        }
    }

    /// What the sentence names, by its placeholders.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TooLong(max) | Self::TooDeep(max) | Self::TooManyRegexes(max) => {
                vec![("max", max.to_string())]
            }
            Self::Character(found) => vec![("found", found.to_string())],
            Self::BadNumber(found)
            | Self::Unexpected(found)
            | Self::UnknownFunction(found)
            | Self::UnknownPipe(found)
            | Self::WrongArguments(found)
            | Self::BadRegex(found)
            | Self::BadDate(found)
            | Self::UnknownObject(found)
            | Self::NoFields(found) => vec![("found", found.clone())],
            Self::Missing(expected) => vec![("expected", (*expected).to_owned())],
            Self::UnknownField { object, field } => {
                vec![("object", object.clone()), ("field", field.clone())]
            }
            _ => Vec::new(),
        }
    }
}

/// The line and column of a byte of the source.
#[must_use]
pub fn place(source: &str, at: usize) -> (u32, u32) {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line as u32, column as u32)
}

/// A fault found at a byte of the source; becomes a [`Problem`] where the source is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub at: u32,
    pub fault: Fault,
}

impl Found {
    pub fn new(at: u32, fault: Fault) -> Self {
        Self { at, fault }
    }

    pub fn in_source(self, source: &str) -> Problem {
        let (line, column) = place(source, self.at as usize);
        Problem { line, column, fault: self.fault }
    }
}
