//! "What is this?", one value or many. The answers are those of [`noroshi_lookup`].

pub(crate) mod api;
