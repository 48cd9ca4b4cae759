//! Tells observables from words where no field says which, and writes them so that they are
//! told apart again.

use noroshi_indicator::{Kind, Observable, fold, refang};

use crate::lex::is_plain_word;

/// Endings that are top-level domains but far more often end the name of a file. Nothing is
/// lost by taking `setup.zip` for a word: a word is also looked for inside values, so that the
/// domain, the names below it and URLs on it are found too.
const FILE_ENDINGS: [&str; 11] = [
    "app", "cab", "md", "mov", "pl", "ps", "py", "rs", "sh", "so", "zip",
];

/// The observable that a bare word of a query means, if it is one beyond doubt.
pub(crate) fn observable(word: &str) -> Option<Observable> {
    let found = recognise(word)?;
    // A spelling is missing when, say, full-width characters became ones with a meaning in the
    // language. Such a word stays a word.
    spelling(&found).is_some().then_some(found)
}

/// How an observable is written as a bare word: plainly if that is unmistakable, else defanged.
pub(crate) fn spelling(observable: &Observable) -> Option<String> {
    [observable.value().to_owned(), observable.defanged()]
        .into_iter()
        .find(|text| is_plain_word(text) && recognise(text).as_ref() == Some(observable))
}

/// The text of an exact value: canonical when its kind can be told from it.
pub(crate) fn canonical(text: &str) -> String {
    match recognise(text) {
        Some(found) if recognise(found.value()).as_ref() == Some(&found) => {
            found.value().to_owned()
        }
        _ => text.to_owned(),
    }
}

fn recognise(word: &str) -> Option<Observable> {
    if word.bytes().all(|b| b.is_ascii_digit()) {
        // A number is a number, even where a browser would take it for an address.
        return None;
    }
    let found = Observable::detect(word).ok()?.observable;
    let certain = match found.kind() {
        Kind::Filename | Kind::Mutex | Kind::UserAgent => false,
        // `10.1` and `0x7f000001` are addresses to some programs, and words to people.
        Kind::Ipv4 => refang(word).chars().filter(|c| is_dot(*c)).count() == 3,
        Kind::Domain => !looks_like_a_file(word, found.value()),
        _ => true,
    };
    certain.then_some(found)
}

fn is_dot(c: char) -> bool {
    matches!(c, '.' | '．' | '。' | '｡')
}

fn looks_like_a_file(word: &str, domain: &str) -> bool {
    let defanged = fold(word) != domain;
    !defanged
        && domain
            .split_once('.')
            .is_some_and(|(_, ending)| FILE_ENDINGS.contains(&ending))
}
