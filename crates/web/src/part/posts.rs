//! Posts in a row: a page of a timeline, or short lines where they are beside the point.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_lookup::Mention;
use noroshi_store::{Entry, Timeline};

use super::{Cards, Moment, Pager, PostCard, account_link, in_a_line, visible};
use crate::frame::Frame;
use crate::problem::Problem;
use crate::state::AppState;

/// Rows of a page.
pub(crate) const ROWS: usize = 40;
/// Characters of a line.
const SHORT: usize = 160;

/// A page of posts, with the way to older ones.
#[derive(Clone, Template)]
#[template(path = "part/posts.html")]
pub(crate) struct Posts {
    cards: Vec<PostCard>,
    pager: Pager,
    /// What an open page follows, if it shows the newest.
    live: Option<String>,
}

impl Posts {
    /// A page of a timeline. `path` has a `?` already; `live` is how [`crate::timeline::followed`] calls
    /// the timeline.
    pub(crate) async fn of(
        state: &AppState,
        frame: &Frame,
        timeline: &Timeline,
        path: &str,
        live: &str,
        below: Option<i64>,
    ) -> Result<Posts, Problem> {
        let reader = frame.reader();
        let page = state.store.timeline(&reader, timeline, below, ROWS).await?;
        let live = below.is_none().then(|| live.to_owned());
        Posts::new(state, frame, &page.entries, (path, below, page.next), live).await
    }

    /// Entries with the way on: the path, where this page began, and where the next one does.
    pub(crate) async fn new(
        state: &AppState,
        frame: &Frame,
        entries: &[Entry],
        (path, below, next): (&str, Option<i64>, Option<i64>),
        live: Option<String>,
    ) -> Result<Posts, Problem> {
        let posts: Vec<_> = entries.iter().map(|entry| &entry.post).collect();
        let cards = Cards::of(state, frame, &posts).await?;
        let text = |id: Option<i64>| id.map(|id| id.to_string());
        Ok(Posts {
            cards: entries
                .iter()
                .map(|entry| PostCard::of_entry(entry, &cards))
                .collect(),
            pager: Pager::new(
                path,
                text(below).as_deref(),
                text(next).as_deref(),
                frame.words,
            ),
            live,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }
}

impl HtmlSafe for Posts {}

/// Posts, a line each.
#[derive(Clone, Template)]
#[template(path = "part/post_lines.html")]
pub(crate) struct PostLines {
    lines: Vec<Line>,
}

#[derive(Clone)]
struct Line {
    at: Moment,
    href: String,
    from: String,
    from_href: String,
    text: String,
    tlp: String,
}

impl PostLines {
    pub(crate) fn of_entries(entries: &[Entry], frame: &Frame) -> PostLines {
        let lines = entries.iter().map(|entry| {
            let post = &entry.post;
            Line {
                at: Moment::at(post.published),
                href: format!("/post/{}", post.id),
                from: post.from.name.clone(),
                from_href: account_link(&post.from.name),
                text: match &post.digest {
                    Some(digest) => in_a_line(digest, frame),
                    None => post.line(SHORT),
                },
                tlp: post.tlp.name().to_uppercase(),
            }
        });
        PostLines {
            lines: lines.collect(),
        }
    }

    pub(crate) fn of_mentions(mentions: &[Mention]) -> PostLines {
        let lines = mentions.iter().map(|post| Line {
            at: post.published.into(),
            href: format!("/post/{}", post.id),
            from: visible(&post.from),
            from_href: account_link(&post.from),
            text: post.text.clone(),
            tlp: post.tlp.name().to_uppercase(),
        });
        PostLines {
            lines: lines.collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

impl HtmlSafe for PostLines {}
