//! Times as people write and read them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Microseconds since the epoch as `2026-11-22 03:00 UTC (2 h ago)`.
pub(crate) fn shown(micros: i64, now: i64) -> String {
    format!("{} ({})", absolute(micros), relative(micros, now))
}

fn absolute(micros: i64) -> String {
    match Timestamp::from_microsecond(micros) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => "beyond the calendar".to_owned(),
    }
}

/// How far a time lies from now, in its largest unit: `2 h ago`, `in 3 days`.
pub(crate) fn relative(micros: i64, now: i64) -> String {
    let seconds = now.saturating_sub(micros) / 1_000_000;
    let (number, unit) = match seconds.unsigned_abs() {
        0..60 => return "now".to_owned(),
        s @ 60..3_600 => (s / 60, "min"),
        s @ 3_600..172_800 => (s / 3_600, "h"),
        s => (s / 86_400, "days"),
    };
    if seconds < 0 {
        format!("in {number} {unit}")
    } else {
        format!("{number} {unit} ago")
    }
}

/// Reads when something ends: `90d`, `12h`, `2w` from now, a date (its end, in UTC) or an RFC 3339 time.
pub(crate) fn future(text: &str) -> Result<i64, String> {
    let now = Timestamp::now();
    let time = read(text, now).ok_or_else(|| {
        format!("{text:?} is no time: write 90d, 2w, 2027-03-31 or 2027-03-31T12:00:00Z")
    })?;
    if time <= now {
        return Err(format!("{text} is over already"));
    }
    Ok(time.as_microsecond())
}

/// Reads a length of time, `30m`, `12h` or `2d`, as microseconds; a year at most.
pub(crate) fn length(text: &str) -> Result<i64, String> {
    let micros = text
        .split_at_checked(text.len().saturating_sub(1))
        .and_then(|(number, unit)| {
            let minutes = match unit {
                "m" => 1,
                "h" => 60,
                "d" => 24 * 60,
                _ => return None,
            };
            let minutes = number.parse::<u32>().ok()?.checked_mul(minutes)?;
            (minutes <= 366 * 24 * 60).then_some(i64::from(minutes) * 60_000_000)
        });
    micros.ok_or_else(|| format!("{text:?} is no length of time: write 30m, 12h or 2d"))
}

fn read(text: &str, now: Timestamp) -> Option<Timestamp> {
    // Before the date, which would be read out of a whole time too.
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Ok(date) = text.parse::<Date>() {
        let end = date.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
        return Some(end.timestamp());
    }
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let hours = match unit {
        "h" => 1,
        "d" => 24,
        "w" => 7 * 24,
        _ => return None,
    };
    let hours = number.parse::<i64>().ok()?.checked_mul(hours)?;
    now.checked_add(SignedDuration::try_from_hours(hours)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;

    #[test]
    fn times_are_shown_both_ways() {
        let now = 1_795_316_400_000_000;
        assert_eq!(
            shown(now - 130 * MINUTE, now),
            "2026-11-22 00:50 UTC (2 h ago)"
        );
        for (ago, text) in [
            (0, "now"),
            (59, "59 min ago"),
            (47 * 60, "47 h ago"),
            (48 * 60, "2 days ago"),
            (-90, "in 1 h"),
        ] {
            assert_eq!(relative(now - ago * MINUTE, now), text);
        }
        assert_eq!(absolute(i64::MAX), "beyond the calendar");
    }

    #[test]
    fn lengths_are_read() {
        for (text, minutes) in [("0m", 0), ("30m", 30), ("12h", 720), ("366d", 527_040)] {
            assert_eq!(length(text), Ok(minutes * MINUTE), "{text}");
        }
        for text in ["", "h", "1", "-1h", "367d", "99999999999h", "1é"] {
            assert!(length(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ends_are_read() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        for (text, end) in [
            ("2h", "2026-11-22T05:00:00Z"),
            ("1d", "2026-11-23T03:00:00Z"),
            ("2w", "2026-12-06T03:00:00Z"),
            ("2026-11-22", "2026-11-23T00:00:00Z"),
            ("2026-12-01T09:00:00+09:00", "2026-12-01T00:00:00Z"),
        ] {
            assert_eq!(read(text, now).unwrap().to_string(), end, "{text}");
        }
        for text in ["", "d", "1y", "soon", "9999999999999999d", "-", "1é"] {
            assert_eq!(read(text, now), None, "{text}");
        }
        assert!(future("2020-01-01").unwrap_err().contains("over already"));
        assert!(future("-1d").is_err());
    }
}
