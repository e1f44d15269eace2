//! `bellwire operator`: who runs this server for all accounts. What an operator may do is not here.

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::Result;
use super::admin::{AdminCommand, Outcome, Place, carry_out, said};
use crate::domain::error::Error;
use crate::flows::{Ctx, operators};

#[derive(Subcommand)]
pub(super) enum OperatorCommand {
    /// Add an operator; the link for choosing a password is printed
    Add {
        email: String,
        /// The name [default: what stands before the @]
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Print a link by which an operator chooses another password
    Reset {
        email: String,
        #[command(flatten)]
        place: Place,
    },
    /// Take all away from an operator, at once
    Remove {
        email: String,
        #[command(flatten)]
        place: Place,
    },
}

pub(super) async fn operator(command: OperatorCommand) -> Result<()> {
    let (place, deed) = match command {
        OperatorCommand::Add { email, name, place } => (place, OperatorDeed::Add { email, name }),
        OperatorCommand::Reset { email, place } => (place, OperatorDeed::Reset { email }),
        OperatorCommand::Remove { email, place } => (place, OperatorDeed::Remove { email }),
    };
    carry_out(place, AdminCommand::Operator(deed)).await
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OperatorDeed {
    Add { email: String, name: Option<String> },
    Reset { email: String },
    Remove { email: String },
}

pub(super) async fn execute(ctx: &Ctx, base_url: &str, deed: OperatorDeed) -> Result<Outcome> {
    let unknown = |email: &str, error: Error| match error {
        Error::NotFound => format!("there is no operator {email}"),
        error => said(error),
    };
    let (result, remark) = match deed {
        OperatorDeed::Add { email, name } => {
            let link = operators::add(ctx, &email, name.as_deref(), base_url).await.map_err(said)?;
            let remark =
                format!("added the operator {email}, who chooses a password with this link within a day:");
            (Some(link), remark)
        }
        OperatorDeed::Reset { email } => {
            let link = operators::reset(ctx, &email, base_url).await.map_err(|e| unknown(&email, e))?;
            (Some(link), format!("{email} chooses another password with this link within a day:"))
        }
        OperatorDeed::Remove { email } => {
            operators::remove(ctx, &email).await.map_err(|e| unknown(&email, e))?;
            (None, format!("removed the operator {email}"))
        }
    };
    Ok(Outcome::new(result, remark))
}
