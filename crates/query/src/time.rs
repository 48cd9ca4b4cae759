//! Points and ranges of time, as microseconds since the Unix epoch.

use std::fmt;

use jiff::Timestamp;

/// A point in time: microseconds since the Unix epoch, UTC. Prints as RFC 3339.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Time(pub i64);

/// A stretch of time from its start up to, and not including, its end.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TimeRange {
    /// From this time on.
    From(Time),
    /// Everything earlier than this time.
    Before(Time),
    /// From the first time on, and earlier than the second.
    Between(Time, Time),
}

impl Time {
    /// Midnight before 1 January of the year 1, the earliest time a query can name.
    pub const MIN: Time = Time(-62_135_596_800_000_000);
    /// Late on 30 December 9999, the latest time a query can name: as far as the calendar
    /// of `jiff` reaches in every zone.
    pub const MAX: Time = Time(253_402_207_199_999_999);

    /// The nearest time that a query can name.
    pub(crate) fn clamped(micros: i64) -> Time {
        Time(micros.clamp(Time::MIN.0, Time::MAX.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = Time::clamped(self.0);
        match Timestamp::from_microsecond(within.0) {
            Ok(stamp) => write!(f, "{stamp}"),
            Err(_) => Err(fmt::Error),
        }
    }
}

impl TimeRange {
    /// When it starts, if it does.
    pub fn from(self) -> Option<Time> {
        match self {
            TimeRange::From(from) | TimeRange::Between(from, _) => Some(from),
            TimeRange::Before(_) => None,
        }
    }

    /// When it is over, if ever; not itself part of the range.
    pub fn until(self) -> Option<Time> {
        match self {
            TimeRange::Before(until) | TimeRange::Between(_, until) => Some(until),
            TimeRange::From(_) => None,
        }
    }

    /// Whether a time in microseconds falls into it.
    pub fn contains(self, micros: i64) -> bool {
        self.from().is_none_or(|from| from.0 <= micros)
            && self.until().is_none_or(|until| micros < until.0)
    }
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimeRange::From(from) => write!(f, ">={from}"),
            TimeRange::Before(until) => write!(f, "<{until}"),
            TimeRange::Between(from, until) => write!(f, "{from}..{until}"),
        }
    }
}
