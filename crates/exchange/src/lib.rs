//! What comes in and goes out: feeds and lists as rows, posts as marks and HTML.
//!
//! [`rows`] reads a feed's body (plain list, delimited text, JSON, JSON lines, RSS and its like, XML; gzip and zip
//! bodies are opened) and hands out one row after another. Whatever the body holds, memory stays bounded, a row that cannot be read is a
//! [`BadRow`] with its line and reason, and the rows around it are kept.
//!
//! [`post`] reads what people and programs write: its tags and mentions, and the text as safe HTML.
//! [`labelled`] cuts texts into tokens, for those who train readers of texts.
//! [`record`] is the common form of what publishers say about vulnerabilities and exploits.

mod body;
mod column;
mod delimited;
mod encoding;
mod error;
mod feed;
mod fields;
mod format;
mod json;
mod json_elements;
mod json_joined;
pub mod labelled;
mod lines;
mod list;
pub mod post;
mod prolog;
pub mod record;
mod row;
mod rows;
mod text;
mod visible;
pub mod warninglist;
mod xml;

pub use body::Limits;
pub use column::Column;
pub use error::{BadRow, BodyError};
pub use format::{Format, FormatError, Header, Layout, Quote, Split};
pub use json_joined::Join;
pub use row::{LIST_SEPARATOR, RawRow};
pub use rows::{Rows, Tally, rows, rows_of_stream};
pub use text::{TEXT_BYTES, html_or_text, html_text, tidy};
pub use visible::{deceives, visible};
