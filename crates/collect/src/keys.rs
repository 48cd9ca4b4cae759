//! The users' keys for feeds that need one.

use std::collections::BTreeMap;
use std::fmt;

/// A key. No way of printing shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret; white space around it goes, as it comes from files that end in a line break.
    pub fn new(text: &str) -> Secret {
        Secret(text.trim().to_owned())
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Keys by the name of the source.
#[derive(Clone, Debug, Default)]
pub struct Keys(BTreeMap<String, Secret>);

impl Keys {
    /// The key of a source.
    pub fn get(&self, source: &str) -> Option<&Secret> {
        self.0.get(source)
    }
}

impl FromIterator<(String, Secret)> for Keys {
    fn from_iter<I: IntoIterator<Item = (String, Secret)>>(keys: I) -> Keys {
        Keys(keys.into_iter().collect())
    }
}

/// The environment variable that holds a source's key.
pub fn key_variable(source: &str) -> String {
    let name = source.to_uppercase().replace('-', "_");
    format!("NOROSHI_SOURCE_{name}_KEY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_after_sources() {
        let name = key_variable("my-feed2");
        assert_eq!(name, "NOROSHI_SOURCE_MY_FEED2_KEY");
    }

    #[test]
    fn a_secret_is_not_printed() {
        let keys: Keys = [("feed".to_owned(), Secret::new(" hunter2\n"))]
            .into_iter()
            .collect();
        assert_eq!(keys.get("feed").map(Secret::reveal), Some("hunter2"));
        assert!(!format!("{keys:?}").contains("hunter2"));
        assert!(keys.get("other").is_none());
    }
}
