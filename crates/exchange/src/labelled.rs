//! Labelled texts as those who train readers of texts take them: cut into tokens, a line each, with B-, I- and O.

use std::fmt::Write;

/// A labelled part of a text, by code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labelled<'a> {
    /// Its first code point, from 0.
    pub start: u32,
    /// The code point behind it.
    pub end: u32,
    /// What it is.
    pub label: &'a str,
}

/// A part of a text that is not cut further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// Its first code point, from 0.
    pub start: u32,
    /// The code point behind it.
    pub end: u32,
    /// As it stands there.
    pub text: &'a str,
    /// Whether a line of the text ends between the token before and this one.
    pub begins_line: bool,
}

/// Cuts a text into tokens: what stands between white space, with the punctuation at its ends by itself, and every
/// character of Chinese and Japanese by itself, since these put no space between words. `cuts`, code points in order,
/// are cut at in any case.
pub fn tokens<'a>(text: &'a str, cuts: &[u32]) -> Vec<Token<'a>> {
    let mut all = Vec::new();
    let mut cuts = cuts.iter().copied().peekable();
    let mut begins_line = true;
    // Where the word that is being read begins, in bytes and code points.
    let mut word: Option<(usize, u32)> = None;
    let ends = text.char_indices().map(Some).chain([None]);
    for (at, place) in (0_u32..).zip(ends) {
        let (byte, c) = place.map_or((text.len(), None), |(byte, c)| (byte, Some(c)));
        while cuts.next_if(|cut| *cut < at).is_some() {}
        let is_cut = cuts.peek() == Some(&at);
        let alone = c.is_some_and(is_alone);
        let goes_on = c.is_some_and(|c| !c.is_whitespace()) && !alone && !is_cut;
        if !goes_on && let Some((from, start)) = word.take() {
            split(&text[from..byte], start, begins_line, &mut all);
            begins_line = false;
        }
        match c {
            Some(c) if alone => {
                let end = byte + c.len_utf8();
                all.push(token(&text[byte..end], at, at + 1, begins_line));
                begins_line = false;
            }
            Some('\n') => begins_line = true,
            Some(c) if !c.is_whitespace() && word.is_none() => word = Some((byte, at)),
            _ => {}
        }
    }
    all
}

fn token(text: &str, start: u32, end: u32, begins_line: bool) -> Token<'_> {
    Token {
        start,
        end,
        text,
        begins_line,
    }
}

/// Punctuation at the ends of a word is by itself, each.
fn split<'a>(word: &'a str, start: u32, begins_line: bool, all: &mut Vec<Token<'a>>) {
    let inner = word.trim_matches(|c: char| c.is_ascii_punctuation());
    let head = match inner.is_empty() {
        true => word.len(),
        false => inner.as_ptr() as usize - word.as_ptr() as usize,
    };
    let first = all.len();
    let mut at = start;
    let mut push = |text: &'a str| {
        let end = at + u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        all.push(token(text, at, end, false));
        at = end;
    };
    // Punctuation of ASCII is a byte each.
    for place in 0..head {
        push(&word[place..=place]);
    }
    if !inner.is_empty() {
        push(inner);
        for place in head + inner.len()..word.len() {
            push(&word[place..=place]);
        }
    }
    if let Some(token) = all.get_mut(first) {
        token.begins_line = begins_line;
    }
}

/// Characters of scripts without spaces, and their punctuation.
fn is_alone(c: char) -> bool {
    let code = u32::from(c);
    let in_one_of = |ranges: &[(u32, u32)]| {
        ranges
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&code))
    };
    in_one_of(&[
        (0x3001, 0x30FF),
        (0x31F0, 0x31FF),
        (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF),
        (0xF900, 0xFAFF),
        (0xFF01, 0xFF0F),
        (0xFF1A, 0xFF20),
        (0xFF5F, 0xFF9F),
        (0x20000, 0x323AF),
    ])
}

/// A text with its labels as CoNLL has it: a token and its tag a line, with a tab between; a line of the text ends with
/// an empty one. White space in labels becomes `_`. The spans are in order, none over another.
pub fn conll(text: &str, spans: &[Labelled<'_>]) -> String {
    let cuts: Vec<u32> = spans
        .iter()
        .flat_map(|span| [span.start, span.end])
        .collect();
    let mut out = String::with_capacity(text.len() * 2);
    let mut spans = spans.iter().peekable();
    for token in tokens(text, &cuts) {
        while spans.next_if(|span| span.end <= token.start).is_some() {}
        let span = spans.peek().filter(|span| span.start <= token.start);
        let inside = span.is_some_and(|span| span.start < token.start);
        if token.begins_line && !out.is_empty() && !inside {
            out.push('\n');
        }
        // A text takes whatever is written.
        let _ = match span {
            Some(span) => {
                let label = span.label.replace(char::is_whitespace, "_");
                let place = if inside { 'I' } else { 'B' };
                writeln!(out, "{}\t{place}-{label}", token.text)
            }
            None => writeln!(out, "{}\tO", token.text),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(text: &'a str, cuts: &[u32]) -> Vec<&'a str> {
        let all = tokens(text, cuts);
        let chars: Vec<char> = text.chars().collect();
        for token in &all {
            let there: String = chars[token.start as usize..token.end as usize]
                .iter()
                .collect();
            assert_eq!(there, token.text, "offsets count code points");
        }
        all.iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_lose_the_punctuation_at_their_ends() {
        assert_eq!(
            texts("(see hxxp://evil[.]example/a), \"now\"!", &[]),
            [
                "(",
                "see",
                "hxxp://evil[.]example/a",
                ")",
                ",",
                "\"",
                "now",
                "\"",
                "!"
            ]
        );
        assert_eq!(texts("... a", &[]), [".", ".", ".", "a"]);
        assert_eq!(texts("", &[]), [""; 0]);
        assert_eq!(texts(" \n\t ", &[]), [""; 0]);
    }

    #[test]
    fn scripts_without_spaces_are_cut_at_every_character() {
        assert_eq!(
            texts("攻撃者は evil.exampleを使う。🔥", &[]),
            [
                "攻",
                "撃",
                "者",
                "は",
                "evil.example",
                "を",
                "使",
                "う",
                "。",
                "🔥"
            ]
        );
    }

    #[test]
    fn labels_cut_where_they_begin_and_end() {
        assert_eq!(texts("abcdef gh", &[2, 4, 8]), ["ab", "cd", "ef", "g", "h"]);
        assert_eq!(texts("abc", &[0, 3, 9]), ["abc"]);
    }

    #[test]
    fn every_token_has_its_line_and_tag() {
        let span = |start, end, label| Labelled { start, end, label };
        let text = "Emotet at evil.example.\n\n攻撃者";
        let spans = [
            span(0, 6, "malware family"),
            span(10, 22, "domain"),
            span(25, 27, "x"),
        ];
        assert_eq!(
            conll(text, &spans),
            "Emotet\tB-malware_family\nat\tO\nevil.example\tB-domain\n.\tO\n\n\
            攻\tB-x\n撃\tI-x\n者\tO\n"
        );
        // One span after another of the same label is another; one over a line's end stays one.
        assert_eq!(
            conll("a b\nc", &[span(0, 1, "x"), span(2, 5, "x")]),
            "a\tB-x\nb\tB-x\nc\tI-x\n"
        );
        assert_eq!(conll("# a", &[]), "#\tO\na\tO\n");
    }
}
