//! `noroshi source add`: a source by a template.

use std::collections::BTreeMap;

use clap::Args;
use noroshi_collect::recipe::{Recipes, add};
use noroshi_collect::{ensure_source, key_variable};
use noroshi_store::Reader;
use noroshi_web::source::SourceAnswer;

use super::recipes;
use crate::outcome::usage;
use crate::place::Place;
use crate::print::{Out, Table};

/// Arguments of `noroshi source add`.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Which template: mastodon-tag, x-user, feed, … Without it, lists them.
    template: Option<String>,
    /// A parameter of it.
    #[arg(long = "set", value_name = "PARAMETER=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// The name of the source [default: made of the template and the values].
    #[arg(long)]
    name: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write PARAMETER=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

pub(super) async fn run(place: &Place, args: &AddArgs) -> anyhow::Result<()> {
    let recipes = recipes(place)?;
    let Some(template) = &args.template else {
        return list(&recipes);
    };
    let store = place.open().await?;
    let values: BTreeMap<String, String> = args.set.iter().cloned().collect();
    let added = add(
        &place.data,
        &recipes,
        template,
        args.name.as_deref(),
        &values,
    );
    let mut recipe = added.map_err(|error| usage(error.to_string()))?;
    recipe.enabled = true;
    let source = ensure_source(&store, &recipe).await?;
    let operator = Reader::operator();
    let detail = Some(template.as_str());
    store
        .audit(&operator, "source.add", &source.name, detail)
        .await?;
    let mut out = Out::new();
    if args.json {
        out.json(&SourceAnswer::from(source))?;
        return Ok(out.finish()?);
    }
    out.line(format!("{} is added and enabled", source.name))?;
    if recipe.needs_key() {
        let (name, variable) = (&source.name, key_variable(&source.name));
        out.line(format!(
            "it needs a key: `key` under [source.{name}], or {variable}"
        ))?;
    }
    Ok(out.finish()?)
}

fn list(recipes: &Recipes) -> anyhow::Result<()> {
    let mut table = Table::new(["template", "parameters", "what"]);
    for recipe in recipes.templates() {
        let parameters = recipe.parameters.iter();
        let parameters: Vec<String> = parameters
            .map(|(name, parameter)| format!("{name}={}", parameter.example))
            .collect();
        table.row([
            recipe.name.clone(),
            parameters.join(" "),
            recipe.title.en.clone(),
        ]);
    }
    let mut out = Out::new();
    out.table(&table)?;
    Ok(out.finish()?)
}
