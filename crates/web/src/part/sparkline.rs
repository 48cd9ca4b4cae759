//! A small picture of numbers over days.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::frame::{Words, fill, thousands};

/// Width and height of the picture.
const SIZE: (u64, u64) = (120, 24);

/// Bars over days, the last one today.
#[derive(Clone, Template)]
#[template(path = "part/sparkline.html")]
pub(crate) struct Sparkline {
    text: String,
    bars: Vec<Bar>,
}

#[derive(Clone, Debug, PartialEq)]
struct Bar {
    x: u64,
    y: u64,
    width: u64,
    height: u64,
}

impl Sparkline {
    pub(crate) fn new(days: &[u64], words: &'static Words) -> Sparkline {
        let sum = days.iter().fold(0_u64, |sum, day| sum.saturating_add(*day));
        let most = days.iter().copied().max().unwrap_or_default();
        let text = fill(
            words.spark_text,
            &[
                ("n", &thousands(sum)),
                ("days", &days.len()),
                ("most", &thousands(most)),
            ],
        );
        Sparkline::of(text, days)
    }

    /// With what it says in words.
    pub(crate) fn of(text: String, days: &[u64]) -> Sparkline {
        let most = days.iter().copied().max().unwrap_or_default();
        Sparkline {
            text,
            bars: bars(days, most),
        }
    }
}

impl HtmlSafe for Sparkline {}

/// The highest fills the height; whatever is more than nothing can be seen.
fn bars(days: &[u64], most: u64) -> Vec<Bar> {
    let (width, height) = SIZE;
    let step = (width / days.len().max(1) as u64).max(1);
    let tall = |day: u64| {
        let part = u128::from(day) * u128::from(height) / u128::from(most.max(1));
        u64::try_from(part)
            .unwrap_or(height)
            .max(u64::from(day > 0) * 2)
    };
    let bars = days.iter().zip(0_u64..).map(|(day, at)| Bar {
        x: at * step,
        y: height - tall(*day),
        width: step.saturating_sub(1).max(1),
        height: tall(*day),
    });
    bars.filter(|bar| bar.height > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_with_something_can_be_seen() {
        let bars = bars(&[0, 1, 1_000_000], 1_000_000);
        assert_eq!(bars.len(), 2);
        assert_eq!((bars[0].x, bars[0].height), (40, 2));
        assert_eq!((bars[1].y, bars[1].height), (0, 24));
        assert!(super::bars(&[], 0).is_empty());
        assert_eq!(super::bars(&[u64::MAX], u64::MAX)[0].height, 24);
    }
}
