//! The one page: ask, and read the answer.

pub(crate) mod page;
mod view;
mod words;
