//! Whom and what one follows, and whom one does not want to read.

pub(crate) mod page;
