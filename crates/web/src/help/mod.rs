//! Help for the query language, with examples that run.

pub(crate) mod page;
