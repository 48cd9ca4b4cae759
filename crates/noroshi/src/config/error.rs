//! What is wrong with the configuration file: its line, and the key that was probably meant.

use super::nearest;

/// The error as one line. No value is in it: it might be a secret.
pub(super) fn explain(file: &str, text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|span| {
        let before = text.bytes().take(span.start);
        format!(":{}", 1 + before.filter(|byte| *byte == b'\n').count())
    });
    let message = error.message().trim().replace('\n', ", ");
    let meant = meant(&message).map(|meant| format!("; did you mean `{meant}`?"));
    let (line, meant) = (line.unwrap_or_default(), meant.unwrap_or_default());
    format!("{file}{line}: {message}{meant}")
}

/// For an unknown key or variant: the known one that is nearest.
fn meant(message: &str) -> Option<&str> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    nearest(unknown, quoted)
}
