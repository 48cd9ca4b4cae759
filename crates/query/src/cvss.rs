//! The value of `cvss:`: a score, a comparison, a range, or a word for one.

use std::fmt;

use crate::ast::Scores;
use crate::error::excerpt;

/// The words of CVSS 3 and 4 for ranges of scores.
const WORDS: [(&str, u8, u8); 5] = [
    ("none", 0, 0),
    ("low", 1, 39),
    ("medium", 40, 69),
    ("high", 70, 89),
    ("critical", 90, HIGHEST),
];

/// The highest score, in tenths.
const HIGHEST: u8 = 100;

impl Scores {
    pub(crate) fn contains(self, score: u8) -> bool {
        (self.from..=self.to).contains(&score)
    }
}

/// `9.8`, `>=7`, `<4.0`, `7..8.9`, or `critical`.
pub(crate) fn scores(text: &str) -> Result<Scores, String> {
    let word = WORDS
        .iter()
        .find(|(word, ..)| word.eq_ignore_ascii_case(text));
    if let Some((_, from, to)) = word {
        return Ok(Scores {
            from: *from,
            to: *to,
        });
    }
    let (from, to) = bounds(text).ok_or_else(|| {
        format!(
            "`{}` is no CVSS score: expected one such as 9.8, also as in `>=7`, `7..8.9`, or a word: none, low, \
             medium, high, critical",
            excerpt(text)
        )
    })?;
    match from <= to {
        true => Ok(Scores { from, to }),
        false => Err(format!("no CVSS score is `{}`", excerpt(text))),
    }
}

/// An empty range, such as `<0`, has its lower end above its upper one.
fn bounds(text: &str) -> Option<(u8, u8)> {
    if let Some(text) = text.strip_prefix(">=") {
        return Some((tenths(text)?, HIGHEST));
    }
    if let Some(text) = text.strip_prefix("<=") {
        return Some((0, tenths(text)?));
    }
    if let Some(text) = text.strip_prefix('>') {
        return Some((tenths(text)? + 1, HIGHEST));
    }
    if let Some(text) = text.strip_prefix('<') {
        return Some(match tenths(text)? {
            0 => (1, 0),
            score => (0, score - 1),
        });
    }
    if let Some((from, to)) = text.split_once("..") {
        let end = |text: &str, open| match text {
            "" => Some(open),
            text => tenths(text),
        };
        return Some((end(from, 0)?, end(to, HIGHEST)?));
    }
    tenths(text).map(|score| (score, score))
}

/// `9.8` is 98; one digit behind the point at most, none above ten.
fn tenths(text: &str) -> Option<u8> {
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(whole, 2) || !digits(tenth, 1) {
        return None;
    }
    let score = whole.parse::<u8>().ok()? * 10 + tenth.parse::<u8>().ok()?;
    (score <= HIGHEST).then_some(score)
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |score: u8| format!("{}.{}", score / 10, score % 10);
        match (self.from, self.to) {
            (from, to) if from == to => f.write_str(&one(from)),
            (from, HIGHEST) => write!(f, ">={}", one(from)),
            (0, to) => write!(f, "<={}", one(to)),
            (from, to) => write!(f, "{}..{}", one(from), one(to)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_read_and_printed() {
        for (text, printed) in [
            ("9.8", "9.8"),
            ("10", "10.0"),
            (">=7", ">=7.0"),
            (">7", ">=7.1"),
            ("<4", "<=3.9"),
            ("<=3.9", "<=3.9"),
            ("7..8.9", "7.0..8.9"),
            ("..5", "<=5.0"),
            ("5..", ">=5.0"),
            ("Critical", ">=9.0"),
            ("none", "0.0"),
        ] {
            let read = scores(text).unwrap();
            assert_eq!(read.to_string(), printed, "{text}");
            assert_eq!(scores(printed), Ok(read), "{text}");
        }
    }

    #[test]
    fn what_is_no_score_is_refused() {
        for text in [
            "", "11", "9.87", "-1", "+7", "x", "9.", ".5", "8..7", "<0", ">10", "1..2..3", "٩",
        ] {
            assert!(scores(text).is_err(), "{text}");
        }
    }
}
