//! The front page: what is new since the last visit, and how the sources are.

mod news;
pub(crate) mod page;
