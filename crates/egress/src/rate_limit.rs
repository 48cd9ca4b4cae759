//! When a used-up rate limit begins anew, in the headers that services write for it.
//!
//! `x-rate-limit-reset` (X) and `x-ratelimit-reset` (GitHub) are Unix seconds, Mastodon's `x-ratelimit-reset` is an
//! ISO 8601 time, `ratelimit-reset` is Unix seconds at Bluesky and seconds from now in the IETF's drafts.

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

use crate::retry_after::RetryAfter;

const RESET: [&str; 3] = ["x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset"];
const REMAINING: [&str; 3] = [
    "x-rate-limit-remaining",
    "x-ratelimit-remaining",
    "ratelimit-remaining",
];

/// Numbers below this are seconds from now: as Unix seconds they would be before 2001.
const FROM_NOW: u64 = 1_000_000_000;

/// When the limit begins anew.
pub(crate) fn reset(headers: &HeaderMap) -> Option<RetryAfter> {
    first(headers, &RESET).and_then(parse)
}

/// Whether the headers say that nothing may be asked any more.
pub(crate) fn is_used_up(headers: &HeaderMap) -> bool {
    first(headers, &REMAINING).is_some_and(|left| left.trim() == "0")
}

fn first<'h>(headers: &'h HeaderMap, names: &[&str]) -> Option<&'h str> {
    let mut found = names.iter().filter_map(|name| headers.get(*name));
    found.find_map(|value| value.to_str().ok())
}

fn parse(value: &str) -> Option<RetryAfter> {
    let value = value.trim();
    match value.parse::<u64>() {
        Ok(seconds) if seconds < FROM_NOW => Some(RetryAfter::After(Duration::from_secs(seconds))),
        Ok(seconds) => {
            let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?;
            Some(RetryAfter::At(micros))
        }
        Err(_) if value.len() <= 40 => {
            let time = value.parse::<Timestamp>().ok()?;
            Some(RetryAfter::At(time.as_microsecond()))
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_services_way_of_writing_it() {
        let at = RetryAfter::At(1_767_225_600_000_000);
        for (value, expected) in [
            ("1767225600", Some(at)),
            ("2026-01-01T00:00:00.000000Z", Some(at)),
            ("300", Some(RetryAfter::After(Duration::from_secs(300)))),
            ("soon", None),
            ("-5", None),
            ("99999999999999999999", None),
        ] {
            for name in RESET {
                let mut headers = HeaderMap::new();
                headers.insert(name, value.parse().unwrap());
                assert_eq!(reset(&headers), expected, "{name}: {value}");
            }
        }
        assert_eq!(reset(&HeaderMap::new()), None);
    }

    #[test]
    fn nothing_left_is_used_up() {
        let mut headers = HeaderMap::new();
        assert!(!is_used_up(&headers));
        headers.insert("x-ratelimit-remaining", "1".parse().unwrap());
        assert!(!is_used_up(&headers));
        headers.insert("x-ratelimit-remaining", "0".parse().unwrap());
        assert!(is_used_up(&headers));
    }
}
