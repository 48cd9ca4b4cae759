//! The parts that pages are made of.
//!
//! What shows data is a type with a template of its own, written in a page as `{{ chip }}`; what is
//! mere markup (form fields, dialogs, empty lists) is a macro in `templates/part/`. All of them
//! stand together on the page `/components`.

mod cards;
mod chip;
mod composer;
mod digested;
mod facet;
mod files;
mod item;
mod kind;
mod link;
mod mark;
mod pager;
mod post;
mod posts;
mod row;
mod sparkline;
mod text;
mod time;
pub(crate) mod vector;
mod verdict;

pub(crate) use cards::{Cards, Html, is_exploited};
pub(crate) use chip::Chip;
pub(crate) use composer::{Composer, Draft};
pub(crate) use digested::Digested;
use digested::in_a_line;
pub(crate) use facet::{Choice, Facet};
pub(crate) use files::Files;
pub(crate) use item::{CvssBadge, ItemPart, Outward, percent};
pub(crate) use kind::{icon, kind_word};
pub(crate) use link::{
    account as account_link, attachment as attachment_link, encoded, list as list_link,
    observable as observable_link, search as search_link, source as source_link, tag as tag_link,
};
pub(crate) use mark::{Badge, Mark};
pub(crate) use pager::Pager;
pub(crate) use post::{Author, PostCard, audience_word, kind_badge};
pub(crate) use posts::{PostLines, Posts};
pub(crate) use row::Rows;
pub(crate) use sparkline::Sparkline;
pub(crate) use text::{harmless, parted, shortened, visible};
pub(crate) use time::Moment;
pub(crate) use verdict::{VerdictLine, score};
