//! A facet: what an answer can be narrowed to, with counts; each choice is a link that adds its
//! term to the query or takes it away.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::frame::Look;

/// A list of choices under a heading.
#[derive(Clone, Template)]
#[template(path = "part/facet.html")]
pub(crate) struct Facet {
    pub(crate) icons: &'static str,
    pub(crate) title: &'static str,
    pub(crate) choices: Vec<Choice>,
}

/// One of them.
#[derive(Clone)]
pub(crate) struct Choice {
    pub(crate) name: String,
    /// `1,234`, or `10,000+`; nothing where it was not counted.
    pub(crate) count: String,
    pub(crate) href: String,
    /// Whether the query has the term.
    pub(crate) chosen: bool,
}

impl Facet {
    pub(crate) fn new(title: &'static str, choices: Vec<Choice>, look: &Look) -> Facet {
        Facet {
            icons: look.icons(),
            title,
            choices,
        }
    }
}

impl HtmlSafe for Facet {}
