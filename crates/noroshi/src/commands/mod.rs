//! The commands, one group a file.

pub(crate) mod account;
pub(crate) mod channel;
pub(crate) mod collect;
pub(crate) mod exist;
pub(crate) mod extract;
pub(crate) mod hunt;
mod input;
pub(crate) mod key;
pub(crate) mod lookup;
pub(crate) mod post;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod source;
pub(crate) mod watch;

use crate::cli::{Cli, Command};
use crate::logging;
use crate::place::Place;

/// Runs the command.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<()> {
    match &cli.command {
        // Needs neither data nor configuration.
        Command::Extract(args) => return extract::run(args),
        // Its demo has a place of its own.
        Command::Serve(args) => return serve::run(args, &cli.place).await,
        _ => {}
    }
    let place = Place::new(&cli.place)?;
    logging::start(&place.config.log, "warn")?;
    match cli.command {
        Command::Extract(_) | Command::Serve(_) => Ok(()),
        Command::Collect(args) => collect::run(&place, &args).await,
        Command::Lookup(args) => lookup::run(&place, &args).await,
        Command::Search(args) => search::run(&place, &args).await,
        Command::Post(args) => post::run(&place, &args).await,
        Command::Watch(args) => watch::run(&place, &args).await,
        Command::Source(command) => source::run(&place, &command).await,
        Command::Account(command) => account::run(&place, &command).await,
        Command::Hunt(command) => hunt::run(&place, &command).await,
        Command::Key(command) => key::run(&place, &command).await,
        Command::Channel(command) => channel::run(&place, &command).await,
        Command::Exist(command) => exist::run(&place, &command).await,
    }
}
