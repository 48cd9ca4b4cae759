//! Exact hashes in hexadecimal.

use std::borrow::Cow;

use super::{Canonical, Outcome};
use crate::Kind;
use crate::refang::mark::narrow;

/// A hash of `digits` hexadecimal digits, in lower case.
pub(crate) fn hex(kind: Kind, digits: usize, text: &str) -> Outcome {
    let text = ascii(text);
    if text.len() != digits {
        return Err("it has not the number of hexadecimal digits that the algorithm gives");
    }
    let mut upper = false;
    for byte in text.bytes() {
        if !byte.is_ascii_hexdigit() {
            return Err("it has a character that is no hexadecimal digit");
        }
        upper |= byte.is_ascii_uppercase();
    }
    let value = if upper {
        text.to_ascii_lowercase()
    } else {
        text.into_owned()
    };
    Ok(Canonical::new(kind, value))
}

/// A text with full-width letters and digits in their usual form.
pub(crate) fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(narrow).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_alphabet() {
        let upper = "DA1C9006B493D7E95DB4D354C5F0E99A";
        assert_eq!(
            hex(Kind::Md5, 32, upper).map(|c| c.value),
            Ok(upper.to_lowercase())
        );
        assert!(hex(Kind::Md5, 32, &upper[1..]).is_err());
        assert!(hex(Kind::Md5, 32, &upper.replace('D', "g")).is_err());
        assert!(hex(Kind::Sha1, 40, upper).is_err());
    }
}
