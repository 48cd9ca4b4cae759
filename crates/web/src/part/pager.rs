//! The way on at the end of a list: pages are found by where the last one ended, never by number.

use askama::Template;
use askama::filters::HtmlSafe;

use super::encoded;
use crate::frame::Words;

/// "Older" and "newest".
#[derive(Clone, Template)]
#[template(path = "part/pager.html")]
pub(crate) struct Pager {
    words: &'static Words,
    newest: Option<String>,
    older: Option<String>,
}

impl Pager {
    /// `path` has a `?` already; `open` is the cursor that this page was asked with.
    pub(crate) fn new(
        path: &str,
        open: Option<&str>,
        next: Option<&str>,
        words: &'static Words,
    ) -> Pager {
        Pager {
            words,
            newest: open.map(|_| path.to_owned()),
            older: next.map(|next| format!("{path}&cursor={}", encoded(next))),
        }
    }
}

impl HtmlSafe for Pager {}
