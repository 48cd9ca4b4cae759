//! `noroshi account`: people and bots.

use std::io::{self, BufRead, IsTerminal, Read};
use std::process::{Command, Stdio};

use clap::Subcommand;
use noroshi_lookup::Time;
use noroshi_store::{AccountKind, Error, NewAccount, Reader, Role, now};
use noroshi_web::account::{AccountAnswer, LINK_LASTS};
use serde::Serialize;

use crate::outcome::{tell, usage};
use crate::place::Place;
use crate::print::{Out, Table};
use crate::when;

/// `noroshi account …`
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Adds an account.
    Add {
        /// 1 to 64 letters, digits, '-', '_' or '.'.
        name: String,
        /// What it may do: admin, analyst, reader or bot [default: reader, and bot with --bot].
        #[arg(long)]
        role: Option<String>,
        /// It is a program, not a person.
        #[arg(long)]
        bot: bool,
        /// The organisation it belongs to; made if it is new.
        #[arg(long, value_name = "NAME")]
        organisation: Option<String>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists people and bots.
    List {
        /// Prints one line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Makes a link by which somebody new, or who forgot the password, chooses a password, once.
    Link {
        /// Whose.
        name: String,
        /// Where the hub is reached [default: where it is configured to listen].
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Sets a password, read from standard input. Ends the account's sessions.
    Password {
        /// Whose.
        name: String,
    },
}

/// Runs one of them.
pub(crate) async fn run(place: &Place, command: &AccountCommand) -> anyhow::Result<()> {
    match command {
        AccountCommand::Add {
            name,
            role,
            bot,
            organisation,
            json,
        } => {
            let role = role_of(role.as_deref(), *bot)?;
            let kind = if *bot {
                AccountKind::Bot
            } else {
                AccountKind::Person
            };
            let new = NewAccount {
                name: name.clone(),
                kind,
                role,
                organisation: organisation.clone(),
            };
            add(place, new, *json).await
        }
        AccountCommand::List { json } => list(place, *json).await,
        AccountCommand::Link { name, url, json } => link(place, name, url.as_deref(), *json).await,
        AccountCommand::Password { name } => password(place, name).await,
    }
}

fn role_of(role: Option<&str>, bot: bool) -> anyhow::Result<Role> {
    match (role, bot) {
        (Some(name), _) => name
            .parse()
            .map_err(|error: Error| usage(error.to_string())),
        (None, true) => Ok(Role::Bot),
        (None, false) => Ok(Role::Reader),
    }
}

async fn add(place: &Place, new: NewAccount, json: bool) -> anyhow::Result<()> {
    let store = place.open().await?;
    if let Some(organisation) = &new.organisation {
        store.ensure_organisation(organisation).await?;
    }
    let account = store.add_account(new).await?;
    store
        .audit(
            &Reader::operator(),
            "account.add",
            &account.name,
            Some(account.role.name()),
        )
        .await?;
    let mut out = Out::new();
    if json {
        out.json(&AccountAnswer::from(account))?;
    } else {
        out.line(format!(
            "{} is there: {}, {}",
            account.name,
            account.kind.name(),
            account.role
        ))?;
    }
    Ok(out.finish()?)
}

async fn list(place: &Place, json: bool) -> anyhow::Result<()> {
    let accounts = place.open_existing().await?.accounts().await?;
    let mut out = Out::new();
    let mut table = Table::new([
        "name",
        "kind",
        "role",
        "organisation",
        "created",
        "disabled",
    ]);
    let now = now();
    for account in accounts {
        if json {
            out.json(&AccountAnswer::from(account))?;
            continue;
        }
        table.row([
            account.name,
            account.kind.name().to_owned(),
            account.role.to_string(),
            account.organisation.unwrap_or_default(),
            when::shown(account.created, now),
            account
                .disabled
                .map(|at| when::shown(at, now))
                .unwrap_or_default(),
        ]);
    }
    out.table(&table)?;
    Ok(out.finish()?)
}

/// A link that was just made.
#[derive(Serialize)]
struct LinkAnswer {
    link: String,
    purpose: &'static str,
    expires: Time,
}

async fn link(place: &Place, name: &str, url: Option<&str>, json: bool) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    let expires = now() + LINK_LASTS;
    let operator = Reader::operator();
    let (token, purpose) = store.make_link(&operator, name, expires).await?;
    let base = url.map_or_else(|| place.base(), str::to_owned);
    let link = format!("{}/welcome/{token}", base.trim_end_matches('/'));
    let mut out = Out::new();
    match json {
        // Alone on its line, so that it can be handed over as it is.
        false => out.line(&link)?,
        true => out.json(&LinkAnswer {
            link,
            purpose: purpose.name(),
            expires: Time(expires),
        })?,
    }
    Ok(out.finish()?)
}

async fn password(place: &Place, name: &str) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    store.account(name).await?;
    let password = read_password()?;
    store.set_password(name, &password).await?;
    store
        .audit(&Reader::operator(), "account.password", name, None)
        .await?;
    let mut out = Out::new();
    out.line(format!("the password of {name} is set"))?;
    Ok(out.finish()?)
}

/// One line of standard input; a terminal does not show it.
fn read_password() -> io::Result<String> {
    let stdin = io::stdin();
    let _quiet = stdin.is_terminal().then(|| {
        tell("the new password (at least 12 characters):");
        Quiet::start()
    });
    let mut line = String::new();
    stdin.lock().take(4_096).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A terminal that does not show what is typed, until this is dropped.
struct Quiet;

impl Quiet {
    fn start() -> Quiet {
        stty("-echo");
        Quiet
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        stty("echo");
    }
}

/// Where there is no stty, the password is shown while typed; nothing else is lost.
fn stty(setting: &str) {
    let _ = Command::new("stty")
        .arg(setting)
        .stdin(Stdio::inherit())
        .stderr(Stdio::null())
        .status();
}
