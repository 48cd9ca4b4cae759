//! Words and phrases held against prose and values.

use std::borrow::Cow;
use std::cell::OnceCell;

use memchr::memmem::Finder;
use noroshi_indicator::{fold, tokens};

use crate::limits::MIN_PART_CHARS;

/// A word or phrase made ready.
#[derive(Debug)]
pub(crate) struct Needle {
    finder: Finder<'static>,
    /// What prose is indexed by; none in a text without letters and digits.
    tokens: Vec<String>,
    /// Long enough to be looked for inside values.
    part_of_values: bool,
}

impl Needle {
    pub(crate) fn new(text: &str) -> Needle {
        let folded = fold(text);
        Needle {
            part_of_values: folded.chars().count() >= MIN_PART_CHARS,
            tokens: tokens(&folded),
            finder: Finder::new(&folded).into_owned(),
        }
    }

    /// A folded value has it somewhere.
    pub(crate) fn is_part_of(&self, value: &str) -> bool {
        self.part_of_values && self.finder.find(value.as_bytes()).is_some()
    }

    /// A prose text has it, and has its tokens one after the other: what an index by tokens
    /// offers, less the chance hits.
    pub(crate) fn is_in(&self, prose: &Prose<'_>) -> bool {
        !self.tokens.is_empty()
            && self.finder.find(prose.folded.as_bytes()).is_some()
            && prose
                .tokens()
                .windows(self.tokens.len())
                .any(|window| window == self.tokens)
    }
}

/// A prose text, folded, and cut into tokens when first needed.
pub(crate) struct Prose<'s> {
    pub(crate) folded: Cow<'s, str>,
    tokens: OnceCell<Vec<String>>,
}

impl<'s> Prose<'s> {
    pub(crate) fn new(text: &'s str) -> Prose<'s> {
        Prose {
            folded: folded(text),
            tokens: OnceCell::new(),
        }
    }

    fn tokens(&self) -> &[String] {
        self.tokens.get_or_init(|| tokens(&self.folded))
    }
}

/// As [`fold`], without a copy of what is folded already.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    if text
        .bytes()
        .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
    {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(fold(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_prose(needle: &str, prose: &str) -> bool {
        Needle::new(needle).is_in(&Prose::new(prose))
    }

    #[test]
    fn words_are_whole_in_prose() {
        assert!(in_prose("update", "A fake Update, again"));
        assert!(in_prose("ＵＰＤＡＴＥ", "update"));
        assert!(!in_prose("update", "updates"));
        assert!(!in_prose("update", "preupdate"));
        assert!(in_prose("c2", "C2サーバー"));
        assert!(in_prose("fake-update", "this fake-update is new"));
        assert!(!in_prose("fake-update", "this fake update is new"));
        assert!(!in_prose("ake-update", "this fake-update is new"));
        assert!(!in_prose("...", "so ... well"));
        assert!(!in_prose("update", ""));
    }

    #[test]
    fn phrases_keep_their_order_and_spacing() {
        assert!(in_prose("fake update", "new fake update seen"));
        assert!(!in_prose(
            "fake update",
            "update, fake update"
                .replace("fake update", "fake  update")
                .as_str()
        ));
        assert!(!in_prose("fake update", "fake updates"));
    }

    #[test]
    fn japanese_matches_within_a_run_from_two_characters() {
        assert!(in_prose("攻撃", "標的型攻撃メール"));
        assert!(in_prose("標的型攻撃", "標的型攻撃メール"));
        assert!(!in_prose("標的攻撃", "標的型攻撃と標的、攻撃"));
        assert!(!in_prose("鍵", "秘密鍵"), "not indexed alone within a run");
        assert!(in_prose("鍵", "rsa鍵 を"));
        assert!(in_prose("ﾏﾙｳｪｱ", "新種のマルウェア"));
    }

    #[test]
    fn parts_of_values_need_three_characters() {
        assert!(Needle::new("LOGIN").is_part_of("login.evil.example"));
        assert!(Needle::new("n.e").is_part_of("login.evil.example"));
        assert!(!Needle::new("lo").is_part_of("login.evil.example"));
        assert!(Needle::new("...").is_part_of("what...ever"));
        assert!(!Needle::new("攻撃").is_part_of("攻撃.exe"));
        assert!(Needle::new("攻撃.").is_part_of("攻撃.exe"));
    }
}
