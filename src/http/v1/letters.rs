//! Letters as they would look, and a frame in which the HTML of any letter can do nothing.

use axum::http::HeaderValue;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::{Caller, SignedIn};
use crate::domain::branding::{Branding, Colour, Logo};
use crate::domain::error::{Error, Fault};
use crate::domain::faults::both;
use crate::domain::kind::{Kind, names};
use crate::domain::language::Language;
use crate::flows::letters::{self, Ask, Which};
use crate::http::State;
use crate::http::extract::{Body, Raw};
use crate::http::fields;
use crate::http::problem::Result;
use crate::http::reply::{Html, Success};

/// Larger than any letter of ours, logo and all, as a form sends it.
const LARGEST_LETTER: usize = 1024 * 1024;

names! {
    /// A letter that can be previewed.
    LetterKind {
        Task = "task",
        OneTime = "one_time",
        System = "system",
        Custom = "custom",
        Announcement = "announcement",
        Digest = "digest",
    }
}

impl From<LetterKind> for Which {
    fn from(sort: LetterKind) -> Self {
        match sort {
            LetterKind::Task => Self::Kind(Kind::Task),
            LetterKind::OneTime => Self::Kind(Kind::OneTime),
            LetterKind::System => Self::Kind(Kind::System),
            LetterKind::Custom => Self::Kind(Kind::Custom),
            LetterKind::Announcement => Self::Kind(Kind::Announcement),
            LetterKind::Digest => Self::Digest,
        }
    }
}

/// The face of letters.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BrandingIn {
    /// `#rrggbb`
    colour: String,
    /// A PNG, JPEG or GIF of at most 64 KB, as a `data:` URL.
    logo: Option<String>,
    /// Plain text beneath every letter.
    footer: String,
}

impl BrandingIn {
    /// The face that this describes.
    ///
    /// # Errors
    /// Faults of its fields.
    pub fn parse(&self) -> crate::domain::error::Result<Branding> {
        let logo = self.logo.as_deref().map(|url| Logo::parse("branding.logo", url)).transpose();
        let ((colour, logo), footer) = both(
            both(Colour::parse("branding.colour", &self.colour), logo),
            Branding::footer("branding.footer", &self.footer),
        )?;
        Ok(Branding { colour, logo, footer })
    }
}

/// Which letter is to be shown, with made-up contents.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PreviewIn {
    kind: LetterKind,
    /// The account's if absent.
    language: Option<String>,
    /// The account's if absent.
    branding: Option<BrandingIn>,
}

/// A letter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LetterOut {
    subject: String,
    html: String,
    text: String,
}

pub async fn preview_letter(
    state: State,
    caller: Caller,
    body: Body<PreviewIn>,
) -> Result<Success<LetterOut>> {
    let PreviewIn { kind, language, branding } = body.value;
    let known =
        |code: String| Language::parse(&code).ok_or_else(|| Error::field("language", Fault::UnknownLanguage));
    let (language, branding) =
        both(language.map(known).transpose(), branding.as_ref().map(BrandingIn::parse).transpose())?;
    let account = caller.account();
    let reader = match caller {
        Caller::User(user) => (user.name, user.email),
        Caller::Key(key) => (key.name, "name@example.com".to_owned()),
    };
    let ask = Ask { which: kind.into(), language, branding, reader, base_url: state.base_url.clone() };
    let letter = letters::preview(&state.ctx, account, ask).await?;
    Ok(Success::new(LetterOut { subject: letter.subject, html: letter.html, text: letter.text }))
}

/// The HTML of a letter, as a form sends it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LetterHtml {
    html: String,
}

/// A page may not show a letter inside itself: its own policy forbids the styles that letters are made of. So it posts
/// the HTML into a frame, and what comes back has a policy of its own: no script, no form, nothing from outside, and an
/// origin that is nobody's.
pub async fn show_letter(_: SignedIn, body: Raw<LetterHtml, LARGEST_LETTER>) -> Result<Html> {
    const POLICY: HeaderValue = HeaderValue::from_static(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
    );
    let form = String::from_utf8_lossy(&body.bytes);
    let LetterHtml { html } = fields::from_query(&form)?;
    // Links of a letter leave the frame.
    let html = html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    Ok(Html { html, policy: POLICY })
}
