//! The timeline of an observable: a lane for each source, a bar for each of its listings, from first
//! to last seen.

use std::collections::BTreeMap;

use noroshi_lookup::Listing;

use crate::part::{Mark, Moment, visible};

/// Width of the picture.
const WIDTH: i128 = 1_000;
/// The least width of a bar that can be seen.
const LEAST: i128 = 4;
/// Bars that are drawn.
const BARS: usize = 200;

/// All lanes, over the same span of time.
pub(super) struct Timeline {
    pub(super) lanes: Vec<Lane>,
    pub(super) begin: Option<Moment>,
    pub(super) end: Option<Moment>,
}

/// What one source listed, from first to last seen.
pub(super) struct Lane {
    pub(super) source: String,
    pub(super) bars: Vec<Bar>,
}

/// One listing.
pub(super) struct Bar {
    pub(super) mark: Mark,
    pub(super) first: Moment,
    pub(super) last: Moment,
    pub(super) x: i128,
    pub(super) width: i128,
}

impl Timeline {
    pub(super) fn new(listings: &[Listing]) -> Timeline {
        let begin = listings.iter().map(|one| one.first_seen.0).min();
        let end = listings.iter().map(end_of).max();
        let (Some(begin), Some(end)) = (begin, end) else {
            return Timeline {
                lanes: Vec::new(),
                begin: None,
                end: None,
            };
        };
        let mut lanes: BTreeMap<&str, Vec<Bar>> = BTreeMap::new();
        for listing in listings.iter().take(BARS) {
            let bars = lanes.entry(&listing.source).or_default();
            bars.push(Bar::new(listing, begin, end));
        }
        let lanes = lanes.into_iter().map(|(source, mut bars)| {
            // What is more pressing lies on top.
            bars.sort_by_key(|bar| bar.mark as u8);
            Lane {
                source: visible(source),
                bars,
            }
        });
        let mut lanes: Vec<Lane> = lanes.collect();
        lanes.sort_by_key(|lane| lane.bars.iter().map(|bar| bar.x).min());
        Timeline {
            lanes,
            begin: Some(Moment::at(begin)),
            end: Some(Moment::at(end)),
        }
    }
}

impl Bar {
    fn new(listing: &Listing, begin: i64, end: i64) -> Bar {
        let span = (i128::from(end) - i128::from(begin)).max(1);
        let place = |at: i64| (i128::from(at) - i128::from(begin)) * WIDTH / span;
        let x = place(listing.first_seen.0).min(WIDTH - LEAST);
        Bar {
            mark: Mark::of(Some(listing.state), false),
            first: listing.first_seen.into(),
            last: listing.last_seen.into(),
            x,
            width: (place(end_of(listing)) - x).max(LEAST),
        }
    }
}

/// A source may say that it saw something last before it saw it first.
fn end_of(listing: &Listing) -> i64 {
    listing.last_seen.0.max(listing.first_seen.0)
}

#[cfg(test)]
mod tests {
    use noroshi_indicator::Tlp;
    use noroshi_lookup::{State, Time};

    use super::*;

    fn listing(first: i64, last: i64) -> Listing {
        Listing {
            source: "feed".to_owned(),
            state: State::Listed,
            tlp: Tlp::Clear,
            first_seen: Time(first),
            last_seen: Time(last),
            received: Time(0),
            port: None,
            family: None,
            tags: Vec::new(),
            note: None,
            confidence: None,
            reference: None,
            batch: 1,
        }
    }

    #[test]
    fn a_source_has_one_lane() {
        let other = Listing {
            source: "other".to_owned(),
            ..listing(10, 20)
        };
        let timeline = Timeline::new(&[listing(50, 100), other, listing(0, 30)]);
        let lanes = timeline.lanes.iter();
        let lanes: Vec<(&str, usize)> = lanes
            .map(|lane| (lane.source.as_str(), lane.bars.len()))
            .collect();
        assert_eq!(lanes, [("feed", 2), ("other", 1)]);
    }

    #[test]
    fn bars_lie_within_the_picture() {
        let bars = |listings: &[Listing]| -> Vec<(i128, i128)> {
            let timeline = Timeline::new(listings);
            let bars = timeline.lanes.iter().flat_map(|lane| &lane.bars);
            let mut bars: Vec<_> = bars.map(|bar| (bar.x, bar.width)).collect();
            bars.sort_unstable();
            bars
        };
        assert!(bars(&[]).is_empty());
        assert_eq!(bars(&[listing(5, 5)]), [(0, 4)]);
        assert_eq!(
            bars(&[listing(50, 100), listing(0, 50)]),
            [(0, 500), (500, 500)]
        );
        assert_eq!(
            bars(&[listing(0, 100), listing(100, 100)]),
            [(0, 1_000), (996, 4)]
        );
        for (x, width) in bars(&[
            listing(i64::MIN, i64::MAX),
            listing(9, -9),
            listing(i64::MAX, 0),
        ]) {
            assert!(x >= 0 && width >= 4 && x + width <= 1_000, "{x} {width}");
        }
    }
}
