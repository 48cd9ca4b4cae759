//! The short of it: many listings of one value in one line.

use std::collections::BTreeSet;
use std::fmt;

use noroshi_indicator::Tlp;
use noroshi_store::{Found, Listing};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{State, Time};

/// What the listings of one value come to. A listing of a name above or below it, or of a network
/// around it, is not a listing of the value and does not count.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, ToSchema)]
pub struct Verdict {
    /// Whether any source that the reader may see lists the value, or did.
    pub known: bool,
    /// The most pressing state of all listings: `listed` before `expired` before `delisted`.
    pub state: Option<State>,
    /// How many sources list the value, or did.
    pub source_count: usize,
    /// Their names, sorted.
    pub sources: Vec<String>,
    /// Malware families and campaigns, sorted.
    pub families: Vec<String>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// The highest confidence of any source, 0 to 100.
    #[schema(maximum = 100)]
    pub confidence: Option<u8>,
    /// The most restricted marking of what this rests on.
    #[schema(value_type = Option<String>, example = "green")]
    pub tlp: Option<Tlp>,
    /// The earliest sighting of any source.
    pub first_seen: Option<Time>,
    /// The latest sighting of any source.
    pub last_seen: Option<Time>,
    /// How many posts that the reader may see name the value. That does not make it known: a post may
    /// name what is harmless.
    pub posts: usize,
}

impl Verdict {
    /// Sums up all that is said about a value.
    pub fn about(found: &Found) -> Verdict {
        Verdict {
            posts: found.posts.len(),
            ..Verdict::of(&found.listings)
        }
    }

    /// Sums up the listings of one value.
    pub fn of<'a>(listings: impl IntoIterator<Item = &'a Listing>) -> Verdict {
        let mut verdict = Verdict::default();
        let (mut sources, mut families, mut tags) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for listing in listings {
            verdict.known = true;
            verdict.state = verdict.state.max(Some(listing.state.into()));
            verdict.confidence = verdict.confidence.max(listing.confidence);
            verdict.tlp = verdict.tlp.max(Some(listing.tlp));
            let first = Time(listing.first_seen);
            verdict.first_seen = Some(verdict.first_seen.map_or(first, |seen| seen.min(first)));
            verdict.last_seen = verdict.last_seen.max(Some(Time(listing.last_seen)));
            sources.insert(listing.source.as_str());
            families.extend(listing.family.as_deref());
            tags.extend(listing.tags.iter().map(String::as_str));
        }
        let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
        verdict.source_count = sources.len();
        verdict.sources = owned(sources);
        verdict.families = owned(families);
        verdict.tags = owned(tags);
        verdict
    }
}

/// One line: `listed by 2 sources (a, b): Emotet; tags: c2, phishing`, `mentioned in 2 posts`, or
/// `not listed`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let Some(state) = self.state else {
            return match self.posts {
                0 => f.write_str("not listed"),
                n => write!(f, "mentioned in {n} post{}", plural(n)),
            };
        };
        let plural = plural(self.source_count);
        let (state, count) = (state.name(), self.source_count);
        write!(
            f,
            "{state} by {count} source{plural} ({})",
            self.sources.join(", ")
        )?;
        if !self.families.is_empty() {
            write!(f, ": {}", self.families.join(", "))?;
        }
        if !self.tags.is_empty() {
            write!(f, "; tags: {}", self.tags.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use noroshi_indicator::{Kind, Observable};
    use noroshi_store::ListingState;

    use super::*;

    fn listing(source: &str, state: ListingState, seen: (i64, i64)) -> Listing {
        Listing {
            observable: Observable::parse(Kind::Domain, "evil.example").unwrap(),
            source: source.to_owned(),
            item: 0,
            state,
            tlp: Tlp::Green,
            first_seen: seen.0,
            last_seen: seen.1,
            received: 5,
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
    fn nothing_comes_to_nothing() {
        let verdict = Verdict::of([]);
        assert_eq!(verdict, Verdict::default());
        assert!(!verdict.known);
        assert_eq!(verdict.to_string(), "not listed");
    }

    #[test]
    fn what_only_posts_name_is_mentioned() {
        for (posts, line) in [(1, "mentioned in 1 post"), (2, "mentioned in 2 posts")] {
            let verdict = Verdict {
                posts,
                ..Verdict::default()
            };
            assert_eq!(verdict.to_string(), line);
            assert!(!verdict.known);
        }
    }

    #[test]
    fn the_most_pressing_state_and_the_widest_times_count() {
        let tagged = Listing {
            family: Some("Emotet".to_owned()),
            tags: vec!["c2".to_owned()],
            confidence: Some(40),
            tlp: Tlp::Amber,
            ..listing("b", ListingState::Expired, (30, 40))
        };
        let again = Listing {
            item: 7,
            tags: vec!["botnet".to_owned(), "c2".to_owned()],
            confidence: Some(90),
            ..listing("b", ListingState::Delisted, (10, 90))
        };
        let verdict = Verdict::of([&tagged, &again]);
        assert_eq!(verdict.state, Some(State::Expired));
        assert_eq!(
            (verdict.first_seen, verdict.last_seen),
            (Some(Time(10)), Some(Time(90)))
        );
        assert_eq!(
            (verdict.confidence, verdict.tlp),
            (Some(90), Some(Tlp::Amber))
        );
        assert_eq!(
            verdict.to_string(),
            "expired by 1 source (b): Emotet; tags: botnet, c2"
        );

        let listed = listing("a", ListingState::Listed, (20, 20));
        let verdict = Verdict::of([&tagged, &again, &listed]);
        assert_eq!(
            (verdict.state, verdict.source_count),
            (Some(State::Listed), 2)
        );
        assert_eq!(verdict.sources, ["a", "b"]);
    }
}
