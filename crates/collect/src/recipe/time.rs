//! The times that feeds write, as microseconds since the epoch.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use super::date;

/// Reads a time by its shape: RFC 3339, `YYYY-MM-DD HH:MM:SS` (`/` for `-`, `UTC` behind it), the date alone, `DD-MM-YYYY`
/// with or without a time, `YYYYMMDD`, Unix seconds, milliseconds or microseconds. Without an offset of its own a time
/// has `offset`. Dates in words are read too ([`date`]). Anything else is no time.
pub(super) fn micros(text: &str, offset: Offset) -> Option<i64> {
    let text = text.trim();
    numbers(text, offset).or_else(|| date::micros(text, offset))
}

fn numbers(text: &str, offset: Offset) -> Option<i64> {
    if !text.is_ascii() || text.len() > 40 {
        return None;
    }
    if text.len() >= 9
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return unix(text);
    }
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return civil(
            &format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..)?),
            offset,
        );
    }
    let text = text
        .strip_suffix("UTC")
        .or_else(|| text.strip_suffix("GMT"))
        .map(str::trim_end)
        .unwrap_or(text);
    let (date, time) = text.split_at_checked(10)?;
    let mut plain = String::with_capacity(text.len());
    let between = |at: usize| matches!(date.as_bytes().get(at), Some(b'-' | b'/'));
    if between(4) && between(7) {
        plain.push_str(date.get(..4)?);
        plain.push('-');
        plain.push_str(date.get(5..7)?);
        plain.push('-');
        plain.push_str(date.get(8..)?);
    } else if between(2) && between(5) {
        plain.push_str(date.get(6..)?);
        plain.push('-');
        plain.push_str(date.get(3..5)?);
        plain.push('-');
        plain.push_str(date.get(..2)?);
    } else {
        return None;
    }
    plain.push_str(time);
    let zone = time.find(['Z', 'z', '+', '-']);
    if let Some((clock, zone)) = zone.and_then(|zone| time.split_at_checked(zone)) {
        if let Ok(time) = plain.parse::<Timestamp>() {
            return Some(time.as_microsecond());
        }
        // Without seconds, with a space before the offset, or with one that is written otherwise.
        let (date, _) = plain.split_at_checked(10)?;
        return civil(&format!("{date}{}", clock.trim_end()), self::offset(zone)?);
    }
    civil(&plain, offset)
}

fn civil(text: &str, offset: Offset) -> Option<i64> {
    let text = text.trim_end();
    let time: DateTime = text.parse().ok()?;
    Some(offset.to_timestamp(time).ok()?.as_microsecond())
}

/// Seconds of ten digits (with a fraction), milliseconds of thirteen, microseconds of sixteen.
fn unix(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: i64 = whole.parse().ok()?;
    let micros = match whole.len() {
        9 | 10 => {
            let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
            number
                .checked_mul(1_000_000)?
                .checked_add(digits.parse().ok()?)?
        }
        12 | 13 => number.checked_mul(1_000)?,
        15 | 16 => number,
        _ => return None,
    };
    Some(micros)
}

/// Reads `+09:00`, `-0500`, `Z`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

/// Year and month, `back` months before `now` (microseconds, UTC).
pub(super) fn year_and_month(now: i64, back: u8) -> Option<(i16, i8)> {
    let today = Offset::UTC
        .to_datetime(Timestamp::from_microsecond(now).ok()?)
        .date();
    let then = today
        .first_of_month()
        .checked_sub(Span::new().months(back))
        .ok()?;
    Some((then.year(), then.month()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<String> {
        micros(text, Offset::UTC)
            .and_then(|m| Timestamp::from_microsecond(m).ok())
            .map(|t| t.to_string())
    }

    #[test]
    fn the_shapes_feeds_use() {
        for (text, expected) in [
            ("2026-08-01 01:40:00", "2026-08-01T01:40:00Z"),
            ("2026/08/01 01:40:00", "2026-08-01T01:40:00Z"),
            (" 2026-08-01 01:40:00 UTC", "2026-08-01T01:40:00Z"),
            ("2026-08-01T01:40:00.25Z", "2026-08-01T01:40:00.25Z"),
            ("2026-08-01T10:40:00+09:00", "2026-08-01T01:40:00Z"),
            ("2026-08-01T10:40+09:00", "2026-08-01T01:40:00Z"),
            ("2026-08-01 10:40:00 +0900", "2026-08-01T01:40:00Z"),
            ("2026-08-01T01:40", "2026-08-01T01:40:00Z"),
            ("Sat, 01 Aug 2026 01:40:00 GMT", "2026-08-01T01:40:00Z"),
            ("2026-08-01", "2026-08-01T00:00:00Z"),
            ("20260801", "2026-08-01T00:00:00Z"),
            ("01-08-2026", "2026-08-01T00:00:00Z"),
            ("31-12-2026 23:59", "2026-12-31T23:59:00Z"),
            ("1785548400", "2026-08-01T01:40:00Z"),
            ("1785548400.5", "2026-08-01T01:40:00.5Z"),
            ("1785548400123", "2026-08-01T01:40:00.123Z"),
            ("1785548400123456", "2026-08-01T01:40:00.123456Z"),
        ] {
            assert_eq!(at(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "None",
            "yesterday",
            "2026-13-01",
            "2026-02-30 00:00:00",
            "31-31-2026",
            "99999999999999999999",
            "２０２６-08-01",
            "8.8.8.8",
            "1.2.3.4.5.6",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn times_without_an_offset_take_the_feeds() {
        let tokyo = offset("+09:00").unwrap();
        assert_eq!(
            micros("2026/08/01 10:40:00", tokyo),
            micros("2026-08-01T01:40:00Z", Offset::UTC)
        );
        assert_eq!(offset("-0530").map(Offset::seconds), Some(-19_800));
        for wrong in ["", "9", "+9", "+09:75", "+99:00", "Tokyo"] {
            assert_eq!(offset(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn months_go_back_over_the_year() {
        let january = micros("2026-01-31 12:00:00", Offset::UTC).unwrap();
        assert_eq!(year_and_month(january, 0), Some((2026, 1)));
        assert_eq!(year_and_month(january, 2), Some((2025, 11)));
    }
}
