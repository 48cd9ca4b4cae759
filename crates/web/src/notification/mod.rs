//! Notifications: who mentioned, answered, reposted, starred or followed somebody.

pub(crate) mod api;
pub(crate) mod page;
