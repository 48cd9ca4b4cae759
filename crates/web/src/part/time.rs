//! A point in time. Without script it is written in UTC; the script makes it relative, and shows
//! the reader's own clock on hovering.

use std::fmt;

use askama::filters::HtmlSafe;
use noroshi_lookup::Time;

/// A point in time, as `<time>`.
#[derive(Clone, Copy)]
pub(crate) struct Moment(Time);

impl Moment {
    /// Microseconds since the epoch.
    pub(crate) fn at(micros: i64) -> Moment {
        Moment(Time(micros))
    }

    /// `2026-11-22 03:00`, in UTC.
    pub(crate) fn minute(self) -> String {
        let text = self.0.to_string();
        let minute: String = text.chars().take(16).collect();
        minute.replace('T', " ")
    }
}

impl From<Time> for Moment {
    fn from(time: Time) -> Moment {
        Moment(time)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<time datetime=\"{}\">{} UTC</time>",
            self.0,
            self.minute()
        )
    }
}

impl HtmlSafe for Moment {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_says_which_clock_it_is() {
        let shown = Moment::at(1_795_316_459_000_000).to_string();
        assert_eq!(
            shown,
            "<time datetime=\"2026-11-22T03:00:59Z\">2026-11-22 03:00 UTC</time>"
        );
    }
}
