//! `noroshi source`: what is collected, how it went, and undoing it.

mod add;
mod bad;
mod digest;
mod list;
mod show;
mod test;

use std::path::PathBuf;

use clap::Subcommand;
use noroshi_collect::ensure_source;
use noroshi_collect::recipe::{Recipe, Recipes, load_lenient};
use noroshi_store::{Reader, Store};
use noroshi_web::batch::BatchAnswer;
use noroshi_web::source::SourceAnswer;

use crate::config::nearest;
use crate::outcome::{tell, usage};
use crate::place::Place;
use crate::print::{Out, safe, thousands};

/// `noroshi source …`
#[derive(Debug, Subcommand)]
pub(crate) enum SourceCommand {
    /// Lists sources: those that were collected, and those there are recipes for.
    List {
        /// Prints one line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Shows one source: its recipe, how it went, its last batches.
    Show {
        /// Which.
        name: String,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Tries a recipe without keeping anything: fetches, reads, and shows the first rows and the bad ones.
    Test {
        /// The name of a source, or the path of a recipe.
        recipe: String,
        /// Takes the body from a file, or from standard input for -.
        #[arg(long, value_name = "FILE")]
        from: Option<PathBuf>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Adds a source by a template: a tag of a Mastodon server, a search on X, any feed.
    Add(add::AddArgs),
    /// Lets the schedule collect it.
    Enable {
        /// Which.
        name: String,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Stops the schedule from collecting it. What it brought stays.
    Disable {
        /// Which.
        name: String,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows or decides when it says on the timeline what it brought: one post, never a post a row.
    Digest(digest::DigestArgs),
    /// Shows the rows of a batch that could not be read.
    Bad {
        /// The batch's number.
        batch: i64,
        /// Prints one line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Takes a source back to before a batch: that batch and all later ones are undone.
    Rollback {
        /// The batch's number.
        batch: i64,
        /// Prints one line of JSON for each batch that was undone.
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of them.
pub(crate) async fn run(place: &Place, command: &SourceCommand) -> anyhow::Result<()> {
    match command {
        SourceCommand::List { json } => list::run(place, *json).await,
        SourceCommand::Show { name, json } => show::run(place, name, *json).await,
        SourceCommand::Test { recipe, from, json } => {
            test::run(place, recipe, from.as_deref(), *json).await
        }
        SourceCommand::Add(args) => add::run(place, args).await,
        SourceCommand::Enable { name, json } => switch(place, name, true, *json).await,
        SourceCommand::Disable { name, json } => switch(place, name, false, *json).await,
        SourceCommand::Digest(args) => digest::run(place, args).await,
        SourceCommand::Bad { batch, json } => bad::run(place, *batch, *json).await,
        SourceCommand::Rollback { batch, json } => rollback(place, *batch, *json).await,
    }
}

/// All recipes: shipped ones and those of the data directory. A broken one is told and left out.
pub(super) fn recipes(place: &Place) -> anyhow::Result<Recipes> {
    let (recipes, errors) = load_lenient(Some(&place.data));
    for error in errors {
        tell(&error.to_string());
    }
    Ok(recipes)
}

/// The recipe of that name.
pub(super) fn recipe<'r>(recipes: &'r Recipes, name: &str) -> anyhow::Result<&'r Recipe> {
    recipes.get(name).ok_or_else(|| {
        let known = recipes.iter().map(|recipe| recipe.name.as_str());
        let meant = nearest(name, known).map(|meant| format!("; did you mean {meant}?"));
        usage(format!(
            "there is no recipe for a source {:?}{}",
            safe(name),
            meant.unwrap_or_else(|| " (see `noroshi source list`)".to_owned())
        ))
    })
}

/// Makes the source of a recipe where nobody has collected it yet.
async fn known(place: &Place, store: &Store, name: &str) -> anyhow::Result<()> {
    let kept = store.sources(&Reader::operator()).await?;
    if kept.iter().any(|source| source.name == name) {
        return Ok(());
    }
    ensure_source(store, recipe(&recipes(place)?, name)?).await?;
    Ok(())
}

async fn switch(place: &Place, name: &str, on: bool, json: bool) -> anyhow::Result<()> {
    let store = place.open().await?;
    known(place, &store, name).await?;
    let operator = Reader::operator();
    let source = store.enable_source(&operator, name, on).await?;
    let action = if on {
        "source.enable"
    } else {
        "source.disable"
    };
    store.audit(&operator, action, name, None).await?;
    let mut out = Out::new();
    if json {
        out.json(&SourceAnswer::from(source))?;
    } else {
        out.line(format!(
            "{name} is {}",
            if on { "enabled" } else { "disabled" }
        ))?;
    }
    Ok(out.finish()?)
}

async fn rollback(place: &Place, batch: i64, json: bool) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    let operator = Reader::operator();
    let undone = store.roll_back(&operator, batch).await?;
    store
        .audit(&operator, "batch.rollback", &batch.to_string(), None)
        .await?;
    let mut out = Out::new();
    for batch in undone {
        if json {
            out.json(&BatchAnswer::from(batch))?;
            continue;
        }
        let counts = &batch.counts;
        out.line(format!(
            "batch {} of {} is undone: {} new, {} changed, {} delisted",
            batch.id,
            batch.source,
            thousands(counts.new),
            thousands(counts.changed),
            thousands(counts.delisted)
        ))?;
    }
    Ok(out.finish()?)
}
