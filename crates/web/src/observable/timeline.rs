//! The timeline of an observable: a lane for each listing, a bar from first to last seen.

use noroshi_lookup::Listing;

use crate::part::{Mark, Moment};

/// Width of the picture.
const WIDTH: i128 = 1_000;
/// The least width of a bar that can be seen.
const LEAST: i128 = 4;
/// Lanes that are drawn.
const LANES: usize = 100;

/// All lanes, over the same span of time.
pub(super) struct Timeline {
    pub(super) lanes: Vec<Lane>,
    pub(super) begin: Option<Moment>,
    pub(super) end: Option<Moment>,
}

/// One listing.
pub(super) struct Lane {
    pub(super) source: String,
    pub(super) mark: Mark,
    pub(super) first: Moment,
    pub(super) last: Moment,
    pub(super) x: i128,
    pub(super) width: i128,
}

impl Timeline {
    pub(super) fn new(listings: &[Listing]) -> Timeline {
        let begin = listings.iter().map(|one| one.first_seen.0).min();
        let end = listings
            .iter()
            .map(|one| one.last_seen.0.max(one.first_seen.0))
            .max();
        let (Some(begin), Some(end)) = (begin, end) else {
            return Timeline {
                lanes: Vec::new(),
                begin: None,
                end: None,
            };
        };
        let span = (i128::from(end) - i128::from(begin)).max(1);
        let place = |at: i64| (i128::from(at) - i128::from(begin)) * WIDTH / span;
        let lanes = listings.iter().take(LANES).map(|one| {
            let from = place(one.first_seen.0).min(WIDTH - LEAST);
            let to = place(one.last_seen.0.max(one.first_seen.0));
            Lane {
                source: one.source.clone(),
                mark: Mark::of(Some(one.state), false),
                first: one.first_seen.into(),
                last: one.last_seen.into(),
                x: from,
                width: (to - from).max(LEAST),
            }
        });
        let mut lanes: Vec<Lane> = lanes.collect();
        lanes.sort_by_key(|lane| lane.x);
        Timeline {
            lanes,
            begin: Some(Moment::at(begin)),
            end: Some(Moment::at(end)),
        }
    }
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
    fn bars_lie_within_the_picture() {
        let bars = |listings: &[Listing]| -> Vec<(i128, i128)> {
            let timeline = Timeline::new(listings);
            timeline
                .lanes
                .iter()
                .map(|lane| (lane.x, lane.width))
                .collect()
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
