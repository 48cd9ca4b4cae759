//! All recipes there are: the shipped ones, and the user's over them.

use std::collections::BTreeMap;
use std::path::Path;

use super::shipped::SHIPPED;
use super::{Recipe, RecipeError};

/// Recipes by name.
#[derive(Clone, Debug, Default)]
pub struct Recipes {
    by_name: BTreeMap<String, Recipe>,
    /// Those that are no source before their parameters are given.
    templates: BTreeMap<String, Recipe>,
}

impl Recipes {
    /// The recipe of this name.
    pub fn get(&self, name: &str) -> Option<&Recipe> {
        self.by_name.get(name)
    }

    /// All recipes, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Recipe> {
        self.by_name.values()
    }

    /// The template of this name.
    pub fn template(&self, name: &str) -> Option<&Recipe> {
        self.templates.get(name)
    }

    /// All templates, by name.
    pub fn templates(&self) -> impl Iterator<Item = &Recipe> {
        self.templates.values()
    }

    /// How many recipes there are, without templates.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}

/// The shipped recipes, and those of `sources/*.toml` in the data directory: one of the same name replaces a shipped one.
///
/// # Errors
/// Everything that is wrong with any of the files.
pub fn load(data_directory: Option<&Path>) -> Result<Recipes, Vec<RecipeError>> {
    let (recipes, errors) = load_lenient(data_directory);
    if errors.is_empty() {
        Ok(recipes)
    } else {
        Err(errors)
    }
}

/// As [`load`], but with the good recipes beside the errors. Where a user's recipe is broken, the shipped one of its
/// name is left out too: running what the user has overridden would be a surprise.
pub fn load_lenient(data_directory: Option<&Path>) -> (Recipes, Vec<RecipeError>) {
    let mut recipes = Recipes::default();
    let mut errors = Vec::new();
    for (file, text) in SHIPPED {
        add(&mut recipes, &mut errors, file, text);
    }
    let Some(folder) = data_directory.map(|directory| directory.join("sources")) else {
        return (recipes, errors);
    };
    let listed = match std::fs::read_dir(&folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (recipes, errors),
        Err(error) => {
            errors.push(RecipeError::unreadable(
                &folder.display().to_string(),
                &error,
            ));
            return (recipes, errors);
        }
    };
    let mut paths = Vec::new();
    for entry in listed {
        match entry {
            Ok(entry) => paths.push(entry.path()),
            Err(error) => errors.push(RecipeError::unreadable(
                &folder.display().to_string(),
                &error,
            )),
        }
    }
    paths.sort();
    for path in paths.iter().filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    }) {
        let file = path.display().to_string();
        if let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) {
            recipes.by_name.remove(stem);
            recipes.templates.remove(stem);
        }
        match std::fs::read_to_string(path) {
            Ok(text) => add(&mut recipes, &mut errors, &file, &text),
            Err(error) => errors.push(RecipeError::unreadable(&file, &error)),
        }
    }
    (recipes, errors)
}

fn add(recipes: &mut Recipes, errors: &mut Vec<RecipeError>, file: &str, text: &str) {
    match Recipe::parse(file, text) {
        Ok(recipe) if recipe.is_template() => {
            recipes.templates.insert(recipe.name.clone(), recipe);
        }
        Ok(recipe) => {
            recipes.by_name.insert(recipe.name.clone(), recipe);
        }
        Err(error) => errors.push(error),
    }
}
