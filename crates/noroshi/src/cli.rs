//! The command line, as `--help` shows it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    account, channel, collect, exist, extract, hunt, key, lookup, post, search, serve, source,
    watch,
};

/// A hub for cyber threat information: collects feeds, and tells who lists what.
///
/// Exits with 0 on success, 1 on failure, 2 on bad usage.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the data is, and how all is configured.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Where the data is")]
pub(crate) struct PlaceArgs {
    /// Data directory: the database (unless --database is given), bodies of feeds, own recipes.
    #[arg(long, global = true, value_name = "DIR", env = "NOROSHI_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL database to use instead of SQLite in the data directory: postgres://…
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "NOROSHI_DATABASE",
        hide_env_values = true
    )]
    pub(crate) database: Option<String>,
    /// Configuration file [default: noroshi.toml in the data directory, if it is there].
    #[arg(long, global = true, value_name = "FILE", env = "NOROSHI_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the server: API, pages, and the schedule that collects.
    Serve(serve::ServeArgs),
    /// Collects from sources once, or imports a file as a source.
    Collect(collect::CollectArgs),
    /// Tells what is known about values: addresses, names, URLs, hashes, …
    Lookup(lookup::LookupArgs),
    /// Searches in everything collected.
    Search(search::SearchArgs),
    /// Finds the observables in a text, defanged or not.
    Extract(extract::ExtractArgs),
    /// Posts to the timeline.
    Post(post::PostArgs),
    /// Follows what is new and matches a query: prints it, or runs a command for each post and lets it reply.
    Watch(watch::WatchArgs),
    /// Lists, tests and switches sources, and undoes what they brought.
    #[command(subcommand)]
    Source(source::SourceCommand),
    /// Adds and lists accounts, and sets passwords.
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Makes and lists hunts, and tells what they found.
    #[command(subcommand)]
    Hunt(hunt::HuntCommand),
    /// Makes, lists and tests the channels on which notices go out, and shows their logs.
    #[command(subcommand)]
    Channel(channel::ChannelCommand),
    /// Adds, lists and revokes API keys.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Says whom the Web API of EXIST answers, and with whose eyes.
    #[command(subcommand)]
    Exist(exist::ExistCommand),
}
