//! `bellwire feed`: the vendor's side of the feed. A key pair is made once; each document is signed with it.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Subcommand;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::{Result, remark, result};
use crate::domain::feed::{Document, Envelope};
use crate::ids::Ids;

#[derive(Subcommand)]
pub(super) enum FeedCommand {
    /// Make a key pair: the secret goes to a new file, the public key is printed
    Key {
        /// The file for the secret; it must not be there yet
        secret: PathBuf,
    },
    /// Sign a document; what is to be published is printed
    Sign {
        /// The document, as JSON
        document: PathBuf,
        /// The file with the secret
        #[arg(long)]
        secret: PathBuf,
    },
}

pub(super) fn feed(command: FeedCommand) -> Result<()> {
    let readable = |error: std::io::Error, path: &PathBuf| format!("{}: {error}", path.display());
    match command {
        FeedCommand::Key { secret } => {
            let seed = Ids::system().secret(32);
            let pair = pair(&seed)?;
            let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&secret);
            let mut file = file.map_err(|error| readable(error, &secret))?;
            std::io::Write::write_all(&mut file, STANDARD.encode(&seed).as_bytes())
                .map_err(|error| readable(error, &secret))?;
            remark("the public key, which installations have behind the # of the setting feed:");
            result(&STANDARD.encode(pair.public_key().as_ref()));
        }
        FeedCommand::Sign { document, secret } => {
            let seed = std::fs::read_to_string(&secret).map_err(|error| readable(error, &secret))?;
            let seed =
                STANDARD.decode(seed.trim()).map_err(|_| "the secret is not one of `feed key`".to_owned())?;
            let text = std::fs::read_to_string(&document).map_err(|error| readable(error, &document))?;
            // What installations would not understand is not signed.
            serde_json::from_str::<Document>(&text).map_err(|error| readable(error.into(), &document))?;
            let signature = STANDARD.encode(pair(&seed)?.sign(text.as_bytes()));
            let envelope = serde_json::to_string(&Envelope { document: text, signature });
            result(&envelope.map_err(|error| error.to_string())?);
        }
    }
    Ok(())
}

fn pair(seed: &[u8]) -> Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|error| format!("the secret is no key: {error}"))
}
