//! What a backslash makes of the next characters.

use regex_syntax::hir::{ClassUnicode, Look};

use super::Unsupported;
use super::parse::Parser;
use super::set;

/// What an escape stands for.
pub(super) enum Escape {
    Char(char),
    Class(ClassUnicode),
    Place(Look),
}

/// Outside a class; the backslash at `start` is read already.
pub(super) fn read(parser: &mut Parser<'_>, start: usize) -> Result<Escape, Unsupported> {
    let place = match parser.peek() {
        Some('A') => Look::Start,
        Some('Z') => Look::End,
        Some('b') => Look::WordAscii,
        Some('B') => Look::WordAsciiNegate,
        Some('1'..='9') => return number(parser, start),
        _ => return common(parser, start),
    };
    parser.at += 1;
    Ok(Escape::Place(place))
}

/// Inside a class, where `\b` is a backspace and a number can only be a character's.
pub(super) fn read_in_set(parser: &mut Parser<'_>, start: usize) -> Result<Escape, Unsupported> {
    match parser.peek() {
        Some('b') => {
            parser.at += 1;
            Ok(Escape::Char('\x08'))
        }
        Some('0'..='7') => octal(parser, start),
        _ => common(parser, start),
    }
}

fn common(parser: &mut Parser<'_>, start: usize) -> Result<Escape, Unsupported> {
    let Some(c) = parser.take() else {
        return Err(parser.since(start, "there is nothing after this backslash"));
    };
    Ok(match c {
        'n' => Escape::Char('\n'),
        'r' => Escape::Char('\r'),
        't' => Escape::Char('\t'),
        'f' => Escape::Char('\x0c'),
        'v' => Escape::Char('\x0b'),
        'a' => Escape::Char('\x07'),
        'x' => hexadecimal(parser, start, 2, "two")?,
        'u' => hexadecimal(parser, start, 4, "four")?,
        'U' => hexadecimal(parser, start, 8, "eight")?,
        '0' => {
            parser.at -= 1;
            octal(parser, start)?
        }
        'd' | 'D' | 's' | 'S' | 'w' | 'W' => Escape::Class(class(c)),
        'N' => {
            let message = "`\\N` names a character, which is not available; write the character";
            return Err(parser.since(start, message));
        }
        c if c.is_ascii_alphanumeric() => return Err(unknown(parser, start)),
        c => Escape::Char(c),
    })
}

pub(super) fn unknown(parser: &Parser<'_>, start: usize) -> Unsupported {
    let escape: String = parser
        .chars
        .get(start..parser.at)
        .unwrap_or_default()
        .iter()
        .collect();
    let letter = escape.trim_start_matches('\\');
    let message =
        format!("Python has no escape `{escape}` here; write `{letter}` for the character");
    parser.since(start, message)
}

/// `\d` and the like, of ASCII.
fn class(letter: char) -> ClassUnicode {
    let mut class = match letter.to_ascii_lowercase() {
        'd' => set::range('0', '9'),
        's' => set::ranges(&[('\t', '\r'), (' ', ' ')]),
        _ => set::ranges(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
    };
    if letter.is_ascii_uppercase() {
        class.negate();
    }
    class
}

fn hexadecimal(
    parser: &mut Parser<'_>,
    start: usize,
    count: usize,
    word: &str,
) -> Result<Escape, Unsupported> {
    let digits = digits(parser, 16, count);
    let text: String = parser
        .chars
        .get(start..parser.at)
        .unwrap_or_default()
        .iter()
        .collect();
    match (
        digits.len() == count,
        u32::from_str_radix(&digits, 16).map(char::from_u32),
    ) {
        (true, Ok(Some(c))) => Ok(Escape::Char(c)),
        (true, _) => Err(parser.since(start, format!("`{text}` is no character"))),
        (false, _) => Err(parser.since(start, format!("`{text}` needs {word} hexadecimal digits"))),
    }
}

/// Up to three digits of base 8.
fn octal(parser: &mut Parser<'_>, start: usize) -> Result<Escape, Unsupported> {
    let digits = digits(parser, 8, 3);
    match u32::from_str_radix(&digits, 8) {
        Ok(value @ 0..=0o377) => Ok(Escape::Char(char::from_u32(value).unwrap_or_default())),
        _ => Err(parser.since(start, format!("`\\{digits}` is more than 377"))),
    }
}

/// Three octal digits are a character, any other number is that of a group.
fn number(parser: &mut Parser<'_>, start: usize) -> Result<Escape, Unsupported> {
    let next = parser
        .chars
        .get(parser.at..parser.at + 3)
        .unwrap_or_default();
    if next.len() == 3 && next.iter().all(|c| c.is_digit(8)) {
        return octal(parser, start);
    }
    let digits = digits(parser, 10, 2);
    let message = format!(
        "the back-reference `\\{digits}` is not available; compare two groups in the program that \
         reads the matches"
    );
    Err(parser.since(start, message))
}

fn digits(parser: &mut Parser<'_>, base: u32, most: usize) -> String {
    let mut digits = String::new();
    while digits.len() < most
        && let Some(digit) = parser.peek().filter(|c| c.is_digit(base))
    {
        digits.push(digit);
        parser.at += 1;
    }
    digits
}
