//! `noroshi key`: API keys, shown once.

use clap::Subcommand;
use noroshi_store::{Error, NewKey, Reader, Scope, now};
use noroshi_web::key::KeyAnswer;
use serde::Serialize;

use crate::outcome::usage;
use crate::place::Place;
use crate::print::{Out, Table};
use crate::when;

/// `noroshi key …`
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes a key and prints it, this once.
    Add {
        /// Whose it is.
        account: String,
        /// What it is called.
        #[arg(long, default_value = "command line")]
        name: String,
        /// What it may be used for: read, write or admin; several times for several [default: read].
        #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
        scopes: Vec<String>,
        /// The highest TLP that exports and feeds may give out through it.
        #[arg(long, default_value = "green")]
        tlp: String,
        /// When it ends: 90d, 2w, 2027-03-31 [default: never].
        #[arg(long, value_parser = when::future)]
        expires: Option<i64>,
        /// Prints JSON; the key is `key`.
        #[arg(long)]
        json: bool,
    },
    /// Lists keys, without their secrets.
    List {
        /// Of one account only.
        account: Option<String>,
        /// Prints one line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Takes a key back, at once.
    Revoke {
        /// Its number, as `key list` shows it.
        id: i64,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

/// A key that was just made.
#[derive(Serialize)]
struct NewKeyAnswer {
    /// The secret, this once.
    key: String,
    #[serde(flatten)]
    about: KeyAnswer,
}

/// Runs one of them.
pub(crate) async fn run(place: &Place, command: &KeyCommand) -> anyhow::Result<()> {
    match command {
        KeyCommand::Add {
            account,
            name,
            scopes,
            tlp,
            expires,
            json,
        } => {
            let new = NewKey {
                account: account.clone(),
                name: name.clone(),
                scopes: scopes_of(scopes)?,
                tlp: tlp.parse().map_err(|error| usage(format!("{error}")))?,
                expires: *expires,
            };
            add(place, new, *json).await
        }
        KeyCommand::List { account, json } => list(place, account.as_deref(), *json).await,
        KeyCommand::Revoke { id, json } => revoke(place, *id, *json).await,
    }
}

fn scopes_of(names: &[String]) -> anyhow::Result<Vec<Scope>> {
    if names.is_empty() {
        return Ok(vec![Scope::Read]);
    }
    let scopes: Result<Vec<Scope>, Error> = names.iter().map(|name| name.parse()).collect();
    scopes.map_err(|error| usage(error.to_string()))
}

async fn add(place: &Place, new: NewKey, json: bool) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    let (key, secret) = store.add_key(new).await?;
    let what = format!("{} {}", key.account, key.id);
    store
        .audit(&Reader::operator(), "key.add", &what, Some(&key.name))
        .await?;
    let mut out = Out::new();
    if json {
        out.json(&NewKeyAnswer {
            key: secret,
            about: key.into(),
        })?;
    } else {
        // Alone on its line, so that `KEY=$(noroshi key add me)` works.
        out.line(&secret)?;
    }
    Ok(out.finish()?)
}

async fn list(place: &Place, account: Option<&str>, json: bool) -> anyhow::Result<()> {
    let keys = place.open_existing().await?.keys(account).await?;
    let now = now();
    let time = |at: Option<i64>| at.map(|at| when::shown(at, now)).unwrap_or_default();
    let mut out = Out::new();
    let mut table = Table::new([
        "id",
        "account",
        "name",
        "scopes",
        "tlp",
        "created",
        "last used",
        "expires",
        "revoked",
    ]);
    for key in keys {
        if json {
            out.json(&KeyAnswer::from(key))?;
            continue;
        }
        let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
        table.row([
            key.id.to_string(),
            key.account,
            key.name,
            scopes.join(" "),
            key.tlp.to_string(),
            when::shown(key.created, now),
            time(key.last_used),
            time(key.expires),
            time(key.revoked),
        ]);
    }
    out.table(&table)?;
    Ok(out.finish()?)
}

async fn revoke(place: &Place, id: i64, json: bool) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    let key = store.revoke_key(id).await?;
    let what = format!("{} {}", key.account, key.id);
    store
        .audit(&Reader::operator(), "key.revoke", &what, None)
        .await?;
    let mut out = Out::new();
    if json {
        out.json(&KeyAnswer::from(key))?;
    } else {
        out.line(format!("key {} of {} is revoked", key.id, key.account))?;
    }
    Ok(out.finish()?)
}
