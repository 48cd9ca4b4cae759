//! Times as the original had them: in Japan's zone, and read without one as if they were there.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

const JAPAN: Offset = Offset::constant(9);

/// `2026-11-22T03:00:59+09:00`, with six digits of a second where there are parts of one.
pub(super) fn shown(micros: i64) -> String {
    let Ok(at) = Timestamp::from_microsecond(micros) else {
        return String::new();
    };
    let there = JAPAN.to_datetime(at);
    let parts = there.subsec_nanosecond() / 1_000;
    let whole = there.strftime("%Y-%m-%dT%H:%M:%S");
    match parts {
        0 => format!("{whole}+09:00"),
        parts => format!("{whole}.{parts:06}+09:00"),
    }
}

/// The first and the last microsecond of a day or of a time.
pub(super) fn read(text: &str) -> Option<(i64, i64)> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some((at.as_microsecond(), at.as_microsecond()));
    }
    let micros = |at: DateTime| {
        let zone = TimeZone::fixed(JAPAN);
        Some(zone.to_timestamp(at).ok()?.as_microsecond())
    };
    if let Ok(date) = Date::strptime("%Y-%m-%d", text) {
        let begin = micros(date.to_datetime(Time::midnight()))?;
        let next = date.checked_add(Span::new().days(1)).ok()?;
        return Some((begin, micros(next.to_datetime(Time::midnight()))? - 1));
    }
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let there = text.replacen('T', " ", 1);
    let at = forms
        .iter()
        .find_map(|form| DateTime::strptime(form, &there).ok())?;
    let at = micros(at)?;
    Some((at, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_japan() {
        assert_eq!(shown(1_795_316_459_000_000), "2026-11-22T12:00:59+09:00");
        assert_eq!(
            shown(1_795_316_459_000_120),
            "2026-11-22T12:00:59.000120+09:00"
        );
        assert_eq!(shown(i64::MAX), "");
    }

    #[test]
    fn times_are_read_as_they_are_shown_and_shorter() {
        let at = 1_795_316_459_000_000;
        for text in [
            "2026-11-22T12:00:59+09:00",
            "2026-11-22T03:00:59Z",
            "2026-11-22 12:00:59",
            "2026-11-22T12:00:59",
        ] {
            assert_eq!(read(text), Some((at, at)), "{text}");
        }
        let (begin, end) = read("2026-11-22").unwrap();
        assert_eq!(shown(begin), "2026-11-22T00:00:00+09:00");
        assert_eq!(shown(end), "2026-11-22T23:59:59.999999+09:00");
        assert_eq!(read("2026-11-22 12:00").unwrap().0, at - 59_000_000);
        for bad in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-11-22 25:00",
            "99999-01-01",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
