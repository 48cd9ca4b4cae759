//! The verdict on one value: a word, a sentence, and a number from 0 to 100 as a bar.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_lookup::{State, Verdict};

use super::Mark;
use crate::frame::{Words, count};

/// A verdict line.
#[derive(Clone, Template)]
#[template(path = "part/verdict.html")]
pub(crate) struct VerdictLine {
    words: &'static Words,
    pub(crate) mark: Mark,
    sentence: String,
    score: u8,
}

impl VerdictLine {
    pub(crate) fn new(verdict: &Verdict, warned: bool, words: &'static Words) -> VerdictLine {
        let mark = Mark::about(verdict, warned);
        let count = match mark {
            Mark::Mentioned => verdict.posts,
            _ => verdict.source_count,
        };
        VerdictLine {
            words,
            mark,
            sentence: sentence(mark, count as u64, words),
            score: score(verdict, warned),
        }
    }

    fn score_text(&self) -> String {
        crate::frame::fill(self.words.score, &[("n", &self.score)])
    }
}

impl HtmlSafe for VerdictLine {}

/// The number is of sources, or of posts.
fn sentence(mark: Mark, sources: u64, words: &'static Words) -> String {
    match mark {
        Mark::Unknown => words.verdict_unknown.to_owned(),
        Mark::Warned => words.verdict_warned.to_owned(),
        Mark::Mentioned => count(
            sources,
            words.verdict_mentioned_one,
            words.verdict_mentioned,
        ),
        Mark::Listed => count(sources, words.verdict_listed_one, words.verdict_listed),
        Mark::Expired => count(sources, words.verdict_expired_one, words.verdict_expired),
        Mark::Delisted => count(sources, words.verdict_delisted_one, words.verdict_delisted),
    }
}

/// How much speaks for the value's being bad. What its sources are sure of, or 50 where none says;
/// each further source takes away a third of the doubt that is left. Half of that once nothing
/// repeats it, a quarter once its sources took it off, at most 10 when a warninglist has it.
pub(crate) fn score(verdict: &Verdict, warned: bool) -> u8 {
    let Some(state) = verdict.state else { return 0 };
    let mut doubt = 100 - u32::from(verdict.confidence.unwrap_or(50).min(100));
    for _ in 1..verdict.source_count.min(20) {
        doubt = doubt * 2 / 3;
    }
    let score = match state {
        State::Listed => 100 - doubt,
        State::Expired => (100 - doubt) / 2,
        State::Delisted => (100 - doubt) / 4,
    };
    let score = if warned { score.min(10) } else { score };
    u8::try_from(score).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_grows_with_what_speaks_for_it() {
        let verdict = |state, source_count, confidence| Verdict {
            known: true,
            state: Some(state),
            source_count,
            confidence,
            ..Verdict::default()
        };
        let of = |verdict: &Verdict| score(verdict, false);
        assert_eq!(of(&Verdict::default()), 0);
        assert_eq!(of(&verdict(State::Listed, 1, None)), 50);
        assert_eq!(of(&verdict(State::Listed, 2, None)), 67);
        assert_eq!(of(&verdict(State::Listed, 1, Some(100))), 100);
        assert_eq!(of(&verdict(State::Listed, 1_000_000, Some(0))), 100);
        assert_eq!(of(&verdict(State::Expired, 1, Some(80))), 40);
        assert_eq!(of(&verdict(State::Delisted, 1, Some(80))), 20);
        assert_eq!(score(&verdict(State::Listed, 9, Some(100)), true), 10);
    }
}
