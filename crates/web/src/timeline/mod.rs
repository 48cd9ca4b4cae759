//! Timelines: pages of posts and reposts, newest first.

pub(crate) mod api;
mod follow;
pub(crate) mod page;

pub(crate) use follow::Followed;
