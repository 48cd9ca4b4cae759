//! Makes the store know the sources that recipes describe.

use noroshi_store::{Error, NewSource, Reader, Source, Store};

use crate::recipe::{Recipe, Recipes};

/// The source of one recipe, made where it is new.
///
/// # Errors
/// The store's; an audience that does not exist or does not fit the TLP among them.
pub async fn ensure_source(store: &Store, recipe: &Recipe) -> Result<Source, Error> {
    store.ensure_source(new_source(recipe)).await
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
        if let Err(error) = store.ensure_source(new).await {
            refused.push((recipe.name.clone(), error));
        }
    }
    Ok(refused)
}

fn new_source(recipe: &Recipe) -> NewSource {
    let micros = |time: std::time::Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
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
