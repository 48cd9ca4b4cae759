//! Windows registry keys.

use super::{Canonical, Outcome};
use crate::Kind;

/// Hives by their short and their full name.
const HIVES: &[(&str, &str)] = &[
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKU", "HKEY_USERS"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
    ("HKPD", "HKEY_PERFORMANCE_DATA"),
];

/// A key under a hive. The hive is spelled out in capitals; the rest keeps its case; backslashes
/// that were doubled on the way through a string literal are single again.
pub(crate) fn parse(text: &str) -> Outcome {
    let (hive, rest) =
        hive(text).ok_or("it takes a hive (HKLM, HKEY_LOCAL_MACHINE, \u{2026}) and a backslash")?;
    let mut value = String::with_capacity(hive.len() + rest.len() + 1);
    value.push_str(hive);
    for part in rest.split('\\').filter(|part| !part.is_empty()) {
        value.push('\\');
        value.push_str(part);
    }
    if value.len() == hive.len() {
        return Err("there is nothing below the hive");
    }
    Ok(Canonical::new(Kind::RegistryKey, value))
}

/// The full name of the hive that a text begins with, and what follows the backslash.
pub(crate) fn hive(text: &str) -> Option<(&'static str, &str)> {
    // PowerShell writes HKLM:\Software, and regedit's export Computer\HKEY_….
    let text = match text.get(..9) {
        Some(prefix) if prefix.eq_ignore_ascii_case("Computer\\") => &text[9..],
        _ => text,
    };
    let end = text.find('\\')?;
    let name = text[..end].strip_suffix(':').unwrap_or(&text[..end]);
    let (_, full) = HIVES.iter().find(|(short, full)| {
        name.eq_ignore_ascii_case(short) || name.eq_ignore_ascii_case(full)
    })?;
    Some((full, &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hives_are_spelled_out() {
        for text in [
            "HKLM\\Software\\Evil",
            "hklm\\Software\\Evil\\",
            "HKEY_LOCAL_MACHINE\\Software\\Evil",
            "HKLM:\\Software\\Evil",
            "HKLM\\\\Software\\\\Evil",
            "Computer\\HKEY_LOCAL_MACHINE\\Software\\Evil",
        ] {
            assert_eq!(
                parse(text).map(|c| c.value),
                Ok("HKEY_LOCAL_MACHINE\\Software\\Evil".to_owned()),
                "{text}"
            );
        }
        for bad in ["HKLM", "HKLM\\", "HKXX\\a", "Software\\a", "", "ＨＫ\\a"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
