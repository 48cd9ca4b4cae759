//! Timelines: what is posted, as everybody follows it.

mod follow;
pub(crate) mod page;

pub(crate) use follow::Followed;
