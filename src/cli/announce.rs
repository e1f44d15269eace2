//! `bellwire announce`: tells something to accounts from a shell, or takes it back.

use std::collections::BTreeMap;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::Result;
use super::admin::{AdminCommand, Outcome, Place, carry_out, said};
use crate::domain::announcement::{Accounts, Form, People, Question, Window, Wording};
use crate::domain::kind::Severity;
use crate::flows::Ctx;
use crate::flows::announcements::{self, Draft};
use crate::render::instant::parse_rfc3339;

/// What to announce, and to whom. The id is printed.
#[derive(Args, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Words {
    /// The text in English, or as LANGUAGE=TEXT (en, ru, es); may be repeated. HTML of the allow-list
    #[arg(required_unless_present = "recall", value_name = "TEXT")]
    texts: Vec<String>,
    /// The title, in the same way
    #[arg(long = "title", value_name = "TITLE")]
    titles: Vec<String>,
    /// info, success, warning or error
    #[arg(long, default_value = "info")]
    severity: String,
    /// The code of an account; may be repeated [default: all accounts]
    #[arg(long = "account", value_name = "CODE", conflicts_with_all = ["plan", "on_version"])]
    codes: Vec<String>,
    /// Accounts on this plan
    #[arg(long, conflicts_with = "on_version")]
    plan: Option<String>,
    /// Accounts on this version
    #[arg(long, value_name = "VERSION")]
    on_version: Option<String>,
    /// Administrators alone
    #[arg(long)]
    administrators: bool,
    /// Override what readers chose about popups and quiet hours
    #[arg(long)]
    mandatory: bool,
    /// Across the top of the page, instead of as a popup
    #[arg(long)]
    banner: bool,
    /// Ask administrators whether their account moves to the next version before others
    #[arg(long)]
    beta: bool,
    /// Where a click goes
    #[arg(long)]
    link: Option<String>,
    /// A maintenance window begins, such as 2027-01-31T02:00:00Z
    #[arg(long, requires = "to", value_name = "TIME")]
    from: Option<String>,
    /// It ends
    #[arg(long, requires = "from", value_name = "TIME")]
    to: Option<String>,
    /// Tell it then, instead of at once
    #[arg(long, value_name = "TIME")]
    starts: Option<String>,
    /// It vanishes then
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
    /// Take back the announcement with this id instead
    #[arg(long, value_name = "ID")]
    recall: Option<String>,
}

#[derive(Args)]
pub(super) struct AnnounceArgs {
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn announce(args: AnnounceArgs) -> Result<()> {
    carry_out(args.place, AdminCommand::Announce(Box::new(args.words))).await
}

/// Does it, at the server or here.
pub(super) async fn execute(ctx: &Ctx, words: Words) -> Result<Outcome> {
    if let Some(id) = words.recall {
        announcements::recall(ctx, None, id, None).await.map_err(said)?;
        return Ok(Outcome::new(None, "recalled; it vanishes from every screen".to_owned()));
    }
    let id = announcements::tell(ctx, None, words.draft()?).await.map_err(said)?;
    Ok(Outcome::new(Some(id), "announced; its id takes it back (--recall):".to_owned()))
}

impl Words {
    fn draft(self) -> Result<Draft> {
        let instant = |field: &'static str, text: Option<&str>| {
            text.map(|text| parse_rfc3339(field, text)).transpose().map_err(said)
        };
        let window = match (instant("from", self.from.as_deref())?, instant("to", self.to.as_deref())?) {
            (Some(from), Some(to)) => Some(Window { from, to }),
            _ => None,
        };
        let mut texts: BTreeMap<String, Wording> = BTreeMap::new();
        for text in &self.texts {
            let (language, text) = in_language(text);
            texts.entry(language).or_default().body = text;
        }
        for title in &self.titles {
            let (language, title) = in_language(title);
            texts.entry(language).or_default().title = title;
        }
        let accounts = match (self.plan, self.on_version) {
            (Some(plan), _) => Accounts::Plan { plan },
            (None, Some(version)) => Accounts::Version { version },
            (None, None) if self.codes.is_empty() => Accounts::All {},
            (None, None) => Accounts::Chosen { codes: self.codes },
        };
        let only_administrators = self.administrators || self.beta;
        Ok(Draft {
            texts,
            severity: Severity::parse(&self.severity)
                .ok_or_else(|| format!("severity: choose one of {}", Severity::CHOICES))?,
            form: if self.banner { Form::Banner } else { Form::Popup },
            accounts,
            people: if only_administrators { People::Administrators } else { People::Everybody },
            mandatory: self.mandatory,
            link: self.link,
            window,
            question: self.beta.then_some(Question::Beta),
            starts_at: instant("starts", self.starts.as_deref())?,
            expires_at: instant("expires", self.expires.as_deref())?,
        })
    }
}

/// `ru=…` is Russian; what names no language is English.
fn in_language(text: &str) -> (String, String) {
    match text.split_once('=') {
        Some((language @ ("en" | "ru" | "es"), text)) => (language.to_owned(), text.to_owned()),
        _ => ("en".to_owned(), text.to_owned()),
    }
}
