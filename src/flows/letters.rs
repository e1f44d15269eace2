//! Letters as they would look: samples for whoever sets up e-mail. Nothing is sent here.

use super::Ctx;
use crate::domain::branding::Branding;
use crate::domain::error::Result;
use crate::domain::id::Account;
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::render::letter::sample::Sample;
use crate::render::letter::{self, DigestInput, LOGO_ID, Letter, LetterInput, Office, Reader};
use crate::store::{accounts, preferences};

/// Which letter is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Kind(Kind),
    Digest,
}

/// For whom, and with which face.
#[derive(Debug, Clone)]
pub struct Ask {
    pub which: Which,
    /// The account's, if none is given.
    pub language: Option<Language>,
    /// As it would be if it were saved; else as it is.
    pub branding: Option<Branding>,
    /// Name and address of the reader.
    pub reader: (String, String),
    /// Where links begin, unless the account has its own address.
    pub base_url: String,
}

/// A letter with made-up contents. Its logo is put into the HTML, because there is no letter to attach it to.
///
/// # Errors
/// What the store says.
pub async fn preview(ctx: &Ctx, account: Account, ask: Ask) -> Result<Letter> {
    let (details, kept) = ctx
        .store
        .read(move |tx| Ok((accounts::get(tx, account)?, preferences::find_branding(tx, account)?)))
        .await?;
    let language = ask.language.unwrap_or_else(|| details.language());
    let branding = ask.branding.unwrap_or(kept);
    let public_url = details.public_url.as_deref().unwrap_or(&ask.base_url);
    let office = Office { name: &details.name, branding: &branding, public_url };
    let reader = Reader { name: &ask.reader.0, address: &ask.reader.1, language, zone: &details.zone };
    let sample = |kind: &Kind| Sample::new(&ctx.texts, *kind, language);
    let end = format!("{public_url}/unsubscribe/…");
    let unsubscribe_url = Some(end.as_str());
    let mut letter = match ask.which {
        Which::Kind(kind) => {
            let sample = sample(&kind);
            let input = LetterInput { reader, office, item: sample.item(ctx.now()), unsubscribe_url };
            letter::letter(&ctx.texts, &input)
        }
        Which::Digest => {
            let samples: Vec<Sample> = Kind::ALL.iter().map(sample).collect();
            let items: Vec<_> = samples.iter().map(|sample| sample.item(ctx.now())).collect();
            letter::digest(&ctx.texts, &DigestInput { reader, office, items: &items, unsubscribe_url })
        }
    };
    if let Some(logo) = letter.logo.take() {
        letter.html = letter.html.replace(&format!("cid:{LOGO_ID}"), &logo.url());
    }
    Ok(letter)
}
