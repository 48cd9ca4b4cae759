//! `noroshi source show`.

use noroshi_collect::recipe::Recipe;
use noroshi_store::{Batch, Reader, Source, now};
use noroshi_web::batch::BatchAnswer;
use noroshi_web::source::SourceAnswer;
use serde::Serialize;

use super::{recipe, recipes};
use crate::place::Place;
use crate::print::{Out, Table, safe, thousands};
use crate::when;

/// Batches that are shown, newest first.
const BATCHES: usize = 10;

/// All there is to say about a source.
#[derive(Serialize)]
struct ShowJson<'a> {
    name: &'a str,
    recipe: Option<RecipeJson<'a>>,
    source: Option<SourceAnswer>,
    batches: Vec<BatchAnswer>,
}

#[derive(Serialize)]
struct RecipeJson<'a> {
    title: &'a str,
    description: &'a str,
    homepage: &'a str,
    licence: &'a str,
    terms: Option<&'a str>,
    /// Without the user's key.
    url: Option<&'a str>,
    command: Option<&'a [String]>,
    interval_seconds: u64,
    needs_key: bool,
}

impl<'a> From<&'a Recipe> for RecipeJson<'a> {
    fn from(recipe: &'a Recipe) -> RecipeJson<'a> {
        RecipeJson {
            title: &recipe.title.en,
            description: &recipe.description.en,
            homepage: &recipe.homepage,
            licence: &recipe.licence,
            terms: recipe.terms.as_deref(),
            url: recipe.url.as_deref(),
            command: recipe.command.as_deref(),
            interval_seconds: recipe.interval.as_secs(),
            needs_key: recipe.needs_key(),
        }
    }
}

pub(super) async fn run(place: &Place, name: &str, json: bool) -> anyhow::Result<()> {
    let recipes = recipes(place)?;
    let (source, batches) = kept(place, name).await?;
    // One of the two there must be.
    let recipe = match &source {
        Some(_) => recipes.get(name),
        None => Some(recipe(&recipes, name)?),
    };
    let mut out = Out::new();
    if json {
        out.json(&ShowJson {
            name,
            recipe: recipe.map(RecipeJson::from),
            source: source.map(SourceAnswer::from),
            batches: batches.into_iter().map(BatchAnswer::from).collect(),
        })?;
    } else {
        print(name, recipe, source.as_ref(), &batches, &mut out)?;
    }
    Ok(out.finish()?)
}

async fn kept(place: &Place, name: &str) -> anyhow::Result<(Option<Source>, Vec<Batch>)> {
    let store = match place.open_existing().await {
        Ok(store) => store,
        Err(error) if error.is::<crate::outcome::Usage>() => return Ok((None, Vec::new())),
        Err(error) => return Err(error),
    };
    let operator = Reader::operator();
    let sources = store.sources(&operator).await?;
    let Some(source) = sources.into_iter().find(|source| source.name == name) else {
        return Ok((None, Vec::new()));
    };
    let batches = store.batches(&operator, Some(name), None, BATCHES).await?;
    Ok((Some(source), batches))
}

fn print(
    name: &str,
    recipe: Option<&Recipe>,
    source: Option<&Source>,
    batches: &[Batch],
    out: &mut Out,
) -> std::io::Result<()> {
    out.line(name)?;
    if let Some(recipe) = recipe {
        let from = recipe
            .url
            .clone()
            .or_else(|| recipe.command.as_ref().map(|command| command.join(" ")));
        for (what, text) in [
            ("title", Some(recipe.title.en.clone())),
            ("about", Some(recipe.description.en.clone())),
            ("homepage", Some(recipe.homepage.clone())),
            ("licence", Some(recipe.licence.clone())),
            ("from", from),
            (
                "every",
                Some(format!("{} min", recipe.interval.as_secs() / 60)),
            ),
        ] {
            field(what, text, out)?;
        }
    }
    let now = now();
    if let Some(source) = source {
        let time = |at: Option<i64>| at.map(|at| when::shown(at, now));
        for (what, text) in [
            (
                "enabled",
                Some(if source.enabled { "yes" } else { "no" }.to_owned()),
            ),
            (
                "readers",
                Some(format!(
                    "{}, TLP:{}",
                    source.audience,
                    source.tlp.name().to_uppercase()
                )),
            ),
            ("digest", Some(source.digest.to_string())),
            ("last good", time(source.last_good)),
            ("last run", time(source.last_run)),
            ("next run", time(source.next_run)),
            ("error", source.last_error.clone()),
        ] {
            field(what, text, out)?;
        }
    }
    let mut table = Table::new([
        "batch", "state", "started", "rows", "new", "changed", "delisted", "bad", "by", "error",
    ]);
    for batch in batches {
        let counts = &batch.counts;
        table.row([
            batch.id.to_string(),
            batch.state.name().to_owned(),
            when::shown(batch.started, now),
            thousands(counts.rows),
            thousands(counts.new),
            thousands(counts.changed),
            thousands(counts.delisted),
            thousands(counts.bad),
            batch.actor.clone(),
            batch.error.clone().unwrap_or_default(),
        ]);
    }
    out.table(&table)
}

fn field(what: &str, text: Option<String>, out: &mut Out) -> std::io::Result<()> {
    match text {
        Some(text) => out.line(format!("  {what:<10} {}", safe(&text))),
        None => Ok(()),
    }
}
