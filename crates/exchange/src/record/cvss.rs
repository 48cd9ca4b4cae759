//! Ratings from what publishers write of them.

use super::Cvss;

impl Cvss {
    /// A rating of a vector and a score as text. The version is the vector's where it is not told. None without a score
    /// of 0 to 10: a rating without a number is none.
    pub fn of(version: Option<&str>, vector: Option<&str>, score: &str) -> Option<Self> {
        let vector = vector.unwrap_or_default().trim().trim_matches(['(', ')']);
        let version = match version.map(str::trim).filter(|version| !version.is_empty()) {
            Some(version) => tidy_version(version),
            None => version_of(vector)?.to_owned(),
        };
        Some(Self {
            version,
            vector: vector.chars().take(300).collect(),
            score: tenths(score)?,
            severity: None,
            by: None,
        })
    }
}

/// `3` is `3.0`, `CVSS 3.1` and `v3.1` are `3.1`.
fn tidy_version(version: &str) -> String {
    let number = version.trim_start_matches(|c: char| !c.is_ascii_digit());
    match number.len() {
        1 => format!("{number}.0"),
        _ => number.chars().take(3).collect(),
    }
}

/// The version that a vector is of.
fn version_of(vector: &str) -> Option<&'static str> {
    for (prefix, version) in [
        ("CVSS:3.0/", "3.0"),
        ("CVSS:3.1/", "3.1"),
        ("CVSS:4.0/", "4.0"),
    ] {
        if vector.starts_with(prefix) {
            return Some(version);
        }
    }
    vector.contains("Au:").then_some("2.0")
}

/// `9.8` in tenths.
fn tenths(score: &str) -> Option<u8> {
    let score: f64 = score.trim().parse().ok()?;
    let tenths = (score * 10.0).round();
    // Within the range of a u8, so nothing is cut.
    (0.0..=100.0).contains(&tenths).then_some(tenths as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratings_as_publishers_write_them() {
        for (version, vector, score, expected) in [
            (None, Some("CVSS:3.1/AV:N/AC:L"), "9.8", Some(("3.1", 98))),
            (
                None,
                Some("(AV:N/AC:L/Au:N/C:P/I:P/A:P)"),
                "7.5",
                Some(("2.0", 75)),
            ),
            (Some("4.0"), None, "10", Some(("4.0", 100))),
            (Some("3"), None, "0.0", Some(("3.0", 0))),
            (None, None, "5", None),
            (None, Some("CVSS:3.1/AV:N"), "11", None),
            (None, Some("CVSS:3.1/AV:N"), "high", None),
            (None, Some("CVSS:3.1/AV:N"), "NaN", None),
        ] {
            let found = Cvss::of(version, vector, score);
            let found = found
                .as_ref()
                .map(|cvss| (cvss.version.as_str(), cvss.score));
            assert_eq!(found, expected, "{version:?} {vector:?} {score}");
        }
    }
}
