//! Whom and what an account follows and mutes.

pub(crate) mod api;
pub(crate) mod page;
