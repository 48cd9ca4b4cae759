//! Makes the store know the sources that recipes describe.

use std::time::Duration;

use noroshi_store::{DigestRule, Error, NewSource, Reader, Source, Store};

use crate::recipe::{DigestKeys, Recipe, Recipes};

/// The source of one recipe, made where it is new.
///
/// # Errors
/// The store's; an audience that does not exist or does not fit the TLP among them.
pub async fn ensure_source(store: &Store, recipe: &Recipe) -> Result<Source, Error> {
    let known = match store.source(&Reader::operator(), &recipe.name).await {
        Ok(_) => true,
        Err(Error::NotFound { .. }) => false,
        Err(error) => return Err(error),
    };
    let source = store.ensure_source(new_source(recipe)).await?;
    match known {
        true => Ok(source),
        false => with_digest(store, source, &recipe.digest).await,
    }
}

/// The sources of all recipes. Writes only what is new or different, so that starting again is cheap.
/// Answers the recipes that could not be kept; the others are.
///
/// # Errors
/// If the store cannot be read.
pub async fn ensure_sources(
    store: &Store,
    recipes: &Recipes,
) -> Result<Vec<(String, Error)>, Error> {
    keep_all(store, recipes, |recipe| recipe.enabled).await
}

/// As [`ensure_sources`], but what is new is off: whoever manages the hub is to choose.
///
/// # Errors
/// If the store cannot be read.
pub async fn offer_sources(
    store: &Store,
    recipes: &Recipes,
) -> Result<Vec<(String, Error)>, Error> {
    keep_all(store, recipes, |_| false).await
}

async fn keep_all(
    store: &Store,
    recipes: &Recipes,
    enabled: impl Fn(&Recipe) -> bool,
) -> Result<Vec<(String, Error)>, Error> {
    let kept = store.sources(&Reader::operator()).await?;
    let mut refused = Vec::new();
    for recipe in recipes.iter() {
        let new = NewSource {
            enabled: enabled(recipe),
            ..new_source(recipe)
        };
        let known = kept.iter().find(|source| source.name == new.name);
        if known.is_some_and(|known| known.mode == new.mode && known.expiry == new.expiry) {
            continue;
        }
        let kept = match store.ensure_source(new).await {
            Ok(source) if known.is_none() => with_digest(store, source, &recipe.digest).await,
            kept => kept,
        };
        if let Err(error) = kept {
            refused.push((recipe.name.clone(), error));
        }
    }
    Ok(refused)
}

/// Gives a new source the rule of its recipe.
async fn with_digest(
    store: &Store,
    mut source: Source,
    keys: &DigestKeys,
) -> Result<Source, Error> {
    let rule = DigestRule {
        on: keys.on.unwrap_or(source.digest.on),
        least: keys.least.map_or(source.digest.least, i64::from),
        pause: keys.pause.map_or(source.digest.pause, micros),
    };
    if rule != source.digest {
        store.set_digest_rule(source.id, rule).await?;
        source.digest = rule;
    }
    Ok(source)
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

fn new_source(recipe: &Recipe) -> NewSource {
    NewSource {
        name: recipe.name.clone(),
        mode: recipe.mode,
        expiry: recipe.expiry.map(micros),
        audience: recipe.audience.clone(),
        tlp: recipe.tlp,
        enabled: recipe.enabled,
        owner: None,
    }
}
