//! Values that are taken as they are given: file names, mutexes, user agents.

use unicode_normalization::UnicodeNormalization;

use super::{Canonical, Outcome};
use crate::Kind;

/// A file name as given, in NFC: macOS writes names decomposed.
pub(crate) fn filename(text: &str) -> Outcome {
    let value = if text.is_ascii() {
        text.to_owned()
    } else {
        text.nfc().collect()
    };
    Ok(Canonical::new(Kind::Filename, value))
}

/// The name of a mutex.
pub(crate) fn verbatim_mutex(text: &str) -> Outcome {
    Ok(Canonical::new(Kind::Mutex, text.to_owned()))
}

/// The value of an HTTP `User-Agent` header.
pub(crate) fn verbatim_user_agent(text: &str) -> Outcome {
    Ok(Canonical::new(Kind::UserAgent, text.to_owned()))
}
