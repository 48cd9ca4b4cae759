//! Reads times: dates, months, date-times, and how long ago.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::error::excerpt;
use crate::time::{Time, TimeRange};

/// What times are read against: the present, and the zone that dates are in.
#[derive(Clone, Copy)]
pub(crate) struct Clock<'z> {
    /// Microseconds since the Unix epoch.
    pub(crate) now: i64,
    pub(crate) zone: &'z TimeZone,
}

/// A named time: an instant, or a whole day or month.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Moment {
    Instant(Time),
    /// From its first microsecond up to, and not including, the first after it.
    Whole(Time, Time),
}

impl Moment {
    fn start(self) -> Time {
        match self {
            Moment::Instant(at) | Moment::Whole(at, _) => at,
        }
    }

    /// The end of a range that ends here: a day belongs to it as a whole, an instant does not.
    fn end(self) -> Time {
        match self {
            Moment::Instant(at) | Moment::Whole(_, at) => at,
        }
    }

    /// The first microsecond that is later.
    fn after(self) -> Time {
        match self {
            Moment::Instant(at) => Time::clamped(at.0.saturating_add(1)),
            Moment::Whole(_, end) => end,
        }
    }
}

/// The value of `since:`: from its beginning on.
pub(crate) fn since(text: &str, clock: Clock<'_>) -> Result<Time, String> {
    moment(text, clock).map(Moment::start)
}

/// The value of `until:`: up to its end.
pub(crate) fn until(text: &str, clock: Clock<'_>) -> Result<Time, String> {
    moment(text, clock).map(Moment::end)
}

/// The value of `first:` and `last:`.
pub(crate) fn range(text: &str, clock: Clock<'_>) -> Result<TimeRange, String> {
    if let Some((from, until)) = text.split_once("..") {
        let from = (!from.is_empty()).then(|| since(from, clock)).transpose()?;
        let until = (!until.is_empty())
            .then(|| self::until(until, clock))
            .transpose()?;
        return match (from, until) {
            (Some(from), Some(until)) if from < until => Ok(TimeRange::Between(from, until)),
            (Some(_), Some(_)) => Err("this range ends before it begins".to_owned()),
            (Some(from), None) => Ok(TimeRange::From(from)),
            (None, Some(until)) => Ok(TimeRange::Before(until)),
            (None, None) => Err("a range needs at least one end, as in `2026-01-01..`".to_owned()),
        };
    }
    for (sign, bound) in COMPARISONS {
        if let Some(rest) = text.strip_prefix(sign) {
            if duration(rest).is_some() {
                return Err(format!(
                    "write `{rest}` for the last {rest}, or `..{rest}` for longer ago than that"
                ));
            }
            return moment(rest, clock).map(bound);
        }
    }
    match moment(text, clock)? {
        Moment::Whole(start, end) => Ok(TimeRange::Between(start, end)),
        Moment::Instant(at) if duration(text).is_some() => Ok(TimeRange::From(at)),
        Moment::Instant(_) => {
            Err("one instant is no range: write `>=` or `<` before it, or `a..b`".to_owned())
        }
    }
}

type Bound = fn(Moment) -> TimeRange;

/// The longer sign first, since it begins with the shorter.
const COMPARISONS: [(&str, Bound); 4] = [
    (">=", |moment| TimeRange::From(moment.start())),
    ("<=", |moment| TimeRange::Before(moment.after())),
    (">", |moment| TimeRange::From(moment.after())),
    ("<", |moment| TimeRange::Before(moment.start())),
];

fn moment(text: &str, clock: Clock<'_>) -> Result<Moment, String> {
    if let Some(micros) = duration(text) {
        let ago = clock.now.saturating_sub(micros);
        return Ok(Moment::Instant(Time::clamped(ago)));
    }
    let read = match shape(text).as_str() {
        "dddd-dd-dd" => day(text, clock.zone),
        "dddd-dd" => month(text, clock.zone),
        other if other.starts_with("dddd-dd-ddT") => instant(text, clock.zone),
        _ => None,
    };
    read.ok_or_else(|| {
        format!(
            "`{}` is no time: expected a date (2026-11-01), a month (2026-11), \
             a date and time (2026-11-01T09:30:00Z), or how long ago (30m, 24h, 7d, 2w)",
            excerpt(text)
        )
    })
}

/// The first characters of `text`, with `d` for any digit.
fn shape(text: &str) -> String {
    text.chars()
        .take(12)
        .map(|c| match c {
            '0'..='9' => 'd',
            't' => 'T',
            _ => c,
        })
        .collect()
}

/// `30m`, `24h`, `7d` or `2w` in microseconds; a day is 24 hours.
fn duration(text: &str) -> Option<i64> {
    let unit = match text.as_bytes().last()? {
        b'm' => 60,
        b'h' => 3_600,
        b'd' => 86_400,
        b'w' => 7 * 86_400,
        _ => return None,
    };
    let digits = text.get(..text.len() - 1)?;
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count: i64 = digits.parse().ok()?;
    Some(count.saturating_mul(unit * 1_000_000))
}

fn day(text: &str, zone: &TimeZone) -> Option<Moment> {
    let day: Date = text.parse().ok()?;
    whole(day, day.tomorrow().ok()?, zone)
}

fn month(text: &str, zone: &TimeZone) -> Option<Moment> {
    let first: Date = format!("{text}-01").parse().ok()?;
    whole(first, first.checked_add(1.month()).ok()?, zone)
}

fn whole(first: Date, next: Date, zone: &TimeZone) -> Option<Moment> {
    let midnight = |date: Date| {
        let zoned = date.to_zoned(zone.clone()).ok()?;
        Some(Time::clamped(zoned.timestamp().as_microsecond()))
    };
    Some(Moment::Whole(midnight(first)?, midnight(next)?))
}

/// A date and time with its own offset, or else in the zone.
fn instant(text: &str, zone: &TimeZone) -> Option<Moment> {
    let stamp = text.parse::<Timestamp>().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        civil
            .to_zoned(zone.clone())
            .ok()
            .map(|zoned| zoned.timestamp())
    })?;
    Some(Moment::Instant(Time::clamped(stamp.as_microsecond())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        Time(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    /// Noon on 22 November 2026 in New York, where winter time began on the 1st.
    fn new_york(test: impl FnOnce(Clock<'_>)) {
        let zone = TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap();
        test(Clock {
            now: at("2026-11-22T17:00:00Z").0,
            zone: &zone,
        });
    }

    #[test]
    fn days_and_months_are_whole() {
        new_york(|clock| {
            assert_eq!(since("2026-11-01", clock), Ok(at("2026-11-01T04:00:00Z")));
            assert_eq!(
                until("2026-11-01", clock),
                Ok(at("2026-11-02T05:00:00Z")),
                "25 hours"
            );
            assert_eq!(since("2026-12", clock), Ok(at("2026-12-01T05:00:00Z")));
            assert_eq!(until("2026-12", clock), Ok(at("2027-01-01T05:00:00Z")));
        });
    }

    #[test]
    fn instants_have_their_offset_or_the_zone() {
        new_york(|clock| {
            let instant = |text: &str| {
                let start = since(text, clock).unwrap();
                assert_eq!(until(text, clock), Ok(start));
                start
            };
            assert_eq!(
                instant("2026-11-22T09:30:00+09:00"),
                at("2026-11-22T00:30:00Z")
            );
            assert_eq!(
                instant("2026-11-22t09:30:00.000001z"),
                at("2026-11-22T09:30:00.000001Z")
            );
            assert_eq!(instant("2026-11-22T09:30"), at("2026-11-22T14:30:00Z"));
            assert_eq!(instant("30m"), at("2026-11-22T16:30:00Z"));
            assert_eq!(instant("36h"), at("2026-11-21T05:00:00Z"));
            assert_eq!(instant("1d"), at("2026-11-21T17:00:00Z"));
            assert_eq!(
                instant("3w"),
                at("2026-11-01T17:00:00Z"),
                "weeks of 168 hours"
            );
            assert_eq!(instant("999999999w"), Time::MIN);
        });
    }

    #[test]
    fn ranges_join_a_start_and_an_end() {
        let (noon, one) = (
            at("2026-11-22T12:00:00Z"),
            Time(at("2026-11-22T12:00:00Z").0 + 1),
        );
        let day = (at("2026-11-22T05:00:00Z"), at("2026-11-23T05:00:00Z"));
        new_york(|clock| {
            for (text, wanted) in [
                ("2026-11-22", TimeRange::Between(day.0, day.1)),
                ("2026-11-22..2026-11-22", TimeRange::Between(day.0, day.1)),
                ("2026-11-22..", TimeRange::From(day.0)),
                ("..2026-11-22", TimeRange::Before(day.1)),
                ("..2026-11-22T12:00:00Z", TimeRange::Before(noon)),
                (">=2026-11-22", TimeRange::From(day.0)),
                (">2026-11-22", TimeRange::From(day.1)),
                ("<=2026-11-22", TimeRange::Before(day.1)),
                ("<2026-11-22", TimeRange::Before(day.0)),
                (">=2026-11-22T12:00:00Z", TimeRange::From(noon)),
                (">2026-11-22T12:00:00Z", TimeRange::From(one)),
                ("<=2026-11-22T12:00:00Z", TimeRange::Before(one)),
                ("<2026-11-22T12:00:00Z", TimeRange::Before(noon)),
                ("5h", TimeRange::From(noon)),
                ("..5h", TimeRange::Before(noon)),
                ("5h..2026-11-22", TimeRange::Between(noon, day.1)),
            ] {
                assert_eq!(range(text, clock), Ok(wanted), "{text}");
            }
        });
    }
}
