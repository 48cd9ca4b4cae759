//! Names that look like a watched name and are not it.
//!
//! What is compared is the *registered label*, the one in front of the public suffix: `example` of
//! `www.example.co.jp`. Names in punycode are read in their script. The name itself, whatever is below it, and
//! its neighbours under the same registered domain are never look-alikes.

use std::borrow::Cow;
use std::fmt;

use noroshi_indicator::{Kind, Observable};
use unicode_security::skeleton as confusable;

/// The shortest label of which slips are looked for, the shortest that is looked for inside others, and the
/// shortest of which two slips are.
const SLIPS: usize = 4;
const INSIDE: usize = 4;
const TWO_SLIPS: usize = 10;
/// The longest brand, as the longest label.
const LONGEST: usize = 63;

/// Which look-alikes are looked for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Rules(u8);

impl Rules {
    /// A letter more, less, another, or two changed about; twice in labels of ten letters and more.
    pub const TYPO: Rules = Rules(1);
    /// Other letters that look the same: `paypa1`, `exаmple` with a Cyrillic а.
    pub const GLYPH: Rules = Rules(2);
    /// The label inside another: `example-login`, `example.evil.test`.
    pub const WORD: Rules = Rules(4);
    /// The same label under another suffix.
    pub const SUFFIX: Rules = Rules(8);
    /// None of them.
    pub const NONE: Rules = Rules(0);

    const NAMED: [(&str, Rules); 4] = [
        ("typo", Rules::TYPO),
        ("glyph", Rules::GLYPH),
        ("word", Rules::WORD),
        ("suffix", Rules::SUFFIX),
    ];

    /// Whether all of these are among them.
    pub fn has(self, other: Rules) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Rules) -> Rules {
        Rules(self.0 | other.0)
    }

    /// Their names: `typo`, `glyph`, `word`, `suffix`.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let named = Rules::NAMED.into_iter();
        named
            .filter(move |(_, rule)| self.has(*rule))
            .map(|(name, _)| name)
    }

    /// The rule of a name.
    pub fn named(name: &str) -> Option<Rules> {
        let found = Rules::NAMED
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, rule)| rule)
    }

    /// As a number to keep.
    pub fn code(self) -> i64 {
        self.0.into()
    }

    /// Back from that number.
    pub fn from_code(code: i64) -> Rules {
        Rules(code as u8 & Rules::default().0)
    }
}

impl Default for Rules {
    /// All of them.
    fn default() -> Rules {
        Rules(15)
    }
}

/// A watched name and the rules by which others look like it. Prints as the value of `like:`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Like {
    /// A canonical domain; or a brand, which is one label without a suffix.
    pub name: String,
    /// By which rules.
    pub rules: Rules,
}

impl fmt::Display for Like {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.rules != Rules::default() {
            self.rules
                .names()
                .try_for_each(|name| write!(f, "+{name}"))?;
        }
        Ok(())
    }
}

impl Like {
    /// Reads `example.com`, `brand` or `example.com+typo+word`.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Like, String> {
        let mut parts = text.split('+');
        let name = parts.next().unwrap_or_default().trim();
        let mut rules = Rules::NONE;
        for part in parts {
            let rule = Rules::named(part).ok_or_else(|| {
                format!("there is no such rule `{part}`; known are typo, glyph, word and suffix")
            })?;
            rules = rules.and(rule);
        }
        if rules == Rules::NONE {
            rules = Rules::default();
        }
        let name = canonical(name)?;
        Ok(Like { name, rules })
    }
}

fn canonical(name: &str) -> Result<String, String> {
    if let Ok(domain) = Observable::parse(Kind::Domain, name) {
        return match domain.registered_domain() {
            Some(_) => Ok(domain.value().to_owned()),
            None => Err(format!("`{name}` is a public suffix, not a name")),
        };
    }
    let brand = name.to_lowercase();
    let length = brand.chars().count();
    let label = |c: char| c.is_alphanumeric() || c == '-';
    match (3..=LONGEST).contains(&length) && brand.chars().all(label) {
        true => Ok(brand),
        false => Err(format!(
            "`{name}` is neither a domain nor a brand: expected one such as example.com, or one word of 3 to \
             {LONGEST} letters"
        )),
    }
}

/// A watched name made ready.
#[derive(Clone, Debug)]
pub struct Lookalike {
    rules: Rules,
    /// The registered domain, unless it is a brand.
    own: Option<String>,
    /// The registered label, in its script.
    label: String,
    skeleton: String,
    /// How many slips.
    slips: usize,
}

impl Lookalike {
    /// Makes a name ready.
    pub fn new(like: &Like) -> Lookalike {
        let domain = Observable::from_canonical(Kind::Domain, like.name.clone());
        let known = like.name.contains('.').then(|| Name::of(&domain)).flatten();
        let (own, label) = match known {
            Some(name) => (Some(name.registered), name.label),
            None => (None, like.name.clone()),
        };
        let slips = match label.chars().count() {
            0..SLIPS => 0,
            SLIPS..TWO_SLIPS => 1,
            _ => 2,
        };
        Lookalike {
            skeleton: skeleton(&label),
            rules: like.rules,
            own,
            slips: if like.rules.has(Rules::TYPO) {
                slips
            } else {
                0
            },
            label,
        }
    }

    /// Whether an observable names a look-alike.
    pub fn is(&self, observable: &Observable) -> bool {
        Name::of(observable).is_some_and(|name| self.matches(&name))
    }

    fn matches(&self, name: &Name) -> bool {
        if self.own.as_ref() == Some(&name.registered) {
            return false;
        }
        let same = name.label == self.label;
        (same && self.rules.has(Rules::SUFFIX))
            || (!same && self.is_slip(&name.label))
            || (!same && self.rules.has(Rules::GLYPH) && skeleton(&name.label) == self.skeleton)
            || (self.rules.has(Rules::WORD) && self.is_inside(name))
    }

    fn is_slip(&self, label: &str) -> bool {
        if self.slips == 0 {
            return false;
        }
        let (one, other) = (self.label.chars().count(), label.chars().count());
        one.abs_diff(other) <= self.slips && strsim::osa_distance(&self.label, label) <= self.slips
    }

    /// The label is a part of one of the name's labels, or is one below a registered domain of another name.
    fn is_inside(&self, name: &Name) -> bool {
        let long = self.label.chars().count() >= INSIDE;
        let has = |label: &str| match long {
            true => label.contains(&self.label),
            false => label.split('-').any(|part| part == self.label),
        };
        let below = name.below.split('.').filter(|label| !label.is_empty());
        (name.label != self.label && has(&name.label)) || below.into_iter().any(has)
    }

    /// The registered label in its script.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What [`skeleton`] makes of it, if other letters that look the same count.
    pub fn glyphs(&self) -> Option<&str> {
        self.rules.has(Rules::GLYPH).then_some(&*self.skeleton)
    }

    /// How many slips count.
    pub fn slips(&self) -> usize {
        self.slips
    }

    /// Bytes that every name has which has the label inside, if that counts.
    pub fn inside(&self) -> Option<&str> {
        let literal = if self.label.is_ascii() {
            &self.label
        } else {
            "xn--"
        };
        self.rules.has(Rules::WORD).then_some(literal)
    }

    /// Whether the same label under another suffix counts.
    pub fn other_suffixes(&self) -> bool {
        self.rules.has(Rules::SUFFIX)
    }
}

/// The parts of a name that are compared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Name {
    /// The registered domain, canonical.
    registered: String,
    /// Its first label, in its script.
    label: String,
    /// What stands in front of it, in its script.
    below: String,
}

impl Name {
    /// Of a domain, or the host of a URL or an e-mail address.
    pub fn of(observable: &Observable) -> Option<Name> {
        let registered = observable.registered_domain()?.value().to_owned();
        let host = match observable.kind() {
            Kind::Domain => Cow::Borrowed(observable.value()),
            _ => Cow::Owned(observable.host()?.value().to_owned()),
        };
        let below = host.strip_suffix(&registered)?.trim_end_matches('.');
        let label = registered.split('.').next()?;
        Some(Name {
            label: in_script(label),
            below: in_script(below),
            registered,
        })
    }

    /// The registered label in its script.
    pub fn label(&self) -> &str {
        &self.label
    }
}

fn in_script(name: &str) -> String {
    match name.contains("xn--") {
        // What cannot be read stays as it is.
        true => idna::domain_to_unicode(name).0,
        false => name.to_owned(),
    }
}

/// What a label looks like: two that look the same have the same (Unicode Technical Standard 39).
pub fn skeleton(label: &str) -> String {
    // Twice, since what looks like a capital is one then: `0` is `O` is `o`.
    let once: String = confusable(label).collect();
    confusable(&once.to_lowercase())
        .collect::<String>()
        .to_lowercase()
}

/// The label with up to so many of its letters left out, each once, itself first. Two labels that are so
/// many slips apart have one of these in common.
pub fn deletions(label: &str, slips: usize) -> Vec<String> {
    let mut all = vec![label.to_owned()];
    let mut from = 0;
    for _ in 0..slips {
        let to = all.len();
        for at in from..to {
            let Some(text) = all.get(at).cloned() else {
                break;
            };
            for (start, c) in text.char_indices() {
                let (before, behind) = (&text[..start], &text[start + c.len_utf8()..]);
                all.push(format!("{before}{behind}"));
            }
        }
        all[to..].sort_unstable();
        let mut kept: Vec<String> = all.split_off(to);
        kept.dedup();
        all.extend(kept);
        from = to;
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn like(watched: &str, seen: &str) -> bool {
        let like = Lookalike::new(&Like::parse(watched).unwrap());
        let kind = match (seen.contains("://"), seen.contains('@')) {
            (true, _) => Kind::Url,
            (_, true) => Kind::Email,
            _ => Kind::Domain,
        };
        like.is(&Observable::parse(kind, seen).unwrap())
    }

    #[test]
    fn each_rule_finds_its_own() {
        for (watched, seen, found) in [
            // A slip.
            ("example.com+typo", "exmple.com", true),
            ("example.com+typo", "exapmle.net", true),
            ("example.com+typo", "http://www.examplle.org/a", true),
            ("example.com+typo", "exmpl.com", false),
            ("noroshi-hub.jp+typo", "norshi-hubb.jp", true),
            ("abc.com+typo", "abd.com", false),
            // Other letters that look the same.
            ("paypal.com+glyph", "paypa1.com", true),
            ("example.com+glyph", "xn--exmple-4nf.com", true),
            ("modern.jp+glyph", "rnodern.jp", true),
            ("google.com+glyph", "g00gle.com", true),
            ("google.com+glyph", "gaagle.com", false),
            // Inside.
            ("example.com+word", "example-login.net", true),
            ("example.com+word", "secureexample.net", true),
            ("example.com+word", "example.com.evil.test", true),
            ("example.com+word", "admin@mail.my-example.net", true),
            ("example.com+word", "exam-ple.net", false),
            ("abc.com+word", "abc-login.net", true),
            ("abc.com+word", "fabcious.net", false),
            // Under another suffix.
            ("example.co.jp+suffix", "example.com", true),
            ("example.co.jp+suffix", "www.example.jp", true),
            ("example.co.jp+suffix", "example1.com", false),
            // A brand.
            ("noroshi", "noroshi.test", true),
            ("noroshi", "noroshl.test", true),
            ("noroshi", "login-noroshi.test", true),
        ] {
            assert_eq!(like(watched, seen), found, "{seen} like {watched}");
        }
    }

    #[test]
    fn ones_own_names_are_never_look_alikes() {
        for seen in [
            "example.com",
            "www.example.com",
            "example.example.com",
            "http://example.com/example",
            "user@example-mail.example.com",
        ] {
            assert!(!like("example.com", seen), "{seen}");
            assert!(!like("www.example.com", seen), "{seen}");
        }
        assert!(like("example.com", "example.com.test"));
    }

    #[test]
    fn what_is_no_name_is_refused_and_the_rest_prints_itself() {
        for text in ["", "co.jp", "a b", "ab", "example.com+nothing", "x@y"] {
            assert!(Like::parse(text).is_err(), "{text}");
        }
        for (text, printed) in [
            ("Example.COM", "example.com"),
            ("例え.jp", "xn--r8jz45g.jp"),
            ("Noroshi+word+typo", "noroshi+typo+word"),
            ("noroshi+typo+glyph+word+suffix", "noroshi"),
        ] {
            let like = Like::parse(text).unwrap();
            assert_eq!(like.to_string(), printed);
            assert_eq!(Like::parse(printed).unwrap(), like);
        }
    }

    proptest! {
        /// What the matcher of all live queries relies on.
        #[test]
        fn labels_that_are_slips_apart_share_a_deletion(
            one in "[abc]{4,12}", other in "[abc]{3,13}", slips in 1..3_usize
        ) {
            if strsim::osa_distance(&one, &other) <= slips {
                let of_one = deletions(&one, slips);
                prop_assert!(deletions(&other, slips).iter().any(|text| of_one.contains(text)));
            }
        }
    }
}
