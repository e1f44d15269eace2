//! Cuts an expression into tokens. Not here: what they mean together (`parser`).

use super::problem::{Fault, Found};
use crate::domain::record::decimal::Decimal;

/// A token and where it stands, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub kind: Kind,
    pub from: u32,
    pub to: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Number(Decimal),
    Text(String),
    /// A name or a keyword.
    Name(String),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

impl Kind {
    /// As the message about it shows it.
    pub fn written(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => format!("\"{text}\""),
            Self::Name(name) => name.clone(),
            Self::Sign(sign) => (*sign).to_owned(),
            Self::End => String::new(),
        }
    }
}

/// Longer ones before those that begin them.
static SIGNS: &[&str] = &[
    "===", "!==", "==", "!=", "<=", ">=", "=>", "&&", "||", "?:", "??", "(", ")", "[", "]", ",", ".", "|",
    "+", "-", "*", "/", "%", "~", "<", ">", "!", "?", ":",
];

pub fn tokens(source: &str) -> Result<Vec<Token>, Found> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += blank(&source[at..]);
        let rest = &source[at..];
        let from = at as u32;
        let Some(first) = rest.chars().next() else {
            tokens.push(Token { kind: Kind::End, from, to: from });
            return Ok(tokens);
        };
        let (kind, length) = match first {
            '0'..='9' => number(rest, from)?,
            '"' | '\'' => text(rest, first, from)?,
            c if c.is_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Kind::Name(rest[..length].to_owned()), length)
            }
            c => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let sign = sign.ok_or(Found::new(from, Fault::Character(c)))?;
                (Kind::Sign(sign), sign.len())
            }
        };
        at += length;
        tokens.push(Token { kind, from, to: at as u32 });
    }
}

/// How many bytes of space and comments `rest` begins with.
fn blank(rest: &str) -> usize {
    let mut at = 0;
    loop {
        let next = &rest[at..];
        let space = next.len() - next.trim_start().len();
        at += space;
        if !rest[at..].starts_with('#') {
            return at;
        }
        at += rest[at..].find('\n').unwrap_or(rest.len() - at);
    }
}

fn number(rest: &str, from: u32) -> Result<(Kind, usize), Found> {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut length = digits(rest);
    if rest[length..].starts_with('.') && digits(&rest[length + 1..]) > 0 {
        length += 1 + digits(&rest[length + 1..]);
    }
    // `5x` is neither a number nor a name.
    let tail = rest[length..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len() - length);
    let whole = &rest[..length + tail];
    let number = if tail == 0 { Decimal::parse(whole) } else { None };
    match number {
        Some(number) => Ok((Kind::Number(number), length)),
        None => Err(Found::new(from, Fault::BadNumber(whole.chars().take(40).collect()))),
    }
}

/// A backslash before a quote, a backslash, `n` or `t` means what it does elsewhere; before anything else it stays, so that
/// `"/\d+/"` need not be written with two.
fn text(rest: &str, quote: char, from: u32) -> Result<(Kind, usize), Found> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Ok((Kind::Text(text), at + 1));
        }
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next().map(|(_, c)| c) {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some(c @ ('\\' | '"' | '\'')) => text.push(c),
            Some(c) => text.extend(['\\', c]),
            None => break,
        }
    }
    Err(Found::new(from, Fault::UnclosedText))
}
