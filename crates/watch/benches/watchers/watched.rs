//! What a crowd of watchers watches for: literal words, fields and regexes in either syntax.

use regex::Regex;

/// What the nth watcher watches for: a word, a field, or a regex in either syntax.
pub(crate) enum Watched {
    Query(String),
    Python(String),
}

pub(crate) fn watched(n: usize) -> Watched {
    let word = format!(
        "{}{n}",
        ["loader", "botnet", "stealer", "dropper"][n / 8 % 4]
    );
    match n % 8 {
        0 => Watched::Query(word),
        1 => Watched::Query(format!("\"fake {word}\"")),
        2 => Watched::Query(format!("from:analyst{n} tag:{word}")),
        3 => Watched::Query(format!("domain:{word}.example in:post")),
        4 => Watched::Query(format!(
            "198.51.{}.{} OR value:{word}.example",
            n / 256 % 256,
            n % 256
        )),
        5 => Watched::Query(format!("/{word}-[0-9]+\\.example/ -is:repost")),
        6 => Watched::Python(format!(r"@{word}\s+(https?://\S+)")),
        _ => Watched::Python(format!(r"(?i)\b{word}[.:](\w+)$")),
    }
}

/// The same wish as a regex over the text, which is all that NECOMAtter has.
pub(crate) fn as_regex(n: usize) -> Regex {
    let pattern = match watched(n) {
        Watched::Query(query) if query.starts_with('/') => query
            .trim_start_matches('/')
            .split_once('/')
            .expect("as written above")
            .0
            .to_owned(),
        Watched::Query(query) => {
            let last = query
                .split([':', ' '])
                .rfind(|word| word.contains(|c: char| c.is_numeric()));
            regex::escape(last.expect("as written above").trim_matches('"'))
        }
        Watched::Python(pattern) => pattern,
    };
    Regex::new(&pattern).expect("as written above")
}
