//! `noroshi exist`: whom the Web API of EXIST answers.

use clap::Subcommand;
use noroshi_store::{ExistAccess, NewExistAccess, Reader, now};
use serde::Serialize;

use crate::outcome::usage;
use crate::place::Place;
use crate::print::{Out, Table};
use crate::when;

/// `noroshi exist …`
#[derive(Debug, Subcommand)]
pub(crate) enum ExistCommand {
    /// Lets somebody in: whoever asks from a network, or with a key of the account.
    Allow {
        /// With whose eyes they read; its role must be reader.
        account: String,
        /// An address or a network: 192.0.2.0/24 [default: keys of the account].
        #[arg(long)]
        network: Option<String>,
        /// Nothing of a higher marking is told.
        #[arg(long, default_value = "green")]
        tlp: String,
    },
    /// Lists who is let in; where that is nobody, the API is off.
    List {
        /// Prints one line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Lets somebody in no longer, from the next question on.
    Forbid {
        /// Its number, as `exist list` shows it.
        id: i64,
    },
}

/// Somebody who is let in.
#[derive(Serialize)]
struct Line {
    id: i64,
    network: Option<String>,
    account: String,
    tlp: &'static str,
    enabled: bool,
}

impl From<ExistAccess> for Line {
    fn from(access: ExistAccess) -> Line {
        Line {
            id: access.id,
            network: access.network,
            account: access.account,
            tlp: access.tlp.name(),
            enabled: access.enabled,
        }
    }
}

/// Runs one of them.
pub(crate) async fn run(place: &Place, command: &ExistCommand) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    let who = Reader::operator();
    let mut out = Out::new();
    match command {
        ExistCommand::Allow {
            account,
            network,
            tlp,
        } => {
            let new = NewExistAccess {
                network: network.clone(),
                account: account.clone(),
                tlp: tlp.parse().map_err(|error| usage(format!("{error}")))?,
            };
            let made = store.add_exist_access(&who, new).await?;
            let from = made.network.as_deref().unwrap_or("its keys");
            out.line(format!("{}: {from} read as {}", made.id, made.account))?;
        }
        ExistCommand::List { json } => {
            let mut table = Table::new(["id", "from", "account", "tlp", "since"]);
            for access in store.exist_access().await? {
                if *json {
                    out.json(&Line::from(access))?;
                    continue;
                }
                table.row([
                    access.id.to_string(),
                    access.network.unwrap_or_else(|| "keys".to_owned()),
                    access.account,
                    access.tlp.to_string(),
                    when::shown(access.created, now()),
                ]);
            }
            out.table(&table)?;
        }
        ExistCommand::Forbid { id } => {
            store.delete_exist_access(&who, *id).await?;
            out.line(format!("{id} is let in no longer"))?;
        }
    }
    Ok(out.finish()?)
}
