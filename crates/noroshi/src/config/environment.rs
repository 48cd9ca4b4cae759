//! The keys of the configuration as environment variables: `[egress] feed` is `NOROSHI_EGRESS_FEED`.

use toml::{Table, Value};

use super::nearest;

/// What all our variables start with.
const PREFIX: &str = "NOROSHI_";

/// Variables of the command line itself.
const COMMAND_LINE: [&str; 2] = ["NOROSHI_DATA", "NOROSHI_CONFIG"];

/// Variables of bots, which are no settings of ours: what `watch --exec` tells its commands, and what those need that
/// speak to a hub over the network.
const BOTS: [&str; 6] = [
    "NOROSHI_POST_ID",
    "NOROSHI_POST_FROM",
    "NOROSHI_URL",
    "NOROSHI_NAME",
    "NOROSHI_KEY",
    "NOROSHI_KEY_FILE",
];

/// What the tests' own variables start with.
const TESTS: &str = "NOROSHI_TEST_";

/// `NOROSHI_SOURCE_<NAME>_KEY` and `…_KEY_FILE`.
const SOURCE: &str = "NOROSHI_SOURCE_";

/// How a variable's text becomes a value.
#[derive(Clone, Copy)]
enum Type {
    Text,
    /// Separated by commas.
    List,
    /// `true` or `false`, a whole number.
    Plain,
}

/// Every key, with its table, and what it holds.
const KEYS: [(&str, &str, Type); 19] = [
    ("", "database", Type::Text),
    ("", "database_file", Type::Text),
    ("", "listen", Type::List),
    ("", "collect", Type::Plain),
    ("", "concurrency", Type::Plain),
    ("", "max_body", Type::Plain),
    ("", "behind_proxy", Type::Plain),
    ("", "https", Type::Plain),
    ("", "rdap", Type::List),
    ("log", "level", Type::Text),
    ("log", "format", Type::Text),
    ("egress", "feed", Type::List),
    ("egress", "notice", Type::List),
    ("egress", "lookup", Type::List),
    ("egress", "capture", Type::List),
    ("egress", "sign_in", Type::List),
    ("egress", "mail", Type::List),
    ("egress", "ca_files", Type::List),
    ("egress", "user_agent", Type::Text),
];

/// Our variables. What is no text is no configuration.
pub(super) fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Puts variables over what the file says. An unknown one is an error: a misspelling must not go unseen.
pub(super) fn apply(
    table: &mut Table,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(), String> {
    for (name, text) in variables {
        if !name.starts_with(PREFIX)
            || name.starts_with(TESTS)
            || COMMAND_LINE.contains(&name.as_str())
            || BOTS.contains(&name.as_str())
        {
            continue;
        }
        let known = KEYS
            .iter()
            .find(|(table, key, _)| variable(table, key) == name);
        if let Some((section, key, kind)) = known {
            let value = value(&name, &text, *kind)?;
            set(table, section, key, value)?;
        } else if let Some((source, key)) = of_source(&name) {
            let sources = table.entry("source").or_insert_with(|| Table::new().into());
            let sources = sources.as_table_mut().ok_or("source is no table")?;
            set(sources, &source, key, Value::String(text))?;
        } else {
            return Err(unknown(&name));
        }
    }
    Ok(())
}

fn variable(section: &str, key: &str) -> String {
    let key = key.to_uppercase();
    match section {
        "" => format!("{PREFIX}{key}"),
        section => format!("{PREFIX}{}_{key}", section.to_uppercase()),
    }
}

/// The source and the key that a variable such as `NOROSHI_SOURCE_MY_FEED_KEY` is about.
fn of_source(variable: &str) -> Option<(String, &'static str)> {
    let rest = variable.strip_prefix(SOURCE)?;
    let (name, key) = match rest.strip_suffix("_KEY_FILE") {
        Some(name) => (name, "key_file"),
        None => (rest.strip_suffix("_KEY")?, "key"),
    };
    // Names of sources have hyphens, which variables cannot have, and no underscores.
    (!name.is_empty()).then(|| (name.to_lowercase().replace('_', "-"), key))
}

fn value(name: &str, text: &str, kind: Type) -> Result<Value, String> {
    match kind {
        Type::Text => Ok(Value::String(text.to_owned())),
        Type::List => {
            let parts = text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            let parts = parts.map(|part| Value::String(part.to_owned()));
            Ok(Value::Array(parts.collect()))
        }
        Type::Plain => {
            if let Ok(truth) = text.trim().parse() {
                return Ok(Value::Boolean(truth));
            }
            let number = text.trim().parse();
            number
                .map(Value::Integer)
                .map_err(|_| format!("{name}: write true, false or a whole number"))
        }
    }
}

fn set(table: &mut Table, section: &str, key: &str, value: Value) -> Result<(), String> {
    let table = match section {
        "" => table,
        section => {
            let inner = table.entry(section).or_insert_with(|| Table::new().into());
            inner
                .as_table_mut()
                .ok_or_else(|| format!("{section} is no table"))?
        }
    };
    // A secret named one way replaces one named the other way.
    match key.strip_suffix("_file") {
        Some(plain) => table.remove(plain),
        None => table.remove(&format!("{key}_file")),
    };
    table.insert(key.to_owned(), value);
    Ok(())
}

fn unknown(name: &str) -> String {
    let known: Vec<String> = KEYS
        .iter()
        .map(|(table, key, _)| variable(table, key))
        .collect();
    let known = known.iter().map(String::as_str).chain(COMMAND_LINE);
    let meant = nearest(name, known).map(|meant| format!("; did you mean {meant}?"));
    format!(
        "environment: {name} is no setting{}",
        meant.unwrap_or_default()
    )
}
