//! CVE and CWE numbers in texts.

use noroshi_indicator::{Kind, Observable};

/// The CVE numbers in a text, in canonical form, each once, in order.
pub fn cves_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in text.match_indices(['C', 'c']) {
        let rest = text.get(at..).unwrap_or_default();
        let length = rest
            .bytes()
            .take(24)
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
            .count();
        let word = rest.get(..length).unwrap_or_default();
        let is_start = !text
            .get(..at)
            .is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()));
        if is_start
            && word.len() > 8
            && word
                .get(..4)
                .is_some_and(|start| start.eq_ignore_ascii_case("cve-"))
            && let Ok(cve) = Observable::parse(Kind::Cve, word)
            && !found.iter().any(|known| known == cve.value())
        {
            found.push(cve.value().to_owned());
        }
    }
    found
}

/// The CWE numbers in a text, as `CWE-79`, each once, in order.
pub fn cwes_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in text.match_indices(['C', 'c']) {
        let rest = text.get(at..).unwrap_or_default();
        let digits = match rest.get(..4) {
            Some(start) if start.eq_ignore_ascii_case("cwe-") => rest.get(4..).unwrap_or_default(),
            _ => continue,
        };
        let length = digits
            .bytes()
            .take(6)
            .take_while(u8::is_ascii_digit)
            .count();
        let Some(number) = digits.get(..length).filter(|number| !number.is_empty()) else {
            continue;
        };
        let cwe = format!("CWE-{number}");
        if !found.contains(&cwe) {
            found.push(cwe);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_where_they_stand() {
        assert_eq!(
            cves_in(
                "OSVDB-1;cve-2026-0001;CVE-2026-12345, CVE-2026-0001 xCVE-2026-9999 CVE-26-1 CVE-2026-"
            ),
            ["CVE-2026-0001", "CVE-2026-12345"]
        );
        assert_eq!(
            cwes_in("CWE-79: x, cwe-79 NVD-CWE-Other CWE-1333"),
            ["CWE-79", "CWE-1333"]
        );
        assert!(cves_in("").is_empty() && cwes_in("ccccCWE-").is_empty());
    }
}
