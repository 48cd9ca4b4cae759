//! Adding a source by a template: its recipe is written into the data directory.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::{Recipe, RecipeError, Recipes};

/// The longest name of a source.
const NAME: usize = 40;

/// Why no source was added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// No template has this name.
    #[error("there is no template `{0}`")]
    Template(String),
    /// A source of this name has a recipe already.
    #[error("there is a source `{0}` already; give this one another name")]
    Taken(String),
    /// A value, or the name, cannot be.
    #[error("{}", .0.key.as_ref().map_or_else(|| .0.message.clone(), |key| format!("{}: {}", key.trim_start_matches("values."), .0.message)))]
    Value(RecipeError),
    /// The recipe cannot be written.
    #[error("{path}: {error}")]
    File {
        /// Where to.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
}

/// Writes a template with its values as the recipe of a source, under this name or one that follows from the values.
/// Blocks.
///
/// # Errors
/// If there is no such template, the name is taken, a value cannot be, or the file cannot be written.
pub fn add(
    data_directory: &Path,
    recipes: &Recipes,
    template: &str,
    name: Option<&str>,
    values: &BTreeMap<String, String>,
) -> Result<Recipe, AddError> {
    let found = recipes.template(template);
    let found = found.ok_or_else(|| AddError::Template(template.to_owned()))?;
    let name = match name.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => name_of(found, values),
    };
    let text = found.filled(&name, values).map_err(AddError::Value)?;
    let recipe = Recipe::parse(&format!("{name}.toml"), &text).map_err(AddError::Value)?;
    if recipes.get(&name).is_some() || recipes.template(&name).is_some() {
        return Err(AddError::Taken(name));
    }
    write(&data_directory.join("sources"), &name, &text)?;
    Ok(recipe)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), AddError> {
    let path = folder.join(format!("{name}.toml"));
    let failed = |error| AddError::File {
        path: path.display().to_string(),
        error,
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    // Whole or not at all, and never over another.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    match file.persist_noclobber(&path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(AddError::Taken(name.to_owned()))
        }
        Err(error) => Err(failed(error.error)),
    }
}

/// `mastodon-tag-threatintel-mastodon-example`, cut where it becomes too long; of values without Latin letters a hash.
fn name_of(template: &Recipe, values: &BTreeMap<String, String>) -> String {
    let mut name = template.name.clone();
    for value in template
        .parameters
        .keys()
        .rev()
        .filter_map(|key| values.get(key))
    {
        let value = value.trim().to_lowercase();
        let plain: String = value
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
        let word = match words.is_empty() {
            true => format!("{:08x}", xxh3_64(value.as_bytes()) as u32),
            false => words.join("-"),
        };
        name.push('-');
        name.push_str(&word);
    }
    name.truncate(NAME);
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::load;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_template_becomes_a_source() {
        let directory = tempfile::tempdir().unwrap();
        let recipes = load(Some(directory.path())).unwrap();
        let given = values(&[("instance", "mastodon.example"), ("tag", "threat Intel")]);
        let added = add(directory.path(), &recipes, "mastodon-tag", None, &given).unwrap();
        assert_eq!(added.name, "mastodon-tag-threat-intel-mastodon-examp");
        assert_eq!(
            added.url.as_deref(),
            Some("https://mastodon.example/api/v1/timelines/tag/threat%20Intel")
        );
        assert_eq!(added.title.en, "Mastodon: #threat Intel");
        let recipes = load(Some(directory.path())).unwrap();
        assert!(recipes.get(&added.name).is_some());
        assert!(recipes.get("mastodon-tag").is_none());
        let again = add(directory.path(), &recipes, "mastodon-tag", None, &given);
        assert!(matches!(again, Err(AddError::Taken(_))), "{again:?}");
        let japanese = values(&[("instance", "m.example"), ("tag", "脅威")]);
        let added = add(directory.path(), &recipes, "mastodon-tag", None, &japanese).unwrap();
        assert!(added.name.starts_with("mastodon-tag-") && added.name.ends_with("-m-example"));
    }

    #[test]
    fn what_cannot_be_is_told_and_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let recipes = load(None).unwrap();
        let full = [("instance", "m.example"), ("tag", "x")];
        for (template, name, pairs, why) in [
            ("nothing", None, &full[..], "no template `nothing`"),
            ("kev", None, &full, "no template `kev`"),
            (
                "mastodon-tag",
                None,
                &full[..1],
                "tag: this parameter needs a value",
            ),
            (
                "mastodon-tag",
                None,
                &[("instance", "https://m.example/"), ("tag", "x")],
                "instance: a host's name",
            ),
            (
                "mastodon-tag",
                None,
                &[("instance", "m.example/@a"), ("tag", "x")],
                "instance: a host's name",
            ),
            (
                "mastodon-tag",
                None,
                &[("instance", "m.example"), ("tag", "{since}")],
                "without braces",
            ),
            (
                "mastodon-tag",
                None,
                &[("instance", "m.example"), ("tag", "a\"\nurl=\"b")],
                "without braces",
            ),
            (
                "mastodon-tag",
                None,
                &[("instance", "m.example"), ("tag", "x"), ("q", "y")],
                "no such parameter",
            ),
            ("mastodon-tag", Some("../x"), &full, "name: "),
            ("mastodon-tag", Some("kev"), &full, "already"),
            ("feed", None, &[("feed", "ftp://x.example/")], "https://"),
        ] {
            let error = add(directory.path(), &recipes, template, name, &values(pairs));
            let error = error.unwrap_err().to_string();
            assert!(error.contains(why), "{template} {pairs:?}: {error}");
        }
        assert!(!directory.path().join("sources").exists());
    }
}
