//! `noroshi collect`: one run over sources, or a file as one.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use noroshi_collect::recipe::{Recipe, Recipes};
use noroshi_collect::{Options, Origin, Receipt, Stop, collect, stop};
use noroshi_egress::Egress;
use noroshi_store::{ImportMode, Reader, Store};

use super::source::recipes;
use crate::outcome::{Told, tell, usage};
use crate::place::Place;
use crate::print::{Out, safe, thousands};
use crate::signals;

mod progress;
use progress::Progress;

/// Bad rows that are shown after a run.
const BAD_SHOWN: usize = 5;

/// Who runs it, for the receipt.
const ACTOR: &str = "command line";

/// Arguments of `noroshi collect`.
#[derive(Debug, Args)]
pub(crate) struct CollectArgs {
    /// Sources to collect from [default: all that are enabled].
    #[arg(value_name = "SOURCE")]
    sources: Vec<String>,
    /// Takes the body from a file, or from standard input for -, in the layout of the one source named.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Asks for whole bodies, even of publishers that say that nothing has changed.
    #[arg(long)]
    fresh: bool,
    /// Prints each receipt as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Collects from each source, one after another.
pub(crate) async fn run(place: &Place, args: &CollectArgs) -> anyhow::Result<()> {
    let recipes = recipes(place)?;
    if args.from.is_some() && args.sources.len() != 1 {
        return Err(usage(
            "--from needs the one source whose layout the file has",
        ));
    }
    let named: Vec<&Recipe> = args
        .sources
        .iter()
        .map(|name| super::source::recipe(&recipes, name))
        .collect::<anyhow::Result<_>>()?;
    let collecting = Collecting::start(place, args).await?;
    let chosen = match named.is_empty() {
        false => named,
        true => enabled(&collecting.store, &recipes).await?,
    };
    let mut out = Out::new();
    let mut failed = false;
    for recipe in chosen {
        if collecting.stop.is_asked() {
            failed = true;
            break;
        }
        failed |= !collecting.one(recipe, &mut out).await?;
        out.flush()?;
    }
    out.finish()?;
    if failed { Err(Told.into()) } else { Ok(()) }
}

/// The recipes of enabled sources; of new ones, those that are enabled as shipped.
async fn enabled<'r>(store: &Store, recipes: &'r Recipes) -> anyhow::Result<Vec<&'r Recipe>> {
    let kept = store.sources(&Reader::operator()).await?;
    let is_enabled = |recipe: &Recipe| {
        let kept = kept.iter().find(|source| source.name == recipe.name);
        kept.map_or(recipe.enabled, |source| source.enabled)
    };
    Ok(recipes.iter().filter(|recipe| is_enabled(recipe)).collect())
}

/// What is the same for all sources of one call.
struct Collecting<'a> {
    place: &'a Place,
    args: &'a CollectArgs,
    store: Store,
    egress: Egress,
    mode: ImportMode,
    stop: Stop,
}

impl<'a> Collecting<'a> {
    async fn start(place: &'a Place, args: &'a CollectArgs) -> anyhow::Result<Collecting<'a>> {
        let store = place.open().await?;
        let mode = match store.is_served().await? {
            true => ImportMode::Serving,
            false => ImportMode::Offline,
        };
        let (stopper, stop) = stop();
        signals::stop_on(stopper)?;
        Ok(Collecting {
            place,
            args,
            egress: place.egress()?,
            store,
            mode,
            stop,
        })
    }

    /// Collects from one source and prints the receipt. Answers whether it went well.
    async fn one(&self, recipe: &Recipe, out: &mut Out) -> anyhow::Result<bool> {
        let progress = Arc::new(Progress::start(&recipe.name));
        let mut options = Options::new(self.mode, ACTOR);
        options.key = self.place.config.keys()?.get(&recipe.name).cloned();
        options.max_body = self.place.config.max_body();
        options.fresh = self.args.fresh;
        options.stop = self.stop.clone();
        options.progress = {
            let progress = Arc::clone(&progress);
            Arc::new(move |counts| progress.show(counts))
        };
        let ended = collect(&self.store, &self.egress, recipe, self.origin(), &options).await;
        progress.end();
        let (receipt, well) = match ended {
            Ok(receipt) => (Some(receipt), true),
            Err(failure) => {
                tell(&format!("{}: {}", recipe.name, safe(&failure.to_string())));
                (failure.receipt, false)
            }
        };
        if let Some(receipt) = receipt {
            self.print(&receipt, out).await?;
        }
        Ok(well)
    }

    fn origin(&self) -> Origin {
        match &self.args.from {
            None => Origin::Network,
            Some(file) if file.as_os_str() == "-" => Origin::Reader(Box::new(io::stdin())),
            Some(file) => Origin::File(file.clone()),
        }
    }

    async fn print(&self, receipt: &Receipt, out: &mut Out) -> anyhow::Result<()> {
        if self.args.json {
            return Ok(out.json(receipt)?);
        }
        out.line(summary(receipt))?;
        let Some(batch) = receipt.batch.filter(|_| receipt.bad > 0) else {
            return Ok(());
        };
        let operator = Reader::operator();
        let bad = self.store.bad_rows(&operator, batch, 0, BAD_SHOWN).await?;
        for row in &bad {
            out.line(format!(
                "  line {}: {}: {}",
                row.line,
                safe(&row.reason),
                safe(&row.text)
            ))?;
        }
        if receipt.bad > bad.len() as i64 {
            out.line(format!("  all of them: noroshi source bad {batch}"))?;
        }
        Ok(())
    }
}

/// A receipt as one line for people.
fn summary(receipt: &Receipt) -> String {
    if receipt.not_modified {
        return format!("{}: nothing has changed", receipt.source);
    }
    let counts = [
        (receipt.new, "new"),
        (receipt.changed, "changed"),
        (receipt.unchanged, "unchanged"),
        (receipt.folded, "repeated"),
        (receipt.bad, "bad"),
        (receipt.delisted, "delisted"),
    ];
    let told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", thousands(*count)))
        .collect();
    let batch = receipt
        .batch
        .map(|batch| format!(" (batch {batch})"))
        .unwrap_or_default();
    let colon = if told.is_empty() { "" } else { ": " };
    format!(
        "{}: {} rows{colon}{}{batch}",
        receipt.source,
        thousands(receipt.rows),
        told.join(", ")
    )
}
