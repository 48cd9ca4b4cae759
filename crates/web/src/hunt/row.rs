//! A hit as a row of a table, and a sample of a preview as the same.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_exchange::post::plain;
use noroshi_store::{Hit, HitState, Listing, Post, Said};
use noroshi_watch::Sample;

use crate::frame::{Frame, Words};
use crate::part::{Chip, Mark, Moment, account_link, source_link, visible};
use crate::state::AppState;

/// Characters of a text that a row shows.
const SHORT: usize = 200;

/// What was found.
#[derive(Clone, Template)]
#[template(path = "hunt/said.html")]
pub(super) enum SaidCell {
    Post {
        href: String,
        from: String,
        from_href: String,
        text: String,
        tlp: String,
    },
    Listing {
        chip: Box<Chip>,
        from: String,
        from_href: String,
        text: String,
        tlp: String,
    },
    Gone {
        words: &'static Words,
    },
}

impl HtmlSafe for SaidCell {}

impl SaidCell {
    pub(super) fn of_sample(
        sample: &Sample,
        state: &AppState,
        frame: &Frame,
    ) -> (Moment, SaidCell) {
        match sample {
            Sample::Post(post) => (Moment::at(post.received), SaidCell::post(post)),
            Sample::Listing(listing) => (
                Moment::at(listing.received),
                SaidCell::listing(listing, state, frame),
            ),
        }
    }

    fn post(post: &Post) -> SaidCell {
        SaidCell::Post {
            href: format!("/post/{}", post.id),
            from: visible(&post.from.name),
            from_href: account_link(&post.from.name),
            text: plain(&post.text, SHORT),
            tlp: post.tlp.name().to_uppercase(),
        }
    }

    fn listing(listing: &Listing, state: &AppState, frame: &Frame) -> SaidCell {
        let warned = !state.warninglists.hits(&listing.observable).is_empty();
        let mark = Mark::of(Some(listing.state.into()), warned);
        let said = listing
            .family
            .iter()
            .chain(&listing.tags)
            .chain(&listing.note);
        let said: Vec<String> = said.map(|text| visible(text)).collect();
        SaidCell::Listing {
            chip: Box::new(Chip::new(&listing.observable, mark, frame)),
            from: visible(&listing.source),
            from_href: source_link(&listing.source),
            text: said.join(" · ").chars().take(SHORT).collect(),
            tlp: listing.tlp.name().to_uppercase(),
        }
    }
}

/// A hit.
pub(super) struct HitRow {
    pub(super) id: i64,
    pub(super) at: Moment,
    pub(super) said: SaidCell,
    pub(super) state: &'static str,
    pub(super) class: &'static str,
    pub(super) open: bool,
    pub(super) assignee: Option<String>,
}

impl HitRow {
    pub(super) fn new(hit: &Hit, state: &AppState, frame: &Frame) -> HitRow {
        HitRow {
            id: hit.id,
            at: Moment::at(hit.at),
            said: match &hit.said {
                Some(Said::Post(post)) => SaidCell::post(post),
                Some(Said::Listing(listing)) => SaidCell::listing(listing, state, frame),
                None => SaidCell::Gone { words: frame.words },
            },
            state: state_word(hit.state, frame.words),
            class: match hit.state {
                HitState::Open => "listed",
                HitState::Acknowledged => "expired",
                HitState::Closed => "unknown",
                HitState::FalsePositive => "delisted",
            },
            open: hit.state == HitState::Open,
            assignee: hit.assignee.as_deref().map(visible),
        }
    }
}

pub(super) fn state_word(state: HitState, words: &'static Words) -> &'static str {
    match state {
        HitState::Open => words.hunts_state_open,
        HitState::Acknowledged => words.hunts_state_acknowledged,
        HitState::Closed => words.hunts_state_closed,
        HitState::FalsePositive => words.hunts_state_false,
    }
}
