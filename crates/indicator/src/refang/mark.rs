//! The signs that stand for a dot, a colon, a slash, an at sign or a hyphen.
//!
//! Each reader looks at one byte position and answers in constant time: no sign is longer than a
//! few dozen bytes.

/// A sign that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Its length in bytes.
    pub(crate) len: usize,
    /// Whether it is anything but the plain ASCII character.
    pub(crate) defanged: bool,
}

const PLAIN: Mark = Mark {
    len: 1,
    defanged: false,
};

const fn odd(len: usize) -> Option<Mark> {
    Some(Mark {
        len,
        defanged: true,
    })
}

/// The ASCII character that a full-width form stands for; any other character as it is.
pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Dots other than the ASCII one, and what people write between brackets for one.
const DOTS: &[&str] = &["．", "。", "｡", "・"];
const DOT_WORDS: &[&str] = &[
    ".",
    "dot",
    "．",
    "。",
    "｡",
    "・",
    "ドット",
    "punto",
    "punkt",
    "point",
    ",",
];
const AT_WORDS: &[&str] = &["@", "at", "＠", "アットマーク", "アット", "et", "arroba"];
const COLON_WORDS: &[&str] = &[":", "："];
const SLASH_WORDS: &[&str] = &["/", "／"];

/// A dot in any spelling without spaces around it: `.` `[.]` `(.)` `[.` `.]` `\.` `^.` `[dot]` `。`.
#[inline]
pub(crate) fn dot(text: &str, at: usize) -> Option<Mark> {
    let bytes = text.as_bytes();
    match *bytes.get(at)? {
        b'.' => match bytes.get(at + 1) {
            Some(b']' | b'}') => odd(2),
            _ => Some(PLAIN),
        },
        b'\\' => match (bytes.get(at + 1), bytes.get(at + 2)) {
            (Some(b'.'), _) => odd(2),
            (Some(b'\\'), Some(b'.')) => odd(3),
            _ => None,
        },
        b'^' if bytes.get(at + 1) == Some(&b'.') => odd(2),
        b'[' | b'(' | b'{' | b'<' => bracketed(text, at, DOT_WORDS).or_else(|| {
            let partial = matches!(bytes, [.., _] if matches!(bytes[at], b'[' | b'{'))
                && bytes.get(at + 1) == Some(&b'.');
            if partial { odd(2) } else { None }
        }),
        0xe3 | 0xef => DOTS
            .iter()
            .find(|dot| text[at..].starts_with(**dot))
            .map_or_else(|| bracketed(text, at, DOT_WORDS), |dot| odd(dot.len())),
        _ => None,
    }
}

/// An at sign in any spelling without spaces around it: `@` `[@]` `[at]` `(at)` `＠`.
#[inline]
pub(crate) fn at_sign(text: &str, at: usize) -> Option<Mark> {
    plain_or_bracketed(text, at, b'@', "＠", AT_WORDS)
}

/// A colon: `:` `[:]` `(:)` `：`.
#[inline]
pub(crate) fn colon(text: &str, at: usize) -> Option<Mark> {
    plain_or_bracketed(text, at, b':', "：", COLON_WORDS)
}

/// A slash: `/` `[/]` `(/)` `／`.
#[inline]
pub(crate) fn slash(text: &str, at: usize) -> Option<Mark> {
    plain_or_bracketed(text, at, b'/', "／", SLASH_WORDS)
}

/// The length of a bracketed hyphen, `[-]`.
pub(crate) fn hyphen(text: &str, at: usize) -> Option<usize> {
    text.as_bytes()[at..].starts_with(b"[-]").then_some(3)
}

/// A mark with at most one space on each side, like ` [.] `. A plain dot needs both spaces or none:
/// one space is the end of a sentence. No space is skipped before anything that is no mark.
pub(crate) fn spaced(text: &str, at: usize, read: fn(&str, usize) -> Option<Mark>) -> Option<Mark> {
    let bytes = text.as_bytes();
    let before = usize::from(bytes.get(at) == Some(&b' '));
    let mark = read(text, at + before)?;
    let after = usize::from(bytes.get(at + before + mark.len) == Some(&b' '));
    if !mark.defanged && before != after {
        return if before == 0 { Some(mark) } else { None };
    }
    Some(Mark {
        len: before + mark.len + after,
        defanged: mark.defanged || before == 1,
    })
}

/// The length of a word between two spaces, like ` dot `, in any case.
pub(crate) fn spaced_word(text: &str, at: usize, word: &str) -> Option<usize> {
    let len = word.len() + 2;
    let found = text.as_bytes().get(at..at + len)?;
    let (first, rest) = found.split_first()?;
    let (last, middle) = rest.split_last()?;
    (*first == b' ' && *last == b' ' && middle.eq_ignore_ascii_case(word.as_bytes())).then_some(len)
}

fn plain_or_bracketed(
    text: &str,
    at: usize,
    plain: u8,
    wide: &str,
    words: &[&str],
) -> Option<Mark> {
    match *text.as_bytes().get(at)? {
        byte if byte == plain => Some(PLAIN),
        b'[' | b'(' | b'{' | b'<' => bracketed(text, at, words),
        0xef if text[at..].starts_with(wide) => odd(wide.len()),
        0xe3 | 0xef => bracketed(text, at, words),
        _ => None,
    }
}

/// One of the words between brackets, with at most one space inside on each side. The brackets
/// need not match: `[.)` is somebody's typing error.
fn bracketed(text: &str, at: usize, words: &[&str]) -> Option<Mark> {
    let mut end = at + opening(text, at)?;
    end += usize::from(text.as_bytes().get(end) == Some(&b' '));
    let rest = text.as_bytes().get(end..)?;
    let word = words.iter().find(|word| {
        rest.get(..word.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    })?;
    end += word.len();
    end += usize::from(text.as_bytes().get(end) == Some(&b' '));
    odd(end + closing(text, end)? - at)
}

fn opening(text: &str, at: usize) -> Option<usize> {
    bracket(text, at, b"[({<", &["［", "（", "｛", "＜", "【", "〔"])
}

fn closing(text: &str, at: usize) -> Option<usize> {
    bracket(text, at, b"])}>", &["］", "）", "｝", "＞", "】", "〕"])
}

fn bracket(text: &str, at: usize, plain: &[u8], wide: &[&str]) -> Option<usize> {
    let byte = *text.as_bytes().get(at)?;
    if byte < 0x80 {
        return plain.contains(&byte).then_some(1);
    }
    wide.iter()
        .find(|bracket| text[at..].starts_with(**bracket))
        .map(|bracket| bracket.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_need_a_known_word() {
        assert_eq!(dot("[.]", 0), odd(3));
        assert_eq!(dot("[ DOT ]", 0), odd(7));
        assert_eq!(dot("【．】", 0), odd(9));
        assert_eq!(dot("[doc]", 0), None);
        assert_eq!(dot("(.net)", 0), None);
        assert_eq!(dot("[.net]", 0), odd(2));
        assert_eq!(dot("", 0), None);
        assert_eq!(at_sign("[at]", 0), odd(4));
        assert_eq!(colon("[:]", 0), odd(3));
        assert_eq!(slash("／", 0), odd(3));
    }

    #[test]
    fn spaces_around_a_plain_dot_come_in_pairs() {
        assert_eq!(spaced(". A", 0, dot), Some(PLAIN));
        assert_eq!(spaced(" .A", 0, dot), None);
        assert_eq!(spaced(" . A", 0, dot), odd(3));
        assert_eq!(spaced(" [.]A", 0, dot), odd(4));
        assert_eq!(spaced_word(" Dot a", 0, "dot"), Some(5));
        assert_eq!(spaced_word(" dott ", 0, "dot"), None);
    }
}
