//! `Retry-After` (RFC 9110, section 10.2.3): seconds, or an HTTP date.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// When the far side would like to be asked again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RetryAfter {
    /// So long after the response came.
    After(Duration),
    /// At this time, in micros since the Unix epoch.
    At(i64),
}

impl RetryAfter {
    /// Reads the header's value; `None` if it is neither form.
    pub fn parse(value: &str) -> Option<RetryAfter> {
        let value = value.trim();
        if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
            // More digits than fit mean "very long"; callers cap the wait anyway.
            let seconds = value.parse().unwrap_or(u64::from(u32::MAX));
            return Some(RetryAfter::After(Duration::from_secs(
                seconds.min(u64::from(u32::MAX)),
            )));
        }
        http_date(value).map(RetryAfter::At)
    }

    /// How long to wait from `now` (micros) on; zero if the time has passed.
    /// Not capped: a server may ask for years.
    pub fn wait(self, now: i64) -> Duration {
        match self {
            RetryAfter::After(duration) => duration,
            RetryAfter::At(time) => {
                Duration::from_micros(u64::try_from(time.saturating_sub(now)).unwrap_or(0))
            }
        }
    }
}

/// Reads an HTTP date in the form in use and the two obsolete ones that
/// RFC 9110, section 5.6.7, still requires readers to know; micros.
fn http_date(value: &str) -> Option<i64> {
    const FORMS: [&str; 3] = [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    ];
    if value.len() > 40 {
        return None;
    }
    let time = FORMS
        .iter()
        .find_map(|form| DateTime::strptime(form, value).ok())?;
    let stamp: Timestamp = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(stamp.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06 08:49:37 UTC, the example of RFC 9110.
    const EXAMPLE: i64 = 784_111_777_000_000;

    #[test]
    fn reads_seconds() {
        assert_eq!(
            RetryAfter::parse("120"),
            Some(RetryAfter::After(Duration::from_secs(120)))
        );
        assert_eq!(
            RetryAfter::parse(" 0 "),
            Some(RetryAfter::After(Duration::ZERO))
        );
        let long = Duration::from_secs(u64::from(u32::MAX));
        assert_eq!(
            RetryAfter::parse(&"9".repeat(100)),
            Some(RetryAfter::After(long))
        );
    }

    #[test]
    fn reads_all_three_dates() {
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(
                RetryAfter::parse(date),
                Some(RetryAfter::At(EXAMPLE)),
                "{date}"
            );
        }
    }

    #[test]
    fn anything_else_is_none() {
        let long = "x".repeat(1 << 20);
        for value in [
            "",
            "-1",
            "1.5",
            "soon",
            "Sun, 06 Nov 1994 08:49:37 JST",
            "Mon, 32 Jan 2026 00:00:00 GMT",
            &long,
        ] {
            assert_eq!(RetryAfter::parse(value), None);
        }
    }

    #[test]
    fn waits_from_now_on() {
        let at = RetryAfter::At(EXAMPLE);
        assert_eq!(at.wait(EXAMPLE - 5_000_000), Duration::from_secs(5));
        assert_eq!(at.wait(EXAMPLE + 1), Duration::ZERO);
        assert_eq!(at.wait(i64::MAX), Duration::ZERO);
        assert_eq!(
            RetryAfter::After(Duration::from_secs(9)).wait(i64::MIN),
            Duration::from_secs(9)
        );
    }
}
