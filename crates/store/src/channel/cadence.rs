//! When notices go out.

use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::error::{Error, Result};

/// An hour, in microseconds.
pub(crate) const HOUR: i64 = 3_600_000_000;
/// When the daily digest goes out, by the reader's clock.
const MORNING: i8 = 9;

/// When notices go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Each hit for itself.
    Each,
    /// Gathered, at the full hour.
    Hourly,
    /// Gathered, at 9:00 in the channel's zone.
    Daily,
}

impl Cadence {
    /// All of them.
    pub const ALL: [Cadence; 3] = [Cadence::Each, Cadence::Hourly, Cadence::Daily];

    /// `each`, `hourly` or `daily`.
    pub fn name(self) -> &'static str {
        ["each", "hourly", "daily"][self as usize]
    }

    /// The cadence of that name.
    pub fn of(name: &str) -> Option<Cadence> {
        Cadence::ALL.into_iter().find(|one| one.name() == name)
    }

    pub(super) fn from_code(code: i64) -> Result<Cadence> {
        let found = Cadence::ALL.into_iter().find(|one| *one as i64 + 1 == code);
        found.ok_or_else(|| Error::Corrupt(format!("cadence {code}")))
    }

    /// When what is gathered at a time goes out; both in microseconds since the epoch. A zone that is no longer
    /// known counts as UTC.
    pub(crate) fn due(self, zone: &str, at: i64) -> i64 {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let due = match self {
            Cadence::Each => return at,
            Cadence::Hourly => next_hour(&zone, at),
            Cadence::Daily => next_morning(&zone, at),
        };
        // Only beyond the calendar's end.
        due.unwrap_or(at.saturating_add(HOUR))
    }
}

/// The next full hour by the clock of a zone, some of which are half an hour off.
fn next_hour(zone: &TimeZone, at: i64) -> Option<i64> {
    let now = Timestamp::from_microsecond(at).ok()?;
    let past = i64::from(zone.to_offset(now).seconds()).rem_euclid(3_600) * 1_000_000;
    Some(at + HOUR - (at + past).rem_euclid(HOUR))
}

/// The next 9:00. A day may have 23 or 25 hours; where 9:00 is skipped, it is as much later, and where it comes
/// twice, the first counts.
fn next_morning(zone: &TimeZone, at: i64) -> Option<i64> {
    let now = Timestamp::from_microsecond(at).ok()?;
    let mut day = zone.to_datetime(now).date();
    for _ in 0..3 {
        let morning = day.to_datetime(time(MORNING, 0, 0, 0));
        let morning = zone.to_ambiguous_timestamp(morning).compatible().ok()?;
        if morning > now {
            return Some(morning.as_microsecond());
        }
        day = day.checked_add(Span::new().days(1)).ok()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(cadence: Cadence, zone: &str, at: &str) -> String {
        let at: Timestamp = at.parse().unwrap();
        let due = cadence.due(zone, at.as_microsecond());
        Timestamp::from_microsecond(due).unwrap().to_string()
    }

    #[test]
    fn a_morning_is_nine_by_the_readers_clock() {
        for (zone, at, expected) in [
            ("Asia/Tokyo", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
            ("Asia/Tokyo", "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z"),
            ("UTC", "2026-03-01T08:59:59Z", "2026-03-01T09:00:00Z"),
            // Clocks go forward in the night of 2026-03-29, back in that of 2026-10-25.
            (
                "Europe/Berlin",
                "2026-03-28T08:00:00Z",
                "2026-03-29T07:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-03-29T07:00:00Z",
                "2026-03-30T07:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-24T07:00:01Z",
                "2026-10-25T08:00:00Z",
            ),
            // America: 2026-03-08 and 2026-11-01.
            (
                "America/New_York",
                "2026-03-07T14:00:00Z",
                "2026-03-08T13:00:00Z",
            ),
            (
                "America/New_York",
                "2026-10-31T13:00:00Z",
                "2026-11-01T14:00:00Z",
            ),
            // Half an hour of summer time.
            (
                "Australia/Lord_Howe",
                "2026-04-02T23:00:00Z",
                "2026-04-03T22:00:00Z",
            ),
            (
                "Australia/Lord_Howe",
                "2026-04-03T23:00:00Z",
                "2026-04-04T22:30:00Z",
            ),
            // Samoa had no 2011-12-30.
            (
                "Pacific/Apia",
                "2011-12-29T20:00:00Z",
                "2011-12-30T19:00:00Z",
            ),
            (
                "Nowhere/Land",
                "2026-03-01T10:00:00Z",
                "2026-03-02T09:00:00Z",
            ),
        ] {
            assert_eq!(due(Cadence::Daily, zone, at), expected, "{zone} {at}");
        }
    }

    #[test]
    fn an_hour_is_full_by_the_readers_clock() {
        for (zone, at, expected) in [
            ("UTC", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"),
            ("UTC", "2026-03-01T08:59:59Z", "2026-03-01T09:00:00Z"),
            (
                "Asia/Kolkata",
                "2026-03-01T08:10:00Z",
                "2026-03-01T08:30:00Z",
            ),
            (
                "Asia/Kathmandu",
                "2026-03-01T08:10:00Z",
                "2026-03-01T08:15:00Z",
            ),
        ] {
            assert_eq!(due(Cadence::Hourly, zone, at), expected, "{zone} {at}");
        }
        assert_eq!(
            due(Cadence::Each, "UTC", "2026-03-01T08:10:00Z"),
            "2026-03-01T08:10:00Z"
        );
    }
}
