//! Hunts that drive a source: what they look for, in the language of the service that is asked.
//!
//! A service finds words; a hunt may ask for more than that. So what is asked of the service is what every text that the
//! hunt finds must have, and the hunt itself decides when the text is here.

mod language;
mod wish;

use noroshi_indicator::fold;

pub use wish::{Wish, Word, wishes};

use crate::recipe::DriveKeys;

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// In the service's language.
    pub questions: Vec<String>,
    /// How many wishes cannot be asked for: they have no word, are too long, or there are too many.
    pub left_out: usize,
}

/// The questions that bring what these queries look for.
pub fn questions(drive: &DriveKeys, queries: &[String]) -> Asked {
    let (mut wished, mut left_out) = (Vec::new(), 0);
    for query in queries {
        let (wishes, wordless) = wishes(query);
        left_out += wordless;
        for wish in wishes {
            if !wished.contains(&wish) {
                wished.push(wish);
            }
        }
    }
    let mut asked = language::written(drive.language, &wished);
    asked.left_out += left_out + asked.questions.len().saturating_sub(drive.most);
    asked.questions.truncate(drive.most);
    asked
}

/// Tells texts apart here, where a service sends everything.
#[derive(Clone, Debug, Default)]
pub struct Wanted(Vec<Vec<String>>);

impl Wanted {
    /// What these queries look for. A query without a word wants nothing: it would want everything.
    pub fn new(queries: &[String]) -> Wanted {
        let wishes = queries.iter().flat_map(|query| wishes(query).0);
        Wanted(
            wishes
                .map(|wish| wish.0.iter().map(|word| fold(word.text())).collect())
                .collect(),
        )
    }

    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text has all words of a wish.
    pub fn has(&self, text: &str) -> bool {
        let text = fold(text);
        let mut wishes = self.0.iter();
        wishes.any(|words| words.iter().all(|word| text.contains(word.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Dialect;

    fn ask(language: Dialect, most: usize, queries: &[&str]) -> Asked {
        let queries: Vec<String> = queries.iter().map(|query| (*query).to_owned()).collect();
        questions(&DriveKeys { language, most }, &queries)
    }

    #[test]
    fn x_takes_many_wishes_in_one_question() {
        let asked = ask(
            Dialect::X,
            9,
            &[
                "lockbit japan OR \"data leak\"",
                "tag:ransomware",
                "cve:CVE-2026-0001",
                "lockbit japan",
            ],
        );
        assert_eq!(
            asked.questions,
            ["((lockbit japan) OR \"data leak\" OR #ransomware OR \"CVE-2026-0001\") -is:retweet"]
        );
        assert_eq!(asked.left_out, 0);
    }

    #[test]
    fn x_takes_512_characters_a_question() {
        let words: Vec<String> = (0..100).map(|n| format!("脅威グループ{n:03}")).collect();
        let asked = ask(Dialect::X, 9, &[&words.join(" OR ")]);
        assert!(asked.questions.len() > 2, "{asked:?}");
        assert!(
            asked
                .questions
                .iter()
                .all(|text| text.chars().count() <= 512)
        );
        for word in &words {
            let holders = asked
                .questions
                .iter()
                .filter(|text| text.contains(word.as_str()));
            assert_eq!(holders.count(), 1, "{word}");
        }
        let long = ask(Dialect::X, 9, &[&"x".repeat(600)]);
        assert_eq!((long.questions.len(), long.left_out), (0, 1));
        let many = ask(Dialect::X, 1, &[&words.join(" OR ")]);
        assert_eq!(many.questions.len(), 1);
        assert!(many.left_out > 0);
    }

    #[test]
    fn bluesky_takes_one_wish_a_question() {
        let asked = ask(
            Dialect::Bluesky,
            9,
            &["(phish OR \"fake login\") bank", "tag:apt"],
        );
        assert_eq!(
            asked.questions,
            ["phish bank", "\"fake login\" bank", "#apt"]
        );
    }

    #[test]
    fn tags_are_single_words() {
        let asked = ask(
            Dialect::Tag,
            9,
            &[
                "tag:infosec lockbit",
                "脅威情報",
                "\"two words\"",
                "cve:CVE-2026-0001",
                "2026",
            ],
        );
        assert_eq!(asked.questions, ["infosec", "脅威情報", "CVE_2026_0001"]);
        assert_eq!(asked.left_out, 2);
    }

    #[test]
    fn what_has_no_word_cannot_be_asked() {
        for query in [
            "",
            "-loader",
            "kind:url",
            "is:reply",
            "/x+/",
            "not ( a query",
        ] {
            let asked = ask(Dialect::X, 9, &[query]);
            assert_eq!((asked.questions.len(), asked.left_out), (0, 1), "{query}");
        }
        // What cannot be said to the service is left to the hunt.
        let asked = ask(Dialect::X, 9, &["loader -test kind:url from:someone"]);
        assert_eq!(asked.questions, ["loader -is:retweet"]);
    }

    #[test]
    fn nothing_in_a_wish_is_an_operator() {
        let asked = ask(
            Dialect::X,
            9,
            &["\"or from:x\" \"OR\" \"a\\\"b\" -is:reply"],
        );
        assert_eq!(
            asked.questions,
            ["(\"or from:x\" \"OR\" \"a b\") -is:retweet"]
        );
    }

    #[test]
    fn texts_are_looked_through_here() {
        let wanted = Wanted::new(&["LockBit 日本 OR tag:apt".to_owned(), String::new()]);
        assert!(wanted.has("LOCKBIT が日本の企業を") && wanted.has("#APT"));
        assert!(!wanted.has("lockbit"));
        assert!(Wanted::new(&["-x".to_owned()]).is_empty());
    }
}
