//! The parts that pages are made of.
//!
//! What shows data is a type with a template of its own, written in a page as `{{ chip }}`; what is
//! mere markup (form fields, dialogs, empty lists) is a macro in `templates/part/`. All of them
//! stand together on the page `/components`.

mod chip;
mod facet;
mod kind;
mod link;
mod mark;
mod pager;
mod row;
mod sparkline;
mod text;
mod time;
mod verdict;

pub(crate) use chip::Chip;
pub(crate) use facet::{Choice, Facet};
pub(crate) use kind::{icon, kind_word};
pub(crate) use link::{
    encoded, observable as observable_link, search as search_link, source as source_link,
};
pub(crate) use mark::{Badge, Mark};
pub(crate) use pager::Pager;
pub(crate) use row::Rows;
pub(crate) use sparkline::Sparkline;
pub(crate) use text::{harmless, parted, shortened, visible};
pub(crate) use time::Moment;
pub(crate) use verdict::{VerdictLine, score};
