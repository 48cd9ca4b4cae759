//! Notifications: what others did that one should know of.

pub(crate) mod page;
