//! Timelines: pages of posts and reposts, newest first.

pub(crate) mod api;
