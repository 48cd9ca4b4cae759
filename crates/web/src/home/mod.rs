//! The front page: what is new, and how the sources are.

pub(crate) mod page;
