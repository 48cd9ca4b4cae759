//! The literals that a regex cannot do without.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{
    Capture, Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind,
    Repetition,
};

use super::clue::{LITERAL, rate};

/// Parts of a sequence that are looked at together.
const TOGETHER: usize = 8;
/// Literals of one regex at most.
const MOST: usize = 64;
/// From here on a set of literals tells nothing any more.
const USELESS: u32 = 10_000;

/// Literals of which every match has at least one, with ASCII letters in lower case; `None` where
/// there are none that are worth looking for.
pub(crate) fn literals(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    best(&lower(hir))
}

fn best(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Concat(parts) => {
            let starts = (0..parts.len()).map(|at| {
                let end = parts.len().min(at + TOGETHER);
                let together = parts.get(at..end).unwrap_or_default();
                extract(&Hir::concat(together.to_vec()))
            });
            // By itself a literal may be better than with what follows.
            starts
                .chain(parts.iter().map(best))
                .flatten()
                .min_by_key(|set| total(set))
        }
        HirKind::Alternation(parts) => {
            let inside = parts.iter().map(best).collect::<Option<Vec<_>>>();
            let inside = inside.map(|sets| sets.concat()).and_then(worth);
            better(extract(hir), inside)
        }
        HirKind::Capture(group) => best(&group.sub),
        HirKind::Repetition(repeat) if repeat.min > 0 => better(extract(hir), best(&repeat.sub)),
        _ => extract(hir),
    }
}

fn better(one: Option<Vec<Vec<u8>>>, other: Option<Vec<Vec<u8>>>) -> Option<Vec<Vec<u8>>> {
    let known = one.into_iter().chain(other);
    known.min_by_key(|set| total(set))
}

fn total(set: &[Vec<u8>]) -> u32 {
    set.iter().map(|literal| rate(literal)).sum()
}

/// The set, unless it is too large or too common to be of use.
fn worth(mut set: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    if set.iter().any(Vec::is_empty) {
        return None;
    }
    set.sort_unstable();
    set.dedup();
    // What has a shorter one in it is found by that.
    let within = |short: &[u8], long: &[u8]| {
        short.len() < long.len() && long.windows(short.len()).any(|part| part == short)
    };
    let all = set.clone();
    set.retain(|long| !all.iter().any(|short| within(short, long)));
    (set.len() <= MOST && total(&set) < USELESS).then_some(set)
}

/// What every match of a part begins with.
fn extract(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_literal_len(LITERAL)
        .limit_total(MOST);
    let found = extractor.extract(hir);
    let set = found.literals()?.iter().map(|literal| {
        let mut bytes = literal.as_bytes().to_vec();
        bytes.truncate(LITERAL);
        bytes
    });
    worth(set.collect())
}

/// The same regex over texts whose ASCII letters are in lower case, or one that finds more: every
/// literal and class becomes its image, and places are left out.
fn lower(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges().iter();
            let ranges = ranges.flat_map(|range| chars(range.start(), range.end()));
            Hir::class(Class::Unicode(ClassUnicode::new(ranges)))
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges = class.ranges().iter();
            let ranges = ranges.flat_map(|range| bytes(range.start(), range.end()));
            Hir::class(Class::Bytes(ClassBytes::new(ranges)))
        }
        HirKind::Repetition(repeat) => Hir::repetition(Repetition {
            sub: Box::new(lower(&repeat.sub)),
            ..repeat.clone()
        }),
        HirKind::Capture(group) => Hir::capture(Capture {
            sub: Box::new(lower(&group.sub)),
            ..group.clone()
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(lower).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(lower).collect()),
    }
}

/// A range of characters, less the capitals, and with their small letters.
fn chars(first: char, last: char) -> impl Iterator<Item = ClassUnicodeRange> {
    let range = move |from: char, to: char, by: u8| {
        let (from, to) = (first.max(from), last.min(to));
        // Only ASCII is moved, so this cannot leave the characters.
        let moved = |c: char| match by {
            0 => Some(c),
            _ => u8::try_from(c).ok()?.checked_add(by).map(char::from),
        };
        (from <= to).then(|| Some(ClassUnicodeRange::new(moved(from)?, moved(to)?)))?
    };
    let all = [
        range('\0', '@', 0),
        range('A', 'Z', 32),
        range('[', char::MAX, 0),
    ];
    all.into_iter().flatten()
}

fn bytes(first: u8, last: u8) -> impl Iterator<Item = ClassBytesRange> {
    let range = move |from: u8, to: u8, by: u8| {
        let (from, to) = (first.max(from), last.min(to));
        (from <= to).then(|| ClassBytesRange::new(from + by, to + by))
    };
    let all = [
        range(0, b'@', 0),
        range(b'A', b'Z', 32),
        range(b'[', u8::MAX, 0),
    ];
    all.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> Option<Vec<String>> {
        let set = literals(&regex_syntax::parse(pattern).unwrap())?;
        let texts = set.into_iter().map(String::from_utf8);
        Some(texts.map(Result::unwrap).collect())
    }

    #[test]
    fn the_rarest_literals_are_found_wherever_they_stand() {
        for (pattern, wanted) in [
            ("evil", vec!["evil"]),
            ("^EVIL$", vec!["evil"]),
            (r"\d+\.evil\.example", vec![".evil.example"]),
            (
                r"\w+@(evil|bad)\.example",
                vec!["@bad.example", "@evil.example"],
            ),
            (r"https?://\S+/gate", vec!["/gate"]),
            (r"@bot\s+(https?://\S+)", vec!["@bot"]),
            (r"(?i)ma[lw]+ARE", vec!["are"]),
            (r"(foo|\w+barbaz)+x", vec!["barbaz", "foo"]),
            (r"[a-z]{2}攻撃者?", vec!["攻撃"]),
            (r"(?i)kit", vec!["kit", "\u{212a}it"]),
            (
                r"abcdefghijklmnopqrstuvwxyz",
                vec!["abcdefghijklmnopqrstuvwx"],
            ),
        ] {
            assert_eq!(
                of(pattern),
                Some(wanted.into_iter().map(str::to_owned).collect()),
                "{pattern}"
            );
        }
    }

    #[test]
    fn what_can_do_without_has_none() {
        for pattern in [
            r"\d+",
            "a?",
            "(evil)?",
            "evil|.*",
            "[a-z]",
            "",
            "(?:a|b|c|d|e)",
        ] {
            assert_eq!(of(pattern), None, "{pattern}");
        }
    }
}
