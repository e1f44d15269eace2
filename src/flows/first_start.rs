//! What a database holds before anybody uses it: an epoch, a secret, the account `main` with the usual statuses.
//!
//! Run at every start; whatever is there already stays as it is. Two nodes that start at once agree.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::code::Code;
use crate::domain::error::{Error, Result};
use crate::domain::language::Language;
use crate::domain::zone::Zone;
use crate::flows::retailcrm::lists;
use crate::ids::Ids;
use crate::store::{Store, accounts, meta};

/// Facts about the installation that do not change while it runs.
pub struct Installation {
    /// Part of every cursor; another one after a restore.
    pub epoch: i64,
    /// Signs users' tokens.
    pub token_secret: Vec<u8>,
}

/// # Errors
/// What the store says, or that the facts in it are damaged.
pub async fn first_start(store: &Store, ids: &Ids, now: i64) -> Result<Installation> {
    let main = accounts::NewAccount {
        id: ids.next(now),
        code: Code::parse("code", "main")?,
        name: "Bellwire".into(),
        zone: Zone::parse("zone", "UTC")?,
        language: Language::default(),
    };
    let fresh_secret = ids.token();
    let (epoch, secret) = store
        .write(move |tx| {
            if accounts::list(tx)?.is_empty() {
                accounts::insert(tx, &main, now)?;
            }
            for (account, _) in accounts::list(tx)? {
                lists::seed(tx, account)?;
            }
            let epoch = meta::get_or_insert(tx, meta::EPOCH, &(now / 1000).to_string())?;
            Ok((epoch, meta::get_or_insert(tx, meta::TOKEN_SECRET, &fresh_secret)?))
        })
        .await?;
    let damaged = |what: &str| Error::internal(format!("the {what} in the database is damaged"));
    Ok(Installation {
        epoch: epoch.parse().map_err(|_| damaged("epoch"))?,
        token_secret: URL_SAFE_NO_PAD.decode(secret).map_err(|_| damaged("token secret"))?,
    })
}
