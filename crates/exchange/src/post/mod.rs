//! The text of a post: what it names, what it looks like, and what may be posted.
//!
//! Posts are Markdown: CommonMark with tables, footnotes and strikethrough. Raw HTML is left out, and nothing
//! outside is ever a link that can be followed. [`marks`] and [`html`] read a text through the same `reader` and
//! `segments`, so that what one finds the other shows.
//!
//! What outside authors and publishers said is plain text: [`bare_html`] and [`bare_line`] show it.
//!
//! HTML passes two stations that do not trust each other: a writer that knows a closed set of elements and escapes
//! everything else, and a gate that reads the result again with a tokenizer of HTML and lets through what is on its
//! own list.

mod bare;
mod check;
mod gate;
mod html;
mod links;
mod marks;
mod outward;
mod plain;
mod reader;
mod segments;
mod show;

use noroshi_indicator::extract::Found;

pub use bare::{bare_html, bare_line};
pub use check::{MOST_BYTES, MOST_MENTIONS, MOST_TAGS, TextError, check};
pub use html::html;
pub use marks::{Marks, marks};
pub use outward::{defanged, markdown, markdown_line};
pub use plain::plain;

/// One thing inside a post that is more than text.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// `#tag`, without the `#`.
    Tag(&'a str),
    /// `@name`, without the `@`.
    Account(&'a str),
    /// Something that can be seen, with its place in the text.
    Observable(&'a Found<'a>),
}
