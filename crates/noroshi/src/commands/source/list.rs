//! `noroshi source list`.

use std::collections::{BTreeMap, BTreeSet};

use noroshi_collect::recipe::{Recipe, Recipes};
use noroshi_store::{Reader, Source, now};
use noroshi_web::source::SourceAnswer;
use serde::Serialize;

use super::recipes;
use crate::place::Place;
use crate::print::{Out, Table};
use crate::when;

/// A source that was collected, a recipe that was not, or both.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    title: Option<&'a str>,
    enabled: bool,
    /// Whether there is a recipe for it.
    recipe: bool,
    /// How it went; nothing if it was never collected.
    source: Option<SourceAnswer>,
}

pub(super) async fn run(place: &Place, json: bool) -> anyhow::Result<()> {
    let recipes = recipes(place)?;
    let kept = match place.open_existing().await {
        Ok(store) => store.sources(&Reader::operator()).await?,
        // Recipes are there before any data is.
        Err(error) if error.is::<crate::outcome::Usage>() => Vec::new(),
        Err(error) => return Err(error),
    };
    let kept: BTreeMap<&str, &Source> = kept
        .iter()
        .map(|source| (source.name.as_str(), source))
        .collect();
    let mut out = Out::new();
    if json {
        for name in names(&recipes, &kept) {
            out.json(&line(name, recipes.get(name), kept.get(name).copied()))?;
        }
    } else {
        out.table(&table(&recipes, &kept))?;
    }
    Ok(out.finish()?)
}

fn names<'a>(recipes: &'a Recipes, kept: &BTreeMap<&'a str, &'a Source>) -> BTreeSet<&'a str> {
    let of_recipes = recipes.iter().map(|recipe| recipe.name.as_str());
    of_recipes.chain(kept.keys().copied()).collect()
}

fn line<'a>(name: &'a str, recipe: Option<&'a Recipe>, kept: Option<&'a Source>) -> Line<'a> {
    let shipped = recipe.is_some_and(|recipe| recipe.enabled);
    Line {
        name,
        title: recipe.map(|recipe| recipe.title.en.as_str()),
        enabled: kept.map_or(shipped, |source| source.enabled),
        recipe: recipe.is_some(),
        source: kept.cloned().map(SourceAnswer::from),
    }
}

fn table(recipes: &Recipes, kept: &BTreeMap<&str, &Source>) -> Table {
    let now = now();
    let time = |at: Option<i64>| at.map(|at| when::relative(at, now)).unwrap_or_default();
    let mut table = Table::new([
        "name",
        "enabled",
        "title",
        "last good",
        "next",
        "failures",
        "last error",
    ]);
    for name in names(recipes, kept) {
        let source = kept.get(name).copied();
        let line = line(name, recipes.get(name), source);
        table.row([
            name.to_owned(),
            if line.enabled { "yes" } else { "no" }.to_owned(),
            line.title.unwrap_or("(no recipe)").to_owned(),
            time(source.and_then(|source| source.last_good)),
            time(
                source
                    .filter(|source| source.enabled)
                    .and_then(|source| source.next_run),
            ),
            source
                .map(|source| source.failures.to_string())
                .unwrap_or_default(),
            source
                .and_then(|source| source.last_error.clone())
                .unwrap_or_default(),
        ]);
    }
    table
}
